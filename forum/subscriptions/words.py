"""What is followed, in words: for the page of one's emails and for letters."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from forum.discussion.models import Comment
from forum.discussion.moments import moment_of

from .models import Subscription

Kind = Subscription.Kind


@dataclass(frozen=True)
class Entry:
    """One subscription as its owner sees it; ``path`` leads to what it is about."""

    id: int
    heading: str
    where: str
    path: str = ""


def describe(row: Subscription, visitor_name: str) -> Entry:
    """Return ``row``, loaded by ``services.active_of``, in words."""
    match row.kind:
        case Kind.OWN:
            words = _("Whether they are public, and if not, why and what you can do.")
            return Entry(row.pk, _("What becomes of your comments"), words)
        case Kind.DISCUSSION:
            assert row.discussion is not None
            article = row.discussion.article
            return Entry(row.pk, _("Everything under an article"), f"“{article.title}”", article.get_absolute_url())
    assert row.root is not None
    if row.kind == Kind.OUTCOME:
        words = _("Once, half a year after what you wrote on %(date)s, under “%(title)s”") % {
            "date": moment_of(row.root).words,
            "title": row.root.discussion.article.title,
        }
        return Entry(row.pk, _("A question: how did it go?"), words, row.root.get_absolute_url())
    heading = _("Replies to you") if row.kind == Kind.REPLIES else _("A conversation")
    words = _("%(conversation)s, under “%(title)s”") % {
        "conversation": begun_by(row.root, visitor_name),
        "title": row.root.discussion.article.title,
    }
    return Entry(row.pk, heading, words, row.root.get_absolute_url())


def begun_by(root: Comment, visitor_name: str) -> str:
    """Return who began a conversation, and when; nothing about one whose beginning is not public."""
    if not root.public:
        return _("A conversation")
    moment = moment_of(root)
    names = {"name": root.name or visitor_name, "date": moment.words}
    if moment.machine:
        return _("The conversation that %(name)s began on %(date)s") % names
    return _("The conversation that %(name)s began") % names


def stop_words(kinds: Collection[str]) -> str:
    """Return what a button says that stops subscriptions of ``kinds``."""
    match _subject(kinds):
        case "own":
            return _("Stop emails about my own comments")
        case "article":
            return _("Stop emails about this article")
        case "conversation":
            return _("Stop emails about this conversation")
        case "outcome":
            return _("Do not ask me how it went")
    return _("Stop emails like this one")


def stopped_words(kinds: Collection[str], *, is_all: bool) -> str:
    """Return what is said once subscriptions of ``kinds`` are stopped; ``is_all``: nothing is left."""
    if is_all:
        return _("Stopped. You will get no more emails from us, but for those you ask for, such as a code for signing in.")
    match _subject(kinds):
        case "own":
            return _("Stopped. You will get no more emails about your own comments.")
        case "article":
            return _("Stopped. You will get no more emails about this article.")
        case "conversation":
            return _("Stopped. You will get no more emails about this conversation.")
        case "outcome":
            return _("Stopped. We do not ask you again how it went.")
    return _("Stopped. You will get no more emails about this.")


def _subject(kinds: Collection[str]) -> str:
    """Return the one thing that subscriptions of ``kinds`` are about; nothing where there are several."""
    names = {
        Kind.OWN: "own",
        Kind.DISCUSSION: "article",
        Kind.REPLIES: "conversation",
        Kind.THREAD: "conversation",
        Kind.OUTCOME: "outcome",
    }
    found = {names[Kind(kind)] for kind in kinds}
    return found.pop() if len(found) == 1 else ""
