"""What writers and moderators do: forms posted one after the other, two hundred people at once, decisions on what waits."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from .asking import Answer, Reader
from .generate import COMMENT_WORDS, LONG_SLUG, QUEUE_SLUG
from .reading import Pace
from .samples import Samples
from .servers import Server
from .sites import Site
from .words import write_paragraphs
from .wrk import Report, drive

WRITERS = 8  # connections
PEOPLE_POSTING = 50  # members, in turn
PEOPLE, POSTS_EACH, MODERATORS = 200, 3, 4
MOST_A_SECOND = 1_500  # forms written beforehand; no site here takes more
SCRIPT = Path(__file__).with_name("post.lua")
CSRF_TOKEN = "b" * 32
MOST_SHOWN = 3


@dataclass
class Pen:
    """Fills in forms, no two alike."""

    opened: str  # when the form was opened, as the site signs it
    rng: random.Random = field(default_factory=lambda: random.Random(8))

    def fill_in(self) -> dict[str, str]:
        """Return what a browser sends."""
        rng = self.rng
        return {
            "csrfmiddlewaretoken": CSRF_TOKEN,
            "form_key": str(UUID(int=rng.getrandbits(128), version=4)),
            "opened": self.opened,
            "body": write_paragraphs(rng, max(12, round(rng.gauss(COMMENT_WORDS, 35)))),
            "member": "1",
            "relation": rng.choice(("self", "carer", "work", "")),
            "subject": "",
            "homepage": "",
            "post": "Post",
        }


def measure_posting(site: Site, server: Server, ceilings: Server, samples: Samples, pace: Pace) -> None:
    """Let WRITERS connections post under one article, and insert bare comments, in turn; then count all again."""
    pen = Pen(site.call("opening"))
    cookies = site.call("members", count=PEOPLE_POSTING)
    url = f"{server.url}/articles/{LONG_SLUG}/comment/"
    before = site.call("state_of", slug=LONG_SLUG)
    answered = 0
    turns = range(0 if pace.warms_up else 1, pace.rounds + 1)  # number nought is not counted
    for turn in turns:
        bare = drive(f"{ceilings.url}/bench/insert", connections=WRITERS, seconds=pace.seconds)
        posts = _post_for_a_while(url, pen, cookies, site.folder / "forms.txt", pace.seconds)
        failed, stopped = _read_counts(posts)
        answered += posts.total
        samples.notes += [f"posting: {line}" for line in posts.said if line.startswith("answered")]
        if stopped:
            samples.notes.append(f"posting: the forms ran out after {posts.total - stopped}; MOST_A_SECOND is too low.")
        if turn:
            samples.add("insert", bare.rate, bare.errors)
            samples.add("posts", posts.rate, posts.errors + failed)
            samples.add("posts p99", posts.p99_ms)
        pace.say(f"round {turn} of {pace.rounds}")
    after = site.call("state_of", slug=LONG_SLUG)
    stored = after["total"] - before["total"]
    published = after["states"].get("published", 0) - before["states"].get("published", 0)
    samples.add("posts stored and not answered", max(0, abs(stored - answered) - WRITERS * len(turns)))
    samples.notes.append(f"posting: {answered} answered, {stored} stored, {published} of them published at once.")
    _check(site, LONG_SLUG, "posts", samples)


def _post_for_a_while(url: str, pen: Pen, cookies: Sequence[str], forms: Path, seconds: int) -> Report:
    with forms.open("w") as file:
        for number in range(MOST_A_SECOND * seconds):
            file.write(f"{cookies[number % len(cookies)]}\t{urlencode(pen.fill_in())}\n")
    return drive(url, connections=WRITERS, seconds=seconds, script=SCRIPT, arguments=(str(forms),))


def _read_counts(report: Report) -> tuple[int, int]:
    found = re.search(r"failed=(\d+) stopped=(\d+)", " ".join(report.said))
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _check(site: Site, slug: str, name: str, samples: Samples) -> None:
    """Count a discussion again: whatever was stored wrong is an error."""
    found = site.call("check", slug=slug)
    numbers = found["positions"]
    gaps = len({numbers["given"], numbers["distinct"], numbers["highest"], numbers["sequence"]}) - 1
    samples.add(f"{name} wrong counts", sum(found["wrong"].values()) + (gaps if name == "crowd" else 0))
    if sum(found["wrong"].values()):
        samples.notes.append(f"{name}: counted again, {found['wrong']} were wrong.")


@dataclass
class Outcome:
    """What became of everything that was sent at once."""

    seconds: list[float] = field(default_factory=list)
    decided: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: Answer | None, error: str = "", *, is_decision: bool = False) -> None:
        """Note an answer; one that leads nowhere, or none at all, is an error."""
        with self.lock:
            if answer is not None:
                self.seconds.append(answer.seconds)
                self.decided += is_decision
                if answer.status != 302:
                    words = " ".join(re.sub(r"<[^>]+>", " ", answer.body.decode(errors="replace")).split())
                    error = f"answered {answer.status}: {words[:600]}"
            if error:
                self.errors[error] += 1


def measure_crowd(site: Site, server: Server, samples: Samples, *, people: int = PEOPLE, moderators: int = MODERATORS) -> None:
    """Let many people post under one article at one moment while moderators decide on what waits there."""
    pen = Pen(site.call("opening"), random.Random(200))
    forms = [[pen.fill_in() for _ in range(POSTS_EACH)] for _ in range(people)]
    desks, cookies = site.call("moderators", count=moderators), site.call("members", count=people)
    waiting = site.call("waiting", slug=QUEUE_SLUG, count=people * 2)
    before, deadlocks = site.call("state_of", slug=QUEUE_SLUG), site.call("deadlocks")
    outcome = Outcome()
    start = threading.Barrier(people + moderators)
    is_over = threading.Event()

    def post(cookie: str, texts: Sequence[dict[str, str]]) -> None:
        with Reader(server.url, cookie) as reader:
            start.wait()
            for form in texts:
                _send(reader, f"/articles/{QUEUE_SLUG}/comment/", form, outcome)

    def decide(cookies: str, items: Sequence[Sequence[int]]) -> None:
        with Reader(server.url, cookies) as reader:
            start.wait()
            for number, (pk, version) in enumerate(items):
                if is_over.is_set():
                    return
                verb = "advertising" if number % 3 == 2 else "publish"
                _send(reader, f"/admin/moderation/queue/{pk}/", _verdict(verb, version), outcome, is_decision=True)

    with ThreadPoolExecutor(people + moderators) as pool:
        begun = time.perf_counter()
        writers = [pool.submit(post, cookie, texts) for cookie, texts in zip(cookies, forms, strict=True)]
        judges = [pool.submit(decide, desk, waiting[number::moderators]) for number, desk in enumerate(desks)]
        for writer in writers:
            writer.result()
        took = time.perf_counter() - begun
        is_over.set()
        for judge in judges:
            judge.result()
    after = site.call("state_of", slug=QUEUE_SLUG)
    lost = people * POSTS_EACH - (after["total"] - before["total"])
    samples.add("crowd errors", outcome.errors.total() + abs(lost))
    samples.add("crowd slowest seconds", max(outcome.seconds, default=0.0))
    samples.add("crowd answers a second", len(outcome.seconds) / took)
    samples.add("crowd deadlocks", site.call("deadlocks") - deadlocks)
    said = " ".join(outcome.errors) + server.log.read_text(errors="replace")
    samples.add("crowd locked", len(re.findall("database is locked", said)))
    samples.notes.append(
        f"crowd: {people} people sent {people * POSTS_EACH} comments, {after['total'] - before['total']} were stored; "
        f"{moderators} moderators decided {outcome.decided} times meanwhile."
    )
    samples.notes += [f"crowd: {count} × {error}" for error, count in outcome.errors.most_common(MOST_SHOWN)]
    _check(site, QUEUE_SLUG, "crowd", samples)


def _send(reader: Reader, path: str, form: dict[str, str], outcome: Outcome, *, is_decision: bool = False) -> None:
    try:
        outcome.note(reader.post(path, form), is_decision=is_decision)
    except OSError as error:
        outcome.note(None, f"no answer: {type(error).__name__}")


def _verdict(verb: str, version: int) -> dict[str, str]:
    return {"csrfmiddlewaretoken": CSRF_TOKEN, "do": verb, "version": str(version), "lane": "", "after": ""}


def measure_decisions(site: Site, server: Server, moderator: str, samples: Samples, pace: Pace) -> None:
    """Let one moderator decide on one comment after the other."""
    waiting = site.call("waiting", slug=QUEUE_SLUG, count=pace.asked + 1)
    seconds = []
    with Reader(server.url, moderator) as desk:
        for pk, version in waiting:
            answer = desk.post(f"/admin/moderation/queue/{pk}/", _verdict("publish", version))
            seconds.append(answer.seconds)
            if answer.status != 302:
                samples.notes.append(f"decision: answered {answer.status}.")
    samples.add("ms decision", 1000 * median(seconds[1:]))
