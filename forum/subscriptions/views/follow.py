"""The pages on which somebody asks to be told of everything new: in one conversation, or under an article.

Pages of conversations are the same for everybody, so they link here. An account is not needed: whoever has none gives an address,
and is told nothing before its owner has pressed a button on the page that our mail leads to.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forum.accounts.guests import find_guest, keep_guest, remember_guest
from forum.accounts.limits import limited
from forum.accounts.people import Person, person_of
from forum.database import BIGGEST_ID
from forum.discussion.limits import ASKING_FOR_MAIL
from forum.discussion.models import Comment, Discussion
from forum.site.models import SiteText

from ..forms import FollowForm
from ..models import Subscription
from ..proving import send_follow_proof
from ..services import rows_of, same_people, subscribe
from ..words import begun_by


@dataclass(frozen=True)
class Target:
    """What is to be followed, and the page it is read on."""

    discussion: Discussion
    root: Comment | None = None

    @property
    def kind(self) -> str:
        return Subscription.Kind.THREAD if self.root else Subscription.Kind.DISCUSSION

    @property
    def path(self) -> str:
        if self.root:
            return f"{self.discussion.article.get_absolute_url()}comments/{self.root.pk}/"
        return f"{self.discussion.article.get_absolute_url()}#talk"

    def subscribe(self, person: Person) -> None:
        """Let ``person`` be told."""
        if self.root:
            subscribe(person, self.kind, root=self.root)
        else:
            subscribe(person, self.kind, discussion=self.discussion)

    def is_followed_by(self, person: Person) -> bool:
        """Tell whether ``person`` is told already, under whatever name."""
        target = {"root": self.root} if self.root else {"discussion": self.discussion}
        active = Subscription.objects.filter(rows_of(same_people(person)), kind=self.kind, stopped_at=None, **target)
        return active.exists()


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def article(request: HttpRequest, slug: str, *, token_failed: bool = False) -> HttpResponse:
    """Ask whether somebody wants to be told of all that is written under an article."""
    found = get_object_or_404(
        Discussion.objects.select_related("article").exclude(state=Discussion.State.HIDDEN),
        article__slug=slug,
        article__status="published",
    )
    return _answer(request, Target(found), token_failed)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING_FOR_MAIL)
def thread(request: HttpRequest, pk: int, *, token_failed: bool = False) -> HttpResponse:
    """Ask the same about one conversation; a reply leads to the one it is in."""
    if pk > BIGGEST_ID:
        raise Http404
    listed = Comment.objects.under_open_pages().filter(listed=True).select_related("discussion__article")
    comment = get_object_or_404(listed, pk=pk)
    if comment.root_id:
        return redirect("subscriptions:follow-thread", comment.root_id)
    return _answer(request, Target(comment.discussion, comment), token_failed)


for view in (article, thread):
    setattr(view, "comes_back", True)  # noqa: B010 - a failed check of the form shows the page again


def _answer(request: HttpRequest, target: Target, token_failed: bool) -> HttpResponse:
    person = person_of(request)
    has_address = person is not None and bool(person.proven_address)
    is_sent = request.method == "POST" and not token_failed
    typed = {"email": person.row.email} if person else {}
    form = FollowForm(request.POST if request.method == "POST" and not has_address else None, initial=typed, auto_id="f-%s")
    if is_sent and person and has_address:
        target.subscribe(person)
        return HttpResponseRedirect(f"{request.path}?followed")
    if is_sent and form.is_valid():
        return _take_address(request, target, form.cleaned_data["email"])
    context = {
        "target": target,
        "article": target.discussion.article,
        "conversation": begun_by(target.root, SiteText.load().visitor_name) if target.root else "",
        "form": None if has_address else form,
        "is_followed": person is not None and has_address and target.is_followed_by(person),
        "is_new": "followed" in request.GET,
        "is_mailed": "sent" in request.GET,
        "problem_count": len(form.errors) if is_sent else 0,
        "token_failed": token_failed,
        "cookie_missing": token_failed and settings.CSRF_COOKIE_NAME not in request.COOKIES,
    }
    return render(request, "subscriptions/follow.html", context)


@transaction.atomic
def _take_address(request: HttpRequest, target: Target, address: str) -> HttpResponse:
    """Store who wants to be told, and mail the button that proves it is their address."""
    known = find_guest(request)
    guest = keep_guest(known, name=known.display_name if known else "", email=address)
    target.subscribe(Person(guest=guest))
    send_follow_proof(guest, timezone.now())
    response = HttpResponseRedirect(f"{request.path}?sent")
    remember_guest(response, guest)
    return response
