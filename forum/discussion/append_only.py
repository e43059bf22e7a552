"""Decisions can be added, never changed or deleted: triggers on both databases say no, unless code opened the log on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db import connections, transaction

if TYPE_CHECKING:
    from .models import Comment

TABLE = "discussion_decision"
LATCH = "discussion_decisionlatch"

# A row in the latch, seen by its own transaction only, opens the log. SQLite loses a trigger when its table is remade, so they
# are installed after every migration.
SQLITE = [
    statement
    for verb in ("update", "delete")
    for statement in (
        f"DROP TRIGGER IF EXISTS decision_no_{verb}",
        f"""CREATE TRIGGER decision_no_{verb} BEFORE {verb.upper()} ON {TABLE} WHEN NOT EXISTS (SELECT 1 FROM {LATCH})
            BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",  # noqa: S608  (names are constants of this module)
    )
]
POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION decision_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM {LATCH}) THEN RAISE EXCEPTION 'decisions are append-only'; END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$""",  # noqa: S608  (names are constants of this module)
    f"DROP TRIGGER IF EXISTS decision_no_change ON {TABLE}",
    f"""CREATE TRIGGER decision_no_change BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION decision_refuse_change()""",
]


def install_triggers(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Install the triggers, again and again without harm."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)


@contextmanager
def opened_decisions(using: str = "default") -> Iterator[None]:
    """Allow changes of decisions inside this block, which is one transaction: for erasure, undoing an import, clearing tests."""
    from .models import DecisionLatch

    with transaction.atomic(using=using):
        latch = DecisionLatch.objects.using(using).create()
        yield
        latch.delete()  # its own row only: a block around this one stays open


def blank_notes(comment: "Comment") -> None:
    """Take the moderators' notes from the decisions on ``comment``, which is being erased: they speak of its writer.

    What was noted on questions, places and closing is in words and numbers of ours, and stays.
    """
    noted = comment.decisions.exclude(note="").exclude(kind__in=("question", "place", "lock"))
    if noted.exists():
        with opened_decisions():
            noted.update(note="")
