"""The log of decisions can be added to and nothing else, whatever code or migration runs."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from forum.discussion.append_only import install_triggers, opened_decisions
from forum.discussion.models import Decision, DecisionLatch
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[], object]] = {
    "update": lambda: Decision.objects.update(note="other"),
    "save": lambda: Decision.objects.latest("pk").save(),
    "delete": lambda: Decision.objects.all().delete(),
    "raw update": lambda: connection.cursor().execute("UPDATE discussion_decision SET note = 'other'"),
    "raw delete": lambda: connection.cursor().execute("DELETE FROM discussion_decision"),
}


def assert_closed() -> None:
    rows = list(Decision.objects.values().order_by("pk"))
    for change in CHANGES.values():
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert list(Decision.objects.values().order_by("pk")) == rows != []


def test_decisions_can_be_neither_changed_nor_deleted() -> None:
    CommentFactory()
    assert_closed()


@pytest.mark.parametrize("change", CHANGES)
def test_opened_log_allows_changes_until_its_block_ends(change: str) -> None:
    CommentFactory()
    with opened_decisions():
        CHANGES[change]()
    CommentFactory()
    assert_closed()
    assert not DecisionLatch.objects.exists()


def test_block_inside_a_block_leaves_the_outer_one_open() -> None:
    CommentFactory()
    with opened_decisions():
        with opened_decisions():
            Decision.objects.update(note="inner")
        Decision.objects.update(note="outer")
    assert_closed()


def test_failure_inside_the_block_undoes_everything_and_closes_the_log() -> None:
    CommentFactory()

    def fail() -> None:
        with opened_decisions():
            Decision.objects.all().delete()
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        fail()
    assert_closed()


@pytest.mark.django_db(transaction=True)
def test_triggers_are_there_again_after_a_migration_has_remade_the_table() -> None:
    CommentFactory()
    field = models.CharField(max_length=10, default="")
    field.set_attributes_from_name("remade")
    # SQLite adds such a column by copying the table, and the triggers of the old one go with it.
    with connection.schema_editor() as editor:
        editor._remake_table(Decision, create_field=field) if connection.vendor == "sqlite" else editor.add_field(Decision, field)
    try:
        call_command("migrate", verbosity=0)
        assert_closed()
    finally:
        with opened_decisions():
            Decision.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.remove_field(Decision, field)
        install_triggers(apps.get_app_config("discussion"), "default")


def test_triggers_can_be_installed_again_and_again() -> None:
    CommentFactory()
    for _ in range(2):
        install_triggers(apps.get_app_config("discussion"), "default")
    assert_closed()
