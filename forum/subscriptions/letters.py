"""The mail about a new comment, in words. Who gets it is in ``readers``; it goes to proven addresses only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from forum.accounts.people import Person
from forum.discussion.answering import answer_path
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import days_between, duration_words, gap_words, moment_of
from forum.discussion.questions import shorten
from forum.discussion.threads import find_gap
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph, Quote, Reminder
from forum.mail.sending import LetterMessage
from forum.site.models import SiteText

from .kinds import FOLLOWED, REPLY, emails_url, write_mail
from .models import Subscription
from .readers import Reader
from .words import stop_words

Kind = Subscription.Kind
REMINDER_CHARS = 400  # of what the reader wrote; they know the rest


@dataclass(frozen=True)
class Announcement:
    """A new comment and what every mail about it says."""

    comment: Comment
    name: str

    @classmethod
    def of(cls, comment: Comment) -> "Announcement":
        """Return the announcement of ``comment``. One query where its writer gave no name."""
        return cls(comment, comment.name or SiteText.load().visitor_name)

    @property
    def moment(self) -> datetime:
        """Return when it was written."""
        assert self.comment.posted_at is not None  # only imported comments lack a date, and nobody is told of those
        return self.comment.posted_at


def write_alert(announcement: Announcement, reader: Reader) -> LetterMessage:
    """Return the mail by which ``reader`` hears of a comment."""
    with translation.override(language_of(reader.person)):
        return write_mail(
            REPLY if reader.reason == Kind.REPLIES else FOLLOWED,
            alert_letter(announcement, reader),
            person=reader.person,
            subscription_ids=[row.pk for row in reader.subscriptions],
            message_id=_message_id(announcement.comment, reader.person),
            conversation=f"thread-{announcement.comment.thread_id}",
        )


def alert_letter(announcement: Announcement, reader: Reader) -> Letter:
    """Return the letter. What the reader wrote long ago comes first: they may have forgotten it."""
    comment, name, with_text = announcement.comment, announcement.name, reader.choice.with_text
    blocks: list[Block] = [Aside(say_when(comment, reader))]
    reminder = _remind(reader.own) if reader.own and with_text else None
    gap = find_gap(reader.own, comment) if reader.own and not comment.is_update else None
    if gap:
        words = {"later": gap_words(gap), "name": comment.name or _("somebody")}
        blocks = [Paragraph(_("%(later)s, %(name)s has answered what you wrote here.") % words)]
        blocks += [reminder] if reminder else []
        words = {"name": name, "date": moment_of(comment).words}
        blocks.append(Aside((_("%(name)s wrote on %(date)s:") if with_text else _("%(name)s wrote on %(date)s.")) % words))
    if with_text:
        if comment.is_update and comment.parent and comment.parent.public:
            blocks += [_remind(comment.parent, of=name), Aside(_("%(name)s writes now:") % {"name": name})]
        blocks.append(Quote("\n\n".join(filter(None, (comment.subject, comment.body)))))
    blocks.append(Link(answer_words(comment), settings.SITE_URL + path_to(comment, reader.person)))
    blocks.append(Aside(_("You do not need to sign in to read. There is no hurry. The page will be there.")))
    if reminder and not gap:
        blocks.append(reminder)
    return Letter(headline(name, comment, reader), blocks, say_why(reader))


def headline(name: str, comment: Comment, reader: Reader) -> str:
    """Return who did what: a person, never a condition that an article may be about."""
    words = {"name": name}
    if comment.is_update:
        return _("%(name)s tells how it went") % words
    match reader.reason:
        case Kind.DISCUSSION:
            return _("%(name)s wrote under an article you follow") % words
        case Kind.THREAD:
            return _("%(name)s wrote in a conversation you follow") % words
    if reader.own is None or reader.own.pk != comment.parent_id:
        return _("%(name)s wrote in your conversation") % words
    if reader.own.is_question:
        return _("%(name)s answered your question") % words
    return _("%(name)s replied to you") % words


def answer_words(comment: Comment) -> str:
    """Return what the way to ``comment`` is called; nobody is answered by the name that stands for none."""
    return _("Read it and answer %(name)s") % {"name": comment.name} if comment.name else _("Read it and answer")


def say_when(comment: Comment, reader: Reader) -> str:
    """Return the date, and how long after the reader's own comment that was, where it is known to the day.

    Who follows is told the article, unless no text may stand in the mail: its title may name an illness.
    """
    date, own = {"date": moment_of(comment).words}, reader.own
    if reader.reason != Kind.REPLIES and reader.choice.with_text:
        return _("%(date)s, under “%(title)s”.") % (date | {"title": comment.discussion.article.title})
    if own is None or own.posted_at is None or comment.posted_at is None or own.posted_precision not in ("exact", "day"):
        return _("%(date)s.") % date
    days = days_between(own.posted_at, comment.posted_at)
    if days <= 0:
        return _("%(date)s, on the day of your comment.") % date
    return _("%(date)s, %(time)s after your comment.") % (date | {"time": duration_words(days)})


def say_why(reader: Reader) -> Sequence[Block]:
    """Return the foot of a mail: why it came, and how it stops."""
    kinds = [row.kind for row in reader.subscriptions]
    reasons = {
        Kind.REPLIES: _("You get this email because you asked to hear about replies to you."),
        Kind.THREAD: _("You get this email because you follow this conversation."),
        Kind.DISCUSSION: _("You get this email because you follow this article."),
    }
    stop = Link(stop_words(kinds), emails_url(reader.person, [row.pk for row in reader.subscriptions]))
    everything = emails_url(reader.person)
    text = _("Leave the text out of emails") if reader.choice.with_text else _("Put the text into emails")
    return [
        Aside(str(reasons[Kind(reader.reason)])),
        Links([stop, Link(_("Stop all emails"), f"{everything}#all"), Link(text, f"{everything}#choices")]),
        Aside(
            _("This is another reader’s experience, not medical advice. Please do not answer this email. Nobody would see it.")
        ),
    ]


def path_to(comment: Comment, person: Person) -> str:
    """Return the path by which ``person`` reads ``comment`` and answers: a guest is known there, a member signs in."""
    return answer_path(person.guest, comment) if person.guest else comment.get_absolute_url()


def language_of(person: Person) -> str:
    """Return the language to write to ``person`` in."""
    return (person.user.language if person.user else "") or settings.LANGUAGE_CODE


def _remind(own: Comment, *, of: str = "") -> Reminder:
    """Return what the reader wrote, or with ``of`` what somebody of that name did."""
    moment = moment_of(own)
    if of:
        title = _("What %(name)s wrote on %(date)s") % {"name": of, "date": moment.words}
        return Reminder(shorten(to_plain(own.body_html), REMINDER_CHARS), title=title)
    title = _("What you wrote on %(date)s") % {"date": moment.words} if moment.machine else _("What you wrote")
    return Reminder(shorten(to_plain(own.body_html), REMINDER_CHARS), title=title)


def _message_id(comment: Comment, person: Person) -> str:
    return f"comment-{comment.pk}.{'member' if person.user else 'guest'}-{person.row.pk}"
