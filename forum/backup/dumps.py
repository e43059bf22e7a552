"""The database as a file, as it stands at one moment while the site goes on: SQLite's online backup, PostgreSQL's pg_dump."""

import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from .manifest import BackupError

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DUMP_NAMES = {SQLITE: "database.sqlite3", POSTGRESQL: "database.pgdump"}


def write_dump(path: Path) -> None:
    """Write the default database to ``path``. Who commits meanwhile waits for nobody; what they commit is not in it."""
    if connections[DEFAULT_DB_ALIAS].vendor == SQLITE:
        _copy_sqlite(Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]), path)
    else:
        _run("pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--file={path}")


def load_dump(path: Path) -> None:
    """Put a dump of the same kind of database into the default one, in place of all that is there."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close()
    if connection.vendor == SQLITE:
        _copy_sqlite(path, Path(connection.settings_dict["NAME"]))
    else:
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *options, f"--dbname={connection.settings_dict['NAME']}", str(path))


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database in one step: one moment of it, whoever writes; readers of the target see all of it or nothing."""
    try:
        reading, writing = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True), sqlite3.connect(target)
        try:
            reading.backup(writing, pages=-1)
        finally:
            reading.close()
            writing.close()
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error}. Is there room on the disk?") from error


def _run(program: str, *options: str) -> None:
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    command = [_find_program(program), *options]
    try:
        subprocess.run(command, env=_environment(parameters), check=True, capture_output=True, text=True)  # noqa: S603  (ours)
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.strip().splitlines() if line] or ["no reason given"]
        raise BackupError(f"{program} failed: {lines[0].removeprefix(f'{program}: ')}") from error


def _environment(parameters: dict[str, Any]) -> dict[str, str]:
    """Return the environment in which PostgreSQL's programs find the database of the site; no password on a command line."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}
    return os.environ | {variable: str(parameters[name]) for name, variable in names.items() if parameters.get(name)}


def _find_program(name: str) -> str:
    """Return the newest program ``name`` of PostgreSQL on this machine: an older one cannot read a newer server."""
    found = {str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")} | {shutil.which(name) or ""} - {""}
    if not found:
        raise BackupError(f"The program {name} is not installed. On Debian: apt-get install postgresql-client")
    return max(found, key=_version_of)


def _version_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  (found above)
    return int(number[0]) if (number := re.search(r"\d+", said)) else 0
