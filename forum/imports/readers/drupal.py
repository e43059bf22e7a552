"""A dump of the database of a Drupal 7 site: what was published as articles, with its addresses, and the comments under it.

A dump has its tables in the order of their names: comments before their words, articles after them, people last. So the rows are
laid out in a scratch database beside the system's other temporary files, which puts them together; memory stays small and the
disk needs about as much room as the words of the dump. What text formats do to a text is read from the dump as well.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forum.imports.inputs import open_input
from forum.imports.printed_dates import parse_seconds
from forum.imports.readers.article_text import escape_article_text
from forum.imports.readers.html_text import Converted, clean_text, count_lost, find_damage, to_markdown, to_plain_text
from forum.imports.readers.lineage import Lineage, name_row
from forum.imports.readers.marked_text import Target
from forum.imports.readers.serendip import is_machine_made, make_slug
from forum.imports.readers.sql_dump import DumpRow, read_dump
from forum.imports.records import (
    ArticleRecord,
    CommentRecord,
    ImportFileError,
    LeftOut,
    OldAddressRecord,
    Problem,
    Record,
    SiteRecord,
)

FORMAT = "drupal"
STARTS = re.compile(rb"\s*(?:--|#|/\*|CREATE |DROP |INSERT |SET |USE )", re.IGNORECASE)
STATEMENT = re.compile(rb"(?:CREATE TABLE|INSERT INTO|DROP TABLE|SQL [Dd]ump|MySQL dump|MariaDB dump)")

# The tables that are read, by the end of their name (a site may put a prefix before it), and the columns by which they are known.
TABLES = {
    "comment": ("cid", "pid", "nid", "uid", "subject", "created", "status", "thread", "name", "mail", "homepage", "language"),
    "field_data_comment_body": ("entity_type", "deleted", "entity_id", "delta", "comment_body_value", "comment_body_format"),
    "field_data_body": ("entity_type", "deleted", "entity_id", "language", "delta", "body_value", "body_summary", "body_format"),
    "filter": ("format", "name", "status"),
    "node": ("nid", "type", "title", "uid", "status", "created", "language"),
    "url_alias": ("source", "alias"),
    "users": ("uid", "name", "mail"),
    "variable": ("name", "value"),
}
# Rows of which a second one is a mistake in the dump.
UNIQUE = {"comment": "cid", "field_data_comment_body": "entity_id", "node": "nid", "users": "uid"}
INDEXES = {
    "comments_of_a_page": "comment (nid, cid)",
    "places_of_comments": "comment (nid, thread)",
    "texts_of_a_page": "field_data_body (entity_id)",
    "aliases_of_a_page": "url_alias (source)",
}
OLDER_TABLE = "node_revisions"

# A comment's place in its conversation is printed as "01.00.02/", below "01.00/".
COMMENTS = """
SELECT comment.*, node.status AS node_status, body.comment_body_value AS body, body.comment_body_format AS format,
    users.name AS user_name, users.mail AS user_mail,
    CASE WHEN comment.pid = 0 AND instr(comment.thread, '.') THEN (
        SELECT cid FROM comment AS above WHERE above.nid = comment.nid AND above.thread =
            rtrim(rtrim(comment.thread, '0123456789abcdefghijklmnopqrstuvwxyz/'), '.') || '/'
    ) END AS stands_below
FROM comment
LEFT JOIN node ON node.nid = comment.nid
LEFT JOIN users ON users.uid = comment.uid AND comment.uid != 0
LEFT JOIN field_data_comment_body AS body ON body.entity_id = comment.cid
ORDER BY comment.nid, comment.cid
"""
PUBLISHED = "1"
UNDETERMINED = frozenset(("", "und", "zxx"))
SERIALIZED = re.compile(r'^(?:i:(\d+)|s:\d+:"(.*)");$', re.DOTALL)
# What the module "media" writes into a text for a picture.
MEDIA = re.compile(r"\[\[\{.*?\}\]\]", re.DOTALL)
NODE = re.compile(r"node/(\d+)")


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file begins as a dump of a database does: of which site, its tables will tell."""
    return STARTS.match(head) is not None and STATEMENT.search(head) is not None


