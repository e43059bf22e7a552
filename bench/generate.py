"""A site in the open format, from a seed: ``python -m bench.generate --comments 25000 FILE.jsonl``. It streams: any size fits.

``comments`` counts those of ordinary articles. On top, at every size the same: two odd conversations (*wide*: many threads;
*deep*: one long thread), one of exactly 25 comments, one of 1,000, and comments that wait for a moderator.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .words import name_of, planted_in, write_paragraphs, write_title

FIRST_DAY = datetime(1999, 3, 1, tzinfo=UTC)
LAST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
COMMENT_WORDS = 90
ARTICLE_WORDS = 450
REMOVED_SHARE, HELD_SHARE, REPLY_SHARE, QUESTION_SHARE = 0.02, 0.01, 0.4, 0.15
APPROVED_SHARE = 0.04  # of what is public: a moderator read it first, and the spam filter learned from that
ARRIVED, NETWORKS = 6_000, 900  # the latest comments, of which it is known how they came in; their writers' networks
SHELVES = 40
REASONS = ("advertising", "advertising", "advertising", "off_topic", "unkind", "repeated")
RELATIONS = ("self", "self", "carer", "carer", "carer", "work", "")

SHORT_SLUG, LONG_SLUG, WIDE_SLUG, DEEP_SLUG, QUEUE_SLUG = "bench-25", "bench-1000", "wide", "deep", "queue"
SHORT_COMMENTS = 25

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How big a site is."""

    comments: int
    wide: int = 10_000  # threads of one conversation
    deep: int = 10_000  # replies of one thread
    long: int = 1_000
    waiting: int = 5_000
    seed: int = 20_26

    @property
    def people(self) -> int:
        """Return how many have written, about."""
        return max(10, self.comments // 6)

    @property
    def total(self) -> int:
        """Return how many comments it has in all, whatever became of them."""
        return self.comments + SHORT_COMMENTS + self.long + self.wide + self.deep + DEEP_THREADS + self.waiting


DEEP_THREADS = 20


def write_site(shape: Shape) -> Iterator[Values]:
    """Yield the lines of a site, article by article; ids count from 1."""
    yield {"type": "site", "format": "understory", "version": 1, "id": f"bench-{shape.seed}-{shape.comments}"}
    rng = random.Random(shape.seed)
    for shelf in range(1, SHELVES + 1):
        title = f"{write_title(rng, 2)} {shelf}"
        yield {"type": "collection", "id": shelf, "parent": (shelf - 1) // 6 or None, "title": title, "slug": f"shelf-{shelf}"}
    pen = _Pen(shape, rng)
    yield from pen.write_article(SHORT_SLUG, _Talk(SHORT_COMMENTS, threads=15, is_whole=True))
    yield from pen.write_article(LONG_SLUG, _Talk(shape.long, is_whole=True))
    yield from pen.write_article(WIDE_SLUG, _Talk(shape.wide, threads=shape.wide))
    yield from pen.write_article(DEEP_SLUG, _Talk(shape.deep + DEEP_THREADS, threads=DEEP_THREADS, is_deep=True))
    yield from pen.write_article(QUEUE_SLUG, _Talk(shape.waiting, all_held=True))
    left, number = shape.comments, 0
    while left > 0:
        number += 1
        count = min(left, max(3, min(1_500, round(rng.lognormvariate(3.6, 1.1)))))
        left -= count
        yield from pen.write_article(f"article-{number}", _Talk(count))


@dataclass(frozen=True, slots=True)
class _Talk:
    """What is written under an article."""

    count: int
    threads: int | None = None  # so many; None for a conversation as they usually go
    is_whole: bool = False  # nothing was removed, nothing waits
    is_deep: bool = False  # all replies are to the first
    all_held: bool = False


@dataclass(slots=True)
class _Thread:
    root: int
    replies: int = 0  # that were shown


class _Pen:
    """Writes one article after the other and counts ids on."""

    def __init__(self, shape: Shape, rng: random.Random) -> None:
        self.shape, self.rng = shape, rng
        self.last_id = 0
        self.articles = 0

    def write_article(self, slug: str, talk: _Talk) -> Iterator[Values]:
        rng = self.rng
        self.articles += 1
        # The year strip of the odd ones is as long as can be; others began at any time.
        begun = FIRST_DAY + (LAST_DAY - FIRST_DAY) * (rng.random() ** 1.3 * 0.97 if slug.startswith("article-") else 0)
        sections = [f"## {write_title(rng, 3)}\n\n{write_paragraphs(rng, ARTICLE_WORDS // 3)} [^{n}]" for n in (1, 2, 3)]
        yield {
            "type": "article", "id": self.articles, "slug": slug, "collection": rng.randint(1, SHELVES),
            "title": f"{write_title(rng, 4)} {self.articles}"[:200], "standfirst": write_paragraphs(rng, 24).replace("\n\n", " "),
            "byline": name_of(rng.randrange(self.shape.people)), "byline_role": "", "body": "\n\n".join(sections),
            "language": "en-GB", "status": "published", "published_on": f"{begun:%Y-%m-%d}", "published_precision": "day",
            "created_at": moment(begun), "published_at": moment(begun),
        }  # fmt: skip
        for number in (1, 2, 3):
            title = f"{write_title(rng, 6)}, {rng.randint(1980, 2024)}"
            yield {
                "type": "source",
                "article": slug,
                "number": number,
                "title": title,
                "url": f"https://example.org/{slug}/{number}",
            }
        yield {"type": "discussion", "article": slug, "state": "open"}
        yield from self._write_talk(slug, talk, begun)

    def _write_talk(self, slug: str, talk: _Talk, begun: datetime) -> Iterator[Values]:
        rng = self.rng
        seconds = (LAST_DAY - begun).total_seconds()
        moments = sorted(begun + timedelta(seconds=int(seconds * rng.random() ** 1.2)) for _ in range(talk.count))
        threads: list[_Thread] = []
        open_replies: dict[int, list[int]] = {}  # by root: what can be answered there
        positions = 0
        for number, at in enumerate(moments):
            self.last_id += 1
            thread = self._choose_thread(talk, threads, number)
            state = self._choose_state(talk)
            place = None
            parent = None
            if thread is None:
                if state != "held":
                    positions += 1
                    place = positions
                    threads.append(_Thread(self.last_id))
                    open_replies[self.last_id] = []
            else:
                earlier = open_replies[thread.root]
                parent = rng.choice(earlier) if earlier and rng.random() < 0.35 else thread.root
                if state != "held":
                    thread.replies += 1
                    place = thread.replies
                    earlier.append(self.last_id)
            yield from self._write_comment(slug, self.last_id, parent, place, state, at)

    def _choose_thread(self, talk: _Talk, threads: list[_Thread], number: int) -> _Thread | None:
        """Return the thread that the next comment answers in, None for a new one."""
        if talk.threads is not None:
            if len(threads) < talk.threads and (talk.is_deep or talk.threads == talk.count or number % 5 != 4):
                return None
            if talk.threads == talk.count:
                return None
            return threads[0] if talk.is_deep else threads[number % len(threads)]
        if not threads or self.rng.random() > REPLY_SHARE:
            return None
        # Mostly what was written lately.
        return threads[-1 - int(len(threads) * self.rng.random() ** 3)]

    def _choose_state(self, talk: _Talk) -> str:
        chance = self.rng.random()
        if talk.all_held:
            return "held"
        if talk.is_whole or chance > REMOVED_SHARE + HELD_SHARE:
            return "published"
        return "removed" if chance < REMOVED_SHARE else "held"

    def _write_comment(
        self, slug: str, number: int, parent: int | None, place: int | None, state: str, at: datetime
    ) -> Iterator[Values]:
        rng = self.rng
        person = int(self.shape.people * rng.random() ** 2)
        words = max(8, round(rng.gauss(COMMENT_WORDS, 35)))
        asks = rng.random() < QUESTION_SHARE
        reason = rng.choice(REASONS) if state == "removed" else ""
        approved = state == "published" and rng.random() < APPROVED_SHARE
        yield {
            "type": "comment", "id": number, "article": slug, "parent": parent, "position": place,
            "author": {"key": f"p{person}", "name": name_of(person), "kind": "guest"}, "relation": rng.choice(RELATIONS),
            "subject": write_title(rng, 3) if parent is None and rng.random() < 0.3 else "",
            "body": write_paragraphs(rng, words, planted=planted_in(number), asks=asks), "language": "",
            "posted_at": moment(at), "posted_precision": "exact", "posted_text": "", "sort_at": moment(at),
            "created_at": moment(at), "published_at": None if state == "held" else moment(at), "edited_at": None,
            "state": state, "reason": reason, "seen_by_human": approved or state == "removed", "is_question": asks,
        }  # fmt: skip
        if state == "removed":
            yield _decision(number, 1, "moderator", "published", "removed", at + timedelta(hours=5), reason)
        elif approved:
            yield _decision(number, 1, "software", "", "held", at)
            yield _decision(number, 2, "moderator", "held", "published", at + timedelta(hours=2))


def _decision(comment: int, number: int, actor: str, before: str, after: str, at: datetime, reason: str = "") -> Values:
    return {
        "type": "decision", "comment": comment, "number": number, "kind": "state", "actor_kind": actor, "from": before,
        "to": after, "reason": reason, "note": "", "batch": None, "undoes": None, "at": moment(at),
    }  # fmt: skip


def moment(at: datetime) -> str:
    """Return a moment as the open format writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def write_file(path: Path, shape: Shape) -> None:
    """Write a site to ``path``, which is whole or not there."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        for values in write_site(shape):
            file.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
    part.replace(path)


def main() -> int:
    """Write a file of the size that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--comments", type=int, default=25_000)
    options = parser.parse_args()
    write_file(options.path, Shape(options.comments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
