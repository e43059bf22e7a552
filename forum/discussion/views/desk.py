"""Where somebody writes: the place, the person, the form and what is kept of it. What is answered is in ``views.forms``."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from articles.models import Article
from forum.accounts.guests import find_guest, remember_guest
from forum.accounts.limits import count_try
from forum.accounts.links import OpenedLink
from forum.accounts.models import Guest, User
from forum.database.compiled import NOBODY, Compiled
from forum.database.nested import NestedRows, read_nested
from forum.site.context import offer_text
from forum.site.models import SiteText

from ..answering import find_answering
from ..drafts import DraftElsewhereError, DraftTooLongError, find_draft
from ..forms import CommentForm
from ..limits import KEEPING
from ..models import Comment, Discussion, Draft
from ..permissions import Viewer, can_post, can_read_text, can_reply, viewer_of
from ..writing import keep_draft

# No store but the browser's own, which asks again. "no-store" would make browsers forget the text on the way back to the form.
kept_by_browser_only = cache_control(private=True, no_cache=True)


class Outcome(Enum):
    """What became of keeping a draft."""

    SAVED = auto()
    NOTHING = auto()  # no words, or posted a moment ago
    TOO_LONG = auto()
    ELSEWHERE = auto()  # another page saved other words since; the draft is theirs
    TOO_OFTEN = auto()


@dataclass
class Desk:
    """Where somebody writes. ``draft`` is what is kept for them there; ``outcome``, whether this request kept anything.

    ``wait`` is set where they came too often: how long until they can do it again.
    ``answering`` is the link of a mail by which the guest is known here, and nowhere else.
    """

    request: HttpRequest
    discussion: Discussion
    parent: Comment | None
    parent_is_gone: bool
    is_open: bool
    member: User | None
    guest: Guest | None
    visitor_name: str
    draft: Draft | None
    form: CommentForm
    answering: OpenedLink | None = None
    outcome: Outcome | None = None
    wait: timedelta | None = None

    @property
    def may_remember(self) -> bool:
        """Tell whether this browser may be made the guest's: not by an old link, which opens and answers and no more."""
        return self.answering is None or self.answering.is_fresh

    @property
    def was_signed_out(self) -> bool:
        """Tell whether a member sent this whose session has ended meanwhile."""
        return self.member is None and bool(self.request.POST.get("member"))

    @property
    def seen(self) -> int:
        """The version of the draft that the page knew which sent this; 0 for none."""
        typed = self.request.POST.get("draft_seen", "")
        return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def find_desk(request: HttpRequest, *, slug: str = "", pk: int = 0) -> Desk:
    """Return the desk for a new conversation under the article ``slug``, or for a reply to the comment ``pk``; raise Http404.

    A comment that was public once can vanish while somebody answers it: what they send is still taken, and their draft shown.
    """
    viewer = viewer_of(request)
    member = request.user if request.user.is_authenticated else None
    guest = None if member else find_guest(request)
    parent: Comment | None = None
    answering: OpenedLink | None = None
    site_text: SiteText | None = None
    has_draft = True  # or may have one
    if pk:
        readable = Comment.objects.under_open_pages().select_related("discussion__article", "author", "root")
        parent = get_object_or_404(readable.defer(*_NOT_FOR_WRITERS), pk=pk)
        discussion = parent.discussion
        answering = None if member else find_answering(request, parent, known=guest)
        if answering:
            guest = answering.guest
            viewer = replace(viewer, guest_id=guest.pk)
    else:
        discussion, site_text, has_draft = _find_place(slug, viewer)
        offer_text(request, site_text)
    draft = find_draft(viewer, discussion=discussion, parent=parent) if has_draft else None
    parent_is_gone = False
    if parent:
        parent_is_gone = parent.published_at is not None and not parent.public
        has_begun = draft is not None or request.method == "POST"
        if not (has_begun if parent_is_gone else can_read_text(viewer, parent)):
            raise Http404
    visitor_name = (site_text or SiteText.load()).visitor_name
    data = request.POST if request.method == "POST" else None
    return Desk(
        request=request,
        discussion=discussion,
        parent=parent,
        parent_is_gone=parent_is_gone,
        is_open=can_reply(viewer, parent) if parent else can_post(viewer, discussion),
        member=member,
        guest=guest,
        visitor_name=visitor_name,
        draft=draft,
        form=CommentForm(
            data,
            is_reply=parent is not None,
            visitor_name=visitor_name,
            member=member,
            guest=guest,
            draft=draft,
            is_by_link=answering is not None,
        ),
        answering=answering,
    )


