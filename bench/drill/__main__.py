"""``python -m bench.drill``: run the drill; its report is printed, and kept in a folder. Ends with 1 where it was not passed."""

import argparse
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .cluster import Cluster
from .load import Facts, People
from .machines import answers, install_missing, wait_until
from .report import Result, find_interruptions, write_report
from .site import ALERT_SECONDS, ARTICLE, FOLLOWERS, Installation

SECONDS = 180
WRITERS, READERS = 3, 3
QUIET_SECONDS = 120  # at most, for mail that still waits at the end


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m bench.drill", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long people are at work")
    parser.add_argument("--report", type=Path, default=Path("data/drill"), help="folder for drill.md and drill.json")
    options = parser.parse_args()
    install_missing()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="drill-"))
    folder.chmod(0o755)
    cluster = Cluster(folder)
    installation = Installation(folder, cluster)
    try:
        print("Starting PostgreSQL on two machines", flush=True)
        cluster.start()
        set_up_django(installation)
        print("Starting the site", flush=True)
        installation.start()
        result = play(cluster, installation, options.seconds)
    except BaseException:
        print(f"Logs are in {folder}", file=sys.stderr)
        raise
    finally:
        installation.stop()
        cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)
    options.report.mkdir(parents=True, exist_ok=True)
    print(write_report(result, options.report))
    return 0 if result.is_passed else 1


def set_up_django(installation: Installation) -> None:
    """Let this process use the database of the drill, as a moderator's web process does."""
    os.environ.update(installation.environment)
    import django
    from django.core.management import call_command

    django.setup()
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what is taken away is known
    call_command("migrate", interactive=False, verbosity=0)


def play(cluster: Cluster, installation: Installation, seconds: int) -> Result:
    """Let people work while one part after the other is taken away; count when all is quiet again."""
    facts = Facts()
    people = People(installation.port, ARTICLE, facts)
    events: list[tuple[float, str]] = []
    begun = time.monotonic()
    people.start(writers=WRITERS, readers=READERS)

    def do(share: float, what: str, act: Callable[[], object]) -> None:
        time.sleep(max(0.0, begun + share * seconds - time.monotonic()))
        act()
        events.append((time.monotonic() - begun, what))
        print(f"{events[-1][0]:5.0f} s  {what}", flush=True)

    killed: list[str] = []
    do(0.08, "a web node is killed (SIGKILL); it comes back", installation.web[0].kill)
    do(0.16, "a worker is killed (SIGKILL); it comes back", installation.workers[0].kill)
    do(0.24, "the copy stops showing what it gets", lambda: cluster.pause_copy(on=True))
    do(0.36, "the copy goes on", lambda: cluster.pause_copy(on=False))
    do(0.42, "the cache is flushed", lambda: flush_cache(installation))
    do(0.46, "the cache is stopped", installation.redis.stop)
    do(0.55, "the cache is back", installation.redis.start)
    do(0.60, "the primary is killed (SIGKILL), its machine comes back later", lambda: killed.append(cluster.kill_primary()))
    wait_until(lambda: cluster.primary() not in (None, killed[0]), "another primary")
    events.append((time.monotonic() - begun, "the other machine is the primary"))
    do(0.92, "the other web node is killed (SIGKILL); it comes back", installation.web[1].kill)
    do(1.0, "people go home", people.stop)
    length = time.monotonic() - begun
    wait_until(lambda: answers(f"http://localhost:{installation.port}/readyz"), "the site")
    wait_for_mail()
    failures = [(at - begun, what) for at, what in facts.failures]
    return count(facts, installation, events, length, failures)


def flush_cache(installation: Installation) -> None:
    """Empty Redis."""
    import redis

    redis.Redis(host="127.0.0.1", port=installation.redis_port).flushall()


def wait_for_mail() -> None:
    """Wait until no mail and no job is due any more, at most QUIET_SECONDS."""
    from django.db import close_old_connections

    from forum.jobs.metrics import measure as measure_jobs
    from forum.mail.metrics import measure as measure_mail

    time.sleep(ALERT_SECONDS + 2)
    end = time.monotonic() + QUIET_SECONDS
    names = ("understory_waiting_mail", "understory_due_jobs", "understory_jobs")
    while time.monotonic() < end:
        close_old_connections()
        waiting = sum(
            value for name, _, labels, value in (*measure_jobs(), *measure_mail()) if name in names and labels != FAILED
        )
        if not waiting:
            return
        time.sleep(1)


FAILED = {"state": "failed"}


def count(
    facts: Facts, installation: Installation, events: list[tuple[float, str]], seconds: float, failures: list[tuple[float, str]]
) -> Result:
    """Compare what people were told with what is stored and what was mailed."""
    from forum.discussion.models import Comment, Discussion
    from forum.discussion.recount import recount_discussion

    corrections = recount_discussion(Discussion.objects.get().pk)
    stored = "\n".join(Comment.objects.values_list("body", flat=True))
    told = installation.mail.taken
    staying = [mark for mark in facts.published if mark not in facts.removed]
    expected = [(f"follower{number}@drill.example", mark) for mark in staying for number in range(FOLLOWERS)]
    return Result(
        seconds=seconds,
        events=events,
        acknowledged=len(facts.acknowledged),
        lost=[mark for mark in facts.acknowledged if mark not in stored],
        published=len(facts.published),
        removed=len(facts.removed),
        stale=facts.stale,
        mails_expected=len(expected),
        mails_missing=sum(1 for key in expected if not told[key]),
        mails_doubled=sum(number - 1 for number in told.values() if number > 1),
        mails_of_removed=sum(1 for _, mark in told if mark in facts.removed),
        requests=dict(facts.requests),
        slowest=facts.slowest,
        interruptions=find_interruptions(failures),
        counts_wrong=dict(vars(corrections)),
    )


if __name__ == "__main__":
    sys.exit(main())
