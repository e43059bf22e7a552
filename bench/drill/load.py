"""People of the drill: some write, some read, moderators publish and remove. What each of them was told is kept."""

import html
import http.client
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db import DatabaseError, close_old_connections

WRITER_PAUSE, READER_PAUSE, MODERATOR_PAUSE = 0.3, 0.05, 0.4
PATIENCE_SECONDS = 15
_INPUT = re.compile(r'<input[^>]*type="hidden"[^>]*>')
MARK = re.compile(r"drillmark[a-z]+")


def mark_of(number: int) -> str:
    """Return a word that no other comment has: letters only, for a row of digits is taken for somebody's telephone."""
    return "drillmark" + "".join(chr(ord("a") + int(digit)) for digit in f"{number:06d}")


@dataclass
class Facts:
    """What people were told, and when."""

    acknowledged: dict[str, float] = field(default_factory=dict)  # mark of a comment: when its writer was told that it is kept
    published: dict[str, int] = field(default_factory=dict)  # mark: id
    removed: dict[str, float] = field(default_factory=dict)  # mark: when the commit had returned
    requests: Counter[str] = field(default_factory=Counter)  # by kind and outcome
    slowest: dict[str, float] = field(default_factory=dict)  # seconds, by kind
    failures: list[tuple[float, str]] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, status: int | str, begun: float) -> None:
        """Count a request by its outcome; anything that is not what was asked for is a failure."""
        outcome = "ok" if status in (200, 302, 304) else str(status)
        with self.lock:
            self.slowest[kind] = max(self.slowest.get(kind, 0.0), time.monotonic() - begun)
            self.requests[f"{kind} {outcome}"] += 1
            if outcome != "ok":
                self.failures.append((time.monotonic(), f"{kind} {outcome}"))


class Browser:
    """Asks the site through the proxy, and keeps cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Return status, words and where it leads; raise OSError or HTTPException where no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Host": f"localhost:{self.port}", "Referer": f"http://localhost:{self.port}/"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.read().decode(errors="replace"), response.headers.get("Location", "")
        finally:
            connection.close()


def read_hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a form."""
    found = {}
    for tag in _INPUT.findall(page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found


class People:
    """Threads that go on until they are told to stop."""

    def __init__(self, port: int, slug: str, facts: Facts) -> None:
        self.port, self.slug, self.facts = port, slug, facts
        self.over = threading.Event()
        self._count = 0
        self._threads: list[threading.Thread] = []

    def start(self, *, writers: int, readers: int) -> None:
        """Begin."""
        jobs = [self.write] * writers + [self.read] * readers + [self.moderate]
        self._threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, each after what it is at."""
        self.over.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS * 3)

    def write(self) -> None:
        """Post one comment after the other as a guest; a text that was not acknowledged is sent again, as a person would."""
        while not self.over.is_set():
            browser, path = Browser(self.port), f"/articles/{self.slug}/comment/"
            with self.facts.lock:
                self._count += 1
                mark = mark_of(self._count)
            form = {
                "body": f"{mark} is how we call the day on which it went better with the splint.",
                "name": "Somebody",
                "post": "1",
            }
            for _attempt in range(10):
                begun = time.monotonic()
                try:
                    status, page, _ = browser.ask("GET", path)
                    self.facts.note("form", status, begun)
                    if status != 200:
                        continue
                    begun = time.monotonic()
                    status, page, leads_to = browser.ask("POST", path, urlencode(read_hidden(page) | form))
                    self.facts.note("post", status if status == 302 else f"{status} instead of 302", begun)
                    if status == 302 and leads_to:
                        with self.facts.lock:
                            self.facts.acknowledged[mark] = time.monotonic()
                        break
                except (OSError, http.client.HTTPException) as error:
                    self.facts.note("post", type(error).__name__, begun)
                finally:
                    self.over.wait(WRITER_PAUSE)

    def read(self) -> None:
        """Read the newest page of the article again and again; what was removed before it was asked for may not stand there."""
        browser = Browser(self.port)
        while not self.over.is_set():
            asked_at = time.monotonic()
            with self.facts.lock:
                gone = {mark for mark, at in self.facts.removed.items() if at < asked_at}
            try:
                status, page, _ = browser.ask("GET", f"/articles/{self.slug}/?order=newest")
                self.facts.note("read", status, asked_at)
                if shown := gone.intersection(MARK.findall(page)):
                    self.facts.stale.append(f"{len(shown)} shown that were removed before")
            except (OSError, http.client.HTTPException) as error:
                self.facts.note("read", type(error).__name__, asked_at)
            self.over.wait(READER_PAUSE)

    def moderate(self) -> None:
        """Publish what waits, and remove every third comment that is public, in the way of the queue."""
        from forum.accounts.models import User
        from forum.discussion.models import ActorKind, Comment
        from forum.discussion.services import Actor, TransitionError, transition

        turn = 0
        while not self.over.wait(MODERATOR_PAUSE):
            turn, begun = turn + 1, time.monotonic()
            wanted = Comment.State.REMOVED if turn % 3 == 0 else Comment.State.PUBLISHED
            try:
                moderator = Actor(ActorKind.MODERATOR, User.objects.get(email="moderator@drill.example"))
                rows = Comment.objects.filter(discussion__article__slug=self.slug, body__startswith="drillmark")
                rows = rows.filter(public=True) if wanted == Comment.State.REMOVED else rows.filter(held=True)
                comment = rows.order_by("-pk" if wanted == Comment.State.REMOVED else "pk").first()
                if comment is None:
                    continue
                reason = "advertising" if wanted == Comment.State.REMOVED else ""
                transition(comment, wanted, actor=moderator, reason=reason)
            except (DatabaseError, TransitionError) as error:
                self.facts.note("decision", type(error).__name__, begun)
                continue
            finally:
                close_old_connections()
            self.facts.note("decision", 200, begun)
            mark = MARK.search(comment.body)
            assert mark
            with self.facts.lock:
                if wanted == Comment.State.REMOVED:
                    self.facts.removed[mark[0]] = time.monotonic()
                else:
                    self.facts.published[mark[0]] = comment.pk
