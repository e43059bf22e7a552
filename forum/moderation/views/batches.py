"""Deciding on many at once: preview, progress, undoing. What happens to the comments is in ``batches``."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from forum.discussion.admin.verbs import name_of
from forum.discussion.models import Comment
from forum.discussion.questions import shorten

from ..batches import AT_ONCE, MAX_COMMENTS, prepare_batch, run_batch, start_batch, start_undo, undo_batch
from ..forms import BatchForm, StartForm
from ..jobs import carry_out, take_back
from ..models import Batch, BatchItem
from ..services import UNDO_FOR
from .access import moderator_of, moderators_only, page_context

SHOWN = 50  # comments of a batch that its page names
EXCERPT_CHARS = 120
LONG_MEMBER = timedelta(days=365)


@moderators_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Store what would be changed, and lead to the page that shows it. Nothing is changed yet."""
    moderator = moderator_of(request)
    form = BatchForm(request.POST)
    chosen = _read_chosen(request.POST.getlist("id"))
    if not form.is_valid() or chosen is None:
        messages.error(request, _("Choose the comments again."))
        return HttpResponseRedirect(reverse("moderation:queue"))
    data = form.cleaned_data
    about = Comment.objects.filter(pk=data["about"]).first() if data["about"] else None
    batch = prepare_batch(
        moderator=moderator, verb=data["verb"], scope=data["scope"], about=about, host=data["host"], chosen=chosen
    )
    if not batch.total:
        batch.delete()
        messages.warning(request, _("There is no comment to which this can be done."))
        return HttpResponseRedirect(reverse("moderation:queue"))
    return HttpResponseRedirect(reverse("moderation:batch", args=[batch.pk]))


@moderators_only
@require_http_methods(["GET", "HEAD", "POST"])
def show_batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a batch: what it would do, how far it is, what it did. A POST carries it out, goes on with it, or undoes it."""
    batch = Batch.objects.select_related("moderator", "about").filter(pk=pk).first()
    if batch is None:
        raise Http404
    form = StartForm(request.POST if request.POST.get("act") == "run" else None, batch=batch)
    if request.method != "POST":
        return _show(request, batch, form)
    match request.POST.get("act"):
        case "run" if not form.is_valid():
            return _show(request, batch, form, status=400)
        case "run" | "go-on":
            _run(request, batch, form)
        case "undo":
            _undo(request, batch)
        case "drop" if batch.state == Batch.State.PREVIEWED:
            batch.delete()
            messages.info(request, _("Nothing was changed."))
            return HttpResponseRedirect(reverse("moderation:queue"))
    return HttpResponseRedirect(reverse("moderation:batch", args=[pk]))


def _run(request: HttpRequest, batch: Batch, form: StartForm) -> None:
    moderator_of(request)
    has_begun = batch.state == Batch.State.RUNNING
    if not has_begun and form.is_valid():
        has_begun = start_batch(batch, reason=form.cleaned_data.get("reason", ""), note=form.cleaned_data["note"])
    batch.refresh_from_db()
    if not has_begun:
        messages.warning(request, _("This batch has been carried out already."))
    elif batch.total > AT_ONCE:
        carry_out.enqueue(str(batch.pk))
    else:
        run_batch(batch)


def _undo(request: HttpRequest, batch: Batch) -> None:
    moderator = moderator_of(request)
    assert moderator.user is not None
    if not start_undo(batch) and batch.state != Batch.State.UNDOING:
        messages.warning(request, _("This batch cannot be undone now."))
    elif batch.total > AT_ONCE:
        take_back.enqueue(str(batch.pk), moderator.user.pk)
    else:
        undo_batch(batch, actor=moderator)


def _show(request: HttpRequest, batch: Batch, form: StartForm, status: int = 200) -> HttpResponse:
    counts = dict(batch.items.values_list("outcome").annotate(count=Count("pk")).order_by())
    now, outcomes = timezone.now(), BatchItem.Outcome
    rows = batch.items.select_related("comment__discussion__article").order_by("pk")
    rows = rows.defer("comment__body_html", "comment__discussion__article__body", "comment__discussion__article__body_html")
    facts = batch.items.aggregate(
        replies=Sum("comment__reply_count"),
        public=Count("pk", filter=Q(comment__public=True)),
        members=Count("comment__author", distinct=True, filter=Q(comment__author__date_joined__lt=now - LONG_MEMBER)),
    )
    states = Batch.State
    context = {
        "batch": batch,
        "form": form,
        "facts": facts,
        "rows": [
            {"comment": row.comment, "name": name_of(row.comment), "words": shorten(row.comment.body, EXCERPT_CHARS), "item": row}
            for row in rows[:SHOWN]
        ],
        "more": max(0, batch.total - SHOWN),
        "done": counts.get(outcomes.DONE, 0),
        "left": counts.get(outcomes.LEFT, 0),
        "waiting": counts.get(outcomes.WAITING, 0),
        "undone": counts.get(outcomes.UNDONE, 0),
        "kept": counts.get(outcomes.KEPT, 0),
        "max_comments": MAX_COMMENTS,
        "evidence_days": settings.EVIDENCE_DAYS,
        "is_preview": batch.state == states.PREVIEWED,
        "is_under_way": batch.state in (states.RUNNING, states.UNDOING),
        "can_undo": batch.state in (states.RUNNING, states.DONE) and batch.made_at > now - UNDO_FOR,
    }
    title = _("%(verb)s: are you sure?") if context["is_preview"] else _("%(verb)s: a batch")
    page = page_context(request, title % {"verb": batch.get_verb_display()}, **context)
    return TemplateResponse(request, "admin/moderation/batch.html", page, status=status)


def _read_chosen(values: list[str]) -> dict[int, int] | None:
    """Return the version seen of each chosen comment, None for nonsense."""
    try:
        pairs = [value.split(":") for value in values]
        return {int(pk): int(version) for pk, version in pairs}
    except ValueError:
        return None
