"""Pages kept whole: what Django would send, never older than the last commit, and only for those of whom nothing is known."""

import gzip
import re
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import F
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st

from articles.models import Collection
from articles.services import save_article, save_collection, unpublish_article
from forum.accounts.naming import rename
from forum.accounts.people import Person
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import mark_question, redact_comment
from forum.discussion.editing import edit_comment
from forum.discussion.erasing import forget_writer
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.services import SOFTWARE, TRANSITIONS, Actor, TransitionError, transition
from forum.kept_pages import KEPT_PAGES
from forum.related.freshness import THREAD
from forum.related.neighbours import follow_changes
from forum.site.freshness import Proof
from forum.site.models import SiteText, SiteVersion
from forum.site.page_cache import GRACE_SECONDS, PageCache
from forum.topics.editing import change_vocabulary
from forum.topics.mentions import correct_comment
from forum.topics.models import By, Topic
from forum.topics.searching import search_all
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db(transaction=True)


class Answer:
    """What one request got."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.headers, self.body = int(status[:3]), {name.lower(): value for name, value in headers}, body

    @property
    def text(self) -> str:
        match self.headers.get("content-encoding"):
            case "br":
                return brotli.decompress(self.body).decode()
            case "gzip":
                return gzip.decompress(self.body).decode()
        return self.body.decode()


def ask(application: Any, path: str, *, method: str = "GET", cookies: str = "", **headers: str) -> Answer:
    """Send a request as a browser does."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()} | ({"cookie": cookies} if cookies else {})
    environ = RequestFactory().generic(method, path, headers=sent).environ
    if not cookies:
        environ.pop("HTTP_COOKIE", None)  # the factory's own
    said: list[Any] = []
    response: Iterable[bytes] = application(environ, lambda *start: said.extend(start))
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    return Answer(said[0], said[1], body)


@pytest.fixture
def cache() -> Any:
    """A cache of its own in front of Django."""
    made = PageCache(get_wsgi_application(), KEPT_PAGES)
    yield made
    made.prover.close()


@pytest.fixture
def django() -> Any:
    """Django without a cache."""
    return get_wsgi_application()


def test_second_reader_gets_the_kept_page_and_the_same_headers(cache: PageCache, django: Any) -> None:
    path = CommentFactory().discussion.article.get_absolute_url()
    plain, first, second = ask(django, path), ask(cache, path), ask(cache, path)
    assert cache.counts["made"] == 1
    assert cache.counts["hit"] == 2
    assert plain.text == first.text == second.text
    for name in ("content-security-policy", "x-content-type-options", "permissions-policy", "referrer-policy", "x-frame-options"):
        assert second.headers[name] == plain.headers[name]
    assert second.headers["cache-control"] == "no-cache"


def test_a_removal_is_gone_with_its_commit(cache: PageCache) -> None:
    comment = CommentFactory(body="Words that should not stand here.")
    paths = [
        comment.discussion.article.get_absolute_url(),
        f"{comment.discussion.article.get_absolute_url()}comments/{comment.pk}/",
    ]
    assert all("Words that should" in ask(cache, path).text for path in paths * 2)
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    transition(comment, "removed", actor=moderator, reason=Comment.Reason.OTHER)
    assert [("Words that should" in answer.text, answer.status) for answer in (ask(cache, path) for path in paths)] == [
        (False, 200),
        (False, 404),
    ]


