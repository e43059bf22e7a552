"""No page shows words that ``visible_to`` does not: random conversations, random viewers, every page that shows comments."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from articles.services import save_article
from forum.accounts.guests import COOKIE_SALT
from forum.accounts.links import Purpose, make_link
from forum.accounts.models import Guest, User
from forum.discussion.editing import NotChangeableError, NothingChangedError, edit_comment
from forum.discussion.models import ActorKind, Comment, Discussion, PendingChange
from forum.discussion.permissions import ANONYMOUS, Viewer
from forum.discussion.posting import post_comment
from forum.discussion.services import TRANSITIONS, Actor, TransitionError, transition
from forum.related.neighbours import renew
from forum.search.vocabulary import learn
from forum.topics.models import Topic
from tests.discussion.microdata import read_items
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_vocabulary

START = datetime(2012, 1, 1, tzinfo=UTC)
TOPICS = "Splints, after a stroke."
STATES = [state.value for state in Comment.State]


@st.composite
def histories(draw):
    """Return who writes what under which parent, and which changes of state are tried afterwards."""
    size = draw(st.integers(1, 9))
    comments = [
        (draw(st.integers(-1, number - 1)), draw(st.integers(0, 2)), draw(st.integers(0, 400)), draw(st.booleans()))
        for number in range(size)
    ]
    changes = draw(st.lists(st.tuples(st.integers(0, size - 1), st.sampled_from(STATES)), max_size=16))
    edits = draw(st.lists(st.integers(0, size - 1), max_size=4))
    return comments, changes, edits


def marker(article, number):
    """Return a word that stands in one comment only, those of earlier examples included."""
    return f"marker{article.pk}n{number}x"


def word_of(article):
    """Return a word that stands in the title of ``article`` alone."""
    return f"titled{article.pk}x"


def naming(pages, article):
    """Return the addresses of the pages that show the whole title of ``article``: a search shows what was typed."""
    return {path for path, page in pages.items() if article.title in re.sub("<[^>]*>", "", page)}


def live_through(article, people, history, elsewhere):
    """Write the comments, try the changes and then other words, each by whoever may do it; return the ids.

    Other words hold a mark of their own, ``changedNxM``: where they replace the first ones, or wait, they are the writer's.
    """
    comments, changes, edits = history
    written, now = [], START
    moderator = Actor(ActorKind.MODERATOR, people["moderator"])
    for number, (parent, who, days, is_published) in enumerate(comments):
        now += timedelta(days=days)
        comment = post_comment(
            discussion=article.discussion,
            body=f"{marker(article, number)} is this what you asked? {TOPICS}",
            parent=written[parent] if parent >= 0 else None,
            now=now,
            **[{"guest": people["guest"]}, {"author": people["member"]}, {"guest": people["other"]}][who],
        )
        if is_published and comment.state == "held":
            comment = transition(comment, "published", actor=moderator, now=now)
        written.append(comment)
    learn()
    for comment in (elsewhere, *written):
        renew(Comment.objects.get(pk=comment.pk))  # what is near by now is stored, whatever becomes of it
    for index, state in changes:
        comment = Comment.objects.get(pk=written[index].pk)
        kinds = TRANSITIONS.get((comment.state, state), set())
        actor = moderator if ActorKind.MODERATOR in kinds else Actor(ActorKind.WRITER)
        if kinds:
            try:
                transition(comment, state, actor=actor, now=now)
            except TransitionError:  # it was taken back from another state
                continue
    for index in edits:
        comment = Comment.objects.get(pk=written[index].pk)
        body = f"{marker(article, index)} and {marker(article, index).replace('marker', 'changed')} {TOPICS}"
        with suppress(NotChangeableError, NothingChangedError, TransitionError):
            edit_comment(comment, body=body, subject="", relation="", actor=Actor(ActorKind.WRITER), now=now)
    return [comment.pk for comment in written]


def look_around(client, article, pks, elsewhere):
    """Return the bytes of all pages that can show comments of ``article``, by their addresses.

    ``elsewhere`` is a comment on the same topics under another article: the page of its conversation shows what is near.
    """
    base = article.get_absolute_url()
    queries = ("", "?order=newest", "?order=waiting", "?view=print", "?since=2012-01-01")
    paths = ["/", "/unanswered/", "/unanswered/?order=newest", *(f"{base}{query}" for query in queries)]
    paths += [f"{base}comments/{pk}/" for pk in pks] + [f"/comments/{pk}/" for pk in pks]
    paths += ["/mine/", *(f"/comments/{pk}/{page}/" for pk in pks for page in ("edit", "withdraw", "appeal"))]
    paths += ["/feed.atom", f"{base}feed.atom", *(f"{base}comments/{pk}/feed.atom" for pk in pks)]
    paths += ["/api/v1/articles/", f"/api/v1{base}", *(f"/api/v1{base}comments/?order={order}" for order in ("oldest", "newest"))]
    paths += [f"/api/v1/comments/{pk}/" for pk in pks]
    # Words that all of them have, and words that only changed ones have.
    paths += ["/search/?q=asked", "/search/?q=asked&only=unanswered", "/search/?q=and", "/search/?q=and&only=comments"]
    paths += [f"/search/?q={word_of(article)}", "/topics/stroke/?with=splints", "/topics/splints/"]
    paths += ["/topics/", "/topics/stroke/", "/unanswered/?topic=stroke", "/search/?q=asked&topic=stroke"]
    paths += [f"/comments/{elsewhere.pk}/"]
    writers = User.objects.filter(comments__in=pks).distinct()
    paths += [writer.get_absolute_url() for writer in writers]
    pages = {}
    for path in paths:
        answer = client.get(path, follow=True)
        assert answer.status_code in (200, 403, 404, 409, 410), path
        pages[path] = answer.content.decode()
    return pages


def people_who_look(people):
    return {
        "anybody": (None, None, Viewer()),
        "guest": (people["guest"], None, Viewer(guest_id=people["guest"].pk)),
        "other": (people["other"], None, Viewer(guest_id=people["other"].pk)),
        "member": (None, people["member"], Viewer(user_id=people["member"].pk)),
        # On the pages of readers a moderator sees what readers see; the administration shows the rest.
        "moderator": (None, people["moderator"], Viewer(user_id=people["moderator"].pk)),
    }


def enter(client, guest: Guest | None, user: User | None):
    client.logout()
    client.cookies.clear()
    if guest:
        client.cookies[settings.GUEST_COOKIE_NAME] = signing.dumps([guest.pk, guest.link_counter], salt=COOKIE_SALT)
    if user:
        client.force_login(user)


@pytest.mark.long
@pytest.mark.django_db
@hypothesis_settings(
    # Shrinking would look at thousands of pages; the failing history is short enough to read.
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    history=histories(),
    who=st.sampled_from(["anybody", "guest", "other", "member", "moderator"]),
    state=st.sampled_from(["open", "open", "open", "closed", "hidden", "draft"]),
)
def test_no_page_shows_words_that_the_viewer_may_not_read(client, history, who, state):
    people = {"guest": GuestFactory(), "other": GuestFactory(), "member": MemberFactory(), "moderator": ModeratorFactory()}
    if not Topic.objects.exists():
        make_vocabulary()
    article, elsewhere = ArticleFactory(body=TOPICS), CommentFactory(body=f"Anybody else? {TOPICS}")
    article.title = f"{word_of(article).capitalize()} and more"
    save_article(article)
    pks = live_through(article, people, history, elsewhere)
    if state == "draft":
        type(article).objects.filter(pk=article.pk).update(status="draft")
    else:
        Discussion.objects.filter(article=article).update(state=state)
    guest, user, viewer = people_who_look(people)[who]
    enter(client, guest, user)
    readable = set(Comment.objects.visible_to(viewer).filter(pk__in=pks).values_list("pk", flat=True))
    allowed = {marker(article, number) for number, pk in enumerate(pks) if pk in readable}
    pages = look_around(client, article, pks, elsewhere)
    for path, page in pages.items():
        assert set(re.findall(rf"marker{article.pk}n\d+x", page)) <= allowed, path
    # An article that is not published is named to those alone who have something of their own under it.
    named = naming(pages, article)
    if state == "draft":
        assert {path for path in named if not path.startswith(("/mine/", "/comments/"))} == set()
        assert who != "anybody" or named == set()
    else:
        assert {"/api/v1/articles/", f"/search/?q={word_of(article)}"} <= named
    # What everybody may read is shown to whoever wrote about the same elsewhere, as far as it was found before.
    public_now = set(Comment.objects.visible_to(ANONYMOUS).filter(pk__in=pks).values_list("pk", flat=True))
    shown_there = re.findall(r'<h3><a href="/comments/(\d+)/">', pages[f"/comments/{elsewhere.pk}/"])
    assert {int(pk) for pk in shown_there} & set(pks) <= public_now
    # Words that wait are their writer's alone, wherever they look.
    theirs = {
        marker(article, pks.index(pk)).replace("marker", "changed")
        for pk in Comment.objects.visible_to(viewer).written_by(viewer).filter(pk__in=pks).values_list("pk", flat=True)
    }
    waiting = PendingChange.objects.filter(comment__in=pks).values_list("comment", flat=True)
    held_back = {marker(article, pks.index(pk)).replace("marker", "changed") for pk in waiting} - theirs
    for path, page in pages.items():
        assert not [word for word in held_back if word in page], path
    # A link opens what its guest wrote, and nothing else.
    for owner in (people["guest"], people["other"]):
        link = Client().get(f"/mine/{make_link(owner, Purpose.MINE)}/").content.decode()
        own = Comment.objects.visible_to(Viewer(guest_id=owner.pk)).filter(pk__in=pks, guest=owner).values_list("pk", flat=True)
        assert set(re.findall(rf"marker{article.pk}n\d+x", link)) == {marker(article, pks.index(pk)) for pk in own}
    # Feeds hold what everybody may read, and all of that.
    public = Comment.objects.visible_to(ANONYMOUS).filter(pk__in=pks).values_list("pk", flat=True)
    told = re.findall(r"<id>[^<]*/comments/(\d+)/</id>", pages[f"{article.get_absolute_url()}feed.atom"])
    assert {int(pk) for pk in told} == set(public)
    told = re.findall(r"<id>[^<]*/comments/(\d+)/</id>", pages["/feed.atom"])  # its first page
    assert {int(pk) for pk in told} & set(pks) <= set(public)
    for pk in pks:
        answer = json.loads(pages[f"/api/v1/comments/{pk}/"])
        assert answer.get("id") == (pk if pk in public else None)
    for order in ("oldest", "newest"):
        listed = json.loads(pages[f"/api/v1{article.get_absolute_url()}comments/?order={order}"])
        assert {comment["id"] for comment in listed.get("items", [])} == set(public)
    told_to_engines = "".join(
        str(words)
        for path, page in pages.items()
        if page.startswith("<!DOCTYPE html>")
        for item in read_items(page)
        for words in item.all_values()
    )
    shown_to_all = {marker(article, pks.index(pk)) for pk in public}
    assert set(re.findall(rf"marker{article.pk}n\d+x", told_to_engines)) == shown_to_all
    files = re.findall(r"<loc>http://localhost:8000([^<]*)", client.get("/sitemap.xml").content.decode())
    sitemap = "".join(client.get(file).content.decode() for file in files)
    told = re.findall(rf"{article.get_absolute_url()}comments/(\d+)/<", sitemap)
    assert {int(pk) for pk in told} == set(public.filter(root=None))
    assert (f"{article.get_absolute_url()}<" in sitemap) is (state != "draft")
    # And what may be read can be found: each under its own address.
    for number, pk in enumerate(pks):
        if pk in readable:
            assert marker(article, number) in pages[f"/comments/{pk}/"], pk
