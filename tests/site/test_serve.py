"""``manage.py serve`` as a person meets it: a real process, real sockets, a folder of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import IncompleteRead, RemoteDisconnected
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from uuid import uuid4

import psycopg
import pytest

from tests.migrated import give_collected, give_migrated
from tests.workers import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return the environment of a site with no setting but its folder; on PostgreSQL, a new database of its own too."""
    ours = (
        "DATA_DIR",
        "SITE_URL",
        "SITE_NAME",
        "DEBUG",
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "ALLOWED_HOSTS",
        "HOLD_FIRST_COMMENTS",
        "STAFF_SECOND_FACTOR",
        "SIGN_IN_PROVIDERS",
        "RATE_LIMITS",
        "TRUSTED_PROXY_COUNT",
        "CACHE_URL",
    )
    clean = {name: value for name, value in os.environ.items() if name not in (*ours, "DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    clean["DATA_DIR"] = str(tmp_path / "data")
    server = os.environ["DATABASE_URL"]
    if not server.startswith("postgres"):
        yield clean
        return
    name = f"serve_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name}")
        yield clean | {"DATABASE_URL": urllib.parse.urlsplit(server)._replace(path=f"/{name}").geturl()}
        administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def _is_prepared(environment: dict[str, str], port: int) -> None:
    """Let the site have an address, and be as ``manage.py prepare`` leaves it."""
    environment["SITE_URL"] = f"http://localhost:{port}"
    Path(environment["DATA_DIR"]).mkdir()
    give_migrated(environment)
    give_collected(environment)


class Site:
    """A running site; ``said`` is what it printed until it answered."""

    def __init__(self, environment: dict[str, str], port: int, *options: str) -> None:
        self.address = f"http://localhost:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port), *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a group of its own, which Ctrl-C reaches as a whole
        )
        self.said = ""
        with self._patience():
            for line in self.process.stdout:
                self.said += line
                if f"is at {self.address}" in line:
                    break

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(self.address + path) as response:
            return response.status, response.read().decode()

    def press_ctrl_c(self) -> tuple[int, str]:
        """Stop as a terminal does; return the exit status and what was said on the way."""
        return self.stop(lambda: os.killpg(self.process.pid, signal.SIGINT))

    def stop(self, send: Callable[[], None]) -> tuple[int, str]:
        """Stop by calling ``send``; return the exit status and what was said on the way."""
        send()
        with self._patience():
            last_words = self.process.stdout.read()
            return self.process.wait(), last_words

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """End it if what the block waits for never comes."""
        deadline = threading.Timer(PATIENCE_SECONDS, os.killpg, (self.process.pid, signal.SIGKILL))
        deadline.start()
        try:
            yield
        finally:
            deadline.cancel()

    def abandon(self) -> None:
        """End whatever is left of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def start_site(environment: dict[str, str], port: int) -> Iterator[Callable[[], Site]]:
    """Start the same site, again and again; nothing of it is left after the test."""
    started: list[Site] = []

    def start(*options: str) -> Site:
        started.append(Site(environment, port, *options))
        return started[-1]

    yield start
    for site in started:
        site.abandon()


def serve_in_vain(environment: dict[str, str], port: int, *options: str) -> tuple[int, str, str]:
    """Start a site that cannot start; return the status and what it printed on both streams."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(port), *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def sign_in(site: Site, email: str, password: str) -> str:
    """Sign in with a password on the way to the administration and return the address it leads to."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{site.address}/admin/") as response:
        address = response.url
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.read().decode())[1]
    form = {"csrfmiddlewaretoken": token, "login": email, "password": password, "next": "/admin/"}
    with browser.open(urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"Referer": address})) as response:
        return response.url


@pytest.mark.long
def test_site_starts_takes_the_first_login_stops_and_starts_again(start_site: Callable[[], Site], tmp_path: Path) -> None:
    sample = f"/articles/{json.loads((ROOT / 'forum/imports/sample/article.json').read_text())['slug']}/"
    site = start_site()
    email, password = re.search(r"(\S+@\S+) is operator.*\nPassword, shown this once: (\S+)", site.said).groups()
    assert site.get("/healthz") == (200, "ok\n")
    assert site.get("/readyz") == (200, "ok\n")
    assert site.get(sample)[0] == 200
    style_sheet = re.search(r'href="(/static/site\.[0-9a-f]+\.css)"', site.get("/admin/")[1])[1]
    assert site.get(style_sheet)[0] == 200
    assert sign_in(site, email, password) == f"{site.address}/admin/"
    assert site.press_ctrl_c() == (0, "")

    collected = (tmp_path / "data" / "static" / "staticfiles.json").stat().st_mtime_ns
    again = start_site()
    assert "Password" not in again.said
    assert again.get(sample)[0] == 200
    assert (tmp_path / "data" / "static" / "staticfiles.json").stat().st_mtime_ns == collected
    assert sign_in(again, email, password) == f"{again.address}/admin/"
    assert again.stop(again.process.terminate) == (0, "")


def workers_of(site: Site) -> list[int]:
    """Return the process ids of the workers that a site has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended while it was looked at
            is_child = f"PPid:\t{site.process.pid}\n" in (process / "status").read_text()
            if is_child and b"\0work\0" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


