"""Which topics a comment shows, and how many comments show one: always what everybody may read, and what people said of it."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.services import publish_article, unpublish_article
from forum.discussion.closing import set_discussion_state
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import (
    NotChangeableError,
    NothingChangedError,
    edit_comment,
    return_comment,
    text_key,
)
from forum.discussion.erasing import anonymise_comment, erase_comment
from forum.discussion.models import ActorKind, Comment, Discussion, PendingChange
from forum.discussion.responding import publish_change
from forum.discussion.services import TRANSITIONS, Actor, TransitionError, transition, withdraw_comment
from forum.site.models import SiteVersion
from forum.topics.jobs import follow_discussion, search_again
from forum.topics.mentions import (
    correct_comment,
    find_topics,
    forget_comments,
    settle_comment,
    settle_comments,
    show_comments,
    store_found,
)
from forum.topics.models import By, Mention, Standing, Topic, TopicPair
from forum.topics.vocabulary import current_matcher
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic, make_vocabulary, search, stored_counts, topics_of, true_counts

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)
BODY = "After his stroke my son had baclofen. The splints wore him out, and the baclofen wore off."


@pytest.fixture
def vocabulary():
    return make_vocabulary()


def _moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def _count(*names):
    low, high = sorted(Topic.objects.get(name=name).pk for name in (names if len(names) == 2 else names * 2))
    return stored_counts().get((low, high), 0)


def test_published_comment_shows_its_topics_with_their_places(vocabulary):
    comment = CommentFactory(subject="Baclofen", body=BODY)
    assert topics_of(comment) == {"stroke", "a son or daughter", "baclofen", "splints", "wearing off"}
    mention = Mention.objects.get(comment=comment, topic=vocabulary["baclofen"])
    text = f"{comment.subject}\n\n{comment.body}"
    assert [text[start:end] for start, end in mention.spans] == ["Baclofen", "baclofen", "baclofen"]
    assert (mention.at, mention.standing) == (comment.published_at, Standing.FOUND)
    assert (_count("baclofen"), _count("baclofen", "stroke"), _count("baclofen pump")) == (1, 1, 0)


def test_what_an_import_has_stored_is_shown_and_counted_once(vocabulary):
    public, held = CommentFactory(body=BODY), CommentFactory(body=BODY, state="held")
    forget_comments([public.pk])
    store_found((comment, find_topics(comment, current_matcher())) for comment in (public, held))
    Mention.objects.filter(topic=vocabulary["stroke"]).update(standing=Standing.DENIED)
    Topic.objects.filter(pk=vocabulary["splints"].pk).update(is_active=False)
    assert topics_of(public) == topics_of(held) == set()
    show_comments([public.pk, held.pk])
    assert (topics_of(public), topics_of(held)) == ({"a son or daughter", "baclofen", "wearing off"}, set())
    assert stored_counts() == true_counts()
    Topic.objects.filter(pk=vocabulary["splints"].pk).update(is_active=True)
    for _ in range(2):  # beside what is shown by now; and once more
        show_comments([public.pk, held.pk])
        assert topics_of(public) == {"a son or daughter", "baclofen", "splints", "wearing off"}
        assert stored_counts() == true_counts()


def test_comment_that_waits_shows_nothing_and_counts_nowhere(vocabulary):
    assert topics_of(CommentFactory(body=BODY, state="held")) == set()
    assert stored_counts() == {}


def test_every_way_out_of_sight_counts_it_out_and_every_way_back_in(vocabulary):
    comment = CommentFactory(body=BODY, guest=GuestFactory())
    moderator = _moderator()

    def publish():
        transition(comment, "published", actor=moderator)

    for leave, come_back in [
        (lambda: transition(comment, "hidden", actor=moderator), publish),
        (lambda: transition(comment, "removed", actor=moderator, reason="other"), publish),
        (lambda: withdraw_comment(comment, actor=WRITER), lambda: return_comment(comment, actor=WRITER)),
    ]:
        leave()
        assert (topics_of(comment), stored_counts()) == (set(), {})
        come_back()
        assert len(topics_of(comment)) == 5
        assert stored_counts() == true_counts() != {}


def test_erasing_leaves_no_mention(vocabulary):
    comment = CommentFactory(body=BODY)
    correct_comment(comment, topic_ids=[vocabulary["splints"].pk], by=By.WRITER)
    erase_comment(comment)
    assert not Mention.objects.exists()
    assert stored_counts() == {}


def test_other_words_have_other_topics(vocabulary):
    member = MemberFactory()
    for _ in range(2):
        CommentFactory(author=member, body="It went well.")
    comment = CommentFactory(author=member, body=BODY)
    edit_comment(comment, body="A baclofen pump, in the end.", subject="", relation="", actor=WRITER)
    assert topics_of(comment) == {"baclofen pump"}
    redact_comment(Comment.objects.get(pk=comment.pk), body="A [device], in the end.", actor=_moderator())
    assert topics_of(comment) == set()
    assert stored_counts() == {}


def test_change_that_waits_shows_the_topics_of_what_readers_see(vocabulary):
    comment = CommentFactory(body="We had splints.")
    edit_comment(comment, body="We had baclofen.", subject="", relation="", actor=WRITER)
    assert topics_of(comment) == {"splints"}
    publish_change(comment, actor=_moderator(), seen=text_key(PendingChange.objects.get()))
    assert topics_of(comment) == {"baclofen"}


def test_words_that_stay_without_their_writer_keep_their_topics(vocabulary):
    comment = CommentFactory(body="Stroke himself had splints.", name="Stroke")
    anonymise_comment(comment, GuestFactory(display_name=""), names={"Stroke"})
    assert topics_of(comment) == {"splints"}


def test_site_wide_pages_know_of_every_change(vocabulary):
    before = SiteVersion.objects.current()
    CommentFactory(body=BODY)
    assert SiteVersion.objects.current() > before


# -- shown and hidden as a whole


def test_hidden_discussion_and_unpublished_article_count_nothing(vocabulary, django_capture_on_commit_callbacks):
    comment = CommentFactory(body=BODY)
    other = CommentFactory(body="A stroke, too.")
    discussion = comment.discussion

    def follow():
        follow_discussion.func(discussion.pk)
        assert stored_counts() == true_counts()
        return topics_of(comment)

    set_discussion_state(discussion, state="hidden", actor=_moderator())
    assert follow() == set()
    set_discussion_state(discussion, state="closed", actor=_moderator())
    assert len(follow()) == 5
    unpublish_article(discussion.article)
    assert follow() == set()
    publish_article(discussion.article)
    assert len(follow()) == 5
    assert topics_of(other) == {"stroke"}


def test_showing_and_hiding_as_a_whole_is_followed_by_a_job(vocabulary):
    from django_tasks_db.models import DBTaskResult

    def jobs():
        return DBTaskResult.objects.filter(task_path="forum.topics.jobs.follow_discussion").count()

    article = ArticleFactory()
    assert jobs() == 0
    set_discussion_state(article.discussion, state="closed", actor=_moderator())
    assert jobs() == 0
    set_discussion_state(article.discussion, state="hidden", actor=_moderator())
    unpublish_article(article)
    publish_article(article)
    assert jobs() == 3


# -- what people say


def test_correction_adds_and_denies_and_later_searches_leave_it_alone(vocabulary):
    comment = CommentFactory(body=BODY)
    version = Discussion.objects.get(pk=comment.discussion_id).version
    correct_comment(comment, topic_ids=[vocabulary["baclofen pump"].pk, vocabulary["stroke"].pk], by=By.WRITER)
    assert topics_of(comment) == {"baclofen pump", "stroke"}
    assert Discussion.objects.get(pk=comment.discussion_id).version > version
    assert stored_counts() == true_counts()
    settle_comment(Comment.objects.get(pk=comment.pk))
    make_topic("massage", "wore him out")
    search()
    assert topics_of(comment) == {"baclofen pump", "stroke", "massage"}
    standings = dict(Mention.objects.filter(comment=comment).values_list("topic__name", "standing"))
    assert (standings["baclofen pump"], standings["stroke"], standings["splints"]) == ("added", "found", "denied")
    assert set(Mention.objects.filter(comment=comment, corrected_by="writer").values_list("topic__name", flat=True)) == {
        "baclofen pump", "splints", "baclofen", "wearing off", "a son or daughter",
    }  # fmt: skip


def test_last_person_to_correct_is_right(vocabulary):
    comment = CommentFactory(body="We had splints.")
    correct_comment(comment, topic_ids=[], by=By.WRITER)
    assert topics_of(comment) == set()
    correct_comment(comment, topic_ids=[vocabulary["splints"].pk], by=By.MODERATOR)
    assert topics_of(comment) == {"splints"}
    assert Mention.objects.get().corrected_by == "moderator"
    assert _count("splints") == 1


def test_topic_that_is_not_in_use_cannot_be_added(vocabulary):
    Topic.objects.filter(name="splints").update(is_active=False)
    make_topic("massage")
    comment = CommentFactory(body="It went well.")
    correct_comment(comment, topic_ids=[vocabulary["splints"].pk], by=By.WRITER)
    assert not Mention.objects.exists()


# -- counting


@pytest.mark.parametrize("counted", [1, 100_000])
def test_finding_and_counting_costs_the_same_however_many_there_are(vocabulary, django_assert_num_queries, counted):
    comment = CommentFactory(body=BODY)
    Mention.objects.all().delete()
    TopicPair.objects.update(comment_count=counted)
    with django_assert_num_queries(7):  # vocabulary, lock, stored, visible, insert, fifteen counts; and the comment itself
        settle_comment(Comment.objects.get(pk=comment.pk))
    assert set(stored_counts().values()) == {counted + 1}
    with django_assert_num_queries(5):
        settle_comment(Comment.objects.get(pk=comment.pk))


def test_settling_again_writes_nothing(vocabulary):
    comments = [CommentFactory(body=BODY) for _ in range(3)]
    assert settle_comments(comments, current_matcher()) == 0
    Mention.objects.update(shown=False)
    TopicPair.objects.all().delete()
    fresh = list(Comment.objects.filter(pk__in=[comment.pk for comment in comments]))
    assert settle_comments(fresh, current_matcher()) == 3
    assert stored_counts() == true_counts() != {}


def test_comment_that_changed_since_it_was_read_is_left_to_who_changed_it(vocabulary):
    comment = CommentFactory(body=BODY)
    stale = Comment.objects.get(pk=comment.pk)
    redact_comment(comment, body="We had splints.", actor=_moderator())
    assert settle_comments([stale], current_matcher()) == 0
    assert topics_of(comment) == {"splints"}


PARTS = ["baclofen", "baclofen pump", "stroke", "splints", "it wore off", "my son", "nothing"]
ACTS = [
    "publish",
    "reject",
    "hide",
    "remove",
    "withdraw",
    "return",
    "erase",
    "edit",
    "correct",
    "hide all",
    "show all",
    "unpublish",
]


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    bodies=st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), min_size=1, max_size=4),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.lists(st.sampled_from(PARTS), max_size=3)), max_size=14),
)
def test_counts_are_right_whatever_happens(vocabulary, bodies, acts):
    moderator = _moderator()
    article = ArticleFactory()
    written = [CommentFactory(article=article, body=". ".join(parts), state="held") for parts in bodies]
    for act, number, parts in acts:
        comment = Comment.objects.get(pk=written[number % len(written)].pk)
        _act(act, comment, parts, article, moderator, vocabulary)
    follow_discussion.func(article.discussion.pk)
    assert stored_counts() == true_counts()
    for comment in Comment.objects.filter(pk__in=[row.pk for row in written]):
        shown = Mention.objects.filter(comment=comment, shown=True).exists()
        assert not shown or (
            comment.public and article.is_published() and Discussion.objects.get(article=article).state != "hidden"
        )


def _act(act, comment, parts, article, moderator, vocabulary):
    states = {
        "publish": "published",
        "reject": "rejected",
        "hide": "hidden",
        "remove": "removed",
        "withdraw": "withdrawn",
        "erase": "erased",
    }
    try:
        match act:
            case "return":
                return_comment(comment, actor=WRITER)
            case "edit":
                edit_comment(comment, body=". ".join(parts) or "x", subject="", relation="", actor=WRITER)
            case "correct":
                correct_comment(comment, topic_ids=[vocabulary[part].pk for part in parts if part in vocabulary], by=By.WRITER)
            case "hide all" | "show all":
                set_discussion_state(article.discussion, state="hidden" if act == "hide all" else "open", actor=moderator)
            case "unpublish":
                unpublish_article(article) if article.is_published() else publish_article(article)
            case _:
                kinds = TRANSITIONS.get((comment.state, states[act]), set())
                transition(comment, states[act], actor=moderator if ActorKind.MODERATOR in kinds else WRITER)
    except (TransitionError, NotChangeableError, NothingChangedError):
        pass


def test_worker_runs_what_the_change_of_the_vocabulary_asked_for(vocabulary):
    comment = CommentFactory(body="A massage.")
    make_topic("massage")
    assert topics_of(comment) == set()
    search_again.func()
    assert topics_of(comment) == {"massage"}
