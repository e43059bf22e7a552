"""What a file holds, put down in a file of ours before anything of it reaches the site: so no import needs more memory for more
comments, every place is known before the first row is written, and a stopped import goes on.

A SQLite file beside the data. It knows records and numbers, not the tables of the site; what it must know of them (which ids are
here, where articles stand) it is told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from .placing import Placing
from .records import (
    ArticleRecord,
    CommentRecord,
    LeftOut,
    OldAddressRecord,
    PartRecord,
    Problem,
    Record,
    Refused,
    SiteRecord,
)
from .staged import KEPT_AS_JSON, Row, article_of, comment_of, moments_of, row_of, to_json, to_number, values_of

VERSION = 2  # of this file; one of another version is made anew
ROWS_AT_ONCE = 5_000
COMMENTS_AT_ONCE = 500  # put down with a few statements
CACHE_KB = 32_768

TWICE = "the id “{id}” is in the file already, in line {line}. This one was left out."

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE article (seq INTEGER PRIMARY KEY, source_id TEXT UNIQUE, slug TEXT, line INTEGER, record TEXT, pk INTEGER);
CREATE TABLE comment (
    seq INTEGER PRIMARY KEY, source_id TEXT UNIQUE, line INTEGER, article TEXT, parent TEXT, position INTEGER, posted INTEGER,
    sort_at INTEGER, stated INTEGER, writer INTEGER, record TEXT, known INTEGER
);
CREATE TABLE writer (
    id INTEGER PRIMARY KEY, kind TEXT, key TEXT, name TEXT, email TEXT, known INTEGER, first INTEGER
);
CREATE UNIQUE INDEX writer_key ON writer (kind, key);
CREATE TABLE part (seq INTEGER PRIMARY KEY, kind TEXT, of TEXT, line INTEGER, record TEXT);
CREATE TABLE address (seq INTEGER PRIMARY KEY, path TEXT, article TEXT, comment TEXT, target TEXT, line INTEGER);
CREATE TABLE note (seq INTEGER PRIMARY KEY, kind TEXT, batch INTEGER, line INTEGER, source_id TEXT, sentence TEXT);
CREATE TABLE left_out (seq INTEGER PRIMARY KEY, kind TEXT, count INTEGER, line INTEGER, source_id TEXT, is_told INTEGER);
"""