@pytest.mark.one_database
@pytest.mark.long
@pytest.mark.usefixtures("_is_prepared")
def test_worker_runs_beside_the_site_unless_unwanted_is_started_again_and_ends_with_it(start_site: Callable[..., Site]) -> None:
    site = start_site("--no-sample", "--workers=1")
    (worker,) = workers_of(site)
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: workers_of(site) not in ([], [worker]))
    (second,) = workers_of(site)
    assert site.press_ctrl_c()[0] == 0
    assert not Path(f"/proc/{second}").exists()
    assert workers_of(start_site("--no-sample", "--workers=1", "--no-worker")) == []


@pytest.mark.one_database
def test_port_in_use_is_one_sentence(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = f"Port {port} is in use. Stop the other program or choose another: make run PORT={port + 1}\n"
        assert serve_in_vain(environment, port) == (2, "", sentence)


@pytest.mark.one_database
def test_wrong_settings_are_all_named_at_once(environment: dict[str, str], port: int) -> None:
    wrong = {
        "DEBUG": "perhaps",
        "SITE_URL": "example.org",
        "HOLD_FIRST_COMMENTS": "-1",
        "DATABASE_URL": "oracle",
        "DATA_DIR": "/dev/null/data",
        "SECRET_KEY_FALLBACKS_FILE": "/there/is/no/such/file",
    }
    status, said, complaint = serve_in_vain(environment | wrong, port)
    assert (status, said) == (2, "")
    assert {line.split(":")[0] for line in complaint.splitlines()[1:]} == set(wrong)


@pytest.mark.one_database
def test_site_without_web_processes_is_refused(environment: dict[str, str], port: int) -> None:
    sentence = "The site needs at least one web process: --workers 1\n"
    assert serve_in_vain(environment, port, "--workers", "0") == (2, "", sentence)


@pytest.mark.one_database
@pytest.mark.parametrize("secret", [{}, {"SECRET_KEY": "a secret of the operator's own, long enough to be one"}])
def test_data_folder_that_cannot_be_written_is_one_sentence(
    environment: dict[str, str], port: int, tmp_path: Path, secret: dict[str, str]
) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    status, said, complaint = serve_in_vain(environment | secret | {"DATA_DIR": str(tmp_path / "file")}, port)
    assert (status, said) == (2, "")
    assert len(complaint.strip().splitlines()) == 1
    assert str(tmp_path / "file") in complaint


@pytest.mark.one_database
def test_database_that_cannot_be_reached_is_one_sentence(environment: dict[str, str], port: int) -> None:
    status, said, complaint = serve_in_vain(environment | {"DATABASE_URL": f"postgres://somebody@127.0.0.1:{port}/site"}, port)
    assert (status, said) == (2, "")
    assert complaint == f"The database at 127.0.0.1:{port} cannot be reached: Connection refused\n"


@pytest.mark.one_database
def test_file_that_is_no_database_is_one_sentence(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("this is not a database, whatever its name says; " * 30)
    status, said, complaint = serve_in_vain(environment | {"DATABASE_URL": f"sqlite:///{tmp_path / 'notes.txt'}"}, port)
    assert (status, said) == (2, "")
    assert complaint.count("\n") == 1
    assert "file is not a database" in complaint


@pytest.mark.long
@pytest.mark.usefixtures("_is_prepared")
def test_a_new_release_takes_over_while_people_read(start_site: Callable[..., Site], environment: dict[str, str]) -> None:
    site = start_site("--no-sample")
    (worker,) = workers_of(site)
    over, statuses = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            # A connection that a process closes as it goes is opened again, as browsers and proxies do with what changes nothing.
            try:
                statuses.append(site.get("/guidelines/")[0])
            except (RemoteDisconnected, IncompleteRead, ConnectionResetError, BrokenPipeError):
                continue
            except URLError as error:
                if not isinstance(error.reason, (ConnectionResetError, BrokenPipeError)):
                    statuses.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        prepared = subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=False)
        before = web_processes_of(site)
        os.kill(site.process.pid, signal.SIGHUP)
        wait_until(lambda: len(web_processes_of(site)) == 2 and not before & web_processes_of(site))
        wait_until(lambda: workers_of(site) not in ([], [worker]))
        read_before = len(statuses)
        wait_until(lambda: len(statuses) > read_before + 20)
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert prepared.returncode == 0
    assert set(statuses) == {200}


def web_processes_of(site: Site) -> set[int]:
    """Return the process ids of what answers requests."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_child = f"PPid:\t{site.process.pid}\n" in (process / "status").read_text()
            if is_child and b"spawn_main" in (process / "cmdline").read_bytes():
                found.add(int(process.name))
    return found


@pytest.mark.long
def test_two_machines_that_start_at_once_prepare_one_after_the_other(environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "prepare"]
    both = [subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) for _machine in range(2)]
    assert [(process.communicate()[1], process.returncode) for process in both] == [("", 0), ("", 0)]
