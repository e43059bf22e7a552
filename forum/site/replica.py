"""Pages rendered from a copy of the database (DATABASE_REPLICA_URL), where the copy already has what the page hangs on.

A copy is behind by an instant, or by minutes when it is in trouble. So the primary is asked for the versions first, as for every
page, and the copy only renders what stands there in the same versions; else the primary does. Whoever has a cookie of ours reads
from the primary always: nobody misses what they have just written.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from .freshness import Proof, Versions
from .proving import Prover, UnreachableError

ALIAS = "replica"
AWAY_SECONDS = 5.0  # a copy that did not answer is left alone for so long

_reads: ContextVar[bool] = ContextVar("reads_from_replica", default=False)


class ReplicaRouter:
    """Sends what is read while a page is rendered from the copy there, and everything else to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return where rows of ``model`` are read."""
        return ALIAS if _reads.get() and model._meta.app_label != "django_cache" else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return where rows are written."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """Let a row of the copy stand beside one of the primary: they are the same."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Migrate the primary only; the copy follows."""
        return False if db == ALIAS else None


class Replica:
    """The copy, as the pages in front of Django see it."""

    def __init__(self) -> None:
        self.prover = Prover(ALIAS)
        self._away_until = 0.0  # nought for a copy that answered

    def shows(self, proof: Proof, versions: Versions) -> bool:
        """Tell whether the copy has what a page with these versions shows."""
        away_until = self._away_until
        if away_until:
            if time.monotonic() < away_until:
                return False
            self.leave_alone()  # all but this one, who asks now: it may take seconds
        try:
            shown = self.prover.read(proof)
        except UnreachableError:
            self.leave_alone()
            return False
        if away_until:
            self._away_until = 0.0
        return shown == versions

    def leave_alone(self) -> None:
        """Ask nothing of it for a while: it failed."""
        self._away_until = time.monotonic() + AWAY_SECONDS

    @contextmanager
    def read(self) -> Iterator[None]:
        """Read from the copy within the block."""
        token = _reads.set(True)
        try:
            yield
        finally:
            _reads.reset(token)
