"""Small questions of several apps, asked in one statement: each costs a way to the server and back.

    _RULES = Asked(lambda: PhraseRule.objects.filter(is_active=True).values_list("pk", "phrase"))
    _RULES()  # asks for itself

    _POSTING = AskedTogether()
    with _POSTING.at_once():  # the first one asks for all that were asked here before
        _RULES()

The rows come in no order, as lists. They hold whole numbers, texts and None; moments, days and UUIDs come as
texts, and SQLite writes 15 digits of other numbers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

from .compiled import Compiled, Value, find_cursor, find_vendor
from .nested import read_nested, write_nested

Rows = list[list[Any]]


class Asked:
    """A question as a function of its values (``Compiled``). ``build`` returns a query set of ``values_list``, of few rows."""

    def __init__(self, build: Callable[..., "QuerySet[Any, tuple[Any, ...]]"]) -> None:
        self.compiled = Compiled(build)

    def __call__(self, *values: Value) -> Rows:
        """Return the rows."""
        find = _find.get()
        call = self, values
        return find(call) if find else _ask((call,))[0]


Call = tuple[Asked, tuple[Value, ...]]  # a question with the values that it is asked with
_find: ContextVar[Callable[[Call], Rows] | None] = ContextVar("find", default=None)
_open: ContextVar["AskedTogether | None"] = ContextVar("open", default=None)  # in whose block this is


class AskedTogether:
    """The questions of one piece of work. Which ones without values these are shows when they are asked for the first time."""

    def __init__(self) -> None:
        self._known: tuple[Call, ...] = ()

    @contextmanager
    def at_once(self, *expected: Call) -> Iterator[None]:
        """Ask all when the first is asked within the block, those that are ``expected`` too; the answers stand until its end.

        A block within another one for the same piece of work has its answers.
        """
        if self.is_open():
            yield
            return
        answers: dict[Call, Rows] = {}

        def find(call: Call) -> Rows:
            if call not in answers:
                if call not in self._known and not call[1]:
                    self._known += (call,)
                missing = tuple(one for one in dict.fromkeys((*self._known, *expected, call)) if one not in answers)
                answers.update(zip(missing, _ask(missing), strict=True))
            return answers[call]

        tokens = _find.set(find), _open.set(self)
        try:
            yield
        finally:
            _find.reset(tokens[0])
            _open.reset(tokens[1])

    def is_open(self) -> bool:
        """Tell whether this is within a block of this piece of work, and not of another one inside it."""
        return _open.get() is self


def _ask(calls: tuple[Call, ...]) -> list[Rows]:
    statements = [question.compiled.find_statement(values) for question, values in calls]
    (alias,) = {one.alias for one in statements}
    sql = _write(tuple((one.sql, one.names) for one in statements), find_vendor())
    connection = connections[alias]
    params = [one.read_params(connection, values) for one, (_question, values) in zip(statements, calls, strict=True)]
    cursor = find_cursor(connection)
    cursor.execute(sql, [param for some in params for param in some])
    return [read_nested(text) for text in cursor.fetchall()[0]]


@lru_cache(maxsize=256)
def _write(questions: tuple[tuple[str, tuple[str, ...]], ...], vendor: str) -> str:
    quote = connection.ops.quote_name
    return f"SELECT {', '.join(write_nested(sql, list(map(quote, names)), vendor) for sql, names in questions)}"
