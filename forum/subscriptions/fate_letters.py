"""What a writer is told of decisions about their comment, in words: about the text, never about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.accounts.people import Person
from forum.discussion.editing import count_sendings_left
from forum.discussion.letters import mine_path
from forum.discussion.models import Comment
from forum.discussion.moments import moment_of
from forum.discussion.standing import reason_words
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph, Quote, Reminder

from .fates import Fate, News
from .kinds import emails_url


@dataclass(frozen=True)
class Addressed:
    """To whom, about which comment, and how much of it may stand in the mail."""

    person: Person
    comment: Comment
    with_text: bool
    subscription_id: int
    hears_of_replies: bool

    @cached_property
    def own_url(self) -> str:
        """Return the address of the list of all that is theirs, at this comment."""
        path = mine_path(self.person.guest) if self.person.guest else reverse("discussion:mine")
        return f"{settings.SITE_URL}{path}#comment-{self.comment.pk}"

    @property
    def place_url(self) -> str:
        """Return the permanent address of the comment."""
        return settings.SITE_URL + self.comment.get_absolute_url()

    def reminder(self) -> list[Block]:
        """Return the words of the comment as they stand now, or which one it is."""
        if not self.with_text:
            return [Aside(_("This is about what you wrote on %(date)s.") % {"date": moment_of(self.comment).words})]
        text = "\n\n".join(filter(None, (self.comment.subject, self.comment.body)))
        return [Reminder(text, title=_("Your text"))]


def fate_letter(news: News, to: Addressed) -> Letter:
    """Return the letter about ``news``."""
    headline, blocks = _LETTERS[news.fate](news, to)
    return Letter(headline, blocks, [*_warn(blocks, to), *_foot(to)])


def _published(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    if news.redactions:
        return _redacted(news, to)
    promise = Aside(_("When somebody answers you, we write to you again, even if that takes years. You need do nothing."))
    return _("Your comment is public"), [
        Paragraph(_("Your comment is public. Thank you for writing it.")),
        Link(_("See it in its place"), to.place_url),
        *([promise] if to.hears_of_replies else []),
        Links([Link(_("Change it or take it back"), to.own_url)]),
        *to.reminder(),
    ]


def _redacted(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    if news.fate is Fate.REDACTED:
        headline = _("We took words out of your comment")
        first = _("We took words out of your comment. The rest stays as you wrote it.")
    else:
        headline = _("Your comment is public, without some words")
        first = _("We published your comment and took some words out.")
    return headline, [*_tell_cut(first, news, to), *to.reminder()]


def _tell_cut(first: str, news: News, to: Addressed) -> list[Block]:
    """Return what was taken out, why, where it can be seen, and what to do if that was wrong."""
    blocks: list[Block] = [Paragraph(first)]
    if news.passages and to.with_text:
        blocks += [Paragraph(_("This is what we took out:")), Quote("\n\n".join(news.passages))]
    if news.reason == Comment.Reason.PERSONAL_DETAILS:
        blocks.append(Paragraph(_("We did it so that nobody can be found by these words.")))
    elif news.reason:
        blocks.append(Paragraph(_("The reason: %(reason)s") % {"reason": reason_words(news.reason)}))
    return [
        *blocks,
        Link(_("See it in its place"), to.place_url),
        Paragraph(_("Tell us if we were wrong.")),
        Links([Link(_("How to reach us"), settings.SITE_URL + reverse("site:help"))]),
    ]


def _rejected(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    blocks: list[Block] = [Paragraph(reason_words(news.decision.reason))] if news.decision.reason else []
    if count_sendings_left(to.comment):
        below = " " + _("Your text is below.") if to.with_text else ""
        blocks += [
            Paragraph(_("You can change it and send it again.") + below),
            Link(_("Change it and send it again"), to.own_url),
        ]
        blocks.append(Aside(_("You can also ask us to look again. The link leads to that too.")))
    else:
        blocks += [Paragraph(_("You can ask us to look again.")), Link(_("Ask us to look again"), to.own_url)]
    return _("We did not publish your comment"), [*blocks, *to.reminder()]


def _removed(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    why: list[Block] = [Paragraph(reason_words(news.decision.reason))] if news.decision.reason else []
    return _("A moderator took your comment off the page"), [
        *why,
        Paragraph(
            _("Replies to it stay. If you think that we were wrong, ask us to look again: somebody will read what you write.")
        ),
        Link(_("Ask us to look again"), to.own_url),
        *to.reminder(),
    ]


def _restored(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    return _("Your comment is public again"), [
        Paragraph(_("We looked at your comment again. It is back in its place. Thank you for your patience.")),
        Link(_("See it in its place"), to.place_url),
        *to.reminder(),
    ]


def _change_published(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    if news.reason:
        told = _tell_cut(_("We published your change and took some words out."), news, to)
    else:
        told = [
            Paragraph(_("Readers see your comment as you changed it. Thank you.")),
            Link(_("See it in its place"), to.place_url),
        ]
    return _("Your change is public"), [*told, *to.reminder()]


def _change_declined(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    return _("We did not publish your change"), [
        Paragraph(reason_words(news.decision.reason)),
        Paragraph(_("Readers see the text that you had before. Your new text is kept, and you can change it again.")),
        Link(_("Change it again"), to.own_url),
        *([] if to.with_text else to.reminder()),
    ]


def _upheld(news: News, to: Addressed) -> tuple[str, Sequence[Block]]:
    blocks: list[Block] = [Paragraph(_("You asked us to look again. We did, and it stays as it is."))]
    if news.decision.note and to.with_text:
        blocks += [Paragraph(_("The moderator wrote:")), Quote(news.decision.note)]
    return _("We looked at your comment again"), [*blocks, Link(_("See your comment"), to.own_url), *to.reminder()]


_LETTERS: dict[Fate, Callable[[News, Addressed], tuple[str, Sequence[Block]]]] = {
    Fate.PUBLISHED: _published,
    Fate.REDACTED: _redacted,
    Fate.REJECTED: _rejected,
    Fate.REMOVED: _removed,
    Fate.RESTORED: _restored,
    Fate.CHANGE_PUBLISHED: _change_published,
    Fate.CHANGE_DECLINED: _change_declined,
    Fate.UPHELD: _upheld,
}


def _warn(blocks: Sequence[Block], to: Addressed) -> list[Block]:
    """Return what to know of a guest's link, where one is in the letter."""
    links = [link for block in blocks for link in (block.links if isinstance(block, Links) else [block])]
    if to.person.guest is None or to.own_url not in [link.url for link in links if isinstance(link, Link)]:
        return []
    return [Aside(_("One of the links is only for you: whoever has it can read your comments, and change them for 30 days."))]


def _foot(to: Addressed) -> list[Block]:
    everything = emails_url(to.person)
    text = _("Leave the text out of emails") if to.with_text else _("Put the text into emails")
    blocks: list[Block] = [
        Aside(_("You get this email because you asked to hear what becomes of your comments.")),
        Links(
            [
                Link(_("Stop emails about my own comments"), emails_url(to.person, [to.subscription_id])),
                Link(_("Stop all emails"), f"{everything}#all"),
                Link(text, f"{everything}#choices"),
            ]
        ),
        Aside(_("Please do not answer this email. Nobody would see it.")),
    ]
    return blocks
