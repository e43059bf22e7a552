"""An import that is killed at any moment, and started again, comes to what one comes to that nobody stopped.

KILLED_IMPORT_COMMENTS makes it larger: 50000 takes some minutes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.sites import ROOT, Site

COMMENTS = int(os.environ.get("KILLED_IMPORT_COMMENTS", "600"))
KILLS = 10 if COMMENTS > 10_000 else 4
BODIES = ("It helped us.", "Does it help?", "See https://example.org/page for more.", "Wonderful *linen* baskets here.")

# In steps of a hundred, so that a small file has as many moments to be killed at as a large one; in as many processes as asked.
IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from forum.imports import finishing, services, staging, writer
writer.BATCH = staging.COMMENTS_AT_ONCE = finishing.INDEXED_AT_ONCE = 100
services.FEW = services.FEW_BYTES = 0
step = lambda step, done, total: print(step, done, flush=True)
now = datetime(2026, 1, 1, tzinfo=UTC)
report = services.import_file(Path(sys.argv[1]), now=now, processes=int(sys.argv[2]), on_step=step)
print("done", report.counts["comments"], report.problem_count, flush=True)
"""

# Prints everything that a site holds, whether its counts are right, and how many of its comments are found.
LOOK = """
from django.conf import settings
from django.core.management import call_command
from forum.imports.exporting import export_file
from forum.search.models import IndexedComment
path = settings.DATA_DIR / "all.jsonl"
export_file(path)
print(path.read_text())
call_command("rebuild_counts")
print(IndexedComment.objects.count())
"""


def write_file(path: Path) -> None:
    """Write articles and comments of which every second one says its state, in no order, with a thread that is long."""
    chance = Random(7)
    lines = [{"type": "site", "format": "understory", "version": 1, "id": "0b0d3c5e-0000-4000-8000-000000000001"}]
    lines += [{"type": "article", "id": n, "slug": f"a{n}", "title": f"Article {n}", "body": "Text."} for n in range(1, 9)]
    comments = []
    for number in range(1, COMMENTS + 1):
        article = 1 + number % 8
        older = range(1 + (number - 1) % 8, number, 8)
        parent = chance.choice(older) if older and chance.random() < 0.5 else None
        parent = 1 if article == 2 and number > 1 and number % 16 == 1 else parent
        parent = "nobody" if number % 97 == 0 else parent
        stated = {"state": chance.choice(["published", "held", "removed"])} if number % 2 else {}
        comments.append(
            {
                "type": "comment", "id": number, "article": f"a{article}", "parent": parent, "body": chance.choice(BODIES),
                "author": {"name": f"N{number % 50}"} | ({"key": f"k{number % 50}"} if number % 3 else {}),
                "posted_at": f"20{number % 20:02}-01-01T00:00:00Z",
            }
            | stated
        )  # fmt: skip
        if number % 10 == 0:
            comments.append(
                {"type": "decision", "comment": number, "actor_kind": "moderator", "to": "held", "at": "2020-01-01T00:00:00Z"}
            )
    chance.shuffle(comments)
    lines += [{"type": "old_address", "path": f"/old/{n}", "target": f"/articles/a{n}/"} for n in range(1, 9)]
    path.write_text("".join(json.dumps(line) + "\n" for line in [*lines, *comments]))


def start(site: Site, path: Path, *, processes: int = 1) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IMPORT, str(path), str(processes)]
    return subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=subprocess.PIPE, text=True)


def prepare(folder: Path, database: str) -> Site:
    folder.mkdir()
    site = Site(folder, database)
    site.environment["SECRET_KEY"] = "one for both " + "x" * 50
    site.migrate()
    return site


def look(site: Site) -> list[str]:
    return site.run(f"exec({LOOK!r})").splitlines()


@pytest.mark.long
def test_killed_import_goes_on_to_the_same_end(tmp_path: Path, new_database: Callable[[], str]) -> None:
    path = tmp_path / "file.jsonl"
    write_file(path)
    whole, killed = prepare(tmp_path / "whole", new_database()), prepare(tmp_path / "killed", new_database())
    with start(whole, path) as process:
        output = process.communicate()[0].splitlines()
    assert process.returncode == 0
    expected = look(whole)
    report = path.with_name("file.jsonl.report.jsonl").read_text()

    chance = Random(11)
    steps = [line for line in output if not line.startswith("done")]
    seen = []
    for kill in range(KILLS):
        with start(killed, path, processes=1 if kill else 2) as process:
            for _ in range(1 + chance.randrange(max(1, len(steps) // (KILLS + 2)))):
                line = process.stdout.readline()
            time.sleep(chance.random() * 0.1)
            process.send_signal(signal.SIGKILL)
            process.wait()
        seen.append(line.strip())
    with start(killed, path) as process:
        last = process.communicate()[0].splitlines()[-1]
    assert process.returncode == 0
    assert last == output[-1], seen
    assert any(line.startswith("writing") for line in seen), seen
    assert look(killed) == expected
    assert path.with_name("file.jsonl.report.jsonl").read_text() == report
