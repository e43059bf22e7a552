"""How it went: told later by the writer of a comment, shown beneath its words, and in all else a comment like others."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.people import Person
from forum.discussion.erasing import erase_comment
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.open_format import describe_comment
from forum.discussion.placing import PlaceError, reattach_comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, ThreadLockedError, transition, withdraw_comment
from forum.discussion.updates import AlreadyToldError, find_update, post_update, update_path
from tests.discussion.naive import expected, stored
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)
WROTE = datetime(2024, 3, 5, 12, tzinfo=UTC)
LATER = datetime(2024, 9, 12, 12, tzinfo=UTC)
TOLD = "The warm baths helped after all."


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def question(article):
    guest = GuestFactory(display_name="Joan", email="joan@example.org", proven_at=WROTE)
    return CommentFactory(article=article, guest=guest, name="Joan", body="Do warm baths help?", posted_at=WROTE)


def tell(comment, *, body=TOLD, now=LATER, public=True):
    comment = Comment.objects.select_related("discussion__article", "author", "guest").get(pk=comment.pk)
    update = post_update(comment, body=body, now=now)
    if public and not update.public:
        update = transition(update, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), now=now)
    return update


def page_of(comment, client=None):
    return words_of((client or Client()).get(f"/articles/{comment.discussion.article.slug}/comments/{comment.thread_id}/"))


def nested(html, comment, update):
    """Tell whether the words of the update stand inside the element of the comment."""
    start = html.index(f'id="comment-{comment.pk}"')
    inside = html[start : html.index("</article>", html.index(f'id="comment-{update.pk}"'))]
    return TOLD in inside and inside.count("<article") == inside.count("</article") + 1


@pytest.mark.parametrize("on", ["root", "reply"])
def test_update_stands_beneath_the_words_it_is_about_with_date_and_distance(article, question, on):
    comment = question if on == "root" else CommentFactory(parent=question, name="Bo", posted_at=WROTE)
    CommentFactory(parent=question, name="Marit", body="They helped us.", posted_at=WROTE + timedelta(days=400))
    update = tell(comment)
    for path in (
        f"/articles/{article.slug}/",
        f"/articles/{article.slug}/comments/{question.pk}/",
        f"/articles/{article.slug}/?view=print",
    ):
        answer = Client().get(path)
        assert "Update 12 September 2024 , 6 months later" in words_of(answer)
        assert nested(answer.content.decode(), comment, update)
    count = Comment.objects.get(pk=question.pk).reply_count
    assert count == (1 if on == "root" else 2)
    assert f"{count} repl" in words_of(Client().get(f"/articles/{article.slug}/"))
    place = Client().get(update.get_absolute_url()).url
    assert place == f"/articles/{article.slug}/comments/{question.pk}/#comment-{update.pk}"


def test_counts_and_places_are_those_that_counting_again_gives(article, question):
    reply = CommentFactory(parent=question, posted_at=WROTE)
    updates = [tell(question), tell(reply)]
    for comment, state in (
        (reply, "removed"),
        (question, "removed"),
        (updates[1], "removed"),
        (updates[1], "published"),
        (updates[0], "hidden"),
    ):
        transition(
            Comment.objects.get(pk=comment.pk),
            state,
            actor=Actor(ActorKind.MODERATOR),
            reason="" if state == "published" else "other",
        )
        discussion = Discussion.objects.get(pk=article.discussion.pk)
        assert stored(discussion) == expected(discussion)


def test_update_stays_where_what_it_is_about_is_gone(article, question):
    reply = CommentFactory(parent=question, name="Bo", posted_at=WROTE)
    tell(reply)
    for comment in (reply, question):
        transition(comment, "removed", actor=Actor(ActorKind.MODERATOR), reason="other")
    assert TOLD in page_of(question)
    assert TOLD in words_of(Client().get(f"/articles/{article.slug}/"))
    assert "Removed" not in page_of(question)


def test_update_in_a_folded_thread_is_shown_with_what_is_shown(article, question):
    replies = [CommentFactory(parent=question, name=f"Reader {n}", posted_at=WROTE + timedelta(days=n)) for n in range(8)]
    for comment in (question, replies[0], replies[4], replies[7]):
        tell(comment, body=f"Update of {comment.name}.")
    words = words_of(Client().get(f"/articles/{article.slug}/"))
    assert [name for name in ("Joan", "Reader 0", "Reader 4", "Reader 7") if f"Update of {name}." in words] == [
        "Joan",
        "Reader 0",
        "Reader 7",
    ]
    assert "8 replies" in words
    assert "Show 5 more replies" in words
    fresh = words_of(Client().get(f"/articles/{article.slug}/?since={(LATER - timedelta(days=1)).timestamp():.0f}"))
    assert fresh


def test_long_thread_shows_each_update_on_the_page_of_what_it_is_about(article, question, monkeypatch):
    monkeypatch.setattr("forum.discussion.rows.REPLIES_ON_A_PAGE", 3)
    replies = [CommentFactory(parent=question, posted_at=WROTE + timedelta(days=n)) for n in range(5)]
    updates = [tell(comment, body=f"Update {n}.") for n, comment in enumerate((question, replies[1], replies[4]))]
    path = f"/articles/{article.slug}/comments/{question.pk}/"
    first, second = (words_of(Client().get(f"{path}{query}")) for query in ("", "?page=2"))
    assert [number for number in range(3) if f"Update {number}." in first] == [0, 1]
    assert [number for number in range(3) if f"Update {number}." in second] == [2]
    assert [Client().get(update.get_absolute_url()).url.partition("#")[0] for update in updates] == [path, path, f"{path}?page=2"]


def test_page_costs_the_same_with_one_update_and_with_fifty(
    article, question, django_assert_num_queries, django_assert_max_num_queries
):
    CommentFactory(parent=question, posted_at=WROTE)
    tell(question)
    path = f"/articles/{article.slug}/comments/{question.pk}/"
    with django_assert_max_num_queries(30) as first:
        Client().get(path)
    for number in range(50):
        tell(CommentFactory(parent=question, posted_at=WROTE + timedelta(days=number)))
    with django_assert_num_queries(len(first)):
        Client().get(path)


def test_waiting_update_is_seen_by_its_writer_alone_and_leaves_with_them(article, question):
    update = tell(question, public=False)
    assert update.held
    assert TOLD not in page_of(question)
    own = page_of(question, visit_as(question.guest))
    assert "Your update is waiting for a moderator. Only you can see it." in own
    assert TOLD in own
    withdraw_comment(update, actor=WRITER)
    assert "You took your update back." in page_of(question, visit_as(question.guest))


def test_moderator_removes_it_and_what_it_is_about_stays(article, question):
    update = tell(question)
    transition(update, "removed", actor=Actor(ActorKind.MODERATOR), reason="advertising")
    words = page_of(question)
    assert TOLD not in words
    assert "Do warm baths help?" in words


def test_it_is_told_once_and_again_only_when_erased(question):
    update = tell(question)
    with pytest.raises(AlreadyToldError):
        tell(question)
    with pytest.raises(IntegrityError), transaction.atomic():
        post_comment(discussion=question.discussion, body="x", guest=question.guest, parent=question, is_update=True)
    erase_comment(update, actor=WRITER)
    assert find_update(question) is None
    assert tell(question).is_update


def test_it_answers_no_question_and_is_found_and_exported(question):
    update = tell(question)
    assert Comment.objects.get(pk=question.pk).waiting
    assert describe_comment(Comment.objects.select_related("discussion__article").get(pk=update.pk))["is_update"]
    assert not describe_comment(Comment.objects.select_related("discussion__article").get(pk=question.pk))["is_update"]
    assert "warm baths helped" in words_of(Client().get("/search/?q=baths+helped"))


def test_moderator_cannot_put_it_elsewhere_and_it_moves_with_what_it_is_about(article, question):
    reply = CommentFactory(parent=question, posted_at=WROTE)
    update = tell(reply)
    actor = Actor(ActorKind.MODERATOR, ModeratorFactory())
    with pytest.raises(PlaceError):
        reattach_comment(update, parent=question, actor=actor)
    moved = reattach_comment(reply, parent=None, actor=actor)
    update.refresh_from_db()
    assert update.root_id == moved.pk
    assert nested(Client().get(f"/articles/{article.slug}/comments/{moved.pk}/").content.decode(), moved, update)
    discussion = Discussion.objects.get(pk=article.discussion.pk)
    assert stored(discussion) == expected(discussion)


def link_to(comment):
    return update_path(Person(user=comment.author, guest=comment.guest), comment)


def test_opening_the_link_changes_nothing_and_the_box_takes_words_once(question):
    path, client = link_to(question), Client()
    for _ in range(3):
        client.head(path)
        words = words_of(client.get(path))
    assert "What you wrote on 5 March 2024" in words
    assert "Do warm baths help?" in words
    assert not Comment.objects.filter(is_update=True).exists()
    answer = client.post(path, {"body": TOLD, "post": "1"}, follow=True)
    assert "Thank you." in words_of(answer)
    update = Comment.objects.get(is_update=True)
    assert (update.parent_id, update.guest_id, update.name, update.body) == (question.pk, question.guest_id, "Joan", TOLD)
    client.post(path, {"body": "Something else", "post": "1"})
    assert Comment.objects.filter(is_update=True).count() == 1


def test_link_holds_after_ten_years_and_through_a_change_of_the_key(question, settings):
    path = link_to(question)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key that is long enough to be one"
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        Client().post(path, {"body": TOLD})
    assert Comment.objects.filter(is_update=True).exists()


def test_link_that_is_cut_off_or_of_what_is_gone_opens_nothing(question):
    path = link_to(question)
    assert Client().post(f"{path[:-8]}/", {"body": TOLD}).status_code == 404
    erase_comment(Comment.objects.get(pk=question.pk), actor=WRITER)
    assert Client().post(path, {"body": TOLD}).status_code == 404
    assert not Comment.objects.filter(is_update=True).exists()


def test_nothing_can_stand_under_what_is_not_public_or_closed_and_the_words_come_back(article, question):
    path = link_to(question)
    transition(question, "removed", actor=Actor(ActorKind.MODERATOR), reason="other")
    answer = Client().post(path, {"body": TOLD})
    assert "Your comment is not public now" in words_of(answer)
    assert TOLD in answer.content.decode()
    transition(Comment.objects.get(pk=question.pk), "published", actor=Actor(ActorKind.MODERATOR))
    Comment.objects.filter(pk=question.pk).update(locked=True)
    answer = Client().post(path, {"body": TOLD})
    assert "This conversation is closed" in words_of(answer)
    assert TOLD in answer.content.decode()
    with pytest.raises(ThreadLockedError):
        tell(question)


def test_empty_box_and_details_come_back_with_what_to_do(question):
    path = link_to(question)
    assert "Write your comment. A few words are enough" in words_of(Client().post(path, {"body": "  "}))
    text = "It helped. Call me: 0171 5550199, or write to joan@example.org"
    answer = Client().post(path, {"body": text})
    assert "This looks like personal details" in words_of(answer)
    shown = re.search(r'name="details_shown" value="([^"]+)"', answer.content.decode())[1]
    Client().post(path, {"body": text, "details": "redact", "details_shown": shown})
    assert "joan@example.org" not in Comment.objects.get(is_update=True).body


def test_failed_check_of_the_form_gives_the_text_back(question):
    answer = Client(enforce_csrf_checks=True).post(link_to(question), {"body": TOLD})
    assert answer.status_code == 403
    assert TOLD in answer.content.decode()
    assert not Comment.objects.filter(is_update=True).exists()


def test_member_signs_in_first(article, client):
    member = MemberFactory()
    comment = CommentFactory(article=article, author=member, posted_at=WROTE)
    path = link_to(comment)
    assert client.get(path).url == f"{reverse('account_login')}?next={path.replace('/', '%2F').replace(':', '%3A')}"
    assert "You were signed out" in words_of(client.post(path, {"body": TOLD}))
    client.force_login(MemberFactory())
    client.post(path, {"body": TOLD})
    assert not Comment.objects.filter(is_update=True).exists()
    client.force_login(member)
    assert get_user(client) == member
    client.post(path, {"body": TOLD})
    assert Comment.objects.get(is_update=True).author == member