@pytest.mark.parametrize("encoding", ["br", "gzip", "", "identity;q=1, br;q=0"])
def test_every_encoding_holds_the_same_page(cache: PageCache, django: Any, encoding: str) -> None:
    path = CommentFactory().discussion.article.get_absolute_url()
    answer = ask(cache, path, accept_encoding=encoding)
    assert answer.headers.get("content-encoding", "") == (encoding if encoding in ("br", "gzip") else "")
    assert answer.text == ask(django, path).text
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_page_that_has_not_changed_is_not_sent_again(cache: PageCache) -> None:
    comment = CommentFactory()
    path = comment.discussion.article.get_absolute_url()
    tag = ask(cache, path).headers["etag"]
    again = ask(cache, path, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == tag
    CommentFactory(discussion=comment.discussion)
    assert ask(cache, path, if_none_match=tag).status == 200


def test_head_has_the_length_and_no_body(cache: PageCache) -> None:
    path = ArticleFactory().get_absolute_url()
    length = ask(cache, path).headers["content-length"]
    answer = ask(cache, path, method="HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", length)


@pytest.mark.parametrize("name", ["SESSION_COOKIE_NAME", "GUEST_COOKIE_NAME", "POSTED_COOKIE_NAME"])
def test_whoever_may_be_known_is_answered_by_django(cache: PageCache, name: str) -> None:
    path = ArticleFactory().get_absolute_url()
    ask(cache, path)
    answer = ask(cache, path, cookies=f"{getattr(settings, name)}=anything")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert cache.counts["passed"] == 1
    assert len(cache._pages) == 1


def test_cookies_of_others_make_no_difference(cache: PageCache) -> None:
    path = ArticleFactory().get_absolute_url()
    ask(cache, path)
    ask(cache, path, cookies="_visitor=12345; theme=x")
    assert cache.counts["made"] == 1


def test_reading_settings_have_pages_of_their_own(cache: PageCache) -> None:
    path = ArticleFactory().get_absolute_url()
    large = f"{settings.READING_COOKIE_NAME}=large-normal-dark"
    assert 'data-text="large"' not in ask(cache, path).text
    assert 'data-text="large"' in ask(cache, path, cookies=large).text
    assert 'data-text="large"' not in ask(cache, path, cookies=f"{settings.READING_COOKIE_NAME}=nonsense").text
    assert cache.counts["made"] == 2


def test_unknown_parameters_and_since_are_answered_and_not_kept(cache: PageCache) -> None:
    path = ArticleFactory().get_absolute_url()
    for query in ("?since=2020-01-01", "?anything=1", f"?page={'1' * 300}"):
        ask(cache, path + query)
    assert (cache.counts["made"], cache.describe()["pages"]) == (0, 0)
    ask(cache, f"{path}?order=newest")
    assert cache.counts["made"] == 1


def test_failures_and_other_pages_are_passed_on(cache: PageCache) -> None:
    assert ask(cache, "/articles/nothing-here/").status == 404
    assert ask(cache, "/nothing/").status == 404
    assert ask(cache, "/healthz").status == 200
    assert ask(cache, "/articles/%ff%fe/").status == 404
    assert cache.describe()["pages"] == 0


def test_a_draft_is_never_kept(cache: PageCache) -> None:
    article = ArticleFactory()
    assert ask(cache, article.get_absolute_url()).status == 200
    unpublish_article(article)
    assert ask(cache, article.get_absolute_url()).status == 404


def test_memory_is_bounded_and_the_oldest_go_first(cache: PageCache) -> None:
    paths = [ArticleFactory().get_absolute_url() for _ in range(6)]
    ask(cache, paths[0])
    cache.most_bytes = cache.describe()["bytes"] * 3
    for path in paths:
        ask(cache, path)
    assert cache.describe()["bytes"] <= cache.most_bytes
    assert 2 <= cache.describe()["pages"] <= 3
    made = cache.counts["made"]
    ask(cache, paths[-1])
    assert cache.counts["made"] == made
    ask(cache, paths[0])
    assert cache.counts["made"] == made + 1


def test_a_feed_is_kept_and_known_again_by_tag_or_time(cache: PageCache) -> None:
    comment = CommentFactory(posted_at=timezone.now() - timedelta(hours=1))
    Discussion.objects.update(changed_at=comment.posted_at)
    path = f"{comment.discussion.article.get_absolute_url()}feed.atom"
    first = ask(cache, path)
    assert first.headers["content-type"].startswith("application/atom+xml")
    assert ask(cache, path, if_none_match=first.headers["etag"]).status == 304
    assert ask(cache, path, if_modified_since=first.headers["last-modified"]).status == 304
    assert ask(cache, path, if_modified_since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200
    assert ask(cache, path, if_modified_since=first.headers["last-modified"], if_none_match='"another"').status == 200
    assert ask(cache, path, if_modified_since="never").status == 200
    assert (cache.counts["made"], cache.counts["passed"]) == (1, 0)
    transition(comment, Comment.State.REMOVED, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), reason="advertising")
    gone = ask(cache, path, if_none_match=first.headers["etag"], if_modified_since=first.headers["last-modified"])
    assert gone.status == 200
    assert comment.body not in gone.text


def test_many_at_once_make_a_page_once(cache: PageCache) -> None:
    path = CommentFactory().discussion.article.get_absolute_url()
    together, texts = threading.Barrier(12), []

    def read() -> None:
        together.wait()
        texts.append(ask(cache, path).text)
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(12)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(set(texts)) == 1
    assert (cache.counts["made"], len(texts)) == (1, 12)
    assert cache._builders == {}


def test_database_away_shows_a_proved_page_for_a_moment_only(cache: PageCache, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ArticleFactory().get_absolute_url()
    ask(cache, path)
    ask(cache, path)
    cache.prover.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/at/all")
    (page,) = cache._pages.values()
    page.proved_at = time.monotonic()
    assert ask(cache, path).status == 200
    assert cache.counts["without proof"] == 1
    page.proved_at -= GRACE_SECONDS + 1
    passed = cache.counts["passed"]
    ask(cache, path)
    assert cache.counts["passed"] == passed + 1
    monkeypatch.undo()
    assert ask(cache, path).status == 200


def test_a_version_asked_for_is_never_older_than_the_question(cache: PageCache) -> None:
    """Three threads ask in turn with a writer; each must see at least what was committed before it asked."""
    article = ArticleFactory()
    path, stop, seen_late = article.get_absolute_url(), threading.Event(), []
    committed = [0]

    def read() -> None:
        while not stop.is_set():
            before = committed[0]
            text = ask(cache, path).text
            shown = re.search(r"Edition (\d+)\.", text)
            if int(shown[1] if shown else 0) < before:
                seen_late.append((before, shown))
        connection.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 25):
        article.standfirst = f"Edition {number}."
        save_article(article)
        committed[0] = number
        time.sleep(0)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen_late == []


@pytest.fixture
def shown_elsewhere(cache: PageCache) -> tuple[str, Comment]:
    """Return the path of a conversation's page, and a comment under another article that is shown below it."""
    make_vocabulary()
    asked, other = (CommentFactory(body=f"{words} A stroke, then splints.") for words in ("How long?", "Words of a stranger."))
    assert follow_changes(seconds=60)
    path = f"{asked.discussion.article.get_absolute_url()}comments/{asked.pk}/"
    assert "Words of a stranger" in ask(cache, path).text
    return path, other


@pytest.mark.parametrize("change", ["remove", "withdraw", "edit", "erase", "hide", "unpublish", "anonymise", "topics"])
def test_comment_shown_below_a_conversation_is_gone_from_it_with_the_commit(
    cache: PageCache, django: Any, shown_elsewhere: tuple[str, Comment], change: str
) -> None:
    path, other = shown_elsewhere
    assert ask(cache, path).headers["etag"] == ask(cache, path).headers["etag"]
    made, (_key, before) = cache.counts["made"], next(iter(cache._pages.items()))
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    match change:
        case "remove":
            transition(other, "removed", actor=moderator, reason=Comment.Reason.OTHER)
        case "withdraw":
            transition(other, "withdrawn", actor=Actor(ActorKind.WRITER))
        case "edit":
            redact_comment(other, body="Nothing of that.", actor=moderator)
        case "erase":
            forget_writer(Person(guest=other.guest), keep_words=False)
        case "hide":
            set_discussion_state(other.discussion, state="hidden", actor=moderator)
        case "unpublish":
            unpublish_article(other.discussion.article)
        case "anonymise":
            forget_writer(Person(guest=other.guest), keep_words=True)
        case "topics":
            correct_comment(other, topic_ids=[], by=By.WRITER)
    after = ask(cache, path)
    assert "Words of a stranger" not in after.text
    assert after.text == ask(django, path).text
    assert (cache.counts["made"], cache._pages[_key] is before) == (made + 1, False)


def test_conversation_shows_a_comment_elsewhere_as_soon_as_it_is_found_or_back(
    cache: PageCache, shown_elsewhere: tuple[str, Comment]
) -> None:
    path, other = shown_elsewhere
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    removed = transition(other, "removed", actor=moderator, reason=Comment.Reason.OTHER)
    assert "Words of a stranger" not in ask(cache, path).text
    transition(removed, "published", actor=moderator)
    assert "Words of a stranger" in ask(cache, path).text
    CommentFactory(body="Words of another stranger. Splints and a stroke.")
    assert "another stranger" not in ask(cache, path).text
    assert follow_changes(seconds=60)
    assert "another stranger" in ask(cache, path).text


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 19, "9" * 90])
def test_number_of_a_conversation_that_cannot_be_is_answered(cache: PageCache, number: str) -> None:
    path = CommentFactory().discussion.article.get_absolute_url()
    assert ask(cache, f"{path}comments/{number}/").status == 404
    assert cache.prover.read(Proof(THREAD, number)) is None