def read(path: Path) -> Iterator[Record]:
    """Yield the articles, their addresses and their comments. Raises ImportFileError before anything is yielded."""
    try:
        with TemporaryDirectory(prefix="understory-import-") as folder, closing(_open_scratch(Path(folder))) as scratch:
            problems = _lay_out(path, scratch)
            site = _Site(scratch)
            yield SiteRecord(site.source)
            yield from problems
            yield from site.read_articles()
            yield from site.read_comments()
    except (sqlite3.OperationalError, OSError) as error:
        raise ImportFileError(f"the rows of the dump cannot be laid out on the disk: {error}.") from error


def _open_scratch(folder: Path) -> sqlite3.Connection:
    scratch = sqlite3.connect(folder / "rows.sqlite3", isolation_level=None)
    scratch.row_factory = sqlite3.Row
    scratch.execute("PRAGMA journal_mode=OFF")
    scratch.execute("PRAGMA synchronous=OFF")
    for table, columns in TABLES.items():
        keys = [f"{column} PRIMARY KEY" if column == UNIQUE.get(table) else column for column in columns]
        scratch.execute(f"CREATE TABLE {table} ({', '.join(keys)}, line)")
    return scratch


def _lay_out(path: Path, scratch: sqlite3.Connection) -> list[Problem]:
    """Copy what is needed of the dump. Return what is there twice."""
    problems: list[Problem] = []
    prefixes: dict[str, str] = {}
    older: set[str] = set()

    def is_wanted(name: str, columns: tuple[str, ...]) -> bool:
        table = _find_table(name, columns)
        older.update({name} if name.endswith(OLDER_TABLE) else ())
        if table and table not in ("users", "variable", "filter"):  # a site may share these with another
            prefix = name.removesuffix(table)
            other = next(iter(prefixes), prefix)
            if prefix != other:
                raise ImportFileError(
                    f"the dump holds two sites, with the tables “{prefixes[other]}” and “{name}”. Dump the tables of one alone."
                )
            prefixes.setdefault(prefix, name)
        return table is not None

    scratch.execute("BEGIN")
    with open_input(path) as file:
        for row in read_dump(file, is_wanted):
            table = _find_table(row.table, tuple(row.values)) or ""
            if not _store(scratch, table, row):
                sentence = f"{row.table} has a second row for {row.values[UNIQUE[table]]}. The first one is taken."
                problems.append(Problem(row.line, sentence))
    has_texts = scratch.execute("SELECT 1 FROM field_data_body UNION ALL SELECT 1 FROM comment LIMIT 1").fetchone()
    has_pages = scratch.execute("SELECT 1 FROM node LIMIT 1").fetchone()
    if not has_texts and (older or not has_pages):  # a site that was brought up from Drupal 6 may have kept its tables
        kind = "a Drupal 6 site" if older else "another system, or of an empty site"
        raise ImportFileError(f"this is a dump of {kind}. What can be read is Drupal 7, with its tables “node” and “comment”.")
    for name, columns in INDEXES.items():
        scratch.execute(f"CREATE INDEX {name} ON {columns}")
    scratch.execute("COMMIT")
    return problems


def _find_table(name: str, columns: tuple[str, ...]) -> str | None:
    """Return which of the tables this is: its name may have a prefix, its columns must be there."""
    found = (table for table, needed in TABLES.items() if name.endswith(table) and set(needed) <= set(columns))
    return next(found, None)


def _store(scratch: sqlite3.Connection, table: str, row: DumpRow) -> bool:
    """Lay out a row; say whether it is the first of its kind. Texts of anything but pages and comments are not needed."""
    entity = {"field_data_body": "node", "field_data_comment_body": "comment"}.get(table)
    if entity and (row.values["entity_type"] != entity or row.values["deleted"] != "0"):
        return True
    values: list[Any] = [_to_key(column, row.values[column]) for column in TABLES[table]]
    marks = ", ".join("?" * (len(values) + 1))
    return scratch.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", [*values, row.line]).rowcount > 0  # noqa: S608


