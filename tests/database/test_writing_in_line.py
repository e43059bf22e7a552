"""Writers wait for each other in order: nobody is told that the database is locked, however many there are."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from forum.site.models import SiteVersion
from tests.workers import PATIENCE_SECONDS, own_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS, TIMES = 2, 4, 15

# On SQLite nobody looks a second time: whoever finds another one at work fails at once, unless the queue lets them in one by one.
PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.db import connection, transaction
from forum.site.models import SiteVersion

def write(_number):
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout=0")
    for time in range(int(sys.argv[2])):
        if time % 3:
            with transaction.atomic():
                version = SiteVersion.objects.select_for_update().get(pk=1).version
                SiteVersion.objects.filter(pk=1).update(version=version + 1)
        else:
            SiteVersion.objects.bump()
    connection.close()

print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(int(sys.argv[1])) as pool:
    list(pool.map(write, range(int(sys.argv[1]))))
print("done", flush=True)
"""


def test_writers_of_two_processes_wait_for_each_other() -> None:
    SiteVersion.objects.bump()
    before = SiteVersion.objects.current()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(THREADS), str(TIMES)],
            cwd=ROOT,
            env=own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * PROCESSES
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=PATIENCE_SECONDS)[0] for writer in writers] == ["done\n"] * PROCESSES
    assert SiteVersion.objects.current() == before + PROCESSES * THREADS * TIMES


def _bump_and_fail() -> None:
    SiteVersion.objects.bump()
    raise ZeroDivisionError


def test_a_transaction_that_fails_lets_the_next_one_in() -> None:
    SiteVersion.objects.bump()
    for _time in range(3):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _bump_and_fail()
    connection.close()
    before = SiteVersion.objects.current()
    with transaction.atomic():
        SiteVersion.objects.bump()
    assert SiteVersion.objects.current() == before + 1
