"""The log of decisions as everybody may read it: what was done and why, never to whom or by whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.discussion.models import ActorKind, Comment, Decision

ENTRIES_ON_A_PAGE = 50
COUNTED_DAYS = 30
_S, _K = Comment.State, Decision.Kind
# What readers and writers can feel the consequences of. What a writer does with their own words is nobody's business.
_SHOWN = Q(kind=_K.STATE, to_state__in=(_S.PUBLISHED, _S.REJECTED, _S.HIDDEN, _S.REMOVED, _S.HELD)) | Q(
    kind__in=(_K.REDACTION, _K.PLACE, _K.LOCK, _K.DISCUSSION)
)
_WORDS: dict[tuple[str, str], str | Promise] = {
    (_K.STATE, _S.PUBLISHED): _("Published"),
    (_K.STATE, _S.REJECTED): _("Not published"),
    (_K.STATE, _S.REMOVED): _("Removed"),
    (_K.STATE, _S.HIDDEN): _("Taken back to check"),
    (_K.STATE, _S.HELD): _("Taken back to read it again"),
}
_KIND_WORDS: dict[str, str | Promise] = {
    _K.REDACTION: _("Details taken out"),
    _K.PLACE: _("Moved to the comment it answers"),
    _K.LOCK: _("Conversation closed or opened again"),
    _K.DISCUSSION: _("All comments under an article closed or opened again"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision without names: when, what, why, under which article."""

    decision: Decision
    article: Article
    words: str | Promise
    reason: str
    is_undo: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was decided for a reason in the last COUNTED_DAYS."""

    words: str | Promise
    reason: str
    count: int


def read_entries(before: int | None) -> tuple[list[Entry], int | None]:
    """Return a page of moderators' decisions below the id ``before``, the newest first, and where the next page begins."""
    rows = _public_decisions().select_related("comment__discussion__article", "discussion__article")
    rows = rows.only(
        "kind", "to_state", "reason", "undoes", "at",
        "comment__discussion__article__title", "comment__discussion__article__slug",
        "discussion__article__title", "discussion__article__slug",
    )  # fmt: skip
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: ENTRIES_ON_A_PAGE + 1])
    here = found[:ENTRIES_ON_A_PAGE]
    return [_entry_of(row) for row in here], here[-1].pk if len(found) > len(here) else None


def count_decisions(now: datetime) -> list[Tally]:
    """Return how often moderators decided what, for which reason, in the last COUNTED_DAYS; not what was undone since."""
    lately = _public_decisions().filter(at__gte=now - timedelta(days=COUNTED_DAYS), undoes=None, undone_by=None)
    rows = lately.values("kind", "to_state", "reason").annotate(count=Count("pk")).order_by()
    tallies: dict[tuple[str, str], int] = {}
    words: dict[str, str | Promise] = {}
    for row in rows:
        told = _words_of(row["kind"], row["to_state"])
        words[str(told)] = told
        reason = _reason_words(row["reason"])
        tallies[str(told), reason] = tallies.get((str(told), reason), 0) + row["count"]
    ordered: Sequence[tuple[tuple[str, str], int]] = sorted(tallies.items(), key=lambda pair: -pair[1])
    return [Tally(words[told], reason, count) for (told, reason), count in ordered]


def _public_decisions() -> QuerySet[Decision]:
    # An article that is not public, and a discussion that is hidden, have no page that the log could speak of.
    is_open = Q(comment__discussion__article__status="published") & ~Q(comment__discussion__state="hidden")
    is_open |= Q(discussion__article__status="published") & ~Q(discussion__state="hidden")
    return Decision.objects.filter(_SHOWN, is_open, actor_kind=ActorKind.MODERATOR)


def _entry_of(decision: Decision) -> Entry:
    words = _words_of(decision.kind, decision.to_state)
    discussion = decision.discussion or (decision.comment and decision.comment.discussion)
    assert discussion
    return Entry(decision, discussion.article, words, _reason_words(decision.reason), decision.undoes_id is not None)


def _words_of(kind: str, to_state: str) -> str | Promise:
    return _WORDS[kind, to_state] if kind == _K.STATE else _KIND_WORDS[kind]


def _reason_words(reason: str) -> str:
    return str(Comment.Reason(reason).label) if reason else ""
