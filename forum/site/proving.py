"""Asks a database for versions, below Django: one connection a process, and one question for all who wait at the same time.

The question is first whether anything at all was committed since the last one; only then are versions read again. A site is read
a thousand times as often as it is written.
"""

import sqlite3
import threading
from typing import Any, Protocol
from urllib.parse import quote

from django.db import DEFAULT_DB_ALIAS, connections

from .freshness import Proof, Versions

MOST_KNOWN = 5_000  # versions of pages that are remembered until the next commit


class UnreachableError(Exception):
    """The database does not answer; what it would say is not known."""


class _Asker(Protocol):
    def state(self) -> object:
        """Return something that is the same for as long as nothing is committed, by anybody."""

    def ask(self, proof: Proof) -> Versions | None: ...
    def close(self) -> None: ...


class _SQLiteAsker:
    """A connection that can only read."""

    def __init__(self, alias: str) -> None:
        name = str(connections[alias].settings_dict["NAME"])
        address = f"file:{quote(name)}?mode=ro"
        self._connection = sqlite3.connect(address, uri=True, timeout=5, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA cache_size=-1000")

    def state(self) -> object:
        return self._connection.execute("PRAGMA data_version").fetchone()

    def ask(self, proof: Proof) -> Versions | None:
        row: Versions | None = self._connection.execute(proof.statement.replace("%s", "?"), (proof.of,)).fetchone()
        return row

    def close(self) -> None:
        self._connection.close()


# Which transactions can be seen: with the same answer a query finds the same rows, in the whole database.
_SNAPSHOT = "SELECT pg_current_snapshot()"


class _PostgreSQLAsker:
    """A connection on which each statement is planned once."""

    def __init__(self, alias: str) -> None:
        import psycopg  # a site on SQLite does without it, and without its 5 MB in each process

        wrapper: Any = connections[alias]
        parameters = wrapper.get_connection_params() | {"autocommit": True}
        self._connection = psycopg.connect(**parameters)
        self._low = self._connection.pgconn
        self._failure, self._status = psycopg.OperationalError, psycopg.pq.ExecStatus
        self._names: dict[str, bytes] = {}  # of prepared statements

    def state(self) -> object:
        return self._read(_SNAPSHOT, []).get_value(0, 0)

    def ask(self, proof: Proof) -> Versions | None:
        found = self._read(proof.statement, [proof.of.encode()])
        if not found.ntuples:
            return None
        return tuple(int(found.get_value(0, column) or 0) for column in range(found.nfields))

    def _read(self, statement: str, values: list[bytes]) -> Any:
        name = self._names.get(statement) or self._prepare(statement)
        found = self._low.exec_prepared(name, values)
        if found.status != self._status.TUPLES_OK:
            raise self._failure(found.error_message.decode(errors="replace"))
        return found

    def _prepare(self, statement: str) -> bytes:
        name = f"proof_{len(self._names)}".encode()
        made = self._low.prepare(name, statement.replace("%s", "$1::text").encode())
        if made.status != self._status.COMMAND_OK:
            raise self._failure(made.error_message.decode(errors="replace"))
        self._names[statement] = name
        return name

    def close(self) -> None:
        self._connection.close()


class _Round:
    """Questions that go to the database together, after the last of them was put."""

    __slots__ = ("answers", "failure", "proofs")

    def __init__(self) -> None:
        self.proofs: set[Proof] = set()
        self.answers: dict[Proof, Versions | None] | None = None
        self.failure: UnreachableError | None = None


class Prover:
    """Tells the versions of a proof as they stand after the question was put, for any number of threads."""

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self._alias = alias
        self._gate = threading.Lock()  # held for an instant: who joins which round
        self._line = threading.Lock()  # held while the database is asked
        self._next = _Round()
        self._asker: _Asker | None = None
        self._state: object = None
        self._known: dict[Proof, Versions | None] = {}  # in that state of the database

    def read(self, proof: Proof) -> Versions | None:
        """Return the versions, None where the page's subject is gone; raise UnreachableError.

        A thread takes the answer to another's question only if that was put to the database after this thread came.
        """
        with self._gate:
            mine = self._next
            mine.proofs.add(proof)
        with self._line:
            if mine.answers is None and mine.failure is None:
                with self._gate:
                    self._next = _Round()
                self._ask(mine)
        if mine.failure is not None or mine.answers is None:
            raise mine.failure or UnreachableError
        return mine.answers[proof]

    def _ask(self, asked: _Round) -> None:
        for attempt in (1, 2):  # a connection that was cut is made anew, once
            try:
                if self._asker is None:
                    self._asker = _connect(self._alias)
                state = self._asker.state()
                if state != self._state or len(self._known) > MOST_KNOWN:
                    self._state, self._known = state, {}
                # Those not known are asked after the state: they may be newer than it, and are asked again then; never older.
                for proof in asked.proofs:
                    if proof not in self._known:
                        self._known[proof] = self._asker.ask(proof)
                asked.answers = self._known
                return
            except _failures(self._alias) as error:
                self.close()
                if attempt == 2:
                    asked.failure = UnreachableError(str(error))

    def close(self) -> None:
        """Let go of the connection; the next question makes a new one."""
        asker, self._asker = self._asker, None
        self._state = None  # what a new connection says of its state is not to be compared
        if asker is not None:
            asker.close()


def _failures(alias: str) -> type[Exception]:
    """Return what a database raises that does not answer."""
    if connections[alias].vendor == "sqlite":
        return sqlite3.Error
    import psycopg

    return psycopg.Error


def _connect(alias: str) -> _Asker:
    return _SQLiteAsker(alias) if connections[alias].vendor == "sqlite" else _PostgreSQLAsker(alias)
