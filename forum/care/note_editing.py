"""What follows when a safety note, or the article that it leads to, is stored: every page that shows it is another one."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from articles.markup import find_passage
from articles.models import Article
from forum.discussion.models import Discussion
from forum.site.models import SiteVersion

from .jobs import search_for_notes
from .models import SafetyNote
from .notes import make_fragment

# What was being published when the note changed is there by then.
SOON = timedelta(seconds=5)
_LOOKED_FOR = ("phrases", "language", "is_active")


@transaction.atomic
def save_note(note: SafetyNote) -> SafetyNote:
    """Store ``note`` and return it. Where its phrases may be other ones, a job looks for them in all comments."""
    # The article first, as its own saving does: else the paragraph might be looked for in a text that is being replaced.
    note.article = Article.objects.select_for_update(no_key=True).filter(pk=note.article_id or 0).first()
    before = SafetyNote.objects.select_for_update(no_key=True).filter(pk=note.pk).first()
    note.fragment = _place(note)
    if before is None or any(getattr(before, name) != getattr(note, name) for name in _LOOKED_FOR):
        note.searched_to = 0
        search_for_notes.using(run_after=timezone.now() + SOON).enqueue()
    note.save()
    SiteVersion.objects.bump_frame()
    return note


@transaction.atomic
def delete_notes(notes: Iterable[SafetyNote]) -> None:
    """Delete ``notes``: they are gone from every page at once."""
    for note in notes:
        note.delete()
    SiteVersion.objects.bump_frame()


def follow_article(article: Article, *, was_published: bool) -> None:
    """Find the paragraphs again to which notes lead, after their article was stored; one that is taken away is not led to."""
    notes = list(SafetyNote.objects.filter(article=article))
    if not notes:
        return
    # Locked before notes and the number of all pages, as everywhere: who comes after changes the article's own discussion.
    list(Discussion.objects.select_for_update(no_key=True).filter(article=article).values_list("pk"))
    changed = was_published != article.is_published()
    for note in notes:
        note.article = article
        if (fragment := _place(note)) != note.fragment:
            SafetyNote.objects.filter(pk=note.pk).update(fragment=fragment)
            changed = True
    if changed:
        SiteVersion.objects.bump_frame()


def _place(note: SafetyNote) -> str:
    """Return where in its article the note leads to: to the paragraph of its words, else to the heading that it led to before."""
    if note.article is None:
        return ""
    html = note.article.body_html
    if not note.paragraph:
        return note.fragment if f'id="{note.fragment}"' in html else ""
    found = find_passage(html, note.paragraph)
    return make_fragment(*found) if found else ""
