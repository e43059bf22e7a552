"""The work of the index: learning words each minute, making it anew where it is of another kind, rewriting it at night."""

from datetime import timedelta

from forum.jobs.definitions import job
from forum.jobs.schedule import daily, every

from . import indexing, rebuilding, vocabulary
from .backends import engine
from .models import IndexedComment


@every(minutes=1)
@job()
def learn_words() -> None:
    """Count the words of what was published, and forget those of what was taken away; merge what was indexed piece by piece."""
    vocabulary.learn()
    engine().merge(IndexedComment)


@every(minutes=5)
@job(time_limit=timedelta(hours=2))
def finish_index() -> None:
    """Make the index anew after an upgrade that takes texts apart in another way, or on from where that was stopped."""
    if rebuilding.is_due():
        rebuilding.rebuild()


@job(time_limit=timedelta(minutes=30))
def follow_language(article_id: int) -> None:
    """Index the comments below an article whose language is another one now; cut short, it starts again and does no harm."""
    indexing.index_comments_below(article_id)


@daily(at="04:20")
@job(time_limit=timedelta(minutes=30))
def compact_index() -> None:
    """Rewrite the index without what was deleted, before the database's journal is emptied."""
    vocabulary.learn()
    rebuilding.compact()
