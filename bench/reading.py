"""What readers ask for: articles, long conversations, lists, search; as many as come, or one reader alone."""

import gzip
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote_plus

from .asking import ENCODINGS, Answer, Reader
from .generate import LONG_SLUG, SHORT_SLUG, WIDE_SLUG
from .samples import Samples
from .servers import Server
from .sites import Site
from .words import COMMON_PAIR, NO_MATCH, RARE_PAIR
from .wrk import drive

READERS = 16
UNCACHED = "uncached=1"  # an unknown parameter: Django answers, and nothing is kept
WIDE_PAGE = 490
PAGES_A_CONNECTION = 20
PLAIN = {"Accept-Encoding": "identity"}
AS_BROWSER = {"Accept-Encoding": ENCODINGS}


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how often is measured."""

    rounds: int
    seconds: int
    asked: int = 15  # times that one reader asks for a page
    warms_up: bool = True
    say: Callable[[str], None] = print


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked under a name, and with which headers."""

    name: str
    url: str
    headers: Mapping[str, str]


def article_path(slug: str = SHORT_SLUG, *parameters: str) -> str:
    """Return the address of an article."""
    return f"/articles/{slug}/" + (f"?{'&'.join(parameters)}" if parameters else "")


def keep_page(server: Server, path: Path, text: str) -> None:
    """Store the bytes that the site answers with, so that the ceilings answer with the same."""
    with Reader(server.url) as reader:
        reader.get(article_path())
        answer = reader.get(article_path())
    left_out = {"connection", "date", "server", "content-length", "transfer-encoding"}
    headers = [[name, value] for name, value in answer.headers.items() if name not in left_out]
    path.write_text(json.dumps({"headers": headers, "body": answer.wire.hex(), "text": text}))


def ask_in_rounds(questions: Sequence[Question], samples: Samples, pace: Pace, connections: int = READERS) -> None:
    """Ask each question for a while, one after the other, round by round: what slows the machine slows all alike."""
    for question in questions if pace.warms_up else ():  # so that what is kept is there in each process
        drive(question.url, connections=connections, seconds=1, headers=question.headers)
    for turn in range(pace.rounds):
        for question in questions:
            report = drive(question.url, connections=connections, seconds=pace.seconds, headers=question.headers)
            samples.add(question.name, report.rate, report.errors)
            samples.add(f"{question.name} p99", report.p99_ms)
        pace.say(f"round {turn + 1} of {pace.rounds}")


def measure_articles(
    servers: Mapping[int, Server], ceilings: Server, peers: Mapping[str, str], samples: Samples, pace: Pace
) -> None:
    """Measure the article with 25 comments: kept and not, at each size of the site, against what is possible at most."""
    questions = [
        Question("bare", f"{ceilings.url}/bench/bare", AS_BROWSER),
        Question("ready", f"{ceilings.url}/bench/ready", AS_BROWSER),
    ]
    for size, server in servers.items():
        questions += [
            Question(f"cached at {size}", server.url + article_path(), AS_BROWSER),
            Question(f"uncached at {size}", server.url + article_path(SHORT_SLUG, UNCACHED), AS_BROWSER),
            Question(f"uncached plain at {size}", server.url + article_path(SHORT_SLUG, UNCACHED), PLAIN),
        ]
    questions += [Question(f"peer {name}", url, AS_BROWSER) for name, url in peers.items()]
    ask_in_rounds(questions, samples, pace)


def measure_long_talks(server: Server, places: Mapping[str, int | str], samples: Samples, pace: Pace) -> None:
    """Measure the first and a far page of a long conversation and of a long thread, kept and not."""
    far = min(WIDE_PAGE, int(places["wide_pages"]))
    deep = str(places["deep_path"])
    pages = {
        "long first": article_path(LONG_SLUG),
        "wide first": article_path(WIDE_SLUG),
        "wide far": article_path(WIDE_SLUG, f"page={far}"),
        "deep first": deep,
        "deep last": f"{deep}?page={places['deep_pages']}",
    }
    questions = []
    for name, path in pages.items():
        apart = "&" if "?" in path else "?"
        questions.append(Question(f"{name} cached", server.url + path, AS_BROWSER))
        questions.append(Question(f"{name} uncached", f"{server.url}{path}{apart}{UNCACHED}", AS_BROWSER))
    ask_in_rounds(questions, samples, pace)


