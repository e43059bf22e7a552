"""PostgreSQL: a tsvector with a GIN index. The stems come in ready; no text search configuration is asked."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, connections, router

from forum.database.written import note_statement

from ..models import IndexedText
from ..query import Ways
from .base import Document, Entry, Match, Question

WEIGHTS = "{0.1, 0.2, 0.4, 1.0}"  # of body (D), nothing (C), lead (B), title (A)
DIVIDED_BY_LENGTH = 1  # by 1 + the logarithm of it (ts_rank's normalization)
GAP = 20  # places between two parts of a text, so that no phrase reaches from one into the next

# ruff: noqa: S608 - table names are those of our models; whatever comes from outside is a parameter


class PostgresEngine:
    """See ``base.Engine``."""

    def write(self, document: Document) -> Entry:
        return document.pk, " ".join(document.marks), _write_vector(document)

    def put(self, table: type[IndexedText], entries: Sequence[Entry]) -> None:
        sql = f"""INSERT INTO "{_name(table)}" AS kept (rowid, marks, words) VALUES (%s, %s, %s::tsvector)
                  ON CONFLICT (rowid) DO UPDATE SET marks = EXCLUDED.marks, words = EXCLUDED.words"""
        if len(entries) == 1:  # of a comment that is stored with much else
            note_statement(sql, entries[0])
            return
        with connection.cursor() as cursor:
            cursor.executemany(sql, entries)

    def add(self, table: type[IndexedText], entries: Sequence[Entry]) -> None:
        with connection.cursor() as cursor, cursor.copy(f'COPY "{_name(table)}" (rowid, marks, words) FROM STDIN') as copy:
            for entry in entries:
                copy.write_row(entry)

    def match(self, table: type[IndexedText], question: Question, *, limit: int) -> list[Match]:
        name = _name(table)
        wanted = " & ".join(_write_ways(ways) for ways in question.wanted)
        where = ["words @@ %s::tsquery"]
        params: list[Any] = [_write(question)]
        if question.from_pk is not None:
            where.append(f'"{name}".rowid >= %s')
            params.append(question.from_pk)
        if question.condition:
            where.append(question.condition[0])
            params.extend(question.condition[1])
        # Keys first, by the index of words: left to itself, the database reads the latest rows one by one until enough match.
        # And the limit before the ranking, which reads every place of every word.
        sql = f"""
            WITH found AS MATERIALIZED (SELECT rowid FROM "{name}" WHERE {" AND ".join(where)}),
                 latest AS (SELECT rowid FROM found ORDER BY rowid DESC LIMIT %s)
            SELECT rowid, ts_rank(%s::float4[], words, %s::tsquery, {DIVIDED_BY_LENGTH}), marks
            FROM "{name}" JOIN latest USING (rowid)"""
        with connections[router.db_for_read(table)].cursor() as cursor:
            cursor.execute(sql, [*params, limit, WEIGHTS, wanted])
            return [Match(*row) for row in cursor.fetchall()]

    def match_any(self, table: type[IndexedText], stems: Sequence[str], *, limit_each: int) -> list[tuple[int, int]]:
        one = f'(SELECT rowid, %s FROM "{_name(table)}" WHERE words @@ %s::tsquery ORDER BY rowid DESC LIMIT %s)'
        params = [value for number, stem in enumerate(stems) for value in (number, _write_run((stem,)), limit_each)]
        if not stems:
            return []
        with connections[router.db_for_read(table)].cursor() as cursor:
            cursor.execute(" UNION ALL ".join([one] * len(stems)), params)
            return cursor.fetchall()

    def merge(self, table: type[IndexedText]) -> None:
        """Do nothing: autovacuum does, and so does whoever fills the list of what waits."""

    def compact(self, table: type[IndexedText]) -> None:
        """Do nothing: PostgreSQL gives the place of what was deleted to new rows by itself."""


def _name(table: type[IndexedText]) -> str:
    return table._meta.db_table


def _write_vector(text: Document) -> str:
    """Return the words of ``text`` with their places, as PostgreSQL reads a tsvector. Stems hold letters and digits only."""
    places: dict[str, list[str]] = {}
    first = 1
    for stems, weight in ((text.title, "A"), (text.lead, "B"), (text.body, "")):
        for place, stem in enumerate(stems, start=first):
            places.setdefault(stem, []).append(f"{place}{weight}")
        first += len(stems) + GAP
    return " ".join([*(f"'{stem}':{','.join(where)}" for stem, where in places.items()), *(f"'{mark}'" for mark in text.marks)])


def _write(question: Question) -> str:
    parts = [_write_ways(ways) for ways in question.wanted]
    parts += [f"'{mark}'" for mark in question.marks]
    parts += [f"!{_write_ways(ways)}" for ways in question.unwanted]
    parts += [f"!'{mark}'" for mark in question.unwanted_marks]
    return " & ".join(parts)


def _write_ways(ways: Ways) -> str:
    return f"({' | '.join(_write_run(way) for way in sorted(ways))})"


def _write_run(stems: Sequence[str]) -> str:
    quoted = [f"'{stem}'" for stem in stems]
    return f"({' <-> '.join(quoted)})"
