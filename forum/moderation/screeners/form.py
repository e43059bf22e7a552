"""Checks of how a comment was sent: the field nobody sees, the time at the form, many places within an hour. No captcha."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.accounts.client_address import network_of
from forum.accounts.limits import HOUR, By
from forum.database.asked import Asked, Call
from forum.discussion.limits import most_posts
from forum.discussion.models import Comment, Discussion
from forum.discussion.screening import LINKS_AFTER, Kind, Signal, Strength, Submission

from ..models import Evidence

FAST_SECONDS = 5  # to read the form, write and send it; a text begun elsewhere may come as fast, so this is a hint
WITHIN = HOUR
OLD_AFTER = timedelta(days=365)
SEVERAL, MANY = 3, 6  # old articles
OF_WRITER = most_posts(By.PERSON, WITHIN)  # comments that are looked at, the latest
OF_NETWORK = most_posts(By.ADDRESS, WITHIN) // 2  # as many as come within an hour of the clock: each takes its time


class Honeypot:
    """The field that neither people nor assistive technology meet was filled in: only a program reads a page that way."""

    def __call__(self, submission: Submission) -> list[Signal]:
        if not submission.honeypot:
            return []
        sentence = _("A field that no person can see on the form was filled in. Programs do that.")
        return [Signal("honeypot", Strength.STRONG, sentence)]


class FormTiming:
    """Sent within seconds of opening the form."""

    def __call__(self, submission: Submission) -> list[Signal]:
        seconds = submission.form_seconds
        if submission.kind != Kind.POST or seconds is None or seconds >= FAST_SECONDS:
            return []
        sentence = _("The form was sent %(seconds)s seconds after it was opened.") % {"seconds": max(0, round(seconds))}
        return [Signal("form_fast", Strength.WEAK, sentence)]


class ManyPlaces:
    """The same person, or the same network address, wrote under several old articles within an hour.

    Somebody who answers old questions one after the other does that too: strong only for many, from somebody new.
    """

    def asks(self, submission: Submission) -> list[Call]:
        """Return what asks for the discussions of what the same writer wrote lately, and of what came from the same network."""
        now = _time_of(submission)
        published = submission.article.published_on
        if submission.kind != Kind.POST or published is None or published >= (now - OLD_AFTER).date():
            return []
        since, network = now - WITHIN, network_of(submission.client_ip)
        if submission.author_id:
            return [(_BY_MEMBER, (submission.author_id, since, network, since))]
        if submission.guest_id:
            return [(_BY_GUEST, (submission.guest_id, since, network, since))]
        return [(_FROM_NETWORK, (network, since))] if network else []

    def __call__(self, submission: Submission) -> list[Signal]:
        discussions = {pk for question, values in self.asks(submission) for (pk,) in question(*values)}
        if len(discussions) < SEVERAL - 1:  # this one may be among them, or not
            return []
        old = (_time_of(submission) - OLD_AFTER).date()
        elsewhere = Discussion.objects.filter(pk__in=discussions, article__published_on__lt=old)
        articles = {submission.article.pk, *elsewhere.values_list("article", flat=True)}
        if len(articles) < SEVERAL:
            return []
        is_strong = len(articles) >= MANY and submission.approved_count < LINKS_AFTER
        sentence = _("The same writer or network wrote under %(count)s old articles within an hour.") % {"count": len(articles)}
        return [Signal("many_places", Strength.STRONG if is_strong else Strength.WEAK, sentence)]


def _time_of(submission: Submission) -> datetime:
    return submission.now or timezone.now()


def _ask_by(writer: str, pk: int, since: datetime) -> QuerySet[Discussion, tuple[int]]:
    latest = Comment.objects.filter(**{writer: pk}, created_at__gt=since).order_by("-created_at")
    return Discussion.objects.filter(pk__in=latest.values("discussion")[:OF_WRITER]).values_list("pk")


def _ask_network(network: str, since: datetime) -> QuerySet[Discussion, tuple[int]]:
    latest = Evidence.objects.filter(network=network, at__gt=since).exclude(network="").order_by("-at")
    return Discussion.objects.filter(pk__in=latest.values("discussion")[:OF_NETWORK]).values_list("pk")


def _ask_both(writer: str, pk: int, since: datetime, network: str, at: datetime) -> QuerySet[Discussion, tuple[int]]:
    return _ask_by(writer, pk, since).union(_ask_network(network, at))


_BY_MEMBER, _BY_GUEST = Asked(partial(_ask_both, "author")), Asked(partial(_ask_both, "guest"))
_FROM_NETWORK = Asked(_ask_network)
