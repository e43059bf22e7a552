"""The site while it runs: web processes and the background worker, kept running by the process that the operator started.

``manage.py serve`` prepares everything and then becomes this program (``exec``), which knows nothing of Django: that would only
wait here, in 80 MB. Its processes begin clean, so that SIGHUP renews them with the code as it is then.
"""

import atexit
import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, NoReturn

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from forum.site.companion import WorkerProcess
from forum.site.garbage import spare_what_is_loaded

ROOT = Path(__file__).resolve().parents[2]
THREADS_PER_WORKER = 4  # a thread that waits for the database lets another one answer; more only take turns
STOP_SECONDS = 3  # what is still being answered then is cut off
ANSWER_SECONDS = 60
# One heap a process (glibc): with one a thread, each keeps what it once needed for a large page, 30 MB a web process in all.
HEAPS = {"MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True)
class Site:
    """What is served: ``application`` by dotted path, ``name`` and ``url`` as they are announced."""

    application: str
    name: str
    url: str
    host: str
    port: int
    workers: int
    with_worker: bool


def become(site: Site) -> NoReturn:
    """Let this process be the one that keeps ``site`` running, from now on; it keeps its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = HEAPS | os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-P", "-m", "forum.site.serving", json.dumps(asdict(site))]
    os.execve(sys.executable, command, own)  # noqa: S606 - no shell, and nothing in it comes from outside


def load_application(path: str) -> Any:
    """Return what answers requests, in a web process."""
    # The threads of the web server may still be at work when Python takes itself apart, and then abort with noise. Nothing here
    # needs taking apart: whatever counts is in the database.
    atexit.register(os._exit, 0)
    module, _, name = path.rpartition(".")
    application = getattr(import_module(module), name)
    spare_what_is_loaded()
    return application


def load_and_tell(load: Callable[[], Any], loaded: Event) -> Any:
    """Return what ``load`` returns, and tell the process that waits for it."""
    application = load()
    loaded.set()
    return application


class Server(MPServer):
    """A web server that asks a process to end only once its successor is about to answer, however long a busy machine takes."""

    def _respawn_workers(self, workers: Iterable[int], spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        for number in workers:
            loaded = multiprocessing.Event()
            self.respawned_wrks[number] = time.monotonic()
            successor = self._spawn_worker(number, spawn_target, partial(load_and_tell, target_loader, loaded))
            successor.start()
            old, self.wrks[number] = self.wrks[number], successor
            while successor.is_alive() and not self.interrupt_signal and not loaded.wait(0.1):
                pass
            time.sleep(delay)  # for what is left: to listen
            old.terminate()
            old.join(STOP_SECONDS)
            if old.is_alive():
                old.kill()
                old.join()


def serve(site: Site) -> None:
    """Run ``site`` until it is asked to stop."""
    # Forked workers would share what this process has open; spawned ones begin clean.
    multiprocessing.set_start_method("spawn", force=True)
    with WorkerProcess() if site.with_worker else nullcontext() as worker:
        server = Server(
            site.application,
            address=site.host,
            port=site.port,
            interface=Interfaces.WSGI,
            workers=site.workers,
            blocking_threads=THREADS_PER_WORKER,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
            log_level=LogLevels.error,
            websockets=False,
        )
        if worker is not None:
            server.on_reload(worker.renew)  # SIGHUP: the web server itself renews its own processes, one after the other
        server.on_startup(threading.Thread(target=_announce, args=(site,), daemon=True).start)
        try:
            server.serve(target_loader=load_application)
        except SystemExit:
            if not server.interrupt_signal:  # Ctrl-C reaches the web processes too, and one that ends first has not failed
                raise


def _announce(site: Site) -> None:
    """Print the address as soon as the site answers there, whatever it answers."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(site.host, site.host)  # noqa: S104
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        question = HTTPConnection(local, site.port, timeout=ANSWER_SECONDS)
        try:
            question.request("GET", "/healthz")
            question.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
            continue
        finally:
            question.close()
        print(f"{site.name} is at {site.url} (Ctrl-C stops it)", flush=True)
        return


if __name__ == "__main__":
    try:
        serve(Site(**json.loads(sys.argv[1])))
    except KeyboardInterrupt:
        sys.exit(130)
