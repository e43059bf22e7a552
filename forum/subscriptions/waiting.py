"""Answers that wait for somebody on their own page, whether a mail told of them or not, until they open them from there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from forum.accounts.guests import find_guest
from forum.accounts.people import Person
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import moment_of
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.questions import shorten
from forum.site.models import SiteText

from .models import Delivery, Subscription

MOST_SHOWN = 20  # the oldest first: they have waited longest
EXCERPT_CHARS = 200


@dataclass(frozen=True)
class Waiting:
    """One answer: ``id`` is that of its Delivery."""

    id: int
    name: str
    date: str
    title: str
    excerpt: str


def unseen(person: Person) -> QuerySet[Delivery]:
    """Return what tells of answers to ``person`` that they have not opened from their page."""
    return Delivery.objects.filter(person.rows(), reason=Subscription.Kind.REPLIES, seen_at=None)


def read_waiting(people: Sequence[Person]) -> list[Waiting]:
    """Return the answers that wait for ``people``, who are one visitor, and can be read now. Two queries for each."""
    found: list[Waiting] = []
    visitor_name = SiteText.load().visitor_name if people else ""
    for person in people:
        readable = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=unseen(person).values("comment"))
        ids = dict(unseen(person).filter(comment__in=readable).order_by("pk").values_list("comment", "pk")[:MOST_SHOWN])
        by_id = Comment.objects.select_related("discussion__article").defer("discussion__article__body").in_bulk(ids)
        found += [_describe(by_id[comment], pk, visitor_name) for comment, pk in ids.items()]
    return found


def _describe(comment: Comment, pk: int, visitor_name: str) -> Waiting:
    return Waiting(
        pk,
        comment.name or visitor_name,
        moment_of(comment).words or _("some time ago"),
        comment.discussion.article.title,
        shorten(to_plain(comment.body_html), EXCERPT_CHARS),
    )


def people_of(request: HttpRequest) -> list[Person]:
    """Return who looks: the member signed in, the guest whose browser it is, or both."""
    people = [Person(user=request.user)] if request.user.is_authenticated else []
    guest = find_guest(request)
    return [*people, Person(guest=guest)] if guest else people
