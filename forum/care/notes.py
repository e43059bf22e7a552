"""Safety notes beneath comments: which words call for which, what is stored of it, and how it looks on a page.

What stands beneath a comment is stored with its words (``settle_comment``), in the same transaction: a page only reads it.
What follows when a note itself is changed is in ``note_editing`` and ``note_search``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from django.db.models import QuerySet
from django.urls import Resolver404, resolve, reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from articles.models import Article
from forum.database.asked import Asked
from forum.database.compiled import Compiled, padded
from forum.discussion.models import Comment
from forum.discussion.patterns import PatternError, PatternSet, tokens_of

from .models import NotedComment, SafetyNote

MOST_BENEATH = 2  # a comment that calls for more than that is not made safer by them
FRAGMENT_WORDS = 8
Notes = PatternSet[tuple[int, str]]  # each phrase with the id and the language of its note


def load_notes() -> Notes:
    """Return the phrases of all notes in use. One small query: notes are few; their words are read only after one has changed."""
    return _read_notes(tuple(map(tuple, sorted(_VERSIONS()))))


_VERSIONS = Asked(lambda: SafetyNote.objects.filter(is_active=True).values_list("pk", "changed_at"))


@lru_cache(maxsize=2)
def _read_notes(versions: tuple[tuple[int, str], ...]) -> Notes:
    return make_notes(SafetyNote.objects.filter(pk__in=[pk for pk, _changed_at in versions]) if versions else ())


def make_notes(notes: Iterable[SafetyNote]) -> Notes:
    """Return the phrases of ``notes``, ready to be looked for."""
    phrases = []
    for note in notes:
        try:
            phrases += [(pattern, (note.pk, note.language)) for pattern in note.read_phrases()]
        except PatternError:
            continue  # stored by other means than its form
    return PatternSet(phrases)


def find_notes(comment: Comment, notes: Notes) -> set[int]:
    """Return the ids of the notes that the words of ``comment`` call for; what it quotes calls for none."""
    if notes.is_empty:
        return set()
    spoken = comment.language.split("-")[0].lower()
    text = f"{comment.subject}\n\n{comment.body}" if comment.subject else comment.body
    found = (owner for _match, owner in notes.find(tokens_of(text)))
    return {pk for pk, language in found if not (spoken and language and language != spoken)}


def settle_comment(comment: Comment, *, was_public: bool) -> None:
    """Store which notes stand beneath ``comment`` as it is now. Its row is locked by the caller's transaction."""
    if comment.public:
        settle_comments([comment], load_notes(), known=None if was_public else ())
    elif was_public:
        NotedComment.objects.filter(comment=comment).delete()


def settle_comments(comments: Sequence[Comment], notes: Notes, *, known: Collection[NotedComment] | None = None) -> set[int]:
    """Do the same for public ones whose rows are locked; return the ids of those where something changed.

    ``known`` is what is stored of them, None where that has to be read.
    """
    rows = NotedComment.objects.filter(comment__in=[comment.pk for comment in comments]) if known is None else known
    stored = {(row.comment_id, row.note_id): row.pk for row in rows}
    found = {(comment.pk, note_id) for comment in comments for note_id in find_notes(comment, notes)}
    gone = stored.keys() - found
    if gone:
        NotedComment.objects.filter(pk__in=[stored[key] for key in gone]).delete()
    new = store_found(found - stored.keys())
    return {comment_id for comment_id, _note_id in gone | new}


def store_found(found: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Store that notes stand beneath comments, which are locked or new; return those (comment, note) whose note is still here."""
    if not found:
        return set()
    # Locked, for somebody may be deleting one of them.
    notes_here = SafetyNote.objects.select_for_update(no_key=True).filter(pk__in={note_id for _comment_id, note_id in found})
    there = set(notes_here.order_by("pk").values_list("pk", flat=True))
    new = {(comment_id, note_id) for comment_id, note_id in found if note_id in there}
    NotedComment.objects.bulk_create((NotedComment(comment_id=one, note_id=two) for one, two in sorted(new)), batch_size=400)
    return new


def read_beneath(comment_ids: Collection[int]) -> Mapping[int, str]:
    """Return by comment the HTML of the notes beneath it (``settings.COMMENT_NOTES_READER``). One query."""
    beneath: dict[int, list[str]] = {}
    for comment_id, *values in _BENEATH(padded(comment_ids, READ_AT_ONCE)) if comment_ids else ():
        here = beneath.setdefault(comment_id, [])
        if len(here) < MOST_BENEATH:
            here.append(_render(*values))
    return {comment_id: "".join(here) for comment_id, here in beneath.items()}


def _ask_beneath(comment_ids: tuple[int, ...]) -> "QuerySet[NotedComment, tuple[Any, ...]]":
    noted = NotedComment.objects.filter(comment_id__in=comment_ids, note__is_active=True).order_by("comment", "note")
    fields = ("sentence", "dated_on", "language", "link", "fragment", "article__slug", "article__title", "article__status")
    return noted.values_list("comment_id", *(f"note__{name}" for name in fields))


READ_AT_ONCE = 50  # one statement serves all numbers up to it
_BENEATH = Compiled(_ask_beneath)


def _render(
    sentence: str, dated_on: date, language: str, link: str, fragment: str, slug: str | None, title: str, status: str
) -> str:
    when = f'<time datetime="{dated_on.isoformat()}">{escape(date_format(dated_on, "j F Y"))}</time>'
    lang = f' lang="{language}"' if language else ""
    way = ""
    if slug is None:
        host = urlsplit(link).hostname
        words = _("Read more at %(host)s") % {"host": host} if host else _("Read more about this")
        way = f'<p><a href="{escape(link)}">{escape(words)}</a></p>'
    elif status == Article.Status.PUBLISHED:
        path = reverse("articles:article", args=[slug]) + (f"#{fragment}" if fragment else "")
        words = _("Read about this in “%(title)s”") % {"title": title}
        way = f'<p><a href="{escape(path)}">{escape(words)}</a></p>'
    from_us = _("A note from this site, %(date)s") % {"date": when}
    return (
        f'<div class="note note-care comment__care" role="note"><p><strong>{from_us}</strong></p>'
        f'<p dir="auto"{lang}>{escape(sentence)}</p>{way}</div>'
    )


def find_article(path: str) -> Article | None:
    """Return the article that stands at ``path``, None where none does."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return Article.objects.filter(slug=match.kwargs["slug"]).first() if match.view_name == "articles:article" else None


def make_fragment(heading_id: str, words: str) -> str:
    """Return the part of an address that leads to ``words``, where these are hard to find to their heading.

    The syntax is that of https://wicg.github.io/scroll-to-text-fragment/, in which a hyphen has a meaning of its own. All
    browsers find words since 2024; older ones show the article from its top.
    """
    text = quote(" ".join(words.split()[:FRAGMENT_WORDS]), safe="").replace("-", "%2D")
    return f"{quote(heading_id)}:~:text={text}"
