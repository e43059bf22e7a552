"""What is remembered of each comment beside its words: hashes to find repeats by, domains it links to, how it came in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from articles.models import Article
from forum.accounts.client_address import network_of
from forum.database import written
from forum.database.bulk import insert_rows
from forum.discussion.arrival import Arrival
from forum.discussion.models import Comment

from .models import Evidence, HostMention, LinkHost, TextMark
from .repeats import sketch
from .texts import own_links

PURGED_AT_ONCE = 1000  # a write transaction stays short
MAX_HOSTS = 20  # a comment with more says nothing more by them


def remember(comment: Comment, *, is_new: bool = False) -> None:
    """Store the hashes and the domains of the text of ``comment``, in place of those of an earlier text unless it ``is_new``."""
    if not is_new:
        TextMark.objects.filter(comment=comment).delete()
    written.note_all(TextMark, ("hash", "comment_id"), [(number, comment.pk) for number in sketch(comment.body)])
    remember_hosts(comment, is_new=is_new)


def remember_all(comments: Sequence[Comment]) -> None:
    """Do the same for many whose texts may have been remembered before; their articles and parents are read along with them."""
    for model in (TextMark, HostMention):
        model.objects.filter(comment__in=comments).delete()
    store_marks({comment.pk: sketch(comment.body) for comment in comments})
    store_hosts({comment.pk: _domains_of(comment) for comment in comments})


def remember_hosts(comment: Comment, *, is_new: bool = False) -> None:
    """Store the domains that the text of ``comment`` links to, in place of those of an earlier text unless it ``is_new``."""
    if not is_new:
        HostMention.objects.filter(comment=comment).delete()
    store_hosts({comment.pk: _domains_of(comment)})


def _domains_of(comment: Comment) -> list[str]:
    return find_domains(comment.subject, comment.body, article=comment.discussion.article, parent=comment.parent)


def find_domains(subject: str, body: str, *, article: Article, parent: Comment | None) -> list[str]:
    """Return the domains that a text links to."""
    links = own_links(subject, body, article=article, parent=parent)
    return list(dict.fromkeys(link.domain for link in links))[:MAX_HOSTS]


def store_hosts(domains: Mapping[int, Sequence[str]]) -> None:
    """Store the domains that comments link to, of which nothing is stored."""
    names = sorted({name for found in domains.values() for name in found})
    if not names:
        return
    known = dict(LinkHost.objects.filter(domain__in=names).values_list("domain", "pk"))
    if missing := [LinkHost(domain=name) for name in names if name not in known]:
        LinkHost.objects.bulk_create(missing, ignore_conflicts=True)  # somebody else may link to one for the first time too
        known = dict(LinkHost.objects.filter(domain__in=names).values_list("domain", "pk"))
    HostMention.objects.bulk_create(
        HostMention(host_id=known[name], comment_id=pk) for pk, found in domains.items() for name in found
    )


def store_marks(marks: Mapping[int, Sequence[int]]) -> None:
    """Store the hashes of the texts of comments of which nothing is stored."""
    # In the order of the index that finds them, which so is written page by page.
    rows = sorted((number, pk) for pk, found in marks.items() for number in found)
    insert_rows(TextMark, ("hash", "comment_id"), rows)


def forget(comment: Comment) -> None:
    """Delete everything remembered of ``comment``: its words are gone."""
    for model in (TextMark, HostMention, Evidence):
        model.objects.filter(comment=comment).delete()


def keep_evidence(comment: Comment, arrival: Arrival, *, at: datetime) -> None:
    """Store where ``comment`` came from and how fast, if anything of it is known."""
    if arrival.client_ip or arrival.form_seconds is not None:
        seconds = None if arrival.form_seconds is None else min(int(arrival.form_seconds), 2_000_000_000)
        names = ("comment_id", "discussion_id", "client_ip", "network", "form_seconds", "at")
        row = (comment.pk, comment.discussion_id, arrival.client_ip or None, network_of(arrival.client_ip), seconds, at)
        written.note_all(Evidence, names, [row])


def purge_evidence(now: datetime) -> int:
    """Delete evidence older than EVIDENCE_DAYS; return how many rows."""
    old = Evidence.objects.filter(at__lt=now - timedelta(days=settings.EVIDENCE_DAYS)).order_by("at")
    purged = 0
    while ids := list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        purged += Evidence.objects.filter(pk__in=ids).delete()[0]
    return purged
