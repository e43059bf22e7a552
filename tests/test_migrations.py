"""Migrations: none is missing, each can be undone, and the append-only log stays so when its table is made anew."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from forum.discussion.models import Decision
from tests.factories import CommentFactory
from tests.test_architecture import OUR_APPS


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_step_can_be_undone() -> None:
    ours = {config.label for config in OUR_APPS}
    stuck = [
        f"{label}.{name}: {operation.describe()}"
        for (label, name), migration in MigrationLoader(None).disk_migrations.items()
        if label in ours
        for operation in migration.operations
        if not operation.reversible
    ]
    assert stuck == []


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_all_tables_go_and_come_back() -> None:
    ours = [config.label for config in OUR_APPS if list(config.get_models())]
    with connection.constraint_checks_disabled():
        MigrationExecutor(connection).migrate([(label, None) for label in ours])
    left = {model._meta.db_table for label in ours for model in apps.get_app_config(label).get_models() if not model._meta.proxy}
    try:
        assert not left & set(connection.introspection.table_names())
    finally:
        call_command("migrate", verbosity=0)
    assert CommentFactory().state == "published"


@pytest.mark.django_db(transaction=True)
def test_log_is_append_only_again_after_a_migration_lost_its_triggers() -> None:
    CommentFactory()
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            editor._remake_table(Decision)  # as SQLite does for most changes of a table
        else:
            editor.execute("DROP TRIGGER decision_no_change ON discussion_decision")
    assert Decision.objects.update(note="unguarded")
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Decision.objects.all().delete()
