"""How a database answers: every statement that ran in a block, with the plan that the database has for it and what it read.

A plan is asked for with the statement and the parameters that were sent. Beside it stands the work that was done, which no plan
can hide: on PostgreSQL the rows of a table that were read, on SQLite the steps of its machine.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

MOST_ROWS = 1_200  # that one statement may read of a big table, of 25,000: questions are counted up to 1,000
MOST_STEPS = 50_000  # of SQLite's machine; 25,000 rows that are only looked at take 100,000


@dataclass(frozen=True)
class Statement:
    """One statement as it was sent."""

    sql: str
    params: Any

    def tells_of(self, table: str) -> bool:
        """Tell whether it reads or changes rows of ``table`` that are there already."""
        return f'"{table}"' in self.sql and self.sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH", "("))


@contextmanager
def noted_statements() -> Iterator[list[Statement]]:
    """Note the statements that are sent within the block."""
    noted: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many:
            noted.append(Statement(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield noted


def find_scans(statements: Iterable[Statement], *tables: str) -> list[str]:
    """Return what is wrong with the plans of ``statements``: a table read from end to end, or more rows than any page needs."""
    read = _read_postgresql if connection.vendor == "postgresql" else _read_sqlite
    seen: dict[str, Statement] = {}
    for statement in statements:
        seen.setdefault(statement.sql, statement)
    return [
        f"{fault}: {statement.sql[:2_000]} {str(statement.params)[:200]}"
        for statement in seen.values()
        for table in tables
        if statement.tells_of(table)
        for fault in read(statement, table)
    ]


def _read_sqlite(statement: Statement, table: str) -> Iterator[str]:
    names = {table, *re.findall(rf'"{table}" (?:AS )?"?([A-Z]\w*\d+)\b', statement.sql)}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.params)
        for *_ids, line in cursor.fetchall():
            if any(line == f"SCAN {name}" for name in names):
                yield f"{line} of {table}"
        if not statement.sql.startswith(("SELECT", "(")):
            return
        steps = _count_steps(cursor, statement)
    if steps > MOST_STEPS:
        yield f"{steps} steps"


def _count_steps(cursor: Any, statement: Statement) -> int:
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 100

    raw = connection.connection
    raw.set_progress_handler(count, 100)
    try:
        cursor.execute(statement.sql, statement.params)
        cursor.fetchall()
    finally:
        raw.set_progress_handler(None, 0)
    return counted


def _read_postgresql(statement: Statement, table: str) -> Iterator[str]:
    is_read = statement.sql.startswith(("SELECT", "("))
    options = "ANALYZE, TIMING OFF, FORMAT JSON" if is_read else "FORMAT JSON"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {statement.sql}", statement.params)
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    for node in _nodes_of(plan[0]["Plan"]):
        if node.get("Relation Name") != table:
            continue
        if node["Node Type"] == "Seq Scan" and node.get("Actual Loops", 1):
            yield f"Seq Scan of {table}"
        left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        rows = (node.get("Actual Rows", 0) + left_out) * node.get("Actual Loops", 1)
        if rows > MOST_ROWS:
            yield f"{rows:.0f} rows by {node['Node Type']} {node.get('Index Name', '')}"


def _nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes_of(part)
