"""Notes that are edited and comments that are published at the same moment: everybody gets through, nothing is left over."""

import pytest

from articles.services import save_article
from forum.care.models import NotedComment, SafetyNote
from forum.care.note_editing import delete_notes, save_note
from forum.care.note_search import search_all
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import Actor, transition
from tests.discussion.test_deciding_at_once import at_once
from tests.factories import ArticleFactory, CommentFactory, ModeratorFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("attempt", range(3))
def test_note_is_deleted_while_comments_that_call_for_it_are_published(attempt: int) -> None:
    note = save_note(SafetyNote(phrases="stopped", sentence="A note.", link="/help/"))
    waiting = [CommentFactory(state="held", body="We stopped.") for _ in range(4)]
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    outcomes = at_once(
        [
            *[lambda comment=comment: transition(comment, "published", actor=moderator) for comment in waiting],
            lambda: delete_notes([note]),
            search_all,
        ]
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Comment.objects.filter(public=True).count() == len(waiting)
    assert not NotedComment.objects.exists()


@pytest.mark.parametrize("attempt", range(3))
def test_article_and_note_are_stored_while_comments_under_it_are_published(attempt: int) -> None:
    article = ArticleFactory(body="## One\n\nA danger.")
    note = save_note(SafetyNote(phrases="stopped", sentence="A note.", article=article, paragraph="A danger"))
    waiting = [CommentFactory(article=article, state="held", body="We stopped.") for _ in range(4)]
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    article.body = "## Two\n\nA danger."
    other = SafetyNote.objects.get(pk=note.pk)
    other.sentence = "Another note."
    outcomes = at_once(
        [
            *[lambda comment=comment: transition(comment, "published", actor=moderator) for comment in waiting],
            lambda: save_article(article),
            lambda: save_note(other),
            search_all,
        ]
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert search_all()
    assert NotedComment.objects.filter(note=note).count() == len(waiting)
    note.refresh_from_db()
    assert (note.sentence, note.fragment) == ("Another note.", "part-two:~:text=A%20danger")
