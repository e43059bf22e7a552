"""What is known of who wrote a comment of the queue: how their others fared, how it came in, what else came from there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.discussion.admin.dates import age_of
from forum.discussion.models import Comment

from .models import Evidence

LONGEST_SECONDS = 600  # at the form; whoever took longer was writing
_S = Comment.State
_GONE = (_S.REMOVED, _S.REJECTED)
Writer = tuple[int | None, int | None]  # the ids of a member and of a guest; one is None


@dataclass(frozen=True, slots=True)
class Record:
    """How many comments there are, and how many of them were removed or not published."""

    public: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Known:
    """Records by writer, and counts of all and of those not shown by network."""

    writers: dict[Writer, Record]
    networks: dict[str, tuple[int, int]]

    def tell(self, comment: Comment) -> list[str]:
        """Return in sentences what is known about the writer of ``comment``."""
        record = self.writers.get((comment.author_id, comment.guest_id), Record())
        return [*_tell_writer(comment, record), *self._tell_arrival(comment)]

    def _tell_arrival(self, comment: Comment) -> list[str]:
        evidence: Evidence | None = getattr(comment, "evidence", None)
        if evidence is None:
            return []
        told, count = [], evidence.form_seconds
        if count is not None and count < LONGEST_SECONDS:
            words = ngettext(
                "Sent %(count)d second after the form opened.", "Sent %(count)d seconds after the form opened.", count
            )
            told.append(words % {"count": count})
        everything, gone = self.networks.get(evidence.network, (1, 0))
        others, gone = everything - 1, gone - (comment.state in _GONE)
        if others > 0:
            words = ngettext("%(count)d other comment from its network.", "%(count)d other comments from its network.", others)
            told.append(words % {"count": others})
        if gone > 0:
            told.append(ngettext("%(count)d of them is not shown.", "%(count)d of them are not shown.", gone) % {"count": gone})
        return told


def read_known(comments: Sequence[Comment]) -> Known:
    """Return what is known of the writers of ``comments``, whose evidence is at hand. Two queries."""
    return Known(_read_records(comments), _read_networks(comments))


def network_of(comment: Comment) -> str:
    """Return the network that ``comment`` came from; empty where it is not known (any more)."""
    evidence: Evidence | None = getattr(comment, "evidence", None)
    return evidence.network if evidence else ""


def _read_records(comments: Sequence[Comment]) -> dict[Writer, Record]:
    authors = {comment.author_id for comment in comments} - {None}
    guests = {comment.guest_id for comment in comments} - {None}
    theirs = Comment.objects.filter(Q(author__in=authors) | Q(guest__in=guests)).values("author", "guest").order_by()
    rows = theirs.annotate(public_count=Count("pk", filter=Q(public=True)), gone_count=Count("pk", filter=Q(state__in=_GONE)))
    return {(row["author"], row["guest"]): Record(row["public_count"], row["gone_count"]) for row in rows}


def _read_networks(comments: Sequence[Comment]) -> dict[str, tuple[int, int]]:
    networks = {network_of(comment) for comment in comments} - {""}
    counted = Evidence.objects.filter(network__in=networks).values("network").order_by()
    rows = counted.annotate(all_count=Count("pk"), gone_count=Count("pk", filter=Q(comment__state__in=_GONE)))
    return {row["network"]: (row["all_count"], row["gone_count"]) for row in rows}


def _tell_writer(comment: Comment, record: Record) -> list[str]:
    if comment.origin:
        return [_("Somebody on the old site.")]
    who = _("A member.") if comment.author_id else _("A guest.")
    if comment.author:
        who = _("A member for %(age)s.") % {"age": age_of(comment.author.date_joined)}
    elif comment.guest and comment.guest.proven_at:
        who = _("A guest whose address is proven.")
    public = ngettext("%(count)d public comment.", "%(count)d public comments.", record.public) % {"count": record.public}
    if not record.public:
        public = _("Nothing public yet.")
    gone = ngettext("%(count)d not shown.", "%(count)d not shown.", record.gone) % {"count": record.gone}
    return [who, public, gone] if record.gone else [who, public]
