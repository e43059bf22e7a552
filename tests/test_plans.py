"""No page, no job and no decision reads a big table from end to end: what 25,000 comments cost, a million cost."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from forum.accounts import roles
from forum.discussion.models import Comment, Decision
from forum.discussion.paging import write_keyset
from forum.jobs.schedule import RHYTHMS
from forum.search.indexing import VERSION
from forum.search.models import IndexState
from forum.topics.models import NewComment
from tests.crowd import FIRST_DAY, Crowd, gather_crowd
from tests.discussion.visiting import visit_as
from tests.factories import CommentFactory
from tests.plans import find_scans, noted_statements

pytestmark = pytest.mark.long  # all of it, so that one process gathers the crowd

BIG = ("discussion_comment", "discussion_decision")


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    """Fill the database once for all tests here, inside a transaction that is rolled back after the last of them."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True
        with around:
            yield gather_crowd()
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture
def _db(crowd: Crowd, db: None) -> None:
    """A test's own changes, within those of the module."""


def public_paths(crowd: Crowd) -> dict[str, str]:
    wide, deep = crowd.wide.article.get_absolute_url(), crowd.deep.article.get_absolute_url()
    middle = write_keyset(FIRST_DAY.replace(year=2012), 1)
    question = Comment.objects.filter(waiting=True, discussion=crowd.wide)[0]
    return {
        "home": "/",
        "home further": f"/?after={middle}",
        "unanswered": "/unanswered/",
        "unanswered further": f"/unanswered/?after={middle}",
        "unanswered newest": f"/unanswered/?order=newest&after={middle}",
        "wide": wide,
        "wide, last page": f"{wide}?page=125",
        "wide, newest": f"{wide}?order=newest",
        "wide, newest further": f"{wide}?order=newest&after={write_keyset(FIRST_DAY.replace(year=2005), 1)}",
        "wide, waiting": f"{wide}?order=waiting",
        "wide, since": f"{wide}?since=2004-06-01T00:00:00Z",
        "deep": deep,
        "thread": f"{deep}comments/{crowd.thread.pk}/",
        "thread, last page": f"{deep}comments/{crowd.thread.pk}/?page={-(-crowd.thread.reply_seq // 100)}",
        "year": f"{wide}comments/?year=2004",
        "permalink": f"/comments/{question.pk}/",
        "reply": f"/comments/{question.pk}/reply/",
        "report": f"/comments/{question.pk}/flag/",
        "new comment": f"{wide}comment/",
        "feed": "/feed.atom",
        "feed further": f"/feed.atom?after={middle}",
        "feed of an article": f"{wide}feed.atom",
        "feed of a thread": f"{deep}comments/{crowd.thread.pk}/feed.atom",
        "member": crowd.member.get_absolute_url(),
        "sitemap": "/sitemap.xml",
        "log": "/moderation-log/",
        "api comments": f"/api/v1/articles/{crowd.wide.article.slug}/comments/",
        "api comment": f"/api/v1/comments/{question.pk}/",
        "api articles": "/api/v1/articles/",
        "api article": f"/api/v1/articles/{crowd.wide.article.slug}/",
    }


def staff_paths(crowd: Crowd) -> dict[str, str]:
    queue, comments, log = reverse("moderation:queue"), "/admin/discussion/comment/", "/admin/discussion/decision/"
    held = Comment.objects.filter(held=True).order_by("-pk")[0]
    return {
        "queue": queue,
        "queue, one lane": f"{queue}?lane=first",
        "dashboard": reverse("moderation:dashboard"),
        "all comments": comments,
        "comments that wait": f"{comments}?state=held",
        "removed comments": f"{comments}?state=removed",
        "one comment": f"{comments}{held.pk}/change/",
        "staff log": log,
        "log of moderators": f"{log}?actor_kind=moderator",
        "discussions": "/admin/discussion/discussion/",
        "desk": "/admin/",
        "article as staff": crowd.wide.article.get_absolute_url(),
    }


def own_paths(crowd: Crowd) -> dict[str, str]:
    return {
        "own comments": "/mine/",
        "own settings": "/settings/",
        "article of one's own": crowd.wide.article.get_absolute_url(),
        "own data": reverse("privacy:data"),
        "old comments": "/mine/attach/",
    }


def visit(client: Client, paths: dict[str, str]) -> list[str]:
    """Open each page and return what is wrong with the plans of its statements."""
    faults = []
    for name, path in paths.items():
        with noted_statements() as statements:
            response = client.get(path)
            body = response.getvalue() if response.streaming else response.content
        assert body or response.status_code == 302, name
        assert response.status_code in (200, 302), (name, response.status_code)
        faults += [f"{name}: {fault}" for fault in find_scans(statements, *BIG)]
    return faults


def require_none(faults: list[str]) -> None:
    if faults:
        pytest.fail("\n\n".join(faults), pytrace=False)


