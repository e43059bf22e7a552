"""The site as an operator starts it, and beside it the server that shows what is possible at most. On loopback, on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
STOP_SECONDS = 20
WORKERS, THREADS_PER_WORKER = 2, 4  # those of ``manage.py serve``


class ServerError(Exception):
    """A server did not start or did not answer; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at ``url``; ``log`` holds what it printed."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def processes(self) -> list[int]:
        """Return the ids of its processes."""
        return family_of(self.process.pid)


def environment(*, database_url: str, folder: Path, url: str = "http://localhost:8000", **more: str) -> dict[str, str]:
    """Return the environment of a site to measure: rate limits off, for all that asks is one address; nobody is held at first."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "SITE_URL": url,
        "SITE_NAME": "Understory",
        "DEBUG": "false",
        "RATE_LIMITS": "off",
        "HOLD_FIRST_COMMENTS": "0",
        "CACHE_URL": "db://cache",
        "EMAIL_URL": "",
        "BACKUP_DIR": "",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "STAFF_SECOND_FACTOR": "off",
        "DJANGO_SETTINGS_MODULE": "forum.settings",
        "PYTHONPATH": str(ROOT),
    }
    return kept | own | more


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(*, database_url: str, folder: Path, name: str, arguments: tuple[str, ...] = ()) -> Iterator[Server]:
    """Run ``manage.py serve`` for the time of the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", str(WORKERS), "--no-worker", *arguments]
    with _running(command, environment(database_url=database_url, folder=folder, url=url), url, folder / f"{name}.log") as server:
        yield server


@contextmanager
def running_ceilings(*, database_url: str, folder: Path, page: Path, discussion: int) -> Iterator[Server]:
    """Run ``bench.ceilings`` on the same web server with as many workers and threads."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS_PER_WORKER), "--log-level", "error"]
    command += ["bench.ceilings:application"]
    url = f"http://127.0.0.1:{port}"
    own = environment(database_url=database_url, folder=folder, url=url, BENCH_PAGE=str(page), BENCH_DISCUSSION=str(discussion))
    with _running(command, own, f"{url}/bench/bare", folder / "ceilings.log") as server:
        yield Server(url, server.process, server.log)


@contextmanager
def running_worker(*, database_url: str, folder: Path) -> Iterator[list[int]]:
    """Run ``manage.py work`` for the time of the block; give the ids of its processes."""
    command = [sys.executable, "manage.py", "work"]
    own = environment(database_url=database_url, folder=folder)
    with (folder / "work.log").open("ab") as log:
        process = subprocess.Popen(command, env=own, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        yield family_of(process.pid)
    finally:
        _stop(process)


@contextmanager
def _running(command: list[str], own: Mapping[str, str], url: str, log: Path) -> Iterator[Server]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=own, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait_for(url, process, log)
        yield Server(url, process, log)
    finally:
        _stop(process)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"The server ended: {log.read_text(errors='replace')[-3000:]}")
        try:
            urllib.request.urlopen(url, timeout=10).close()  # noqa: S310 - an address of ours
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ServerError(f"The server did not answer at {url}: {log.read_text(errors='replace')[-3000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process that this module started, and what it started."""
    own = family_of(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in own:
        try:
            if os.getpgid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def family_of(pid: int) -> list[int]:
    """Return ``pid`` and all processes below it, from /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # ended meanwhile
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    family, level = [pid], [pid]
    while level:
        level = [child for one in level for child in parents.get(one, [])]
        family += level
    return family


def memory_of(pids: list[int]) -> tuple[float, float]:
    """Return the megabytes that processes take, (RSS, PSS): in PSS what several share is counted once."""
    rss = pss = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        found = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if line.endswith("kB")}
        rss += found.get("Rss", 0)
        pss += found.get("Pss", 0)
    return rss / 1024, pss / 1024
