"""When a comment was posted, in the short words of the administration; never more than what is known."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from ..models import Comment, year_of

_P = Comment.Precision


def age_of(moment: datetime) -> str:
    """Return how long ago ``moment`` was, in one unit: "9 hours"."""
    now = timezone.now()
    return timesince(moment, now, depth=1) if (now - moment).total_seconds() >= 60 else _("less than a minute")


def age_words(comment: Comment) -> str:
    """Return "9 hours ago" where the moment is known, else what ``date_words`` says."""
    if comment.posted_at is None or comment.posted_precision not in (_P.EXACT, _P.DAY):
        return date_words(comment)
    return _("%(age)s ago") % {"age": age_of(comment.posted_at)}


def date_words(comment: Comment) -> str:
    """Return "3 February 2010", "July 2005", "2005", the words of the old page, or that the date is not known."""
    if comment.posted_at is None:
        return comment.posted_text or _("date not known")
    if comment.posted_precision == _P.BEFORE:
        return comment.posted_text or _("before %(year)d") % {"year": year_of(comment.posted_at)}
    formats = {_P.YEAR: "Y", _P.MONTH: "F Y"}
    return date_format(timezone.localtime(comment.posted_at), formats.get(_P(comment.posted_precision), "j F Y"))


def year_words(comment: Comment) -> str:
    """Return the year, or that it is not known."""
    return str(year_of(comment.posted_at)) if comment.posted_at and comment.has_known_year else _("date not known")
