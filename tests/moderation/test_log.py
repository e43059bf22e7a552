"""The log: in public without names, for staff with filters, by keyset, as a file."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article
from forum.discussion.models import ActorKind, Decision
from forum.discussion.services import Actor, transition
from forum.moderation import log, services
from tests.factories import ArticleFactory, CommentFactory
from tests.moderation.queueing import moderator

pytestmark = pytest.mark.django_db
LOG, PUBLIC = reverse("admin:discussion_decision_changelist"), reverse("moderation:log")


def test_public_log_tells_what_and_why_and_names_nobody() -> None:
    comment = CommentFactory(name="Joan Named", body="secret words", article=ArticleFactory(title="Stiff muscles"))
    ines = moderator(display_name="Ines Reads")
    transition(comment, "removed", actor=ines, reason="unkind", note="she was rude")
    page = Client().get(PUBLIC).content.decode()
    assert "Removed (unkind): 1" in page
    assert "Removed (unkind), under" in page
    assert "Stiff muscles" in page
    for secret in ("Joan", "secret", "Ines", "rude", f"/comments/{comment.pk}"):
        assert secret not in page


def test_public_log_says_nothing_of_what_writers_do_or_of_articles_that_are_not_public() -> None:
    comment = CommentFactory(state="withdrawn")
    hidden = CommentFactory(state="removed", article=ArticleFactory(title="A draft by now"))
    Article.objects.filter(pk=hidden.discussion.article_id).update(status="draft")
    page = Client().get(PUBLIC).content.decode()
    assert "A draft by now" not in page
    assert page.count("<time") == comment.decisions.filter(actor_kind="moderator").count() == 1


def test_what_was_undone_is_shown_and_not_counted() -> None:
    comment = CommentFactory(state="removed", reason="unkind")
    services.undo(comment.decisions.first(), actor=moderator())
    page = Client().get(PUBLIC).content.decode()
    assert "An earlier decision was undone: published" in page
    assert "(unkind): " not in page


def test_public_log_is_read_by_keyset_at_a_fixed_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "ENTRIES_ON_A_PAGE", 3)
    actor = moderator()
    counts = []
    for size in (1, 6):
        for _ in range(size):
            transition(CommentFactory(), "removed", actor=actor, reason="other")
        with CaptureQueriesContext(connection) as queries:
            page = Client().get(PUBLIC)
        counts.append(len(queries))
    seen, address = [], PUBLIC
    while address:
        page = Client().get(address)
        seen += [entry.decision.pk for entry in page.context["entries"]]
        address = page.context["pager"].next_href
    assert seen == list(Decision.objects.filter(actor_kind="moderator").order_by("-pk").values_list("pk", flat=True))
    assert counts[0] == counts[1]
    assert Client().get(PUBLIC, {"before": "x"}).status_code == 404


def test_staff_log_goes_on_by_keyset(client: Client) -> None:
    actor = moderator()
    comment = CommentFactory()
    for _ in range(26):
        comment = transition(comment, "removed", actor=actor, reason="other")
        comment = transition(comment, "published", actor=actor)
    first = client.get(LOG)
    second = client.get(LOG + first.context_data["earlier_href"])
    rows = [row.pk for page in (first, second) for row in page.context_data["cl"].result_list]
    assert rows == list(Decision.objects.filter(actor_kind="moderator").order_by("-pk").values_list("pk", flat=True))
    assert "earlier_href" not in second.context_data


def test_file_holds_what_the_filters_leave_and_no_formula(client: Client) -> None:
    ines, tomas = moderator(), moderator(display_name="Tomas")
    removed = transition(CommentFactory(), "removed", actor=tomas, reason="unkind", note="=1+1")
    transition(CommentFactory(), "removed", actor=ines, reason="other")
    answer = client.get(reverse("admin:discussion_decision_csv"), {"person": tomas.user.pk})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert answer["Content-Disposition"] == 'attachment; filename="decisions.csv"'
    assert [(row["who"], row["comment"], row["to"], row["reason"], row["note"]) for row in rows if row["to"] == "removed"] == [
        ("Tomas", str(removed.pk), "removed", "unkind", "'=1+1")
    ]
    assert {row["who"] for row in rows} == {"Tomas"}


def test_file_is_for_moderators(client: Client) -> None:
    assert Client().get(reverse("admin:discussion_decision_csv")).status_code == 302


def test_decisions_of_software_are_not_offered_for_undo(client: Client) -> None:
    comment = CommentFactory()
    transition(comment, "withdrawn", actor=Actor(ActorKind.WRITER))
    page = client.get(LOG, {"as": "writer"}).content.decode()
    assert "/admin/moderation/undo/" not in page
