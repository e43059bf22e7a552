"""The weekly mail: all that somebody was to be told of, in one; none where nothing is new.

Each person is one transaction, which takes what was waiting off the list together with queueing the mail: a worker that dies has
done both or neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.accounts.people import Person
from forum.accounts.proven import people_with
from forum.discussion.markup import to_plain
from forum.discussion.models import Comment
from forum.discussion.moments import moment_of
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.questions import shorten
from forum.mail.backend import pack_messages, queue_rows
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph, Quote
from forum.mail.sending import LetterMessage
from forum.site.models import SiteText

from .kinds import DIGEST, emails_url, write_mail
from .letters import answer_words, language_of, path_to
from .models import Delivery
from .services import read_choice

PEOPLE_IN_A_JOB = 50
MOST_SHOWN = 20  # a longer mail is cut off by some mail programs; the rest is counted
EXCERPT_CHARS = 600


@dataclass(frozen=True)
class News:
    """One comment of the week, and why it is told."""

    comment: Comment
    name: str
    reason: str


def send_next(now: datetime) -> bool:
    """Write the weekly mails of the next PEOPLE_IN_A_JOB people; return whether there are more."""
    for _turn in range(PEOPLE_IN_A_JOB):
        first = Delivery.objects.filter(waits_for_digest=True).select_related("user", "guest").order_by("pk").first()
        if first is None:
            return False
        _send_to(Person(user=first.user, guest=first.guest), now)
    return True


def _send_to(person: Person, now: datetime) -> None:
    told = Delivery.objects.filter(person.rows(), waits_for_digest=True)
    rows = list(told.select_related("subscription").order_by("pk"))
    news = _read_news(rows) if person in people_with(person.proven_address) else []
    message = _write(person, news) if news else None
    mails = pack_messages([message] if message else [])
    with transaction.atomic():
        taken = told.filter(pk__in=[row.pk for row in rows]).update(waits_for_digest=False)
        if taken != len(rows):  # another worker took some of them: it writes the mail
            transaction.set_rollback(True)
            return
        if mails:
            queue_rows(mails)
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(message=mails[0])


def _read_news(rows: Sequence[Delivery]) -> list[News]:
    """Return what everybody may read now, answers first; without what was stopped since."""
    reasons = {row.comment_id: row.reason for row in rows if row.subscription and row.subscription.stopped_at is None}
    readable = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=reasons)
    comments = readable.select_related("discussion__article").defer("discussion__article__body", "discussion__article__body_html")
    visitor_name = SiteText.load().visitor_name
    news = [
        News(comment, comment.name or visitor_name, reasons[comment.pk]) for comment in comments.order_by("published_at", "pk")
    ]
    return sorted(news, key=lambda item: item.reason != "replies")


def _write(person: Person, news: Sequence[News]) -> LetterMessage:
    with translation.override(language_of(person)):
        return write_mail(DIGEST, digest_letter(person, news, with_text=read_choice(person).with_text), person=person)


def digest_letter(person: Person, news: Sequence[News], *, with_text: bool) -> Letter:
    """Return the letter: who wrote, where, what, and the way to each."""
    blocks: list[Block] = []
    for item in news[:MOST_SHOWN]:
        blocks.append(Paragraph(_say_who(item, with_title=with_text)))
        if with_text:
            blocks.append(Quote(shorten(to_plain(item.comment.body_html), EXCERPT_CHARS)))
        blocks.append(Links([Link(answer_words(item.comment), settings.SITE_URL + path_to(item.comment, person))]))
    if (rest := len(news) - MOST_SHOWN) > 0:
        blocks.append(Paragraph(ngettext("And %(count)d more comment.", "And %(count)d more comments.", rest) % {"count": rest}))
    blocks.append(Aside(_("You do not need to sign in to read. There is no hurry. The pages will be there.")))
    everything = emails_url(person)
    return Letter(
        _headline(news),
        blocks,
        [
            Aside(_("You get this email once a week, and only when something is new, because you asked for it.")),
            Links(
                [
                    Link(_("Stop all emails"), f"{everything}#all"),
                    Link(_("Choose what you get, and how"), everything),
                ]
            ),
            Aside(_("This is other readers’ experience, not medical advice.")),
            Aside(_("Please do not answer this email. Nobody would see it.")),
        ],
    )


def _say_who(item: News, *, with_title: bool) -> str:
    """Return who wrote, when and where; the title of an article may name an illness, so it goes with the text."""
    words = {"name": item.name, "title": item.comment.discussion.article.title, "date": moment_of(item.comment).words}
    if item.reason == "replies":
        said = (
            _("%(name)s answered you on %(date)s, under “%(title)s”.") if with_title else _("%(name)s answered you on %(date)s.")
        )
    else:
        said = _("%(name)s wrote on %(date)s, under “%(title)s”.") if with_title else _("%(name)s wrote on %(date)s.")
    return said % words


def _headline(news: Sequence[News]) -> str:
    names = list(dict.fromkeys(item.name for item in news))
    if len(names) == 1:
        return _("This week %(name)s wrote") % {"name": names[0]}
    if len(names) == 2:
        return _("This week %(first)s and %(second)s wrote") % {"first": names[0], "second": names[1]}
    others = ngettext("%(count)d other", "%(count)d others", len(names) - 1) % {"count": len(names) - 1}
    return _("This week %(name)s and %(others)s wrote") % {"name": names[0], "others": others}