def _find_place(slug: str, viewer: Viewer) -> tuple[Discussion, SiteText, bool]:
    """Return the discussion under an article that everybody may read, with the article; raise Http404.

    Beside it the site’s words, and whether ``viewer`` has a draft there.
    """
    found = _PLACES(slug, viewer.user_id or NOBODY, viewer.guest_id or NOBODY)
    if not found:
        raise Http404
    *values, site_text, is_members, is_guests = found[0]
    discussion = Discussion.from_db(DEFAULT_DB_ALIAS, _DISCUSSION_FIELDS, values[: len(_DISCUSSION_FIELDS)])
    discussion.article = Article.from_db(DEFAULT_DB_ALIAS, _ARTICLE_FIELDS, values[len(_DISCUSSION_FIELDS) :])
    return discussion, SiteText.of(read_nested(site_text)), is_members or is_guests


def _ask_place(slug: str, member: int, guest: int) -> "QuerySet[Discussion, tuple[Any, ...]]":
    shown = Discussion.objects.exclude(state=Discussion.State.HIDDEN)
    here = shown.filter(article__slug=slug, article__status=Article.Status.PUBLISHED)
    of_article = [f"article__{name}" for name in _ARTICLE_FIELDS]
    drafts = Draft.objects.filter(discussion=OuterRef("pk"), parent=None)
    of_viewer = Exists(drafts.filter(author=member)), Exists(drafts.filter(guest=guest))
    return here.values_list(*_DISCUSSION_FIELDS, *of_article, NestedRows(SiteText.rows()), *of_viewer)


_DISCUSSION_FIELDS = [field.attname for field in Discussion._meta.concrete_fields]
_ARTICLE_FIELDS = [field.attname for field in Article._meta.concrete_fields if field.attname != "body_html"]  # for readers
_PLACES = Compiled(_ask_place)
# Of what is around a comment that is answered.
_NOT_FOR_WRITERS = ("discussion__article__body_html", "root__body", "root__body_html")


def keep_text(desk: Desk, *, is_deliberate: bool = True) -> None:
    """Keep what the checked form holds, valid or not; ``desk.outcome`` says what became of it."""
    if wait := count_try(desk.request, KEEPING):
        desk.wait, desk.outcome = desk.wait or wait, Outcome.TOO_OFTEN
        return
    try:
        kept = keep_draft(
            desk.form.typed(),
            discussion=desk.discussion,
            parent=desk.parent,
            member=desk.member,
            guest=desk.guest,
            draft=desk.draft,
            form_key=desk.form.cleaned_data["form_key"],
            seen=desk.seen,
            is_deliberate=is_deliberate,
        )
    except DraftTooLongError:
        desk.outcome = Outcome.TOO_LONG
    except DraftElsewhereError as error:
        desk.draft, desk.outcome = error.draft, Outcome.ELSEWHERE
    else:
        desk.draft = kept or desk.draft
        desk.outcome = Outcome.SAVED if kept else Outcome.NOTHING


def remember_writer(response: HttpResponse, desk: Desk) -> HttpResponse:
    """Set the guest's cookie where this request has kept something for them; return ``response``."""
    if desk.outcome is Outcome.SAVED and desk.draft and desk.draft.guest and desk.may_remember:
        remember_guest(response, desk.draft.guest)
    return response
