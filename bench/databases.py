"""Databases to measure on: filled once by the import of the open format and kept; each run works on copies."""

import hashlib
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from .generate import Shape, write_file
from .samples import Samples
from .sites import Site

VOCABULARY = ("load_topics",)
# As a small server would be set up, with everything reaching the disk.
POSTGRESQL = "-c max_connections=300 -c shared_buffers=256MB -c max_wal_size=2GB -c listen_addresses=''"


@dataclass(frozen=True, slots=True)
class Store:
    """Where databases of one kind are: files in ``folder``, or on the PostgreSQL server at ``server`` (a DATABASE_URL)."""

    vendor: str
    folder: Path
    server: str = ""

    def url(self, name: str) -> str:
        """Return the DATABASE_URL of the database called ``name``."""
        if self.vendor == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        return self.server.rpartition("/")[0] + f"/{name}"

    def create(self, name: str) -> None:
        """Make an empty database, in place of one that may be there."""
        self.drop(name)
        if self.vendor == "postgresql":
            self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def copy(self, source_url: str, name: str) -> None:
        """Make ``name`` a copy of the database at ``source_url``, to which nobody is connected."""
        self.drop(name)
        if self.vendor == "sqlite":
            source = Path(unquote(urlsplit(source_url).path[1:]))
            with sqlite3.connect(source) as connection:  # all that is in the write-ahead log goes into the file
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            shutil.copyfile(source, self.folder / f"{name}.sqlite3")
            return
        source_name = sql.Identifier(urlsplit(source_url).path[1:])
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(name), source_name)
        self._execute(statement)

    def drop(self, name: str) -> None:
        """Delete a database, if it is there."""
        if self.vendor == "sqlite":
            for end in ("", "-wal", "-shm"):
                (self.folder / f"{name}.sqlite3{end}").unlink(missing_ok=True)
            return
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def rename(self, name: str, to: str) -> None:
        """Call a database by another name, in place of one that may be there."""
        self.drop(to)
        if self.vendor == "sqlite":
            (self.folder / f"{name}.sqlite3").rename(self.folder / f"{to}.sqlite3")
            return
        self._execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))

    def settle(self, name: str) -> None:
        """Let the database know what is in it, as it would after a day."""
        if self.vendor == "sqlite":
            with sqlite3.connect(self.folder / f"{name}.sqlite3") as connection:
                connection.execute("ANALYZE")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            return
        with psycopg.connect(self.url(name), autocommit=True) as server:
            server.execute("VACUUM ANALYZE")

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(statement)


def fingerprint(shape: Shape) -> str:
    """Return what stands for the content of a site: its size, and how it is generated."""
    digest = hashlib.sha256(repr(shape).encode())
    for name in ("generate.py", "words.py"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:12]


def prepare(store: Store, shape: Shape, say: Callable[[str], None], *, fresh: bool = False) -> tuple[str, float | None]:
    """Return the DATABASE_URL of a filled database, and how many comments a second its import took; it is filled once."""
    name = f"kept_{shape.comments}_{fingerprint(shape)}"
    meta = store.folder / f"{store.vendor}-{name}.json"
    if meta.exists() and not fresh:
        rate: float = json.loads(meta.read_text())["rate"]
        return store.url(name), rate
    file = store.folder / f"{name}.jsonl"
    if not file.exists():
        say(f"Writing {shape.total:,} comments to {file}")
        write_file(file, shape)
    store.create("filling")
    site = Site(shape.comments, store.url("filling"), store.folder)
    site.manage("migrate", "--verbosity", "0")
    site.manage(*VOCABULARY)
    say(f"Importing {shape.total:,} comments")
    begun = time.monotonic()
    site.manage("import_discussion", str(file))
    rate = shape.total / (time.monotonic() - begun)
    site.manage("retrain_spam_filter")
    site.call("remember_arrivals")
    store.settle("filling")
    store.rename("filling", name)
    meta.write_text(json.dumps({"rate": rate, "comments": shape.total}))
    return store.url(name), rate


@contextmanager
def working_copies(store: Store, sources: dict[int, str], say: Callable[[str], None]) -> Iterator[dict[int, Site]]:
    """Give a site for each size, on a copy of its database that is gone with the block."""
    names = {size: f"work_{size}" for size in sources}
    sites = {}
    try:
        for size, source in sources.items():
            say(f"Copying the database with {size:,} comments")
            store.copy(source, names[size])
            sites[size] = Site(size, store.url(names[size]), store.folder)
            sites[size].manage("migrate", "--verbosity", "0")
        yield sites
    finally:
        for name in names.values():
            store.drop(name)


def note_import(samples: Samples, size: int, rate: float | None) -> None:
    """Note how fast a database was filled."""
    if rate is not None:
        samples.add(f"import of {size:,} comments", rate)


def socket_url(folder: Path) -> str:
    """Return the DATABASE_URL of a server that listens on a socket in ``folder``."""
    return f"postgres://understory@{quote(str(folder), safe='')}/postgres"
