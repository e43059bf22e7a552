"""Comments near to a text by its rare words."""

import pytest

from forum.discussion.closing import set_discussion_state
from forum.discussion.services import SOFTWARE
from forum.search.models import IndexState, Word
from forum.search.similar import find_similar, find_telling
from forum.search.vocabulary import learn
from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """Write comments of which some share rare words."""
    article = ArticleFactory()
    bodies = ["my son takes dantrolene", "dantrolene and baclofen pump for my son", "baclofen tablets, dear", "my son sleeps"]
    found = [CommentFactory(article=article, body=body) for body in bodies]
    learn()
    return found


def test_rarest_words_come_first_and_unknown_ones_are_left_out(written) -> None:
    words = find_telling("My son’s Dantrolene and his zebra", "en-GB", limit=3)
    assert words[0].word == "dantrolene"
    assert words[0].uses == 2
    assert "zebra" not in [word.word for word in words]
    assert [word.weight for word in words] == sorted((word.weight for word in words), reverse=True)


def test_those_that_share_the_most_telling_words_are_nearest(written) -> None:
    words = find_telling("Dantrolene, baclofen dear, or the pump?", "en-GB")
    found = find_similar(words)
    assert [similar.comment_id for similar in found] == [written[1].pk, written[2].pk, written[0].pk]
    assert set(found[0].words) == {"dantrolene", "baclofen", "pump"}
    assert found[0].words[0] == "pump"
    assert find_similar(words, exclude=[written[1].pk], limit=1)[0].comment_id == written[2].pk
    assert find_similar([]) == []


def test_words_that_many_use_say_nothing(written) -> None:
    IndexState.objects.update(comment_count=1_000)
    Word.objects.filter(text="son").update(uses=101)
    assert [word.word for word in find_telling("son dantrolene", "en-GB")] == ["dantrolene"]


def test_only_what_everybody_may_read_is_near(written) -> None:
    other = CommentFactory(body="dantrolene elsewhere")
    set_discussion_state(other.discussion, state="hidden", actor=SOFTWARE)
    found = find_similar(find_telling("dantrolene", "en-GB"))
    assert {similar.comment_id for similar in found} == {written[0].pk, written[1].pk}
