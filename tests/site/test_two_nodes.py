"""Two web processes under load, and a writer: who asks after a commit returned never gets the page of before, from either."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import transaction

from forum.discussion.models import Comment
from forum.discussion.services import show_change
from tests.factories import CommentFactory
from tests.workers import PATIENCE_SECONDS, own_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
NODES, CHANGES = 2, 40

# Readers of one node note when they asked and which text came. Half way, the connection that proves pages fresh is cut. It says
# when it has seen enough to tell something.
PROGRAM = """
import json, re, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.db import connections
from django.test import RequestFactory
import brotli
from forum.wsgi import application

stop, cut, reads = threading.Event(), threading.Event(), []

def read(_number):
    while not stop.is_set():
        environ = RequestFactory().get(sys.argv[1], headers={"accept-encoding": "br"}).environ
        environ.pop("HTTP_COOKIE", None)
        said, asked_at = [], time.monotonic()
        answer = application(environ, lambda *start: said.extend(start))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        encoding = dict(said[1]).get("Content-Encoding")
        page = (brotli.decompress(body) if encoding == "br" else body).decode()
        found = re.search("This is text ([0-9]+)", page)
        reads.append((asked_at, said[0], int(found[1]) if found else -1))
    connections.close_all()

with ThreadPoolExecutor(3) as pool:
    pool.submit(read, 0)
    while not reads:
        time.sleep(0.01)
    print("ready", flush=True)
    for number in range(1, 3):
        pool.submit(read, number)
    sys.stdin.readline()
    prover = application.prover
    with prover._line:  # between two questions: SQLite's driver does not bear a connection closed under a running one
        before, asker = len(reads), prover._asker
        asker._connection.close()
    while len(reads) < before + 20:
        time.sleep(0.01)
    print("cut", flush=True)
    while application.counts["hit"] <= 20 or len({text for *_read, text in list(reads)}) <= 5:
        time.sleep(0.01)
    print("enough", flush=True)
    sys.stdin.readline()
    stop.set()
print(json.dumps({"reads": reads, "counts": application.counts, "is_new": prover._asker is not asker}), flush=True)
"""


@pytest.fixture
def start_node() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start a web process that reads an address; it is ended after the test, whatever became of that."""
    with ExitStack() as stack:

        def start(path: str) -> subprocess.Popen[str]:
            command = [sys.executable, "-c", PROGRAM, path]
            pipe, environment = subprocess.PIPE, own_environment()
            node = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdin=pipe, stdout=pipe)
            stack.callback(node.communicate)
            stack.callback(node.kill)
            return node

        yield start


def test_no_node_shows_a_page_from_before_a_commit(start_node: Callable[[str], subprocess.Popen[str]]) -> None:
    comment = CommentFactory(body="This is text 0.")
    path = comment.discussion.article.get_absolute_url()
    nodes = [start_node(path) for _ in range(NODES)]
    assert [node.stdout.readline() for node in nodes] == ["ready\n"] * NODES
    committed_at: list[float] = [0.0]

    def change(number: int) -> None:
        with transaction.atomic():
            Comment.objects.filter(pk=comment.pk).update(body_html=f"<p>This is text {number}.</p>")
            show_change(comment.discussion, comment)
        committed_at.append(time.monotonic())
        time.sleep(0.02)  # so that pages are kept between two changes

    for number in range(1, CHANGES // 2 + 1):
        change(number)
    _tell(nodes)
    assert [node.stdout.readline() for node in nodes] == ["cut\n"] * NODES
    with ThreadPoolExecutor(NODES) as pool:
        enough = [pool.submit(node.stdout.readline) for node in nodes]
        while len(committed_at) <= CHANGES or not all(one.done() for one in enough):
            change(len(committed_at))
    assert [one.result() for one in enough] == ["enough\n"] * NODES
    _tell(nodes)
    for node in nodes:
        told = json.loads(node.communicate(timeout=PATIENCE_SECONDS)[0])
        assert {status for _asked, status, _text in told["reads"]} == {"200 OK"}
        stale = [read for read in told["reads"] if read[2] < _latest_before(read[0], committed_at)]
        assert stale == []
        assert len({text for *_read, text in told["reads"]}) > 5
        assert told["counts"]["hit"] > 20
        assert told["is_new"]


def _tell(nodes: list[subprocess.Popen[str]]) -> None:
    for node in nodes:
        node.stdin.write("go on\n")
        node.stdin.flush()


def _latest_before(moment: float, committed_at: list[float]) -> int:
    """Return the number of the last change whose commit had returned by ``moment``."""
    return max(number for number, at in enumerate(committed_at) if at <= moment)
