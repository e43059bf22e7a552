"""A real copy of the database that is behind: it renders pages while it has what the primary has, and never an older one."""

import os
import pwd
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import Actor, transition
from forum.kept_pages import KEPT_PAGES, READ_FROM_REPLICA
from forum.site.freshness import Proof
from forum.site.page_cache import PageCache
from forum.site.replica import ALIAS, Replica
from tests.factories import CommentFactory, ModeratorFactory
from tests.postgres import find_account
from tests.site.test_page_cache import ask
from tests.workers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "Words that a moderator took away."


class SQLiteCopy:
    """A copy of the file, as it stood when it was made."""

    def __init__(self, folder: Path) -> None:
        self.settings = {"NAME": str(folder / "copy.sqlite3")}

    def catch_up(self) -> None:
        Path(self.settings["NAME"]).unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [self.settings["NAME"]])
        connections[ALIAS].connect()

    def stop(self) -> None:
        Path(self.settings["NAME"]).unlink()


class Standby:
    """A streaming replica that replays what the primary wrote when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.account = folder, find_account()
        folder.chmod(0o755)
        home = folder / "standby"
        home.mkdir(mode=0o700)
        if self.account:
            for parent in (folder, *folder.parents[:3]):
                with suppress(PermissionError):
                    parent.chmod(parent.stat().st_mode | 0o011)
            os.chown(home, self.account.pw_uid, self.account.pw_gid)
        here = {"host": str(home), "port": "5432"}
        primary = connection.get_connection_params()
        self._run(
            "pg_basebackup", "-d", f"host={primary['host']} user={primary['user']}", "-D", home / "data", "-R", "-c", "fast"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c hot_standby=on"
        self._run("pg_ctl", "-w", "-D", home / "data", "-l", home / "log", "-o", options, "start")
        self.home, self.settings = home, {"HOST": here["host"], "PORT": here["port"]}
        self._address = f"host={home} user={primary['user']} dbname={primary['dbname']}"
        self._say("SELECT pg_wal_replay_pause()")

    def _run(self, program: str, *arguments: Any) -> None:
        account: pwd.struct_passwd | None = self.account
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        subprocess.run([program, *map(str, arguments)], cwd="/", stdout=subprocess.DEVNULL, check=True, **who)

    def _say(self, statement: str) -> Any:
        with psycopg.connect(self._address, autocommit=True) as own:
            return own.execute(statement).fetchone()

    def catch_up(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SELECT pg_logical_emit_message(true, 'tests', 'so far')")  # on the disk with all before it
            cursor.execute("RESET synchronous_commit")
            cursor.execute("SELECT pg_current_wal_flush_lsn()")
            (place,) = cursor.fetchone()
        self._say("SELECT pg_wal_replay_resume()")
        wait_until(lambda: self._say(f"SELECT pg_last_wal_replay_lsn() >= '{place}'")[0])
        self._say("SELECT pg_wal_replay_pause()")
        connections[ALIAS].connect()

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-D", self.home / "data", "-m", "immediate", "stop")


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Any]:
    """Give a copy of the test's database under the alias of the replica."""
    made = SQLiteCopy(tmp_path) if connection.vendor == "sqlite" else Standby(tmp_path)
    own = {**connections["default"].settings_dict, **made.settings}
    own["OPTIONS"] = {key: value for key, value in own["OPTIONS"].items() if key not in ("pool", "init_command")}
    own["CONN_MAX_AGE"] = None  # the one that is opened here: Django lets no test open others than those it declares
    connections.settings[ALIAS] = own
    yield made
    connections[ALIAS].close()
    del connections[ALIAS], connections.settings[ALIAS]
    with suppress(FileNotFoundError, subprocess.CalledProcessError):
        made.stop()


@pytest.fixture
def nodes(copy: Any, settings: Any) -> Iterator[PageCache]:
    """Give a web node that may read from the copy."""
    settings.DATABASE_ROUTERS = ["forum.site.replica.ReplicaRouter"]
    made = PageCache(get_wsgi_application(), KEPT_PAGES, replica=Replica(), read_from_replica=READ_FROM_REPLICA)
    yield made
    made.prover.close()
    assert made.replica is not None
    made.replica.prover.close()


def look(node: PageCache, path: str) -> tuple[str, int, int]:
    """Return a page, and how many queries of it went to the primary and to the copy."""
    with CaptureQueriesContext(connection) as primary, CaptureQueriesContext(connections[ALIAS]) as replica:
        text = ask(node, path).text
    return text, len(primary), len(replica)


def test_a_copy_renders_only_what_the_primary_has(nodes: PageCache, copy: Any) -> None:
    comment = CommentFactory(body=WORDS)
    article = comment.discussion.article.get_absolute_url()
    pages = [article, "/search/?q=moderator", "/feed.atom"]
    copy.catch_up()
    for path in pages:
        text, primary, replica = look(nodes, path)
        assert WORDS.split()[-1].strip(".") in text
        assert (primary, replica > 0) == (0, True)
    transition(comment, Comment.State.REMOVED, actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), reason="advertising")
    for path in pages:
        text, primary, replica = look(nodes, path)
        assert "took away" not in text
        assert (primary > 0, replica) == (True, 0)


def test_a_copy_that_is_away_is_not_missed(nodes: PageCache, copy: Any) -> None:
    article = CommentFactory(body=WORDS).discussion.article.get_absolute_url()
    copy.catch_up()
    assert look(nodes, article)[2] > 0
    copy.stop()
    other = CommentFactory(body=WORDS).discussion.article.get_absolute_url()
    for path in (other, "/search/?q=moderator"):
        answer = ask(nodes, path)
        assert answer.status == 200
        assert "took" in answer.text


def test_somebody_known_reads_from_the_primary(nodes: PageCache, copy: Any, settings: Any) -> None:
    article = CommentFactory(body=WORDS).discussion.article.get_absolute_url()
    copy.catch_up()
    for path in (article, "/search/?q=moderator"):
        with CaptureQueriesContext(connection) as primary, CaptureQueriesContext(connections[ALIAS]) as replica:
            ask(nodes, path, cookies=f"{settings.GUEST_COOKIE_NAME}=somebody")
        assert (len(primary) > 0, len(replica)) == (True, 0)


def test_a_copy_that_was_away_keeps_one_reader_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    replica = Replica()
    monkeypatch.setattr("forum.site.replica.AWAY_SECONDS", 0.0)
    replica.leave_alone()
    monkeypatch.setattr("forum.site.replica.AWAY_SECONDS", 60.0)
    proof = Proof("SELECT version FROM site_siteversion WHERE id = %s", "1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = {"ENGINE": "forum.database.postgresql", "NAME": "copy", "HOST": "127.0.0.1", "PORT": silent.getsockname()[1]}
        connections.settings[ALIAS] = connections["default"].settings_dict | address | {"OPTIONS": {"connect_timeout": 2}}
        try:
            reader = threading.Thread(target=replica.shows, args=(proof, (1,)))
            reader.start()
            taken, _address = silent.accept()
            with taken:
                assert not replica.shows(proof, (1,))
                assert reader.is_alive()
        finally:
            silent.close()
            reader.join()
            del connections.settings[ALIAS]
