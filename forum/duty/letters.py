"""The mail to staff, in words. It holds nothing of what anybody wrote, and no name: mail is not private enough for that."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.accounts.links import Purpose, make_link
from forum.accounts.models import User
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph
from forum.mail.sending import LetterMessage, MailingList, write_letter

from .heaps import Waiting
from .models import Kind

QUEUE_WAITING = "queue-waiting"  # how mail of each kind is counted
CARE_NEEDED = "care-needed"
LATE_AFTER = timedelta(hours=72)
HOUR = timedelta(hours=1)


def write_waiting(user: User, waiting: Waiting, now: datetime) -> LetterMessage:
    """Return the daily mail to ``user``."""
    letter, stop_url = waiting_letter(user, waiting, now), choices_url(user, Kind.WAITING)
    return write_letter(letter, to=user.email, kind="queue-waiting", mailing_list=MailingList(QUEUE_WAITING, stop_url))


def write_alarm(user: User, mark_ids: Sequence[int]) -> LetterMessage:
    """Return the mail that tells ``user`` of comments with somebody at risk; it overtakes all mail that nobody waits for."""
    mailing_list = MailingList(CARE_NEEDED, choices_url(user, Kind.CARE), is_urgent=True)
    return write_letter(alarm_letter(user, mark_ids), to=user.email, kind="care-needed", mailing_list=mailing_list)


def waiting_letter(user: User, waiting: Waiting, now: datetime) -> Letter:
    """Return the letter: how much waits, where, and since when."""
    age = now - (waiting.oldest or now)
    words = {"count": waiting.count, "time": time_words(age)}
    subject = ngettext(
        "%(count)d waits for a moderator, for %(time)s now", "%(count)d wait for a moderator, the oldest %(time)s", waiting.count
    )
    pages = list(dict.fromkeys(heap.path for heap in waiting.heaps))
    named = {heap.path: heap.name for heap in waiting.heaps}
    first, *others = pages
    queue = reverse("moderation:queue")
    blocks: list[Block] = [Paragraph(f"{heap.name}: {heap.count}") for heap in waiting.heaps]
    blocks.append(Link(_("Open the queue") if first == queue else named[first], settings.SITE_URL + first))
    if others:
        blocks.append(Links([Link(named[path], settings.SITE_URL + path) for path in others]))
    late = age > LATE_AFTER
    return Letter(
        subject % words,
        [Aside(_("Whoever wrote is told that a person reads it. Even a short visit helps.")), *blocks] if late else blocks,
        _foot(user, Kind.WAITING, _say_why(is_late=late)),
    )


def alarm_letter(user: User, mark_ids: Sequence[int]) -> Letter:
    """Return the letter: that there is something to read first, and where. One mark has a page, several have a list."""
    count = len(mark_ids)
    path = reverse("admin:care_caremark_change", args=mark_ids) if count == 1 else reverse("admin:care_caremark_changelist")
    said = ngettext(
        "Somebody has just written words that can mean that they, or somebody else, are at risk. Please read them first.",
        "Several comments have words that can mean that somebody is at risk. Please read them first.",
        count,
    )
    return Letter(
        ngettext("Please read a comment now", "Please read %(count)d comments now", count) % {"count": count},
        [
            Paragraph(said),
            Link(_("Read it now") if count == 1 else _("Read them now"), settings.SITE_URL + path),
            Aside(_("The page shows what was found, and asks you to write down what you did. That tells the other moderators.")),
            Aside(_("Whoever wrote has seen the help lines of this site. This mail holds none of their words, and no name.")),
        ],
        _foot(user, Kind.CARE, _("You get this email because you are a moderator. It comes at once, day and night.")),
    )


def choices_url(user: User, *kinds: Kind) -> str:
    """Return the address of the page where ``user`` chooses such mail; a mail program's own button stops these kinds."""
    return settings.SITE_URL + reverse("duty:choices-by-link", args=[make_link(user, Purpose.DUTY, *kinds)])


def time_words(age: timedelta) -> str:
    """Return how long something has waited: hours at first, days later; nothing below nought, should a clock have moved."""
    hours = max(timedelta(0), age) // HOUR
    if not hours:
        return _("less than an hour")
    if age < LATE_AFTER:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


def _say_why(*, is_late: bool) -> str:
    if is_late:
        return _("You get this email because you look after this site, and something has waited for more than three days.")
    return _("You get this email because you are a moderator. It comes once a day, and only when something waits.")


def _foot(user: User, kind: Kind, why: str) -> list[Block]:
    return [Aside(why), Links([Link(_("Stop emails like this one"), choices_url(user, kind))])]