def find_whole_talk(reader: Reader, path: str) -> list[str]:
    """Return every address that has to be opened to read all comments under an article."""
    addresses = [path]
    for address in addresses:  # it grows while it is walked along
        body = reader.get(address).body.decode()
        addresses += [link for link in find_links(address, body) if link not in addresses]
    return addresses


def find_links(address: str, body: str) -> list[str]:
    """Return the other pages that a page of a conversation leads to, and the threads that it does not show whole."""
    path = address.partition("?")[0]
    pages = re.findall(r'href="[^"?]*\?page=(\d+)', body)
    threads = re.findall(r'<li class="more"><a [^>]*href="([^"?#]+)', body)
    return list(dict.fromkeys([*(f"{path}?page={number}" for number in pages if number != "1"), *threads]))


def measure_whole_talk(site: Site, server: Server, count: int, samples: Samples, pace: Pace) -> None:
    """Let one reader read a whole conversation: with nothing kept of it, and once more."""
    with Reader(server.url) as reader:
        addresses = find_whole_talk(reader, article_path(LONG_SLUG))
        for _ in range(pace.rounds):
            site.call("bump", slug=LONG_SLUG)
            for name in ("whole talk", "whole talk again"):
                begun = time.perf_counter()
                answers = [reader.get(address) for address in addresses]
                samples.add(f"{name} seconds", time.perf_counter() - begun)
                samples.add(f"{name} KB", sum(len(answer.wire) for answer in answers) / 1024)
        seen = {number for answer in answers for number in re.findall(rb'id="comment-(\d+)"', answer.body)}
    samples.add("whole talk requests", len(addresses))
    samples.add("whole talk comments", len(seen))
    if len(seen) != count:
        samples.notes.append(f"Of {count} comments of the whole conversation {len(seen)} were seen on {len(addresses)} pages.")


def measure_lists(server: Server, moderator: str, samples: Samples, pace: Pace) -> None:
    """Let one reader ask for lists, feeds and searches, and a moderator for the queue; milliseconds each."""
    search = {"rare pair": RARE_PAIR, "one in a hundred": COMMON_PAIR, "no match": NO_MATCH}
    pages = {f"search, {name}": f"/search/?q={quote_plus(' '.join(words))}" for name, words in search.items()}
    pages |= {
        "home": f"/?{UNCACHED}",
        "unanswered": f"/unanswered/?{UNCACHED}",
        "feed of the site": "/feed.atom",
        "feed of an article": f"/articles/{SHORT_SLUG}/feed.atom",
        "sitemap": "/sitemap.xml",
    }
    with Reader(server.url) as reader, Reader(server.url, moderator) as desk:
        for name, path in pages.items():
            samples.add(f"ms {name}", _ask_often(reader, path, name, samples, pace))
        sitemap = reader.get("/sitemap.xml").body.decode()
        if parts := re.findall(r"<loc>https?://[^/]+(/[^<]*sitemap[^<]*)</loc>", sitemap):
            samples.add("ms part of the sitemap", _ask_often(reader, parts[-1].replace("&amp;", "&"), "sitemap", samples, pace))
        samples.add("ms queue", _ask_often(desk, "/admin/moderation/queue/", "queue", samples, pace))


def _ask_often(reader: Reader, path: str, name: str, samples: Samples, pace: Pace) -> float:
    answers: list[Answer] = [reader.get(path) for _ in range(pace.asked + 1)][1:]
    if bad := [answer.status for answer in answers if answer.status != 200]:
        samples.notes.append(f"{name}: {path} answered {bad[0]}.")
    return 1000 * median(answer.seconds for answer in answers)


def sweep(server: Server, paths: Sequence[str]) -> None:
    """Ask for many pages, so that what is kept of them takes its memory; a connection goes to one process, so change it often."""
    for start in range(0, len(paths), PAGES_A_CONNECTION):
        with Reader(server.url) as reader:
            for path in paths[start : start + PAGES_A_CONNECTION]:
                reader.get(path)


def first_view_kb(page: bytes, sheet: bytes) -> float:
    """Return how many KB a reader loads before the end of an article's first section: page and style sheet, gzip -9 each."""
    text = page.index(b'<div class="prose')
    second = [found.start() for found in re.finditer(rb"<h2", page) if found.start() > text][1]
    return sum(len(gzip.compress(part, 9)) for part in (page[:second], sheet)) / 1024
