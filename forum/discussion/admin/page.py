"""The page of one comment: its text, its context and its history, and what the forms on it are sent to."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..correcting import mark_question, redact_comment
from ..models import Comment
from ..questions import shorten
from ..services import StaleVersionError, TransitionError, transition
from .base import ModeratedAdmin
from .dates import age_of, date_words
from .forms import AnswerForm, ChangeForm, DecisionForm, PlaceForm, RedactionForm
from .requests import describe_requests
from .verbs import name_of, possible_verbs, tell_replies_stay, tell_who_decided

MAX_HISTORY = 100  # decisions and earlier texts on a page
MAX_COUNTED = 1_000  # comments of one writer that are counted
EXCERPT_CHARS = 100
CONFLICT = 409


class CommentPage(ModeratedAdmin):
    """One comment, read only, and the decisions on it."""

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a comment. The forms on the page have addresses of their own."""
        self.moderator_of(request)
        return self.show(request, find_comment(object_id))

    @method_decorator(require_POST)
    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change the state of a comment by one of the verbs; lead back to the list, where the next one waits."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.show(request, comment, decision=form, status=400)
        data = form.cleaned_data
        try:
            comment = transition(
                comment,
                form.chosen_verb.to,
                actor=moderator,
                reason=data["reason"],
                note=data["note"],
                expected_version=data["version"],
            )
        except (StaleVersionError, TransitionError):
            return self._show_conflict(request, pk, decision=form)
        messages.success(request, _tell_done(comment, form.chosen_verb.done))
        return HttpResponseRedirect(self.list_url(request))

    @method_decorator(require_POST)
    def redact(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Store a text without the details; the earlier one stays as a revision."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        form = RedactionForm(request.POST, comment=comment)
        if not form.is_valid():
            return self.show(request, comment, redaction=form, status=400)
        data = form.cleaned_data
        try:
            redact_comment(
                comment,
                body=data["body"],
                subject=data.get("subject"),
                note=data["note"],
                actor=moderator,
                expected_version=data["version"],
            )
        except (StaleVersionError, TransitionError):
            return self._show_conflict(request, pk, redaction=form)
        messages.success(request, _("Details taken out of the comment by %(name)s.") % {"name": name_of(comment)})
        return HttpResponseRedirect(self.page_url(request, comment))

    @method_decorator(require_POST)
    def mark(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say whether a comment asks something; lead back to the page that it was said on (``next``)."""
        asks = request.POST.get("is_question") == "yes"
        moderator = self.moderator_of(request)
        try:
            comment = mark_question(find_comment(pk), is_question=asks, actor=moderator)
        except TransitionError:
            return self._show_conflict(request, pk)
        words = _("Marked as a question: %(name)s.") if asks else _("Marked as no question: %(name)s.")
        messages.success(request, words % {"name": name_of(comment)})
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return HttpResponseRedirect(back if is_ours else self.page_url(request, comment))

    def _show_conflict(self, request: HttpRequest, pk: int, **forms: Any) -> HttpResponse:
        """Show the comment as it is now, with what was typed, and say who was faster."""
        comment = find_comment(pk)
        messages.warning(request, tell_who_decided(comment))
        for form in forms.values():
            form.data = form.data.copy()
            form.data["version"] = comment.version
        return self.show(request, comment, status=CONFLICT, **forms)

    def show(
        self,
        request: HttpRequest,
        comment: Comment,
        *,
        decision: DecisionForm | None = None,
        redaction: RedactionForm | None = None,
        change_form: ChangeForm | None = None,
        answer_form: AnswerForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the page of ``comment``, with the forms on it as they were filled in."""
        verbs = possible_verbs(comment)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "title": _("Comment by %(name)s") % {"name": name_of(comment)},
            "comment": comment,
            "posted": date_words(comment),
            "arrived": age_of(comment.created_at),
            "parent_name": name_of(comment.parent) if comment.parent else "",
            "parent_posted": date_words(comment.parent) if comment.parent else "",
            "thread_url": (comment.root or comment).get_absolute_url(),
            "plain_verbs": [verb for verb in verbs if not verb.takes_reason],
            "reason_verbs": [verb for verb in verbs if verb.takes_reason],
            "replies_line": tell_replies_stay(comment.reply_count),
            "decision": decision or DecisionForm(initial={"version": comment.version}),
            "redaction": redaction or _blank_redaction(comment),
            "is_redacting": redaction is not None,
            "place_form": PlaceForm(initial={"version": comment.version, "parent": comment.parent_id or ""}),
            "can_redact": comment.state != Comment.State.ERASED,
            "decisions": comment.decisions.select_related("who")[:MAX_HISTORY],
            "revisions": comment.revisions.order_by("-pk")[:MAX_HISTORY],
            "writer": _describe_writer(comment, may_see_address=request.user.has_perm("accounts.change_user")),
        }
        context |= describe_requests(comment, change_form, answer_form)
        return TemplateResponse(request, "admin/discussion/comment/page.html", context, status=status)


def find_comment(pk: int | str) -> Comment:
    """Return a comment with what its page names, or raise Http404."""
    try:
        return Comment.objects.select_related("discussion__article", "parent", "root", "author", "guest").get(pk=pk)
    except (Comment.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error


def _blank_redaction(comment: Comment) -> RedactionForm:
    initial = {"subject": comment.subject, "body": comment.body, "version": comment.version}
    return RedactionForm(comment=comment, initial=initial)


def _tell_done(comment: Comment, done: object) -> str:
    return format_html(
        '{}: {}, “{}” <a href="{}">{}</a>',
        done,
        name_of(comment),
        shorten(comment.body, EXCERPT_CHARS),
        reverse("admin:discussion_comment_change", args=[comment.pk]),
        _("Open it again"),
    )


def _describe_writer(comment: Comment, *, may_see_address: bool) -> dict[str, Any]:
    """Return who wrote ``comment`` and how their comments fared; the address only for who may edit members."""
    person = comment.author or comment.guest
    if person is None:
        return {}
    theirs = Comment.objects.filter(author=comment.author) if comment.author else Comment.objects.filter(guest=comment.guest)
    return {
        "is_member": comment.author is not None,
        "public_count": _count(theirs.filter(public=True)),
        "removed_count": _count(theirs.filter(state=Comment.State.REMOVED)),
        "email": person.email if may_see_address else "",
    }


def _count(rows: QuerySet[Comment]) -> int:
    return rows[:MAX_COUNTED].count()
