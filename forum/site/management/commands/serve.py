"""``manage.py serve``: prepare everything (``forum.site.startup``) and run the site (``forum.site.serving``)."""

import io
import os
import sys
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils.module_loading import import_string

from forum.site import startup
from forum.site.metrics import begin_counting
from forum.site.serving import Site, become

FIRST_OPERATOR = "operator@localhost"


class Command(BaseCommand):
    """Migrates, collects static files, makes a first login, loads the sample into an empty site, and serves until stopped."""

    help = "Prepare everything and run the site until Ctrl-C."

    requires_system_checks = ()  # they load every page; made below, once the process need not begin again

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
            self.check()
            startup.require_writable_folder(settings.DATA_DIR)
            startup.require_database()
            self._prepare(with_sample=not no_sample)
            begin_counting(settings.DATA_DIR / f"metrics-{port}")
            become(
                Site(
                    application=settings.WSGI_APPLICATION,
                    name=settings.SITE_NAME,
                    url=settings.SITE_URL,
                    host=host,
                    port=port,
                    workers=workers,
                    with_worker=not no_worker,
                )
            )
        except startup.StartError as error:
            self._refuse(str(error))
        except KeyboardInterrupt:
            sys.exit(130)  # stopped while preparing

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
