"""What writers ask moderators for: that a change be published, that a decision be looked at again. Answers are in ``answers``."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from ..differences import compare_texts
from ..editing import text_key
from ..models import Appeal, Comment, PendingChange
from ..permissions import APPEALABLE
from .forms import AnswerForm, ChangeForm
from .lists import MAX_LISTED


def describe_requests(
    comment: Comment, change_form: ChangeForm | None = None, answer_form: AnswerForm | None = None
) -> dict[str, Any]:
    """Return what the page of ``comment`` shows of them: the texts side by side, every question with its answer."""
    change = PendingChange.objects.filter(comment=comment).first()
    context: dict[str, Any] = {"change": change, "appeals": comment.appeals.select_related("decision__who").order_by("-pk")}
    if change:
        before, after = compare_texts(comment.body, change.body)
        context |= {"before": before, "after": after, "can_decide_change": comment.public and change.declined_at is None}
        context["change_form"] = change_form or ChangeForm(initial={"seen": text_key(change)})
    context["answer_form"] = answer_form or AnswerForm()
    return context


def with_open_change(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    """Narrow ``rows`` to those whose writer waits for a change to be read, the longest first."""
    waiting = PendingChange.objects.filter(declined_at=None).values("comment")
    return rows.filter(public=True, pk__in=waiting).order_by("pending_change__made_at")


def with_open_appeal(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    """Narrow ``rows`` to those whose writer asked for a second look and waits for the answer."""
    waiting = Appeal.objects.filter(answered_at=None).values("comment")
    return rows.filter(state__in=APPEALABLE, pk__in=waiting).order_by("pk")


def tell_requests() -> list[tuple[str, str]]:
    """Return what waits of both kinds, in words, each with the query that lists it; nothing where nothing waits."""
    changes = with_open_change(Comment.objects.all())[:MAX_LISTED].count()
    looks = with_open_appeal(Comment.objects.all())[:MAX_LISTED].count()
    lines = [
        (ngettext("%(count)d change waits.", "%(count)d changes wait.", changes) % {"count": changes}, "asked=change"),
        (
            ngettext("%(count)d writer asks for a second look.", "%(count)d writers ask for a second look.", looks)
            % {"count": looks},
            "asked=look",
        ),
    ]
    return [line for line, count in zip(lines, (changes, looks), strict=True) if count]
