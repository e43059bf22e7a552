"""The index follows what is public, in the same transaction: whatever happens, a search finds what everybody may read."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.services import publish_article, save_article, unpublish_article
from forum.accounts.people import Person
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import edit_comment
from forum.discussion.erasing import forget_writer
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.services import SOFTWARE, Actor, DiscussionClosedError, TransitionError, transition
from forum.jobs.worker import Worker
from forum.search import indexing
from forum.search.models import ChangedText, IndexedArticle, IndexedComment, Word
from forum.search.vocabulary import learn
from forum.search.words import stem
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, ModeratorFactory

from .asking import ask, find, find_articles

pytestmark = pytest.mark.django_db

WRITER = Actor(ActorKind.WRITER)


def test_comment_is_found_from_the_moment_it_is_public_until_it_is_not() -> None:
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    comment = CommentFactory(body="A zygote.", state="held")
    assert find("zygote") == []
    for state, is_found in (("published", True), ("removed", False), ("published", True), ("hidden", False)):
        comment = transition(comment, state, actor=moderator, reason="other")
        assert find("zygote") == (["A zygote."] if is_found else [])
    assert not IndexedComment.objects.filter(pk=comment.pk).exists()


def test_change_that_fails_leaves_the_index_as_it_was() -> None:
    comment = CommentFactory(body="A zygote.")
    with transaction.atomic():
        transition(comment, "withdrawn", actor=WRITER)
        assert find("zygote") == []
        transaction.set_rollback(True)
    assert find("zygote") == ["A zygote."]


def test_changed_comment_is_found_by_its_new_words_alone() -> None:
    comment = CommentFactory(body="A zygote.")
    redact_comment(comment, body="A quokka.", subject="Wombats", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert find("zygote") == []
    assert find("quokka wombat") == ["A quokka."]


def test_comment_without_its_writer_is_found_without_the_name() -> None:
    guest = GuestFactory(display_name="Zygote")
    CommentFactory(guest=guest, name="Zygote", body="A quokka. Yours, Zygote")
    assert len(find("zygote quokka")) == 1
    forget_writer(Person(guest=guest), keep_words=True)
    assert find("zygote") == []
    assert len(find("quokka")) == 1


def test_erased_comment_leaves_no_row() -> None:
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="A zygote.")
    forget_writer(Person(guest=guest), keep_words=False)
    assert not IndexedComment.objects.filter(pk=comment.pk).exists()


def test_article_is_found_while_it_is_published_by_the_words_it_has() -> None:
    article = ArticleFactory(title="On zygotes", status="draft")
    comment = CommentFactory(article=article, body="A zygote.")
    assert find_articles("zygote") == find("zygote") == []
    publish_article(article)
    assert find_articles("zygote") == [article.pk]
    assert find("zygote") == [comment.body]
    article.title = "On quokkas"
    save_article(article)
    assert find_articles("zygote") == []
    assert find_articles("quokka") == [article.pk]
    unpublish_article(article)
    assert find_articles("quokka") == find("zygote") == []
    assert not IndexedArticle.objects.exists()


def test_comments_follow_when_their_article_is_said_to_be_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "COMMENTS_AT_ONCE", 2)
    article = ArticleFactory(language="en-GB")
    bodies = ["Die alten Häuser.", "Häuser am See.", "Nie wieder Häuser!"]
    for body in bodies:
        CommentFactory(article=article, body=body)
    hidden = CommentFactory(article=article, body="Häuser, entfernt.", state="removed")
    elsewhere = CommentFactory(body="The Häuser of others.")
    learn()
    assert find("haus") == []
    article.refresh_from_db()
    article.language = "de"
    save_article(article)
    with transaction.atomic():
        Worker(rhythms=[]).run_due()
        learn()
    assert sorted(find("haus")) == sorted(bodies)
    assert not IndexedComment.objects.filter(pk=hidden.pk).exists()
    assert find("hauser others") == [elsewhere.body]
    stems = {stem("hauser", "de"), stem("hauser", "en")}
    assert set(Word.objects.filter(text="hauser").values_list("stem", flat=True)) == stems
    before = ChangedText.objects.count()
    save_article(article)
    Worker(rhythms=[]).run_due()
    assert ChangedText.objects.count() == before + 1


def test_what_waits_and_was_never_public_writes_nothing_here() -> None:
    ChangedText.objects.all().delete()
    with_article = ArticleFactory()
    before = ChangedText.objects.count()
    CommentFactory(article=with_article, state="held")
    assert not IndexedComment.objects.exists()
    assert ChangedText.objects.count() == before


STATES = ["published", "hidden", "removed", "rejected", "withdrawn", "erased", "held"]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(-1, 3), st.booleans()),
        st.tuples(st.sampled_from(STATES), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("edit"), st.integers(0, 5), st.booleans()),
        st.tuples(st.sampled_from(["discussion hidden", "discussion open", "draft", "publish"]), st.just(0), st.booleans()),
    ),
    min_size=3,
    max_size=14,
)


def walk(step: tuple[str, int, bool], articles: list, guest, moderator: Actor, written: list[int]) -> None:
    """Do one thing to the site, if it can be done."""
    act, index, flag = step
    article = articles[int(flag)]
    if act == "post":
        parent = Comment.objects.get(pk=written[index]) if 0 <= index < len(written) else None
        place = {"parent": parent} if parent else {"article": article}
        state = "published" if flag else "held"
        with suppress(DiscussionClosedError):
            written.append(CommentFactory(guest=guest, body=f"wombat marker{len(written)}x", state=state, **place).pk)
    elif act.startswith("discussion"):
        set_discussion_state(Discussion.objects.get(article=article), state=act.split()[1], actor=SOFTWARE)
    elif act in ("draft", "publish"):
        article.refresh_from_db()
        (publish_article if act == "publish" else unpublish_article)(article)
    elif index < len(written):
        comment = Comment.objects.get(pk=written[index])
        if act == "edit" and comment.state == "held":
            edit_comment(comment, body=f"quokka wombat marker{index}x", subject="", relation="", actor=WRITER)
        elif act == "edit" and comment.state != "erased":
            redact_comment(comment, body=f"quokka wombat marker{index}x", actor=moderator)
        elif act != "edit":
            for actor in (moderator, WRITER):
                try:
                    transition(comment, act, actor=actor, reason="other")
                    return
                except TransitionError:
                    continue


@hypothesis_settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=steps)
def test_search_finds_what_everybody_may_read_and_nothing_else(history: list[tuple[str, int, bool]]) -> None:
    with transaction.atomic():
        articles, guest = [ArticleFactory(), ArticleFactory()], GuestFactory()
        moderator, written = Actor(ActorKind.MODERATOR, ModeratorFactory()), []
        for step in history:
            walk(step, articles, guest, moderator, written)
        visible = set(Comment.objects.visible_to(ANONYMOUS).filter(body__contains="wombat").values_list("pk", flat=True))
        assert {match.pk for match in ask("wombat").comments.matches} == visible
        for number, pk in enumerate(written):
            assert [match.pk for match in ask(f"marker{number}x").comments.matches] == ([pk] if pk in visible else [])
        waiting = set(Comment.objects.visible_to(ANONYMOUS).filter(waiting=True).values_list("pk", flat=True))
        assert {match.pk for match in ask("wombat", is_unanswered=True).comments.matches} == waiting
        transaction.set_rollback(True)


def test_index_of_sqlite_is_whole() -> None:
    comments = [CommentFactory(body=f"zygote {number}") for number in range(5)]
    redact_comment(comments[1], body="A quokka.", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    transition(comments[2], "withdrawn", actor=WRITER)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_indexedcomment (search_indexedcomment) VALUES ('integrity-check')")
    assert len(find("zygote")) == 3