class Staging:
    """The file. Opened by one process at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")  # what was not finished is made anew
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(f"PRAGMA cache_size=-{CACHE_KB}")
        self._db.execute("PRAGMA temp_store=FILE")

    @classmethod
    def open(cls, path: Path, key: str) -> Staging:
        """Return the file as it is where it was made for ``key`` and is whole, else a new one."""
        if path.exists():
            with suppress(sqlite3.DatabaseError):
                staging = cls(path)
                if staging.get("key") == key and staging.get("version") == str(VERSION) and staging.get("placed"):
                    return staging
                staging.close()
            path.unlink()
        staging = cls(path)
        staging._db.executescript(TABLES)
        staging.put(key=key, version=str(VERSION))
        return staging

    def close(self) -> None:
        self._db.close()

    def remove(self) -> None:
        """Close and delete the file."""
        self.close()
        self.path.unlink(missing_ok=True)

    def get(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return row[0] if row else None

    def put(self, **values: str) -> None:
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # Reading the file.

    def fill(
        self,
        records: Iterable[Record],
        *,
        with_contacts: bool,
        name_key: Callable[[str], str],
        on_progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        """Put the records of a reader down. Raises what the reader raises, and sqlite3.OperationalError where the disk is full.

        ``name_key`` makes what is kept of a writer's key at the source.
        """
        self._name_key = name_key
        comments: list[CommentRecord] = []
        done = 0

        def put_comments() -> None:
            self._put_comments(comments, with_contacts=with_contacts)
            comments.clear()

        self._db.execute("BEGIN")
        for record in records:
            if isinstance(record, CommentRecord):
                comments.append(record)
                done += 1
                if done % COMMENTS_AT_ONCE == 0:
                    put_comments()
                if done % ROWS_AT_ONCE == 0:  # the file may be long; what is put down need not stay in memory
                    self._db.execute("COMMIT")
                    self._db.execute("BEGIN")
                    on_progress(done)
                continue
            if isinstance(record, PartRecord):
                values = [record.kind, record.of, record.line, to_json(record.values)]
                self._db.execute("INSERT INTO part (kind, of, line, record) VALUES (?, ?, ?, ?)", values)
                continue
            put_comments()  # what is told of them comes before what is told of others
            match record:
                case ArticleRecord():
                    self._put_article(record)
                case OldAddressRecord():
                    values = [record.path, record.article, record.comment, record.target, record.line]
                    sql = "INSERT INTO address (path, article, comment, target, line) VALUES (?, ?, ?, ?, ?)"
                    self._db.execute(sql, values)
                case LeftOut():
                    self._put_left_out(record)
                case Problem():
                    self.note("odd", record.line, record.sentence, record.source_id)
                case Refused():
                    self.note("refused", record.line, record.sentence, record.source_id)
                case SiteRecord():
                    self.put(source=record.source, keeps_ids="1" if record.keeps_ids else "")
        put_comments()
        self._db.execute("COMMIT")
        self.put(read=str(done))
        on_progress(done)

    def _put_left_out(self, record: LeftOut) -> None:
        sql = "INSERT INTO left_out (kind, count, line, source_id, is_told) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(sql, [record.kind, record.count, record.line, record.source_id, bool(record.sentence)])
        if record.sentence:
            self.note("left out", record.line, record.sentence, record.source_id)

    def _put_article(self, record: ArticleRecord) -> None:
        sql = "INSERT OR IGNORE INTO article (source_id, slug, line, record) VALUES (?, ?, ?, ?)"
        added = self._db.execute(sql, [record.source_id, record.slug, record.line, to_json(values_of(record))]).rowcount
        if not added:
            first = self._db.execute("SELECT line FROM article WHERE source_id = ?", [record.source_id]).fetchone()
            self._note_twice(record.source_id, record.line, first[0])

    def _put_comments(self, records: Sequence[CommentRecord], *, with_contacts: bool) -> None:
        lines = self._pairs("SELECT source_id, line FROM comment WHERE source_id IN", [record.source_id for record in records])
        new = []
        for record in records:
            for problem in record.problems:
                self.note("odd", problem.line, problem.sentence, record.source_id)
            if record.source_id in lines:
                self._note_twice(record.source_id, record.line, lines[record.source_id])
                continue
            lines[record.source_id] = record.line
            new.append(record)
        writers = self._put_writers(new, with_contacts=with_contacts)
        self._db.executemany(
            "INSERT INTO comment (source_id, line, article, parent, position, posted, sort_at, stated, writer, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    record.source_id, record.line, record.article, record.parent, record.position, to_number(record.posted_at),
                    to_number(record.more.get("sort_at")), record.state is not None, writer,
                    to_json({name: getattr(record, name) for name in KEPT_AS_JSON}),
                )
                for record, writer in zip(new, writers, strict=True)
            ],
        )  # fmt: skip

    def _put_writers(self, records: Sequence[CommentRecord], *, with_contacts: bool) -> list[int | None]:
        """Return the number of each writer: the same for one key; without a key, each comment has a writer of its own."""
        written = [record for record in records if record.state != "erased"]  # such a one nobody wrote
        keys = {record.source_id: self._name_key(record.author_key) for record in written if record.author_key}
        numbers: dict[tuple[str, str], int] = {}
        for kind in sorted({record.author_kind for record in written}):
            wanted = {keys[record.source_id] for record in written if record.author_kind == kind and record.source_id in keys}
            found = self._pairs("SELECT key, id FROM writer WHERE kind = ? AND key IN", sorted(wanted), kind)
            numbers |= {(kind, key): number for key, number in found.items()}
        last = self._db.execute("SELECT max(id) FROM writer").fetchone()[0] or 0
        new, result = [], []
        for record in records:
            key = keys.get(record.source_id)
            number = None if record.state == "erased" else numbers.get((record.author_kind, key or ""))
            if number is None and record.state != "erased":
                number = last = last + 1
                new.append((number, record.author_kind, key, record.name, record.email if with_contacts else ""))
                if key:
                    numbers[record.author_kind, key] = number
            result.append(number)
        self._db.executemany("INSERT INTO writer (id, kind, key, name, email) VALUES (?, ?, ?, ?, ?)", new)
        return result

    def _pairs(self, sql: str, names: Sequence[str], *before: str) -> dict[str, Any]:
        """Return the pairs that a statement gives for some hundred names, which are its last condition."""
        return dict(self._db.execute(f"{sql} ({','.join('?' * len(names))})", [*before, *names]))

    def _note_twice(self, source_id: str, line: int | None, first: int | None) -> None:
        self.note("refused", line, TWICE.format(id=source_id, line=first), source_id)

    # What is told.

    def note(self, kind: str, line: int | None, sentence: str, source_id: str = "", batch: int = 0) -> None:
        """Keep a sentence for the report. ``batch`` is the number of the batch it came up in, 0 for the reading."""
        sql = "INSERT INTO note (kind, batch, line, source_id, sentence) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(sql, [kind, batch, line, source_id, sentence])

    def note_once(self, kind: str, line: int | None, sentence: str, source_id: str = "") -> None:
        """Keep a sentence that an attempt before this one may have kept."""
        known = self._db.execute(
            "SELECT 1 FROM note WHERE kind = ? AND line IS ? AND source_id = ? AND sentence = ?",
            [kind, line, source_id, sentence],
        ).fetchone()
        if not known:
            self.note(kind, line, sentence, source_id)

    def forget_notes(self, after_batch: int) -> None:
        """Take back what was noted in batches that are written anew."""
        self._db.execute("DELETE FROM note WHERE batch > ?", [after_batch])

    def notes(self, limit: int = -1) -> Iterator[tuple[str, int | None, str, str]]:
        """Yield (kind, line, id at the source, sentence), in the order of the lines."""
        sql = "SELECT kind, line, source_id, sentence FROM note ORDER BY line IS NULL, line, seq LIMIT ?"
        yield from self._db.execute(sql, [limit])

    def report_lines(self) -> Iterator[tuple[str, int | None, str, str]]:
        """Yield the notes as ``notes`` does, and between them, by its kind, all else that was left out."""
        yield from self._db.execute(
            "SELECT kind, line, source_id, sentence FROM ("
            "SELECT kind, line, source_id, sentence, seq, 0 AS is_quiet FROM note UNION ALL "
            "SELECT 'left out', line, source_id, CASE count WHEN 1 THEN kind ELSE kind || ': ' || count END, seq, 1 FROM left_out"
            " WHERE NOT is_told"
            ") ORDER BY line IS NULL, line, is_quiet, seq"
        )

    def note_counts(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT kind, count(*) FROM note GROUP BY kind"))

    def left_out(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT kind, sum(count) FROM left_out GROUP BY kind ORDER BY kind"))

    # What is known here.

    def source_ids(self, table: str) -> Iterator[list[str]]:
        """Yield the ids of comments, articles, or parents that are not in the file, some hundred at a time."""
        sql = {
            "comment": "SELECT seq, source_id FROM comment WHERE seq > ? ORDER BY seq LIMIT 500",
            "article": "SELECT seq, source_id FROM article WHERE seq > ? ORDER BY seq LIMIT 500",
            "missing": (
                "SELECT c.seq, c.parent FROM comment c LEFT JOIN comment p ON p.source_id = c.parent"
                " WHERE c.parent IS NOT NULL AND p.seq IS NULL AND c.seq > ? ORDER BY c.seq LIMIT 500"
            ),
        }[table]
        last = 0
        while rows := self._db.execute(sql, [last]).fetchall():
            yield list(dict.fromkeys(row[1] for row in rows))
            last = rows[-1][0]

    def set_known(self, table: str, pks: Mapping[str, int]) -> None:
        """Note the keys of what is here already."""
        if table == "missing":
            self._db.execute("CREATE TABLE IF NOT EXISTS outside (source_id TEXT PRIMARY KEY, pk INTEGER)")
            self._db.executemany("INSERT OR REPLACE INTO outside VALUES (?, ?)", pks.items())
            return
        column = "known" if table == "comment" else "pk"
        sql = f"UPDATE {table} SET {column} = ? WHERE source_id = ?"  # noqa: S608
        self._db.executemany(sql, [(pk, source_id) for source_id, pk in pks.items()])

    def writer_keys(self) -> Iterator[list[tuple[str, str]]]:
        last = 0
        sql = "SELECT id, kind, key FROM writer WHERE key IS NOT NULL AND id > ? ORDER BY id LIMIT 500"
        while rows := self._db.execute(sql, [last]).fetchall():
            yield [(row[1], row[2]) for row in rows]
            last = rows[-1][0]

    def set_known_writers(self, pks: Mapping[tuple[str, str], int]) -> None:
        sql = "UPDATE writer SET known = ? WHERE kind = ? AND key = ?"
        self._db.executemany(sql, [(pk, kind, key) for (kind, key), pk in pks.items()])

    def article_names(self) -> list[str]:
        """Return what comments and parts call their articles, without those that are in the file."""
        sql = (
            "SELECT DISTINCT name FROM (SELECT DISTINCT article AS name FROM comment UNION SELECT of FROM part"
            " WHERE kind IN ('source', 'correction', 'discussion')) WHERE name NOT IN (SELECT source_id FROM article)"
            " AND name NOT IN (SELECT slug FROM article)"
        )
        return [row[0] for row in self._db.execute(sql)]

    def known_under_articles(self) -> dict[str, int]:
        """Return, by article of the file that is not here by its own name, a comment of it that is."""
        first = dict(self._db.execute("SELECT article, min(known) FROM comment WHERE known IS NOT NULL GROUP BY article"))
        found = {}
        for source_id, slug in self._db.execute("SELECT source_id, slug FROM article WHERE pk IS NULL"):
            if known := [first[name] for name in {source_id, slug} if name in first]:
                found[source_id] = min(known)
        return found

    def known_article_pks(self) -> list[int]:
        """Return the keys of articles of the file that are here, some hundred at most."""
        return [row[0] for row in self._db.execute("SELECT pk FROM article WHERE pk IS NOT NULL ORDER BY seq LIMIT 500")]

    def known_pks(self, limit: int) -> list[int]:
        """Return the keys of some comments that are here."""
        return [row[0] for row in self._db.execute("SELECT known FROM comment WHERE known IS NOT NULL LIMIT ?", [limit])]

    def put_all_under(self, slug: str) -> None:
        """Let all comments stand under one article of the site, and leave out those of the file."""
        db = self._db
        db.execute(
            "INSERT INTO left_out (kind, count, line, source_id, is_told) SELECT 'articles', 1, line, source_id, 0 FROM article"
        )
        db.execute("DELETE FROM article")
        db.execute("DELETE FROM part WHERE kind IN ('collection', 'source', 'correction', 'discussion')")
        db.execute("UPDATE comment SET article = ?", [slug])
        db.execute("UPDATE address SET article = ? WHERE article != ''", [slug])

    def place(
        self, *, now: datetime, here: Mapping[str, int], keeps_ids: bool, roots: Callable[[list[int]], dict[int, int]]
    ) -> None:
        """Work out the thread, place and order of every comment that is new (``placing``)."""
        Placing(self._db, self.note).place(now=now, here=here, keeps_ids=keeps_ids, roots=roots)
        self.put(placed="1")

    # What the writer asks.

    def count(self) -> dict[str, int]:
        """Return how many comments are new and known, and how many replies, articles and writers are new."""
        db = self._db
        row = db.execute(
            "SELECT (SELECT count(*) FROM todo), (SELECT count(*) FROM comment WHERE known IS NOT NULL),"
            " (SELECT count(*) FROM linked WHERE depth > 0 OR anchor IS NOT NULL),"
            " (SELECT count(*) FROM article WHERE pk IS NULL), (SELECT count(*) FROM writer), (SELECT max(own_id) FROM placed),"
            " (SELECT count(*) FROM comment)"
        ).fetchone()
        names = ("new", "known", "replies", "articles", "writers", "highest_id", "all")
        return dict(zip(names, (value or 0 for value in row), strict=True))

    def articles(self) -> Iterator[tuple[int, ArticleRecord]]:
        """Yield (number, article) of those that are not here yet."""
        last = 0
        while row := self._db.execute(
            "SELECT seq, source_id, slug, line, record FROM article WHERE pk IS NULL AND seq > ? ORDER BY seq LIMIT 1", [last]
        ).fetchone():
            last = row[0]
            yield last, article_of(row[4])

    def all_articles(self) -> list[tuple[str, str]]:
        """Return (id at the source, title) of the articles in the file; some hundred at most."""
        rows = self._db.execute("SELECT source_id, record FROM article ORDER BY seq LIMIT 500")
        return [(source_id, json.loads(record)["title"]) for source_id, record in rows]

    def highest_place(self, article_pk: int) -> int:
        """Return how many places new threads need under an article of the site."""
        row = self._db.execute(
            "SELECT max(p.place) FROM linked l JOIN placed p USING (seq) JOIN comment c USING (seq)"
            " JOIN ref r ON r.name = c.article WHERE r.pk = ? AND l.depth = 0 AND l.anchor IS NULL",
            [article_pk],
        ).fetchone()
        return row[0] or 0

    def article_pks(self) -> list[int]:
        """Return the keys of the articles that were here before and under which new comments stand."""
        sql = "SELECT DISTINCT article_pk FROM linked WHERE article_pk IS NOT NULL ORDER BY article_pk"
        return [row[0] for row in self._db.execute(sql)]

    def highest_part(self) -> int:
        """Return the number of the last part."""
        return self._db.execute("SELECT max(seq) FROM part").fetchone()[0] or 0

    def set_article(self, seq: int, pk: int) -> None:
        """Note the key of an article that was written; its comments are looked up by it."""
        self._db.execute("UPDATE ref SET pk = ? WHERE article = ?", [pk, seq])

    def article_pk(self, name: str) -> int | None:
        """Return the key of an article by a name that the file calls it by."""
        row = self._db.execute("SELECT pk FROM ref WHERE name = ?", [name]).fetchone()
        return row[0] if row else None

    def parts(self, kind: str, of: Iterable[str]) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
        """Yield (what it belongs to, line, values) of what hangs on these, in the order of the file."""
        names = list(dict.fromkeys(of))
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            marks = ",".join("?" * len(some))
            sql = f"SELECT of, line, record, seq FROM part WHERE kind = ? AND of IN ({marks}) ORDER BY seq"  # noqa: S608
            for name, line, record, seq in self._db.execute(sql, [kind, *some]).fetchall():
                yield name, line, moments_of(json.loads(record)) | {"seq": seq}

    def all_parts(self, kind: str) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
        """Yield (what it belongs to, line, values) of all of a kind; there are few of those that are asked for so."""
        rows = self._db.execute("SELECT of, line, record FROM part WHERE kind = ? ORDER BY seq", [kind]).fetchall()
        yield from ((name, line, moments_of(json.loads(record))) for name, line, record in rows)

    def addresses(self) -> Iterator[tuple[int, str, str, str, str, int | None]]:
        """Yield (number, old path, article, comment, path of today, line); the numbers begin with 1."""
        last = 0
        sql = "SELECT seq, path, article, comment, target, line FROM address WHERE seq > ? ORDER BY seq LIMIT ?"
        while rows := self._db.execute(sql, [last, ROWS_AT_ONCE]).fetchall():
            yield from rows
            last = rows[-1][0]

    def highest_address(self) -> int:
        """Return the number of the last of them."""
        return self._db.execute("SELECT COALESCE(max(seq), 0) FROM address").fetchone()[0]

    def comment_pk(self, source_id: str, base: int) -> int | None:
        """Return the key of a comment of the file, known or new."""
        row = self._db.execute(
            "SELECT c.known, p.own_id, p.number FROM comment c LEFT JOIN placed p USING (seq) WHERE c.source_id = ?", [source_id]
        ).fetchone()
        if row is None or row == (None, None, None):
            return None
        known, own_id, number = row
        return known if known is not None else own_id if own_id is not None else base + number

    def read(self, after: int, limit: int, *, base: int) -> list[Row]:
        """Return the next comments to be written. ``base`` is added to the numbers of those that keep no id of their own."""
        rows = self._db.execute(
            """SELECT t.n, c.seq, COALESCE(p.own_id, ? + p.number), c.source_id, r.pk,
                COALESCE(pp.own_id, ? + pp.number), l.anchor, a.root, tp.own_id, ? + tp.number, l.thread, l.depth, p.place,
                p.has_place, l.sort_at, c.writer, w.first = t.n AND w.known IS NULL, c.line, c.stated, c.record, pc.record
            FROM todo t JOIN comment c USING (seq) JOIN linked l USING (seq) JOIN placed p USING (seq)
            JOIN ref r ON r.name = c.article LEFT JOIN placed pp ON pp.seq = l.parent LEFT JOIN placed tp ON tp.seq = l.thread
            LEFT JOIN anchor a ON a.pk = l.anchor LEFT JOIN writer w ON w.id = c.writer
            LEFT JOIN comment pc ON pc.seq = l.parent
            WHERE t.n > ? ORDER BY t.n LIMIT ?""",
            [base, base, base, after, limit],
        )
        return [row_of(values) for values in rows]

    def read_pks(self, after: int, limit: int, *, base: int) -> list[int]:
        """Return the keys of the next comments in the order of writing."""
        sql = "SELECT COALESCE(p.own_id, ? + p.number) FROM todo t JOIN placed p USING (seq) WHERE t.n > ? ORDER BY t.n LIMIT ?"
        return [row[0] for row in self._db.execute(sql, [base, after, limit])]

    def unstated(self, limit: int) -> Iterator[tuple[CommentRecord, int | None]]:
        """Yield (comment, key of its article, None for a new one) of the first new comments that say no state."""
        rows = self._db.execute(
            "SELECT c.record, c.source_id, c.line, c.article, c.parent, c.position, l.article_pk FROM linked l"
            " JOIN comment c USING (seq) WHERE NOT c.stated ORDER BY c.seq LIMIT ?",
            [limit],
        ).fetchall()
        yield from ((comment_of(row[:6]), row[6]) for row in rows)

    def count_unstated(self) -> int:
        """Return how many new comments say no state."""
        return self._db.execute("SELECT count(*) FROM linked JOIN comment c USING (seq) WHERE NOT c.stated").fetchone()[0]

    def count_stated(self, state: str) -> int:
        """Return how many new comments say that they are in this state."""
        sql = "SELECT count(*) FROM linked JOIN comment c USING (seq) WHERE c.stated AND json_extract(c.record, '$.state') = ?"
        return self._db.execute(sql, [state]).fetchone()[0]

    def article_record(self, name: str) -> ArticleRecord | None:
        """Return the article of the file that is called so."""
        row = self._db.execute("SELECT record FROM article WHERE source_id = ? OR slug = ?", [name, name]).fetchone()
        return article_of(row[0]) if row else None

    def writers(self, ids: Iterable[int]) -> dict[int, tuple[str, str, str, str, int | None]]:
        """Return (kind, key, name, e-mail, key of the guest who is here) of writers by number."""
        wanted = sorted(set(ids))
        found: dict[int, tuple[str, str, str, str, int | None]] = {}
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ",".join("?" * len(some))
            sql = f"SELECT id, kind, key, name, email, known FROM writer WHERE id IN ({marks})"  # noqa: S608
            for row in self._db.execute(sql, some):
                found[row[0]] = (row[1], row[2] or "", row[3], row[4], row[5])
        return found

    def first_comments(self, limit: int) -> list[CommentRecord]:
        """Return the first new comments as the file has them."""
        rows = self._db.execute(
            "SELECT c.record, c.source_id, c.line, c.article, c.parent, c.position FROM linked l JOIN comment c USING (seq)"
            " ORDER BY c.seq LIMIT ?",
            [limit],
        )
        return [comment_of(row) for row in rows]
