"""Rare words of a text, and the comments that share them."""

import pytest

from forum.search.models import IndexState, Word
from forum.search.similar import find_sharing, find_telling
from forum.search.vocabulary import learn
from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """Write comments of which some share rare words, on a site that has many others."""
    article = ArticleFactory()
    bodies = ["my son takes dantrolene", "dantrolene and baclofen pump for my son", "baclofen tablets, dear", "my son sleeps"]
    found = [CommentFactory(article=article, body=body) for body in bodies]
    learn()
    IndexState.objects.update(comment_count=1_000)
    return found


def test_rarest_words_come_first_and_unknown_ones_are_left_out(written) -> None:
    words = find_telling("my dear takes dantrolene and a zebra", "en-GB", limit=3)
    assert [word.word for word in words] == ["dear", "takes", "dantrolene"]
    assert [word.uses for word in words] == [1, 1, 2]
    assert [word.weight for word in words] == sorted((word.weight for word in words), reverse=True)


def test_names_short_words_and_what_only_the_text_itself_has_are_left_out(written) -> None:
    words = find_telling("my son takes dantrolene. Sleeps in 2 days", "en-GB", left_out={"dantrolene"})
    assert [word.word for word in words] == ["takes"]
    assert find_telling("my son takes it", "en-GB", least_uses=2) == []


def test_comments_are_found_with_the_words_they_share(written) -> None:
    words = find_telling("dantrolene, baclofen dear, or the pump?", "en-GB")
    found = {pk: {word.word for word in shared} for pk, shared in find_sharing(words).items()}
    assert found == {
        written[0].pk: {"dantrolene"},
        written[1].pk: {"dantrolene", "baclofen", "pump"},
        written[2].pk: {"baclofen", "dear"},
    }
    assert find_sharing([]) == {}


def test_words_that_many_use_say_nothing(written) -> None:
    Word.objects.filter(text="takes").update(uses=21)
    assert [word.word for word in find_telling("takes dantrolene", "en-GB")] == ["dantrolene"]
    IndexState.objects.update(comment_count=99)
    assert find_telling("takes dantrolene", "en-GB") == []
