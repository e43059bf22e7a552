"""The search of each database behind one interface: ``engine()`` is that of the site. Nothing above knows which it is."""

from functools import cache

from forum.database.compiled import find_vendor

from .base import Document, Engine, Entry, Match, Question

__all__ = ["Document", "Engine", "Entry", "Match", "Question", "engine"]


def engine() -> Engine:
    """Return the search of the database that the site runs on."""
    return _engine_for(find_vendor())


@cache
def _engine_for(vendor: str) -> Engine:
    if vendor == "sqlite":
        from .sqlite import SqliteEngine

        return SqliteEngine()
    from .postgres import PostgresEngine

    return PostgresEngine()
