"""The worker beside the web server: a process of its own, started again if it dies, asked to end when the site ends.

It is started by its command, for the frame of the site knows nothing of jobs.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

RESTART_SECONDS = 2.0  # a worker that cannot even start must not fill the machine with attempts
MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
STOP_SECONDS = 15  # for the job at hand; one that takes longer is cut off, and returns to the queue


class WorkerProcess:
    """``with WorkerProcess():`` runs ``manage.py work`` for the time of the block."""

    def __enter__(self) -> "WorkerProcess":
        self._is_ending = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._keep_running, daemon=True).start()
        return self

    def renew(self) -> None:
        """Ask it to end after its job; the one that follows runs the code as it is now."""
        self._process.terminate()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_ending.set()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(MANAGE), "work", "--stop-with-parent", str(os.getpid()), "--verbosity", "0"]
        # A session of its own: Ctrl-C reaches every process of a terminal, and would ask it to end twice.
        return subprocess.Popen(command, start_new_session=True)  # noqa: S603  (nothing in it comes from outside)

    def _keep_running(self) -> None:
        while True:
            self._process.wait()
            if self._is_ending.wait(RESTART_SECONDS):
                return
            self._process = self._start()