STEPS = st.tuples(
    st.sampled_from(
        ["post", "move", "edit", "rename", "article", "shelf", "words", "mark", "close", "relate", "topic", "correct"]
    ),
    st.integers(0, 10_000),
)


@pytest.mark.long
@given(history=st.lists(STEPS, min_size=6, max_size=10))
@how(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_kept_page_equals_the_page_of_now_after_any_change(cache: PageCache, django: Any, history: list[tuple[str, int]]) -> None:
    world = World()
    cookies = ["", f"{settings.READING_COOKIE_NAME}=larger-loose-dark"]
    for step, number in [("post", 0), *history]:
        world.play(step, number)
        paths = world.paths()
        for path in (*(paths[(number + turn) % len(paths)] for turn in (0, 3, 6, 9)), *world.threads()):
            cookie = cookies[number % 2]
            kept, now = ask(cache, path, cookies=cookie), ask(django, path, cookies=cookie)
            assert (kept.status, kept.text) == (now.status, now.text), f"after {step}: {path}"


class World:
    """Two articles on a shelf, two members, what all write about, and what happens to them."""

    def __init__(self) -> None:
        if not Topic.objects.exists():
            make_vocabulary()
        self.shelf: Collection = CollectionFactory()
        self.articles = [ArticleFactory(collection=self.shelf), ArticleFactory()]
        self.members = [MemberFactory(), MemberFactory()]
        self.moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
        self.comments: list[int] = []
        self.names = 0
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}

    def paths(self) -> list[str]:
        articles = [article.get_absolute_url() for article in self.articles]
        last = Comment.objects.get(pk=self.comments[-1])
        thread = f"{last.discussion.article.get_absolute_url()}comments/{last.thread_id}/"
        about = ["/topics/", "/topics/stroke/", "/topics/stroke/?with=splints", "/unanswered/?topic=splints"]
        return [*articles, f"{articles[0]}?order=newest", f"{articles[0]}?order=waiting", thread, "/", "/unanswered/", "/help/",
                self.shelf.get_absolute_url(), "/feed.atom", f"{articles[0]}feed.atom", f"{thread}feed.atom",
                "/sitemap.xml", "/sitemap-articles.xml", *about]  # fmt: skip

    def threads(self) -> list[str]:
        """Return the pages of the last conversations: what others wrote is shown below them."""
        last = Comment.objects.filter(pk__in=self.comments, root=None).order_by("-pk").select_related("discussion__article")[:2]
        return [f"{root.discussion.article.get_absolute_url()}comments/{root.pk}/" for root in last]

    def play(self, step: str, number: int) -> None:
        comment = Comment.objects.get(pk=self.comments[number % len(self.comments)]) if self.comments else None
        with suppress(TransitionError):  # not everything can be done in every state, nor by everybody
            getattr(self, f"_{step}")(number, comment)

    def _post(self, number: int, parent: Comment | None) -> None:
        parent = parent if number % 3 and parent and parent.public else None
        article = self.articles[number % 2]
        Discussion.objects.filter(state="closed").update(state="open", version=F("version") + 1)
        author = self.members[number % 2] if number % 5 else None
        fields = {"parent": parent} if parent else {"article": article}
        body = f"How long did it take you? {number}" if number % 2 else f"It took {number} weeks."
        body += " Splints, after a stroke."
        self.comments.append(CommentFactory(author=author, body=body, **fields).pk)

    def _move(self, number: int, comment: Comment) -> None:
        ways = [(to, kind) for (before, to), kinds in TRANSITIONS.items() if before == comment.state for kind in sorted(kinds)]
        if not ways:
            return
        to, kind = ways[number % len(ways)]
        actor = self.moderator if kind == ActorKind.MODERATOR else Actor(kind)
        transition(comment, to, actor=actor, reason=Comment.Reason.OTHER if to in ("rejected", "hidden", "removed") else "")

    def _edit(self, number: int, comment: Comment) -> None:
        if comment.state in ("published", "held"):
            words = {
                "body": f"Other words, {number}. Splints and baclofen.",
                "subject": comment.subject,
                "relation": comment.relation,
            }
            edit_comment(comment, actor=Actor(ActorKind.WRITER), **words)

    def _rename(self, number: int, comment: Comment) -> None:
        member = self.members[number % 2]
        self.names += 1
        rename(member, f"Sunny {member.email.split('@')[0]} {self.names}")

    def _article(self, number: int, comment: Comment) -> None:
        article = self.articles[number % 2]
        article.refresh_from_db()
        article.title = f"Another title, {number}"
        save_article(article)

    def _shelf(self, number: int, comment: Comment) -> None:
        self.shelf.title = f"Shelf {self.shelf.pk} of {number}"
        save_collection(self.shelf)

    def _words(self, number: int, comment: Comment) -> None:
        SiteText(pk=1, footer=f"Words below, {number}.", visitor_name=f"A reader {number % 3}").save()
        SiteVersion.objects.bump_frame()

    def _topic(self, number: int, comment: Comment) -> None:
        """Change the vocabulary, and let the worker follow, or part of the way."""
        topic = self.topics["stroke" if number % 2 else "splints"]
        Topic.objects.filter(pk=topic.pk).update(name=f"{topic.name} {number}", is_active=number % 5 > 0)
        change_vocabulary()
        search_all(seconds=0 if number % 3 else None)

    def _correct(self, number: int, comment: Comment) -> None:
        if comment.state != "erased":
            about = [topic.pk for turn, topic in enumerate(self.topics.values()) if (number + turn) % 3]
            correct_comment(comment, topic_ids=about, by=By.WRITER)

    def _mark(self, number: int, comment: Comment) -> None:
        mark_question(comment, is_question=not comment.is_question, actor=self.moderator)

    def _relate(self, number: int, comment: Comment) -> None:
        assert follow_changes(seconds=60)

    def _close(self, number: int, comment: Comment) -> None:
        discussion = comment.discussion
        set_discussion_state(discussion, state="closed" if discussion.state == "open" else "open", actor=SOFTWARE)
