"""Others who wrote about the same, on the page of a thread and on the one after posting."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.services import unpublish_article
from forum.accounts.ignoring import ignore
from forum.discussion.attaching import attach_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.placing import reattach_comment
from forum.discussion.services import Actor, transition
from forum.related.models import Neighbour
from forum.related.neighbours import follow_changes
from forum.search.vocabulary import learn
from forum.topics.editing import change_vocabulary
from forum.topics.models import Topic
from tests.factories import CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary

pytestmark = pytest.mark.django_db

BODY = "A stroke, then splints."


def work() -> None:
    """Do what the worker does each minute."""
    learn()
    assert follow_changes(seconds=60)


def shown_on(page: str) -> list[int]:
    """Return the ids of the others on a page."""
    _before, heading, block = page.partition('id="others"')
    return [int(pk) for pk in re.findall(r'<h3><a href="/comments/(\d+)/">', block)] if heading else []


def visit(client: Client, comment: Comment) -> str:
    """Return the page of the conversation that ``comment`` is in."""
    answer = client.get(comment.get_absolute_url(), follow=True)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def asked() -> Comment:
    """Return a question, with a vocabulary."""
    make_vocabulary()
    return CommentFactory(body=f"{BODY} What helped you?")


def test_others_are_shown_with_the_reason(client: Client, asked: Comment) -> None:
    other = CommentFactory(body=f"{BODY} <b>Both</b> helped.", name="Marit", relation="caring")
    assert shown_on(visit(client, asked)) == []
    work()
    page = visit(client, asked)
    assert shown_on(page) == [other.pk]
    assert "Others who wrote about this" in page
    assert "Both write about: splints, stroke." in page or "Both write about: stroke, splints." in page
    assert f"Under “{other.discussion.article.title}”." in page
    assert "&lt;b&gt;Both&lt;/b&gt; helped." in page
    assert "<bdi>Marit</bdi>" in page


def test_same_article_is_not_named_again(client: Client, asked: Comment) -> None:
    CommentFactory(body=BODY, article=asked.discussion.article)
    work()
    assert "Under “" not in visit(client, asked).partition('id="others"')[2]


def test_five_at_most_and_the_next_move_up_when_one_goes(client: Client, asked: Comment) -> None:
    others = [CommentFactory(body=BODY) for _ in range(7)]
    work()
    before = shown_on(visit(client, asked))
    assert len(before) == 5
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    transition(Comment.objects.get(pk=before[0]), "removed", actor=moderator, reason="other")
    after = shown_on(visit(client, asked))
    assert len(after) == 5
    assert after[:4] == before[1:]
    for other in others:
        unpublish_article(other.discussion.article)
    assert shown_on(visit(client, asked)) == []


def test_people_whom_a_member_ignores_and_themselves_are_left_out(client: Client, asked: Comment) -> None:
    member, guest = MemberFactory(), GuestFactory()
    CommentFactory(body=BODY, guest=guest)
    CommentFactory(body=BODY, author=member)
    third = CommentFactory(body=BODY)
    work()
    assert len(shown_on(visit(client, asked))) == 3
    ignore(member, guest=guest)
    client.force_login(member)
    assert shown_on(visit(client, asked)) == [third.pk]


def test_comments_that_turn_out_to_be_one_persons_are_not_shown_as_those_of_others(client: Client, asked: Comment) -> None:
    others = [CommentFactory(body=BODY) for _ in range(3)]
    work()
    assert set(shown_on(visit(client, asked))) == {other.pk for other in others}
    member, moderator = MemberFactory(), Actor(ActorKind.MODERATOR, ModeratorFactory())
    for comment in others[:2]:
        attach_comment(comment, author=member, actor=moderator)
    shown = set(shown_on(visit(client, asked)))
    assert others[2].pk in shown
    assert len(shown) == 2
    attach_comment(asked, author=member, actor=moderator)
    assert shown_on(visit(client, asked)) == [others[2].pk]


def test_comment_that_was_moved_here_is_not_shown_as_elsewhere(client: Client, asked: Comment) -> None:
    other = CommentFactory(body=BODY, article=asked.discussion.article)
    work()
    assert shown_on(visit(client, asked)) == [other.pk]
    reattach_comment(other, parent=asked, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert shown_on(visit(client, asked)) == []


def test_topic_that_is_no_longer_in_use_is_not_named(client: Client, asked: Comment) -> None:
    other = CommentFactory(body=BODY)
    work()
    Topic.objects.filter(name="stroke").update(is_active=False)
    change_vocabulary()
    assert "Both write about: splints." in visit(client, asked)
    Topic.objects.update(is_active=False)
    change_vocabulary()
    assert Neighbour.objects.filter(comment=other).exists()
    assert shown_on(visit(client, asked)) == []


def test_thread_whose_first_comment_is_gone_shows_nobody(client: Client, asked: Comment) -> None:
    CommentFactory(parent=asked, body="A reply.")
    CommentFactory(body=BODY)
    work()
    transition(asked, "hidden", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), reason="other")
    assert shown_on(visit(client, asked)) == []


def post(client: Client, path: str, body: str) -> str:
    """Send the form at ``path`` as a guest, and return the page that it leads to."""
    form = client.get(path).text
    key = re.search(r'name="form_key" value="([^"]+)"', form)[1]
    data = {"body": body, "name": "Kim", "email": "", "relation": "", "subject": "", "form_key": key, "post": "1"}
    answer = client.post(path, data, follow=True)
    assert answer.status_code == 200
    return answer.text


def test_whoever_posts_meets_others_at_once_though_the_text_still_waits(client: Client, asked: Comment) -> None:
    other = CommentFactory(body="A stroke. My splints wore out.")
    unrelated = CommentFactory(body="Of other things.")
    work()
    page = post(client, f"{unrelated.discussion.article.get_absolute_url()}comment/", "A stroke, and splints from the hospital?")
    mine = Comment.objects.latest("pk")
    assert mine.state == "held"
    assert set(shown_on(page)) == {asked.pk, other.pk}
    assert shown_on(visit(client, unrelated)) == []  # another conversation
    assert not Neighbour.objects.filter(thread=mine).exists()


def test_reply_is_what_others_are_found_by_after_posting(client: Client, asked: Comment) -> None:
    first = CommentFactory(body="The weather.")
    work()
    assert asked.pk in shown_on(post(client, f"/comments/{first.pk}/reply/", BODY))


def test_cookie_of_ones_own_making_shows_nothing_of_others_that_waits(client: Client, asked: Comment) -> None:
    held = CommentFactory(body=BODY, state="held", parent=CommentFactory(body="The weather."))
    work()
    client.cookies[settings.POSTED_COOKIE_NAME] = f"3-{held.pk}"
    assert shown_on(visit(client, held.parent)) == []


def test_page_costs_as_many_queries_for_five_as_for_one(client: Client, asked: Comment) -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            CommentFactory(body=BODY)
        work()
        path = f"{asked.discussion.article.get_absolute_url()}comments/{asked.pk}/"
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
