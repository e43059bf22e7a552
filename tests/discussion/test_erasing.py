"""What erasing a comment takes with it, whoever asked for it: a person who goes, or time, for what was taken back."""

import pytest

from forum.discussion.correcting import mark_question, redact_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import SOFTWARE, Actor, transition
from tests.factories import CommentFactory, ModeratorFactory


@pytest.mark.django_db
def test_notes_on_an_erased_comment_are_blanked_and_the_decisions_stay() -> None:
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    comment, other = CommentFactory(), CommentFactory()
    for each in (comment, other):
        redact_comment(each, body="Without it.", actor=moderator, note="It named her school.")
        mark_question(each, is_question=True, actor=moderator)
    before = comment.decisions.count()
    transition(comment, Comment.State.ERASED, actor=SOFTWARE)
    assert comment.decisions.count() == before + 1
    assert set(comment.decisions.values_list("note", flat=True)) == {"", "question"}
    assert other.decisions.filter(note="It named her school.").exists()
