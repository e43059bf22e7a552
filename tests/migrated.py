"""One migrated database for all processes of a test run; every other begins as its copy, as migrating takes long.

It is made when the first is asked for, as an operator makes it: by ``manage.py migrate`` on an empty database. Likewise the
static files, collected and compressed.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "TEST_RUN_FOLDER"  # the variable that names it to all processes of the run
COLLECT = "import django; django.setup(); from forum.site.startup import collect_static_files; collect_static_files()"


@contextmanager
def shared_folder() -> Iterator[None]:
    """Keep a folder for the migrated databases of a run, and take all of them away in the end."""
    with tempfile.TemporaryDirectory(prefix="understory-run-") as name:
        os.environ[FOLDER] = name
        yield
        server = os.environ.get("DATABASE_URL", "")
        if (Path(name) / "postgresql").exists():
            with psycopg.connect(server, autocommit=True) as administrator:
                administrator.execute(f"DROP DATABASE {_template_name()} WITH (FORCE)")


def give_migrated(environment: Mapping[str, str]) -> None:
    """Give a site a migrated database: in its DATA_DIR, or in the place of the empty one that its DATABASE_URL names."""
    if "DATABASE_URL" not in environment:
        folder = Path(environment["DATA_DIR"])
        folder.mkdir(exist_ok=True)
        copy_migrated(folder / "understory.sqlite3")
        return
    server, name = os.environ["DATABASE_URL"], urlsplit(environment["DATABASE_URL"]).path.strip("/")
    template = migrated_template(server)
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(f"DROP DATABASE {name}")
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def give_collected(environment: Mapping[str, str]) -> None:
    """Give a site its static files, in its DATA_DIR."""
    with _made("collected") as folder:
        if folder:
            own = {"DJANGO_SETTINGS_MODULE": "forum.settings", "DATA_DIR": str(folder)}
            subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, env=environment | own, check=True)
    collected, site = Path(os.environ[FOLDER]) / "collected", Path(environment["DATA_DIR"])
    shutil.copytree(collected / "static", site / "static")
    shutil.copy(collected / "static.fingerprint", site)


def copy_migrated(path: Path) -> None:
    """Put a migrated SQLite database at ``path``."""
    with _made("sqlite") as folder:
        if folder:
            _migrate(folder, f"sqlite:///{folder / 'migrated.sqlite3'}")
    shutil.copy(Path(os.environ[FOLDER]) / "sqlite" / "migrated.sqlite3", path)


def migrated_template(server: str) -> str:
    """Return the name of a migrated database on the PostgreSQL at ``server``, to be given to CREATE DATABASE as its template."""
    name = _template_name()
    with _made("postgresql") as folder:
        if folder:
            with psycopg.connect(server, autocommit=True) as administrator:
                administrator.execute(f"CREATE DATABASE {name}")
            _migrate(folder, urlsplit(server)._replace(path=f"/{name}").geturl())
    return name


def _template_name() -> str:
    return f"migrated_{Path(os.environ[FOLDER]).name.rpartition('-')[2]}"


@contextmanager
def _made(name: str) -> Iterator[Path | None]:
    """Give the first process a folder in which to make ``name``, and None to all that come later, once it is made."""
    folder = Path(os.environ[FOLDER]) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            yield None
            return
        folder.mkdir()
        yield folder


def _migrate(folder: Path, database: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATA_DIR": str(folder), "DATABASE_URL": database}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
