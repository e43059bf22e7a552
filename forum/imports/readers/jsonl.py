"""The open format: a JSON object a line (``open-format.schema.json``), as ``export_discussion`` and other programs write it.

A line that says too little is refused and told; a value that cannot be is told and taken as not given; keys that nobody here
knows are counted. Only a file that was cut, or has no end of line, is refused as a whole. Nothing here touches a database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from forum.imports.inputs import open_input, read_lines
from forum.imports.records import (
    ArticleRecord,
    CommentRecord,
    ImportFileError,
    LeftOut,
    OldAddressRecord,
    PartRecord,
    Problem,
    Record,
    Refused,
    SiteRecord,
)

FORMAT = "jsonl"
VERSION = 1  # the highest that is understood
SITE_SOURCE = "understory"  # before the colon: what came by this format from a site that says who it is
FILE_SOURCE = "jsonl"  # of a file that does not

MAX_ID_CHARS = 120
SMALL, LARGE = 2**31 - 1, 2**63 - 1
NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # no database keeps these

STATES = frozenset(("held", "published", "hidden", "rejected", "removed", "withdrawn", "erased"))
REASONS = frozenset(("", "advertising", "personal_details", "harmful", "unkind", "off_topic", "repeated", "other"))
PRECISIONS = frozenset(("exact", "day", "month", "year", "before", "unknown"))
LANES = frozenset(("care", "details", "first", "reported", "advertising", "changed"))
DECIDED = frozenset(
    ("state", "redaction", "question", "change", "declined", "appeal", "writer", "kept", "place", "lock", "topics"),
)

Check = Callable[[Any], Any]  # returns the value as it is kept; raises ValueError


def recognises(head: bytes, name: str) -> bool:
    """Say whether a file begins with a JSON object that names its type."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    return first.startswith(b"{") and b'"type"' in first


def read(path: Path) -> Iterator[Record]:
    """Yield the lines of a file as records. Raises ImportFileError for a file that was cut or is of a later version."""
    with open_input(path) as file:
        lines = read_lines(file)
        yield from _Reading(path).read(lines)


class _Reading:
    """One file being read: what it said of itself, and which unknown keys were told already."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: set[tuple[str, str]] = set()
        self.has_site = False

    def read(self, lines: Iterator[tuple[int, bytes]]) -> Iterator[Record]:
        line = b"\n"
        number = 0
        for number, line in lines:
            if line.strip() or number == 1:
                yield from self._read_line(number, line)
        if not line.endswith(b"\n"):
            try:
                json.loads(line)
            except (ValueError, RecursionError):
                raise ImportFileError("the file ends in the middle of a line; it was cut.", line=number) from None
        if not self.has_site:
            raise ImportFileError("the file is empty.", line=1)

    def _read_line(self, number: int, line: bytes) -> Iterator[Record]:
        problems: list[Problem] = []
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            text = line.decode("utf-8", errors="replace")
            problems.append(Problem(number, "some letters of this line are not UTF-8; they are shown as “\ufffd”."))
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            values = None
        if not self.has_site:
            self.has_site = True
            yield self._read_site(number, values if isinstance(values, dict) else {})
            if isinstance(values, dict) and values.get("type") == "site":
                yield from problems
                return
        if not isinstance(values, dict):
            if line.endswith(b"\n"):
                yield Refused(number, "this line is no JSON object.")
            return
        kind = values.pop("type", None)
        form = FORMS.get(kind) if isinstance(kind, str) else None
        if form is None:
            yield LeftOut(f"lines of the type “{str(kind)[:40]}”", number, f"nobody here knows the type “{str(kind)[:40]}”.")
            return
        kept = self._check(str(kind), form, values, number, problems)
        if isinstance(kept, Refused):
            yield kept
            return
        yield from self._tell_unknown(str(kind), form, values, number)
        yield from problems
        yield MAKERS[str(kind)](kept, number)

    def _read_site(self, number: int, values: Mapping[str, Any]) -> SiteRecord:
        """Return whose ids these are; a file that does not say it is a source of its own, known by its name."""
        version = values.get("version") if values.get("type") == "site" else VERSION
        if values.get("type") == "site" and values.get("format", "understory") != "understory":
            raise ImportFileError("this file is in another format than it seems to be.", line=number)
        if not isinstance(version, int) or version > VERSION:
            sentence = f"the file is in version {version} of the format; this site reads up to {VERSION}. Update it first."
            raise ImportFileError(sentence, line=number)
        if values.get("type") == "site" and isinstance(values.get("id"), str) and values["id"]:
            return SiteRecord(f"{SITE_SOURCE}:{values['id'][:100]}", keeps_ids=True)
        return SiteRecord(f"{FILE_SOURCE}:{sha256(self.path.name.encode()).hexdigest()[:12]}", keeps_ids=True)

    def _check(
        self, kind: str, form: Mapping[str, Check], values: dict[str, Any], number: int, problems: list[Problem]
    ) -> dict[str, Any] | Refused:
        """Return the values that are known and can be; what is missing and needed refuses the line."""
        required = REQUIRED[kind]
        kept: dict[str, Any] = {}
        for key, check in form.items():
            if key not in values:
                continue
            try:
                kept[key] = check(values[key])
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                if key in required:
                    return Refused(
                        number, f"“{key}” of this {kind} cannot be {_show(values[key])}.", str(values.get("id", ""))[:80]
                    )
                problems.append(
                    Problem(number, f"“{key}” of this {kind} cannot be {_show(values[key])}; it counts as not given.")
                )
        for key in required:
            if key not in kept:
                return Refused(number, f"this {kind} has no “{key}”.", _name(values))
        return kept

    def _tell_unknown(self, kind: str, form: Mapping[str, Check], values: dict[str, Any], number: int) -> Iterator[LeftOut]:
        for key in values:
            if key not in form:
                name = NO_TEXT.sub("", key)[:60]
                sentence = ""
                if (kind, name) not in self.told and len(self.told) < 1000:
                    self.told.add((kind, name))
                    sentence = f"nobody here knows the key “{name}” of a {kind}; the first time it is {_show(values[key])}."
                yield LeftOut(f"values of “{name}” of a {kind}", number, sentence)


def _name(values: Mapping[str, Any]) -> str:
    return NO_TEXT.sub("", str(values.get("id", "")))[:80]


def _show(value: Any) -> str:
    return NO_TEXT.sub("", json.dumps(value, ensure_ascii=False, default=str))[:80]


# What a value may be. Each returns it as it is kept.


def _text(limit: int = LARGE) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise ValueError
        return NO_TEXT.sub("", value)

    return check


def _word(words: frozenset[str]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError
        return value

    return check


def _optional(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _identity(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError
    name = NO_TEXT.sub("", str(value))
    if not name or len(name) > MAX_ID_CHARS:
        raise ValueError
    return name


def _whole(lowest: int, highest: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError
        return value

    return check


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def parse_moment(value: Any) -> datetime:
    """Return a moment in UTC. One without a zone is UTC; years that no calendar of ours shows are refused (ValueError)."""
    moment = datetime.fromisoformat(value.replace("Z", "+00:00") if value.endswith("Z") else value)
    if not 1000 < moment.year < 9000:
        raise ValueError
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _day(value: Any) -> date:
    day = date.fromisoformat(value)
    if not 1000 < day.year < 9000:
        raise ValueError
    return day


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/") or value.startswith(("//", "/\\")) or len(value) > 400:
        raise ValueError
    return NO_TEXT.sub("", value)


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[-a-zA-Z0-9_]{1,120}", value):
        raise ValueError
    return value


def _each(form: Mapping[str, Check], required: tuple[str, ...]) -> Check:
    """A list of objects; what is not known in one is dropped, what is missing refuses the list."""
    one = _object(form, required)
    return lambda value: [one(item) for item in _list(value)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError
    return value


def _object(form: Mapping[str, Check], required: tuple[str, ...]) -> Check:
    def check(value: Any) -> dict[str, Any]:
        kept = {key: check(value[key]) for key, check in form.items() if key in value}
        if any(key not in kept for key in required):
            raise ValueError
        return kept

    return check


def _span(value: Any) -> list[int]:
    first, last = (_whole(0, SMALL)(end) for end in value)
    return [first, last]


_moment = _optional(parse_moment)
_url = _text(500)
_imported = _each({"source": _text(160), "id": _text(120)}, ("source", "id"))

FORMS: dict[str, dict[str, Check]] = {
    "site": {},
    "collection": {
        "id": _identity, "parent": _optional(_identity), "title": _text(), "slug": _slug, "description": _text(),
    },
    "old_address": {"path": _path, "target": lambda value: "" if value == "" else _path(value)},
    "article": {
        "id": _identity, "slug": _slug, "collection": _optional(_identity), "title": _text(), "standfirst": _text(),
        "byline": _text(), "byline_role": _text(120), "submitted_by": _text(), "body": _text(), "language": _text(16),
        "status": _word(frozenset(("draft", "published"))), "published_on": _optional(_day),
        "published_precision": _word(frozenset(("day", "month", "year"))), "reviewed_on": _optional(_day), "original_url": _url,
        "created_at": _moment, "published_at": _moment, "imported": _imported,
    },
    "source": {
        "article": _identity, "number": _whole(0, 32767), "title": _text(), "url": _url, "saved_copy_url": _url,
        "checked_on": _optional(_day), "broken_since": _optional(_day),
    },
    "correction": {"article": _identity, "made_on": _day, "text": _text(), "quote": _text(300)},
    "discussion": {"article": _identity, "state": _word(frozenset(("open", "members_only", "closed", "hidden")))},
    "comment": {
        "id": _identity, "article": _identity, "parent": _optional(_identity), "position": _optional(_whole(1, SMALL)),
        "author": _optional(
            _object({"key": _text(64), "name": _text(), "kind": _word(frozenset(("member", "guest"))), "email": _text(254)}, ())
        ),
        "mark": _word(frozenset(("", "article_author", "staff"))), "relation": _word(frozenset(("", "self", "carer", "work"))),
        "subject": _text(), "body": _text(), "language": _text(16), "posted_at": _moment,
        "posted_precision": _word(PRECISIONS), "posted_text": _text(120), "sort_at": _moment, "created_at": _moment,
        "published_at": _moment, "edited_at": _moment, "state": _word(STATES), "reason": _word(REASONS),
        "seen_by_human": _truth, "is_question": _truth, "is_question_fixed": _truth, "is_update": _truth,
        "locked": _truth, "origin": _text(40),
        "origin_note": _text(300),
        "change": _optional(
            _object(
                {
                    "subject": _text(160), "body": _text(), "made_at": parse_moment, "declined_at": _moment,
                    "reason": _word(REASONS),
                },
                ("body", "made_at"),
            )
        ),
        "signals": _each(
            {
                "code": _text(40), "lane": _word(LANES), "strength": _word(frozenset(("strong", "weak"))), "sentence": _text(),
                "of_change": _truth, "spans": lambda value: [_span(span) for span in _list(value)], "made_at": _moment,
            },
            ("code", "lane", "strength", "sentence"),
        ),
        "imported": _imported,
        "evidence": _optional(
            _object({"client_ip": _optional(_text(45)), "form_seconds": _optional(_whole(0, 2_000_000_000)), "at": _moment}, ())
        ),
    },
    "revision": {
        "comment": _identity, "subject": _text(160), "body": _text(), "written_at": _moment, "replaced_at": parse_moment,
    },
    "decision": {
        "comment": _identity, "number": _whole(1, SMALL), "kind": _word(DECIDED),
        "actor_kind": _word(frozenset(("moderator", "writer", "software", "import"))), "from": _word(STATES | {""}),
        "to": _word(STATES), "reason": _word(REASONS), "note": _text(),
        "batch": _optional(lambda value: str(UUID(value))), "undoes": _optional(_whole(1, SMALL)), "at": parse_moment,
        "appeal": _optional(
            _object(
                {"text": _text(), "made_at": parse_moment, "answered_at": _moment, "answer": _text()}, ("text", "made_at")
            )
        ),
    },
}  # fmt: skip

REQUIRED: dict[str, tuple[str, ...]] = {
    "site": (),
    "collection": ("id", "title"),
    "old_address": ("path", "target"),
    "article": ("slug", "title"),
    "source": ("article", "number", "title"),
    "correction": ("article", "made_on", "text"),
    "discussion": ("article", "state"),
    "comment": ("id", "article", "body"),
    "revision": ("comment", "body", "replaced_at"),
    "decision": ("comment", "actor_kind", "to", "at"),
}


def _make_site(values: dict[str, Any], line: int) -> Record:
    return Refused(line, "a second line that says which site this is; only the first line counts.")


def _make_article(values: dict[str, Any], line: int) -> Record:
    return ArticleRecord(
        source_id=values.get("id", values["slug"]), line=line, slug=values["slug"], title=values["title"],
        body=values.get("body", ""), byline=values.get("byline", ""), submitted_by=values.get("submitted_by", ""),
        published_on=values.get("published_on"), published_precision=values.get("published_precision", "day"),
        original_url=values.get("original_url") or None, language=values.get("language") or None,
        more={key: values[key] for key in ARTICLE_MORE if key in values},
    )  # fmt: skip


def _make_comment(values: dict[str, Any], line: int) -> Record:
    author = values.get("author") or {}
    posted_at = values.get("posted_at")
    return CommentRecord(
        source_id=values["id"], line=line, article=values["article"], parent=values.get("parent"),
        position=values.get("position"), name=author.get("name", ""), author_key=author.get("key", ""),
        author_kind=author.get("kind", "guest"), email=author.get("email", ""), relation=values.get("relation", ""),
        subject=values.get("subject", ""), body=values["body"], is_plain=False, language=values.get("language", ""),
        posted_at=posted_at, posted_precision=values.get("posted_precision", "exact" if posted_at else "unknown"),
        posted_text=values.get("posted_text", ""), note=values.get("origin_note", ""), state=values.get("state"),
        more={key: values[key] for key in COMMENT_MORE if key in values},
    )  # fmt: skip


def _make_address(values: dict[str, Any], line: int) -> Record:
    return OldAddressRecord(path=values["path"], target=values["target"], line=line)


def _make_part(kind: Any, key: str) -> Callable[[dict[str, Any], int], Record]:
    return lambda values, line: PartRecord(kind, values[key], values, line)


ARTICLE_MORE = (
    "collection", "standfirst", "byline_role", "status", "reviewed_on", "created_at", "published_at", "imported",
)  # fmt: skip
COMMENT_MORE = (
    "mark", "sort_at", "created_at", "published_at", "edited_at", "reason", "seen_by_human", "is_question", "is_question_fixed",
    "is_update", "locked", "origin", "change", "signals", "imported", "evidence", "author",
)  # fmt: skip

MAKERS: dict[str, Callable[[dict[str, Any], int], Record]] = {
    "site": _make_site,
    "article": _make_article,
    "comment": _make_comment,
    "old_address": _make_address,
    "collection": _make_part("collection", "id"),
    "source": _make_part("source", "article"),
    "correction": _make_part("correction", "article"),
    "discussion": _make_part("discussion", "article"),
    "revision": _make_part("revision", "comment"),
    "decision": _make_part("decision", "comment"),
}