@pytest.mark.usefixtures("_db")
def test_no_public_page_reads_all_comments(crowd: Crowd, client: Client) -> None:
    require_none(visit(client, public_paths(crowd)))


@pytest.mark.usefixtures("_db")
def test_no_part_of_the_sitemap_reads_all_comments(client: Client) -> None:
    index = client.get("/sitemap.xml").getvalue().decode()
    parts = {path: path for path in re.findall(r"<loc>[^<]*?(/sitemap[^<]*)</loc>", index)[::7]}
    assert len(parts) > 5
    require_none(visit(client, parts))


@pytest.mark.usefixtures("_db")
def test_no_page_of_a_writer_reads_all_comments(crowd: Crowd, client: Client) -> None:
    client.force_login(crowd.member)
    require_none(visit(client, own_paths(crowd)))
    guest = visit_as(crowd.guest)
    require_none(visit(guest, {"own comments": "/mine/", "article": crowd.wide.article.get_absolute_url()}))


@pytest.mark.usefixtures("_db")
def test_no_page_of_a_moderator_reads_all_comments(crowd: Crowd, client: Client) -> None:
    crowd.moderator.groups.add(Group.objects.get(name=roles.MODERATOR))
    client.force_login(crowd.moderator)
    require_none(visit(client, staff_paths(crowd)))


@pytest.mark.usefixtures("_db")
def test_nobody_who_writes_reads_all_comments(crowd: Crowd, client: Client) -> None:
    faults = []
    question = Comment.objects.filter(waiting=True, discussion=crowd.wide).order_by("pk")[3]
    own = CommentFactory(parent=question, author=crowd.member, state="published")
    client.force_login(crowd.member)
    form = {"body": "We waited two years, and then it went better.", "post": "1"}
    acts = {
        "new conversation": (reverse("discussion:comment-new", args=[crowd.wide.article.slug]), form),
        "reply": (reverse("discussion:comment-reply", args=[question.pk]), form),
        "reply in a long thread": (reverse("discussion:comment-reply", args=[crowd.thread.pk]), form),
        "draft": (reverse("discussion:comment-new", args=[crowd.deep.article.slug]), form | {"save": "auto"}),
        "edit": (reverse("discussion:comment-edit", args=[own.pk]), form | {"body": "It was three years."}),
        "report": (reverse("moderation:flag", args=[question.pk]), {"reason": "advertising"}),
        "withdraw": (reverse("discussion:comment-withdraw", args=[own.pk]), {}),
        "return": (reverse("discussion:comment-withdraw", args=[own.pk]), {}),
    }
    acts |= {f"{name} of a guest": act for name, act in acts.items() if "conv" in name or "reply" in name}
    for name, (path, typed) in acts.items():
        browser = Client(REMOTE_ADDR="192.0.2.7") if "guest" in name else client
        with noted_statements() as statements:
            response = browser.post(path, typed | {"form_key": str(uuid4())})
        assert response.status_code in (200, 302), (name, response.status_code)
        faults += [f"{name}: {fault}" for fault in find_scans(statements, *BIG)]
    require_none(faults)


@pytest.mark.usefixtures("_db")
def test_no_decision_reads_all_comments(crowd: Crowd, client: Client) -> None:
    crowd.moderator.groups.add(Group.objects.get(name=roles.MODERATOR))
    client.force_login(crowd.moderator)
    faults = []
    held = Comment.objects.filter(held=True).order_by("-pk")
    acts = {"publish": "publish", "advertising": "advertising", "later": "later"}
    for (name, verb), comment in zip(acts.items(), list(held[:3]), strict=True):
        with noted_statements() as statements:
            response = client.post(reverse("moderation:decide", args=[comment.pk]), {"do": verb, "version": comment.version})
        assert response.status_code == 302, name
        faults += [f"{name}: {fault}" for fault in find_scans(statements, *BIG)]
    last = Decision.objects.filter(actor_kind="moderator").order_by("-pk")[0]
    with noted_statements() as statements:
        client.post(reverse("moderation:undo", args=[last.pk]))
    faults += [f"undo: {fault}" for fault in find_scans(statements, *BIG)]
    require_none(faults)


@pytest.mark.usefixtures("_db")
def test_no_job_reads_all_comments() -> None:
    IndexState.objects.update_or_create(pk=1, defaults={"version": VERSION})
    NewComment.objects.create(comment=Comment.objects.filter(public=True)[0])
    faults = []
    for rhythm in RHYTHMS:
        if rhythm.name.endswith("empty_journal") or rhythm.name.startswith("tests."):
            continue  # only outside of a transaction; and what tests of the schedule declared
        with noted_statements() as statements:
            rhythm.job.call()
        faults += [f"{rhythm.name}: {fault}" for fault in find_scans(statements, *BIG)]
    require_none(faults)