def _to_key(column: str, value: str | None) -> str | int | None:
    """Return a whole number as one, so that rows stand in its order; anything else as it is."""
    is_key = column in ("cid", "pid", "nid", "uid", "entity_id", "delta")
    return int(value) if is_key and value and re.fullmatch(r"\d{1,15}", value) else value


class _Site:
    """The rows of one site, put together."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch
        self._lineage = Lineage()
        self._plain_formats = self._find_formats("filter_html_escape")
        self._line_formats = self._find_formats("filter_autop")
        self._known_formats = {row[0] for row in scratch.execute("SELECT DISTINCT format FROM filter")}
        self._markdown_formats = {
            row[0] for row in scratch.execute("SELECT format FROM filter WHERE name LIKE '%markdown%' AND status = '1'")
        }

    @property
    def source(self) -> str:
        """Return a name that stays, whatever the site is called: the moment at which it was installed."""
        return f"{FORMAT}:{self._variable('install_time') or self._variable('site_name') or 'site'}"[:150]

    def read_articles(self) -> Iterator[Record]:
        """Yield every published page, then what its addresses were."""
        authors = self._scratch.execute("SELECT uid, name FROM users WHERE uid IN (SELECT uid FROM node)")
        people = {row["uid"]: row["name"] for row in authors}
        for node in self._scratch.execute("SELECT * FROM node ORDER BY nid"):
            key = name_row("node", str(node["nid"]), node["line"])
            if node["status"] != PUBLISHED:
                yield LeftOut("pages that are not published", node["line"], source_id=key)
                continue
            yield from self._make_article(node, key, people.get(node["uid"]) or "")
        yield from self._read_missing_articles()
        for alias in self._scratch.execute("SELECT source, line FROM url_alias"):
            if not NODE.fullmatch(alias["source"] or ""):
                yield LeftOut("addresses of lists, people and files", alias["line"])

    def read_comments(self) -> Iterator[Record]:
        """Yield every comment, page by page, in the order in which they were written."""
        for row in self._scratch.execute(COMMENTS):
            yield from self._make_comment(row)

    def _make_article(self, node: sqlite3.Row, key: str, person: str) -> Iterator[Record]:
        texts = self._scratch.execute(
            "SELECT body_value, body_summary, body_format FROM field_data_body WHERE entity_id = ? ORDER BY language, delta",
            [node["nid"]],
        ).fetchall()
        bodies = [self._convert(text["body_value"] or "", text["body_format"], Target.ARTICLE) for text in texts]
        body = "\n\n".join(converted.markdown for converted in bodies if converted.markdown)
        title = " ".join(clean_text(node["title"] or "").split())
        written = parse_seconds(node["created"] or "")
        rows = self._scratch.execute("SELECT alias FROM url_alias WHERE source = ?", [f"node/{node['nid']}"])
        aliases = [row["alias"] for row in rows if row["alias"]]
        if not body:
            yield Problem(node["line"], f"{key}, “{title}”, has no text.", key)
        yield ArticleRecord(
            title=title or key, slug=make_slug(aliases[-1].rpartition("/")[2] if aliases else title), body=body, source_id=key,
            line=node["line"],
            submitted_by=clean_text(person), published_on=written.date() if written else None,
            published_precision="day" if written else "unknown",
            language=None if (node["language"] or "") in UNDETERMINED else node["language"],
        )  # fmt: skip
        yield from find_damage(f"{title} {body}", node["line"], key)
        yield from (LeftOut("summaries", node["line"], source_id=key) for text in texts if text["body_summary"])
        for converted in bodies:
            yield from count_lost(converted, node["line"], key)
        for path in dict.fromkeys([f"node/{node['nid']}", *aliases]):
            yield OldAddressRecord(f"/{path.lstrip('/')}", article=key, line=node["line"])

    def _read_missing_articles(self) -> Iterator[Record]:
        """Yield an article without a name for each page that has comments and is not in the dump."""
        missing = self._scratch.execute(
            "SELECT nid, min(line) AS line FROM comment WHERE nid NOT IN (SELECT nid FROM node) GROUP BY nid ORDER BY nid"
        )
        for row in missing:
            key = name_row("node", str(row["nid"]), row["line"])
            yield Problem(row["line"], f"{key} is not in the dump. An article without a name stands for it.", key)
            yield ArticleRecord(title=f"Drupal {key}", slug=key, body="", source_id=key, line=row["line"])

    def _make_comment(self, row: sqlite3.Row) -> Iterator[Record]:
        line = row["line"]
        key = name_row("comment", str(row["cid"]), line)
        body = self._convert(row["body"] or "", row["format"], Target.COMMENT)
        if row["node_status"] not in (PUBLISHED, None):
            yield LeftOut("comments of pages that are not published", line, source_id=key)
            return
        subject = " ".join(clean_text(row["subject"] or "").split())
        if not body.markdown.strip():
            if not subject:
                self._lineage.leave_out(key, name_row("comment", str(row["pid"]), line) if row["pid"] else None)
                yield LeftOut("comments without words", line, f"{key} has no words.", key)
                return
            body, subject = self._convert(subject, "plain_text", Target.COMMENT), ""
        name = " ".join(clean_text(row["name"] or row["user_name"] or "").split())
        posted_at = parse_seconds(row["created"] or "")
        problems = list(find_damage(f"{name} {subject} {body.markdown}", line, key))
        if posted_at is None:
            problems.append(Problem(line, f"“{row['created']}” is no moment at which {key} can have been written.", key))
        number = row["pid"] or row["stands_below"]
        parent = name_row("comment", str(number), line) if number else None
        if row["stands_below"]:
            problems.append(Problem(line, f"{key} answers nobody, but stands below {parent}. It is taken as an answer.", key))
        problems += self._lineage.explain(key, parent, line)
        is_member = row["uid"] not in (0, None)
        yield CommentRecord(
            source_id=key, line=line, name=name, body=body.markdown, is_plain=self._is_plain(row["format"]),
            article=name_row("node", str(row["nid"]), line), author_key=f"user-{row['uid']}" if is_member else "",
            author_kind="member" if is_member else "guest", email=row["mail"] or row["user_mail"] or "",
            subject="" if is_machine_made(subject, to_plain_text(row["body"] or "")) else subject,
            language="" if (row["language"] or "") in UNDETERMINED else row["language"],
            posted_at=posted_at, posted_precision="exact" if posted_at else "unknown",
            posted_text="" if posted_at else row["created"] or "", parent=self._lineage.find_parent(parent),
            state=None if row["status"] == PUBLISHED else "held", problems=tuple(problems),
        )  # fmt: skip
        yield from count_lost(body, line, key)
        if row["homepage"]:
            yield LeftOut("addresses of writers’ own pages", line, source_id=key)
        yield OldAddressRecord(f"/comment/{row['cid']}", comment=key, line=line)

    def _convert(self, text: str, text_format: str | None, target: Target) -> Converted:
        """Return a text as its format shows it."""
        if text_format in self._markdown_formats:
            return Converted(clean_text(text).strip(), {})
        if self._is_plain(text_format):
            text = clean_text(text).strip()
            return Converted(escape_article_text(text) if target is Target.ARTICLE else text, {})
        keeps_newlines = text_format in self._line_formats or text_format not in self._known_formats
        return to_markdown(MEDIA.sub("<img>", text), target, keeps_newlines=keeps_newlines)

    def _is_plain(self, text_format: str | None) -> bool:
        """Say whether a format shows letters as they are. A text without one is plain; so is one that was a program."""
        return text_format in (None, "plain_text", "php_code") or text_format in self._plain_formats

    def _find_formats(self, name: str) -> set[str]:
        return {row[0] for row in self._scratch.execute("SELECT format FROM filter WHERE name = ? AND status = '1'", [name])}

    def _variable(self, name: str) -> str:
        row = self._scratch.execute("SELECT value FROM variable WHERE name = ?", [name]).fetchone()
        match = SERIALIZED.match(row[0] or "") if row else None
        return re.sub(r"[^\w.-]+", "-", (match[1] or match[2])).strip("-") if match else ""
