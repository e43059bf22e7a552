"""``manage.py serve``: prepare everything and run the site. What is checked and prepared is in ``forum.site.startup``."""

import atexit
import io
import multiprocessing
import os
import sys
import threading
import time
from contextlib import nullcontext
from http.client import HTTPConnection, HTTPException
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from forum.site import startup
from forum.site.companion import WorkerProcess
from forum.site.metrics import begin_counting

FIRST_OPERATOR = "operator@localhost"
THREADS_PER_WORKER = 4  # a thread that waits for the database lets another one answer; more only take turns
STOP_SECONDS = 3  # what is still being answered then is cut off
ANSWER_SECONDS = 60


def load_application(path: str) -> WSGIHandler:
    """Return what answers requests, in a web process."""
    # The threads of the web server may still be at work when Python takes itself apart, and then abort with noise. Nothing here
    # needs taking apart: whatever counts is in the database.
    atexit.register(os._exit, 0)
    return import_string(path)


class Command(BaseCommand):
    """Migrates, collects static files, makes a first login, loads the sample into an empty site, and serves until stopped."""

    help = "Prepare everything and run the site until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes; one a core is a good number")
        parser.add_argument("--no-sample", action="store_true", help="leave a site without articles empty")
        parser.add_argument("--no-worker", action="store_true", help="leave background work to manage.py work, started elsewhere")

    def handle(self, *args: Any, host: str, port: int, workers: int, no_sample: bool, no_worker: bool, **options: Any) -> None:
        try:
            startup.require_web_process(workers)
            startup.require_free_port(host, port)
            self._settle_address(port)
            startup.require_writable_folder(settings.DATA_DIR)
            startup.require_database()
            self._prepare(with_sample=not no_sample)
            begin_counting(settings.DATA_DIR / f"metrics-{port}")
            with nullcontext() if no_worker else WorkerProcess() as worker:
                self._run(host, port, workers, worker)
        except startup.StartError as error:
            self._refuse(str(error))
        except KeyboardInterrupt:
            sys.exit(130)  # stopped while preparing; the web server ends by itself

    def _prepare(self, *, with_sample: bool) -> None:
        startup.prepare_site()
        with startup.one_at_a_time():
            self._make_first_operator()  # before the sample, whose members of staff cannot sign in
            if with_sample:
                import_string(settings.SAMPLE_LOADER)()
        connections.close_all()

    def _refuse(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(2)

    def _settle_address(self, port: int) -> None:
        """Begin again with SITE_URL set, where the operator set none and the settings took another port for granted."""
        address = startup.find_own_address(port)
        if not startup.has_own_address() and address != settings.SITE_URL:
            os.environ["SITE_URL"] = address
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  (the same command, no shell)

    def _make_first_operator(self) -> None:
        if get_user_model().objects.filter(is_staff=True).exists():
            return
        said = io.StringIO()
        call_command("add_staff", FIRST_OPERATOR, role="operator", name="Operator", stdout=said)
        self.stdout.write(f"First staff login, for {settings.SITE_URL}/admin/")
        self.stdout.write(said.getvalue().rstrip())
        self.stdout.flush()

    def _run(self, host: str, port: int, workers: int, worker: WorkerProcess | None) -> None:
        # Forked workers would share what this process has open; spawned ones begin clean.
        multiprocessing.set_start_method("spawn", force=True)
        server = Granian(
            settings.WSGI_APPLICATION,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS_PER_WORKER,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
            log_level=LogLevels.error,
            websockets=False,
        )
        if worker is not None:
            server.on_reload(worker.renew)  # SIGHUP: the web server itself renews its own processes, one after the other
        server.on_startup(threading.Thread(target=self._announce, args=(host, port), daemon=True).start)
        server.serve(target_loader=load_application)

    def _announce(self, host: str, port: int) -> None:
        """Print the address as soon as the site answers there, whatever it answers."""
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            question = HTTPConnection(local, port, timeout=ANSWER_SECONDS)
            try:
                question.request("GET", "/healthz")
                question.getresponse()
            except (OSError, HTTPException):
                time.sleep(0.05)
                continue
            finally:
                question.close()
            self.stdout.write(f"{settings.SITE_NAME} is at {settings.SITE_URL} (Ctrl-C stops it)")
            self.stdout.flush()
            return
