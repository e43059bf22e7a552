"""Everything about order and nesting, worked out in the staging file before anything is written: the thread of each comment, its
place there, its turn. SQL where the file can do it, arrays of numbers where it cannot.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from .staged import EPOCH, MICROSECOND, to_number

FIRST_YEAR = 1978  # before it nobody wrote in a forum: an odd date, kept and told
ORPHAN = "answers “{parent}”, which is not in the file. It starts a thread of its own."
ELSEWHERE = "answers “{parent}”, which stands under another article. It starts a thread of its own."
CIRCLE = "this comment and others answer each other in a circle. It starts a thread of its own."
FUTURE = "its date, {date}, has not come yet. The date is kept; it is put in order as of today."
ANCIENT = "its date, {date}, is older than any forum. It is kept as it is."
NO_ARTICLE = "the article “{article}” is neither in the file nor here."
SAME_PLACE = "another comment has its place, {position}. It was put after the others."
ROWS_AT_ONCE = 5_000


class Note(Protocol):
    """Keeps a sentence for the report (``Staging.note``)."""

    def __call__(self, kind: str, line: int | None, sentence: str, source_id: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Placing:
    """The file while places are worked out in it."""

    db: sqlite3.Connection
    note: Note

    def place(
        self, *, now: datetime, here: Mapping[str, int], keeps_ids: bool, roots: Callable[[list[int]], dict[int, int]]
    ) -> None:
        """Work out the thread, place and order of every comment that is new.

        ``here`` are the keys of articles of the site by the names the file calls them by; ``roots`` returns the key of the root
        of each comment of the site. With ``keeps_ids`` the file's whole numbers will be the keys of rows.
        """
        db = self.db
        db.execute("BEGIN")
        db.execute("CREATE TABLE ref (name TEXT PRIMARY KEY, article INTEGER, pk INTEGER)")
        db.execute("INSERT OR IGNORE INTO ref SELECT source_id, seq, pk FROM article")
        db.execute("INSERT OR IGNORE INTO ref SELECT slug, seq, pk FROM article WHERE slug != ''")
        db.executemany("INSERT OR IGNORE INTO ref VALUES (?, NULL, ?)", here.items())
        db.execute("CREATE TABLE IF NOT EXISTS outside (source_id TEXT PRIMARY KEY, pk INTEGER)")
        self._refuse_without_article()
        self._link(now, roots)
        self._number(keeps_ids)
        db.execute("COMMIT")

    def _refuse_without_article(self) -> None:
        db = self.db
        sql = "SELECT seq, line, source_id, article FROM comment WHERE article NOT IN (SELECT name FROM ref)"
        for _seq, line, source_id, article in db.execute(sql).fetchall():
            self.note("refused", line, NO_ARTICLE.format(article=article), source_id)
        db.execute("DELETE FROM comment WHERE article NOT IN (SELECT name FROM ref)")

    def _link(self, now: datetime, roots: Callable[[list[int]], dict[int, int]]) -> None:
        """Find the parent of each comment, the thread it stands in, how deep, and the moment it is put in order by."""
        db = self.db
        size = (db.execute("SELECT max(seq) FROM comment").fetchone()[0] or 0) + 1
        parents, threads, depths = array("q", bytes(8 * size)), array("q", bytes(8 * size)), array("q", bytes(8 * size))
        anchors = array("q", bytes(8 * size))  # of the site: the comment that a chain of new ones hangs on
        rows = db.execute(
            "SELECT c.seq, c.parent, c.known, p.seq, p.known, cr.article IS pr.article AND cr.pk IS pr.pk, o.pk, c.line,"
            " c.source_id FROM comment c JOIN ref cr ON cr.name = c.article LEFT JOIN comment p ON p.source_id = c.parent"
            " LEFT JOIN ref pr ON pr.name = p.article LEFT JOIN outside o ON o.source_id = c.parent ORDER BY c.seq"
        )
        notes = []
        for seq, parent, known, parent_seq, parent_known, is_same, outside, line, source_id in rows:
            if known is not None or parent is None:
                continue
            if parent_seq is not None and not is_same:
                notes.append(("odd", line, ELSEWHERE.format(parent=parent), source_id))
            elif parent_known is not None:
                anchors[seq] = parent_known
            elif parent_seq is not None:
                parents[seq] = parent_seq
            elif outside is not None:
                anchors[seq] = outside
            else:
                notes.append(("odd", line, ORPHAN.format(parent=parent), source_id))
        circles = _find_threads(parents, threads, depths)
        for seq in circles:
            line, source_id = db.execute("SELECT line, source_id FROM comment WHERE seq = ?", [seq]).fetchone()
            notes.append(("odd", line, CIRCLE, source_id))
        for note in notes:
            self.note(*note)
        db.execute("CREATE TABLE linked (seq INTEGER PRIMARY KEY, article INTEGER, article_pk INTEGER, parent INTEGER,"
                   " thread INTEGER, depth INTEGER, anchor INTEGER, sort_at INTEGER)")  # fmt: skip
        latest: dict[str, int] = {}
        first = self._first_moments(now)
        limit = to_number(now + timedelta(days=1)) or 0
        ancient = to_number(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)) or 0
        values: list[tuple[Any, ...]] = []
        read = db.execute(
            "SELECT c.seq, c.article, c.posted, c.sort_at, c.known, c.line, c.source_id, r.article, r.pk, c.stated FROM comment c"
            " JOIN ref r ON r.name = c.article ORDER BY c.seq"
        )
        insert = "INSERT INTO linked VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        for seq, article, posted, sort_at, known, line, source_id, article_seq, article_pk, stated in read:
            if posted is not None and known is None and not ancient <= posted <= limit:
                is_future = posted > limit
                shown = (EPOCH + posted * MICROSECOND).date().isoformat()
                if is_future or not stated:
                    self.note("odd", line, (FUTURE if is_future else ANCIENT).format(date=shown), source_id)
            if sort_at is None:
                moment = latest.get(article, first.get(article, first[""])) if posted is None else min(posted, limit)
            else:
                moment = sort_at
            latest[article] = moment
            if known is None:
                values.append(
                    (
                        seq,
                        article_seq,
                        article_pk,
                        parents[seq] or None,
                        threads[seq],
                        depths[seq],
                        anchors[threads[seq]] or None,
                        moment,
                    )
                )
            if len(values) >= ROWS_AT_ONCE:
                db.executemany(insert, values)
                values = []
        db.executemany(insert, values)
        self._anchor(roots)

    def _first_moments(self, now: datetime) -> dict[str, int]:
        """Return by article the moment by which its first comment is ordered where it has no date."""
        moments = {"": to_number(now) or 0}
        for source_id, slug, record in self.db.execute("SELECT source_id, slug, record FROM article"):
            day = json.loads(record).get("published_on")
            if day:
                noon = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=12)
                moments[source_id] = moments[slug] = to_number(noon) or 0
        return moments

    def _anchor(self, roots: Callable[[list[int]], dict[int, int]]) -> None:
        """Note the root of the thread of the site that each chain of new comments hangs on."""
        db = self.db
        db.execute("CREATE TABLE anchor (pk INTEGER PRIMARY KEY, root INTEGER)")
        found = [row[0] for row in db.execute("SELECT DISTINCT anchor FROM linked WHERE anchor IS NOT NULL")]
        for start in range(0, len(found), 500):
            db.executemany("INSERT INTO anchor VALUES (?, ?)", roots(found[start : start + 500]).items())

    def _number(self, keeps_ids: bool) -> None:
        """Give every new comment its place among its kind, its number in the file, and its turn."""
        db = self.db
        db.execute("CREATE INDEX linked_thread ON linked (thread)")
        # A place of the file counts in a new article only, and only once.
        db.execute(
            "CREATE TABLE given AS SELECT l.seq, c.position FROM linked l JOIN comment c USING (seq)"
            " WHERE c.stated AND c.position IS NOT NULL AND l.article_pk IS NULL AND l.anchor IS NULL"
        )
        twice = (
            "SELECT seq, position FROM (SELECT g.seq, g.position, ROW_NUMBER() OVER (PARTITION BY l.article,"
            " CASE WHEN l.depth = 0 THEN 0 ELSE l.thread END, g.position ORDER BY g.seq) AS turn FROM given g"
            " JOIN linked l USING (seq)) WHERE turn > 1"
        )
        for seq, position in db.execute(twice).fetchall():
            line, source_id = db.execute("SELECT line, source_id FROM comment WHERE seq = ?", [seq]).fetchone()
            self.note("odd", line, SAME_PLACE.format(position=position), source_id)
            db.execute("DELETE FROM given WHERE seq = ?", [seq])
        db.execute("CREATE UNIQUE INDEX given_seq ON given (seq)")
        key = "CAST(c.source_id AS INTEGER)"
        is_number = f"{key} > 0 AND CAST({key} AS TEXT) = c.source_id AND {key} < 9000000000000000000"
        own_id = f"CASE WHEN {is_number} THEN {key} END" if keeps_ids else "NULL"
        group = "l.article, l.article_pk, CASE WHEN l.depth = 0 AND l.anchor IS NULL THEN 0 ELSE l.thread END"
        db.execute(
            "CREATE TABLE placed AS SELECT l.seq,"  # noqa: S608 - our own words only
            f" COALESCE(g.position, COALESCE(MAX(g.position) OVER (PARTITION BY {group}), 0) + ROW_NUMBER() OVER"
            f" (PARTITION BY {group}, g.position IS NULL ORDER BY CASE WHEN l.depth = 0 THEN c.position END IS NULL,"
            "  CASE WHEN l.depth = 0 THEN c.position END, l.sort_at, l.seq)) AS place,"
            f" g.position IS NOT NULL AS has_place, {own_id} AS own_id, ROW_NUMBER() OVER (ORDER BY l.seq) AS number"
            " FROM linked l JOIN comment c USING (seq) LEFT JOIN given g USING (seq)"
        )
        db.execute("CREATE UNIQUE INDEX placed_seq ON placed (seq)")
        db.execute("CREATE TABLE todo (n INTEGER PRIMARY KEY, seq INTEGER)")
        db.execute(
            "INSERT INTO todo (seq) SELECT l.seq FROM linked l JOIN placed root ON root.seq = l.thread"
            " ORDER BY l.article IS NULL, l.article, l.article_pk, root.place, l.thread, l.depth, l.seq"
        )
        db.execute("CREATE UNIQUE INDEX todo_seq ON todo (seq)")
        db.execute("CREATE INDEX comment_writer ON comment (writer)")
        db.execute(
            "UPDATE writer SET first = (SELECT min(t.n) FROM comment c JOIN todo t USING (seq) WHERE c.writer = writer.id)"
        )
        db.execute("CREATE INDEX part_of ON part (of, kind)")
        db.execute("DROP TABLE given")


def _find_threads(parents: array[int], threads: array[int], depths: array[int]) -> list[int]:
    """Fill in the thread (its root) and depth of each comment from ``parents``; return those at which circles were opened."""
    circles = []
    for start in range(1, len(parents)):
        path = []
        at = start
        while at and not threads[at]:
            threads[at] = -1  # on the way
            path.append(at)
            at = parents[at]
            if at and threads[at] == -1:
                first = min(path[path.index(at) :])
                circles.append(first)
                # The earliest of the circle becomes a root; what leads to it follows.
                parents[first] = 0
                for seq in path:
                    threads[seq] = 0
                path, at = [], start
        root, depth = (threads[at], depths[at]) if at else (path[-1] if path else 0, -1)
        for seq in reversed(path):
            depth += 1
            threads[seq], depths[seq] = root, depth
    return circles
