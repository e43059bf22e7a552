"""SQLite: FTS5. The stems come in ready, so its tokenizer only parts them at spaces."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, connections, router, transaction

from forum.database.compiled import find_cursor

from ..models import IndexedText
from ..query import Ways
from .base import Document, Entry, Match, Question

WEIGHTS = "0.0, 10.0, 4.0, 1.0"  # of marks, title, lead, body in FTS5's ranking (BM25)
PAGES_AT_ONCE = 250  # of 4 KB each, rewritten in one transaction

# ruff: noqa: S608 - table names are those of our models; whatever comes from outside is a parameter


class SqliteEngine:
    """See ``base.Engine``."""

    def write(self, document: Document) -> Entry:
        parts = (document.marks, document.title, document.lead, document.body)
        return (document.pk, *map(" ".join, parts))

    def put(self, table: type[IndexedText], entries: Sequence[Entry]) -> None:
        sql = f'INSERT OR REPLACE INTO "{_name(table)}" (rowid, marks, title, lead, body) VALUES (%s, %s, %s, %s, %s)'
        if len(entries) == 1:  # a comment that is posted
            find_cursor(connection).execute(sql, entries[0])
            return
        with connection.cursor() as cursor:
            cursor.executemany(sql, entries)

    add = put

    def match(self, table: type[IndexedText], question: Question, *, limit: int) -> list[Match]:
        name = _name(table)
        where = [f'"{name}" MATCH %s']
        params: list[Any] = [_write(question)]
        if question.from_pk is not None:
            where.append("rowid >= %s")
            params.append(question.from_pk)
        if question.condition:
            where.append(question.condition[0])
            params.extend(question.condition[1])
        sql = f"""SELECT rowid, -bm25("{name}", {WEIGHTS}), marks FROM "{name}"
                  WHERE {" AND ".join(where)} ORDER BY rowid DESC LIMIT %s"""
        with connections[router.db_for_read(table)].cursor() as cursor:
            cursor.execute(sql, [*params, limit])
            return [Match(*row) for row in cursor.fetchall()]

    def match_any(self, table: type[IndexedText], stems: Sequence[str], *, limit_each: int) -> list[tuple[int, int]]:
        name = _name(table)
        one = f'SELECT * FROM (SELECT rowid, %s FROM "{name}" WHERE "{name}" MATCH %s ORDER BY rowid DESC LIMIT %s)'
        params = [value for number, stem in enumerate(stems) for value in (number, _in_text(_write_run((stem,))), limit_each)]
        if not stems:
            return []
        with connections[router.db_for_read(table)].cursor() as cursor:
            cursor.execute(" UNION ALL ".join([one] * len(stems)), params)
            return cursor.fetchall()

    def merge(self, table: type[IndexedText]) -> None:
        while _merge(_name(table), PAGES_AT_ONCE):
            pass

    def compact(self, table: type[IndexedText]) -> None:
        # A negative number says that everything shall be merged.
        if _merge(_name(table), -PAGES_AT_ONCE):
            self.merge(table)


@transaction.atomic
def _merge(name: str, pages: int) -> bool:
    """Merge some pages; return False where there was nothing to do.

    Such a step changes a single row (SQLite's documentation of FTS5, "The 'merge' Command").
    """
    with connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.execute(f'INSERT INTO "{name}" ("{name}", rank) VALUES (%s, %s)', ["merge", pages])
        return bool(connection.connection.total_changes - before > 1)


def _name(table: type[IndexedText]) -> str:
    return table._meta.db_table


def _write(question: Question) -> str:
    """Return ``question`` in the language of FTS5. Stems hold letters and digits only, so quoting them is enough."""
    parts = [_in_text(_write_ways(ways)) for ways in question.wanted]
    parts += [f'marks : "{mark}"' for mark in question.marks]
    text = " AND ".join(parts)
    unwanted = [_in_text(_write_ways(ways)) for ways in question.unwanted]
    unwanted += [f'marks : "{mark}"' for mark in question.unwanted_marks]
    return f"({text}) NOT ({' OR '.join(unwanted)})" if unwanted else text


def _in_text(part: str) -> str:
    return f"{{title lead body}} : {part}"


def _write_ways(ways: Ways) -> str:
    return f"({' OR '.join(_write_run(way) for way in sorted(ways))})"


def _write_run(stems: Sequence[str]) -> str:
    return f'"{" ".join(stems)}"'
