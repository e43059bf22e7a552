"""The index made anew: complete, without what is not public, and on from where it was stopped."""

from io import StringIO

import pytest
from django.core.management import call_command

from forum.discussion.models import Comment
from forum.search import jobs, rebuilding
from forum.search.models import ChangedText, IndexedArticle, IndexedComment, IndexState, Word
from forum.search.rebuilding import is_due, rebuild
from forum.search.vocabulary import learn
from tests.factories import ArticleFactory, CommentFactory

from .asking import find, find_articles

pytestmark = pytest.mark.django_db


def rows(model) -> list[tuple]:
    """Return all that the index holds, but for ids of its own."""
    fields = [field.attname for field in model._meta.concrete_fields if field.name not in ("id", "comment", "article")]
    return sorted(model.objects.values_list(*fields))


@pytest.fixture
def site() -> list[Comment]:
    """Write two articles, one a draft, and comments in several states."""
    shown, draft = ArticleFactory(title="On zygotes", language="de-DE"), ArticleFactory(title="On quokkas", status="draft")
    found = [CommentFactory(article=article, body=f"pump number {n}") for n, article in enumerate([shown, shown, draft])]
    found += [CommentFactory(article=shown, body="never", state=state) for state in ("held", "removed")]
    learn()
    return found


def lose_everything() -> None:
    for model in (IndexedArticle, IndexedComment, Word, IndexState):
        model.objects.all().delete()


def test_it_is_what_it_was(site: list[Comment]) -> None:
    before = [rows(model) for model in (IndexedArticle, IndexedComment, Word)]
    lose_everything()
    assert find("pump") == []
    assert rebuild() == 7
    assert [rows(model) for model in (IndexedArticle, IndexedComment, Word)] == before
    assert len(find("pump")) == 2
    assert len(find_articles("zygote")) == 1
    state = IndexState.load()
    assert (state.comment_count, state.languages) == (3, ["de"])
    assert not is_due()
    assert not ChangedText.objects.exists()


def test_what_should_not_be_there_goes(site: list[Comment]) -> None:
    Comment.objects.filter(pk=site[0].pk).update(state="removed", public=False)
    assert IndexedComment.objects.filter(pk=site[0].pk).exists()
    rebuild()
    assert not IndexedComment.objects.filter(pk=site[0].pk).exists()


def test_it_goes_on_where_it_was_stopped(site: list[Comment], monkeypatch: pytest.MonkeyPatch) -> None:
    lose_everything()
    monkeypatch.setattr(rebuilding, "COMMENTS_AT_ONCE", 2)

    def stop(done: int) -> None:
        if done == 4:  # two articles and two comments
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(stop)
    assert is_due()
    assert IndexedComment.objects.count() == 2
    later = CommentFactory(article=site[0].discussion.article, body="pump at last")
    assert rebuild() == 4
    assert len(find("pump")) == 3
    assert later.body in find("pump")
    assert IndexState.load().comment_count == 4
    assert not is_due()


def test_from_start_begins_again(site: list[Comment], monkeypatch: pytest.MonkeyPatch) -> None:
    IndexState.objects.update(version=rebuilding.VERSION, rebuilt_article=10**6, rebuilt_comment=10**6)
    lose = IndexedComment.objects.all()
    lose.delete()
    assert rebuild(from_start=True) == 7
    assert len(find("pump")) == 2


def test_another_way_of_taking_texts_apart_makes_it_due(site: list[Comment], monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild()
    monkeypatch.setattr(rebuilding, "VERSION", rebuilding.VERSION + 1)
    assert is_due()
    jobs.finish_index.call()
    assert not is_due()
    assert len(find("pump")) == 2


def test_command_says_what_it_did(site: list[Comment]) -> None:
    lose_everything()
    said = StringIO()
    call_command("rebuild_search", stdout=said)
    assert "Read 7 articles and comments again." in said.getvalue()
    assert len(find("pump")) == 2
    call_command("rebuild_search", "--from-start", stdout=StringIO())
    assert len(find("pump")) == 2
