"""Asking once, half a year after somebody wrote, how it went: who allowed it, and has proven their address by then.

What says that somebody was asked is stored with the mail, in one transaction for each: a worker that dies did both or neither.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from forum.accounts.people import Person
from forum.accounts.proven import people_with
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import moment_of
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.questions import shorten
from forum.discussion.updates import find_update, update_path
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph, Reminder
from forum.mail.sending import LetterMessage, send_letters

from .kinds import HOW_IT_WENT, emails_url, write_mail
from .letters import REMINDER_CHARS, language_of
from .models import MailChoice, Subscription
from .services import read_choice, rows_of, same_people

ASKED_AFTER = timedelta(days=182)
WAITED_FOR = timedelta(days=60)  # that a comment is public, an address proven, a pause over; then nobody is asked any more
PAUSE = timedelta(days=1)  # between two such mails to one person
ROWS_IN_A_JOB = 100


def ask_next(now: datetime, after: int = 0) -> int:
    """Look at the next ROWS_IN_A_JOB of those whose time has come, above the id ``after``; return the last id, 0 at the end."""
    _waiting().filter(made_at__gt=now + PAUSE).update(made_at=now)  # a clock was ahead when they were made, and was set back
    rows = _waiting().filter(made_at__lte=now - ASKED_AFTER, pk__gt=after).select_related("user", "guest").order_by("pk")
    found = list(rows[:ROWS_IN_A_JOB])
    for row in found:
        if row.made_at <= now - ASKED_AFTER - WAITED_FOR:
            _take(row, now)
        else:
            _ask(row, now)
    return found[-1].pk if len(found) == ROWS_IN_A_JOB else 0


def has_wish(person: Person, article_id: int) -> bool:
    """Tell whether ``person`` has already allowed to be asked about what they wrote under this article. One query."""
    wishes = Subscription.objects.filter(person.rows(), kind=Subscription.Kind.OUTCOME, root__discussion__article=article_id)
    return wishes.filter(stopped_at=None, done_at=None).exists()


def _waiting() -> QuerySet[Subscription]:
    return Subscription.objects.filter(kind=Subscription.Kind.OUTCOME, stopped_at=None, done_at=None)


def _ask(row: Subscription, now: datetime) -> None:
    """Mail the question, unless it cannot be asked today."""
    people = same_people(Person(user=row.user, guest=row.guest))
    readable = Comment.objects.visible_to(ANONYMOUS).select_related("discussion__article", "author", "guest")
    comment = readable.filter(pk=row.root_id or 0).first()
    if comment is None:
        return
    person = Person(user=comment.author, guest=comment.guest)  # who wrote as a guest may be a member by now
    if person not in people or person not in people_with(person.proven_address):
        return
    choice = read_choice(person)
    asked = Subscription.objects.filter(rows_of(people), kind=Subscription.Kind.OUTCOME, done_at__gt=now - PAUSE)
    if choice.pace == MailChoice.Pace.PAUSED or asked.exists():
        return
    is_told = find_update(comment) is not None
    message = None if is_told else _write(row, person, comment, with_text=choice.with_text)
    with transaction.atomic():
        if _take(row, now) and message:
            send_letters([message])


def _take(row: Subscription, now: datetime) -> bool:
    """Note that ``row`` is done, unless another worker was faster or it was stopped this moment."""
    return bool(_waiting().filter(pk=row.pk).update(done_at=now))


def _write(row: Subscription, person: Person, comment: Comment, *, with_text: bool) -> LetterMessage:
    with translation.override(language_of(person)):
        return write_mail(
            HOW_IT_WENT,
            outcome_letter(row, person, comment, with_text=with_text),
            person=person,
            subscription_ids=[row.pk],
            message_id=f"outcome-{row.pk}",
            conversation=f"thread-{comment.thread_id}",
        )


def outcome_letter(row: Subscription, person: Person, comment: Comment, *, with_text: bool) -> Letter:
    """Return the letter: one question, what they wrote, one link."""
    moment = moment_of(comment)
    title = _("What you wrote on %(date)s") % {"date": moment.words} if moment.machine else _("What you wrote")
    blocks: list[Block] = [
        Paragraph(_("Half a year ago you wrote here, and said that we may ask you once how it went.")),
        *([Reminder(shorten(to_plain(comment.body_html), REMINDER_CHARS), title=title)] if with_text else []),
        Link(_("Tell how it went"), settings.SITE_URL + update_path(person, comment)),
        Aside(_("It is one box. What you write stands under your comment, with its date, for those who ask the same.")),
        Aside(_("You need not answer, and we do not ask again. The link works whenever you like, even in years.")),
    ]
    everything = emails_url(person)
    return Letter(
        _("May we ask you how it went?"),
        blocks,
        [
            Aside(_("You get this email once, because you allowed it when you wrote.")),
            Links([Link(_("Stop all emails"), f"{everything}#all"), Link(_("Choose what you get, and how"), everything)]),
            Aside(_("Please do not answer this email. Nobody would see it.")),
        ],
    )
