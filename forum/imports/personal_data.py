"""What is held on a person here: what the report of an import quotes from their comments.

``ImportedId`` stays: it names no person, and keeps a second import of the same page from bringing an erased comment back.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from forum.accounts.people import Person
from forum.discussion.models import Comment

from .models import ImportedId, ImportedWriter, ImportRun, Upload

MODELS = ["imports.ImportRun", "imports.ImportedId", "imports.ImportedWriter", "imports.Upload"]
SHORTEST_QUOTE = 3  # a shorter name would be found in every sentence


def export(person: Person) -> dict[str, Any]:
    """Return where comments of theirs were imported from, and what the import found odd about them."""
    mine = ImportedId.objects.filter(person.rows("comment__author", "comment__guest")).select_related("run", "comment")
    return {
        "imported_comments": [
            {
                "comment": tie.comment_id,
                "source": tie.source,
                "imported_at": tie.run.started_at,
                "oddities": [
                    problem["sentence"] for problem in _quoting(tie.run, _quotes_of([tie.comment] if tie.comment else []))
                ],
            }
            for tie in mine.order_by("pk")
        ],
        "brought_in": [
            {"file": row.file_name, "at": row.made_at} for row in Upload.objects.filter(made_by=person.user).order_by("made_at")
        ]
        if person.user
        else [],
        "known_at_old_sites_as": [
            {"source": row.source, "key": row.key} for row in ImportedWriter.objects.filter(guest=person.guest).order_by("pk")
        ]
        if person.guest
        else [],
    }


def erase(person: Person, *, keep_words: bool) -> None:
    """Blank the sentences in reports that quote their comments. Called before the comments lose their writer."""
    if person.user:
        Upload.objects.filter(made_by=person.user).update(made_by=None)
    if person.guest:
        ImportedWriter.objects.filter(guest=person.guest).delete()
    comments = Comment.objects.filter(person.rows("author")).exclude(origin="")
    for run in ImportRun.objects.filter(imported_ids__comment__in=comments).distinct():
        quotes = _quotes_of(comments.filter(pk__in=run.imported_ids.values("comment")))
        for problem in _quoting(run, quotes):
            problem["sentence"] = _("(erased with the comment it was about)")
        run.save(update_fields=["problems"])


def _quotes_of(comments: Iterable[Comment]) -> set[str]:
    """Return what reports quote from comments: names, titles, and what the old page printed."""
    quotes = {text for comment in comments for text in (comment.name, comment.subject, comment.origin_note, comment.posted_text)}
    return {text for text in quotes if len(text) >= SHORTEST_QUOTE}


def _quoting(run: ImportRun, quotes: set[str]) -> list[dict[str, Any]]:
    return [problem for problem in run.problems if any(quote in problem["sentence"] for quote in quotes)]
