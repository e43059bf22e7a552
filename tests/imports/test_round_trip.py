"""Out and in again: the export of a site, imported into an empty one and exported there, is the same byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from articles.models import Article, OldAddress
from forum.accounts.models import User
from forum.discussion.models import Comment, Discussion
from forum.discussion.recount import recount_discussion
from forum.imports.exporting import export_file
from forum.imports.keys import reserve
from forum.imports.services import Outcome, import_file
from forum.moderation.models import Evidence
from tests.factories import CommentFactory, GuestFactory
from tests.imports.random_sites import fill
from tests.sites import Site


@pytest.mark.long
@pytest.mark.django_db
# A site of chance has no smaller one that is like it: nothing is shrunk.
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), with_contacts=st.booleans())
def test_export_of_an_import_is_the_same_byte_for_byte(tmp_path: Path, seed: int, with_contacts: bool) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    with transaction.atomic():
        fill(seed)
        export_file(first, with_contacts=with_contacts)
        transaction.set_rollback(True)
    with transaction.atomic():
        assert not Comment.objects.exists()
        report = import_file(first, with_contacts=with_contacts)
        export_file(second, with_contacts=with_contacts)
        assert first.read_text() == second.read_text()
        assert (report.problems, report.left_out) == ((), {})
        assert User.objects.count() == 0, "nobody gets an account by an import"
        assert not any(recount_discussion(pk) for pk in Discussion.objects.values_list("pk", flat=True))
        assert import_file(first, with_contacts=with_contacts).outcome == Outcome.NOTHING_NEW
        transaction.set_rollback(True)


@pytest.mark.long
def test_a_site_moves_to_either_database_by_its_export(tmp_path: Path, new_database: Callable[[], str]) -> None:
    first, second, third = Site(tmp_path / "a"), Site(tmp_path / "b", new_database()), Site(tmp_path / "c")
    first.fill()
    first.run("from tests.imports.random_sites import fill; fill(3)")
    exported = first.export(tmp_path / "a.jsonl")
    for one, site, other in (("a", second, "b"), ("b", third, "c")):
        site.migrate()
        done = site.manage("import_discussion", str(tmp_path / f"{one}.jsonl"))
        assert (done.returncode, done.stderr) == (0, "")
        assert site.export(tmp_path / f"{other}.jsonl") == exported


@pytest.mark.django_db
def test_into_a_used_site_come_new_numbers_and_old_permalinks_lead_to_them(tmp_path: Path) -> None:
    path = tmp_path / "site.jsonl"
    with transaction.atomic():
        reserve(Comment, 1_000)  # the other site has seen more
        root = CommentFactory(body="Words of another site.")
        for _ in range(5):
            reply = CommentFactory(parent=root)
        export_file(path)
        old_numbers = [root.pk, reply.pk]
        slug = root.discussion.article.slug
        transaction.set_rollback(True)
    mine = CommentFactory(article=None)
    Article.objects.filter(pk=mine.discussion.article_id).update(slug=slug)
    report = import_file(path)
    assert report.article is not None
    assert report.article.slug == f"{slug}-2"
    root = Comment.objects.get(body="Words of another site.")
    assert root.thread_replies.count() == 5
    assert mine.pk != root.pk
    last = root.thread_replies.order_by("-pk").first()
    assert last is not None
    lead = dict(OldAddress.objects.values_list("path", "target"))
    assert lead[f"/comments/{old_numbers[1]}/"] == f"/comments/{last.pk}/"
    # Where a comment of this site has the number, the address is its own.
    assert (f"/comments/{mine.pk}/" in lead) is False
    assert import_file(path).outcome == Outcome.NOTHING_NEW


@pytest.mark.django_db
def test_addresses_come_only_where_they_are_asked_for_and_prove_nothing(tmp_path: Path) -> None:
    path = tmp_path / "site.jsonl"
    lines = [
        {"type": "article", "slug": "a", "title": "A"},
        {
            "type": "comment", "id": 1, "article": "a", "body": "A text.", "state": "published",
            "author": {"name": "Ann", "key": "k", "email": "ann@example.org"},
            "evidence": {"client_ip": "192.0.2.7", "form_seconds": 9, "at": "2026-01-01T00:00:00Z"},
        },
    ]  # fmt: skip
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with transaction.atomic():
        import_file(path)
        assert (Comment.objects.get().guest.email, Evidence.objects.count()) == ("", 0)
        transaction.set_rollback(True)
    import_file(path, with_contacts=True)
    guest = Comment.objects.get().guest
    assert (guest.email, guest.proven_at) == ("ann@example.org", None)
    assert Evidence.objects.get().client_ip == "192.0.2.7"
    assert GuestFactory().pk > guest.pk  # numbers go on after those that were set aside
