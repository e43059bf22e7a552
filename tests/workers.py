"""Real workers: ``manage.py work`` as processes on the database of the test."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 300  # a machine that is busy with other things is slow, and that is no fault


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as ``condition`` holds; fail if it does not within ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        threading.Event().wait(0.02)


def is_running(pid: int) -> bool:
    """Tell whether a process still does anything: one that nobody has asked for its status yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def own_environment() -> dict[str, str]:
    """Return the environment of a process of its own on the database and the folder of the test."""
    names = {
        "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_DATA_DIR": str(settings.DATA_DIR),
    }
    return os.environ | names


class Workers:
    """Starts workers, and sees that none outlives its test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker and return its process; what it says is in ``said()``."""
        return self._start([sys.executable, "manage.py", "work", *options], environment)

    def start_below_parent(self) -> subprocess.Popen[bytes]:
        """Start a worker as the child of another process, as ``serve`` does, and return that parent once it has its child."""
        script = f"{sys.executable} manage.py work --stop-with-parent $$ & echo 'Child begun.'; wait"
        parent = self._start(["sh", "-c", script], {})
        wait_until(lambda: "Child begun." in self.said(parent))
        return parent

    def _start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self._log(len(self.processes)).open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=own_environment() | {"TMPDIR": str(self.folder)} | environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.processes.append(process)
        return process

    def said(self, process: subprocess.Popen[bytes]) -> str:
        """Return what a worker has printed so far."""
        return self._log(self.processes.index(process)).read_text()

    def wait_until_ready(self) -> None:
        """Return when every worker has started its loop."""
        wait_until(lambda: all("started" in self.said(process) for process in self.processes))

    def kill(self) -> None:
        """End what still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def _log(self, number: int) -> Path:
        return self.folder / f"worker-{number}.log"
