"""What a start of the server needs, checked or put in place one by one. The order is in the command ``serve``."""

import errno
import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

DATABASE_TIMEOUT_SECONDS = 5
PREPARING = 7_203_481_650  # the number of the lock; nothing else in the database takes this one

# Packages whose version decides what the collected files look like, beside the files themselves.
STATIC_PACKAGES = ("Django", "whitenoise", "brotli")


class StartError(Exception):
    """Why the site cannot start, in one sentence that says what to do."""


def require_web_process(workers: int) -> None:
    """Raise StartError for a number of web processes that answers nobody; the web server itself would wait in silence."""
    if workers < 1:
        raise StartError("The site needs at least one web process: --workers 1")


def require_free_port(host: str, port: int) -> None:
    """Raise StartError unless the server could listen there. The web server itself would share a port in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except PermissionError:
            raise StartError(f"Port {port} may not be used by this account. Choose one above 1023: make run PORT=8001") from None
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                raise StartError(
                    f"Port {port} is in use. Stop the other program or choose another: make run PORT={port + 1}"
                ) from None
            raise StartError(f"The server cannot listen on {host}, port {port}: {error}") from None


def require_writable_folder(folder: Path) -> None:
    """Raise StartError unless files can be written in ``folder``, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StartError(
            f"The data folder {folder} cannot be written ({error.strerror}). Name another in DATA_DIR, or change its owner."
        ) from None


def require_database() -> None:
    """Raise StartError unless the database answers within DATABASE_TIMEOUT_SECONDS."""
    if connection.vendor == "sqlite":
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM sqlite_master")
        except DatabaseError as error:
            path = connection.settings_dict["NAME"]
            raise StartError(f"The database file {path} cannot be used: {error}. Look at DATABASE_URL and DATA_DIR.") from None
        return
    import psycopg

    # Asked without the pool, which would go on trying in the background and say so many times.
    parameters = connection.get_connection_params() | {"connect_timeout": DATABASE_TIMEOUT_SECONDS}
    try:
        psycopg.connect(**parameters).close()
    except psycopg.OperationalError as error:
        where = f"{parameters.get('host', 'localhost')}:{parameters.get('port', 5432)}"
        lines = str(error).strip().splitlines()
        reason = next((line for line in lines if "failed: " in line), lines[-1]).rsplit("failed: ")[-1].strip()
        raise StartError(f"The database at {where} cannot be reached: {reason}") from None


def require_prepared_database() -> None:
    """Raise StartError unless the database answers and has the tables of this release."""
    require_database()
    if missing := count_missing_migrations():
        raise StartError(
            f"The database is not prepared for this release; migrations are missing: {missing}. Run: manage.py prepare"
        )


def count_missing_migrations() -> int:
    """Return how many migrations of this release the database has not seen."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process at a time prepare the site, of all machines that share its database; the others wait their turn."""
    if connection.vendor == "sqlite":
        with _alone_on_this_machine("preparing"):
            yield
        return
    import psycopg

    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s)", [PREPARING])  # let go with the connection
        yield


@contextmanager
def _alone_on_this_machine(what: str) -> Iterator[None]:
    """Let one process at a time do ``what`` in the data folder."""
    with (Path(settings.DATA_DIR) / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go with the file
        yield


def prepare_site() -> None:
    """Migrate the database and collect static files: what a new release needs before it serves."""
    with one_at_a_time():
        call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()


def collect_static_files() -> bool:
    """Collect and compress the static files where they changed since the last time; tell whether they had."""
    stamp = Path(settings.STATIC_ROOT).with_suffix(".fingerprint")
    found = fingerprint_static_files()
    with _alone_on_this_machine("collecting"):
        if stamp.exists() and stamp.read_text() == found and Path(settings.STATIC_ROOT).is_dir():
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(found)
    return True


def fingerprint_static_files() -> str:
    """Return a hash of every static file and of the packages that process them."""
    digest = hashlib.sha256()
    for package in STATIC_PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            digest.update(f"{path}\n".encode())
            with storage.open(path) as file:
                digest.update(file.read())
    return digest.hexdigest()


def find_own_address(port: int) -> str:
    """Return the address to use where SITE_URL names none. Passkeys and cookies want a name here, not a number."""
    return f"http://localhost:{port}"


def has_own_address() -> bool:
    """Tell whether the operator named the address of the site, in the environment or in ``.env``."""
    return bool(os.environ.get("SITE_URL"))
