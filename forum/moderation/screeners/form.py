"""Checks of how a comment was sent: the field nobody sees, the time at the form, many places within an hour. No captcha."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.accounts.client_address import network_of
from forum.discussion.models import Comment
from forum.discussion.screening import LINKS_AFTER, Kind, Signal, Strength, Submission

FAST_SECONDS = 5  # to read the form, write and send it; a text begun elsewhere may come as fast, so this is a hint
WITHIN = timedelta(hours=1)
OLD_AFTER = timedelta(days=365)
SEVERAL, MANY = 3, 6  # old articles


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

    def __call__(self, submission: Submission) -> list[Signal]:
        if submission.kind != Kind.POST:
            return []
        now = submission.now or timezone.now()
        old = (now - OLD_AFTER).date()
        published = submission.article.published_on
        if published is None or published >= old:
            return []
        recent = Comment.objects.filter(self._same_writer(submission), created_at__gt=now - WITHIN)
        recent = recent.filter(discussion__article__published_on__lt=old).order_by("-pk")
        articles = {submission.article.pk, *recent.values_list("discussion__article", flat=True)[:100]}
        if len(articles) < SEVERAL:
            return []
        is_strong = len(articles) >= MANY and submission.approved_count < LINKS_AFTER
        sentence = _("The same writer or network wrote under %(count)s old articles within an hour.") % {"count": len(articles)}
        return [Signal("many_places", Strength.STRONG if is_strong else Strength.WEAK, sentence)]

    def _same_writer(self, submission: Submission) -> Q:
        writer = Q(pk__in=())
        if submission.author_id:
            writer |= Q(author=submission.author_id)
        if submission.guest_id:
            writer |= Q(guest=submission.guest_id)
        if network := network_of(submission.client_ip):
            writer |= Q(evidence__network=network)
        return writer
