"""One connection for threads of a process that work one after the other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from forum.database.sqlite3.sharing import shared_connection
from forum.site.models import SiteVersion

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("postgres" in connections.settings["default"]["ENGINE"], reason="a server keeps what was read"),
]


def connection_within() -> Any:
    with shared_connection():
        SiteVersion.objects.bump()
        return connections["default"]


def bumped_version() -> int:
    SiteVersion.objects.bump()  # the first one makes the row
    return SiteVersion.objects.current()


def test_threads_that_come_one_after_the_other_use_the_same() -> None:
    before = bumped_version()
    with ThreadPoolExecutor(1) as pool:
        elsewhere = pool.submit(connection_within).result()
    own = connections["default"]
    assert connection_within() is elsewhere is not own
    assert connections["default"] is own
    assert SiteVersion.objects.current() == before + 2


def test_whoever_comes_meanwhile_keeps_their_own() -> None:
    with shared_connection(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(connection_within).result() is not connections["default"]


def test_a_transaction_goes_on_in_its_own() -> None:
    own = connections["default"]
    with transaction.atomic():
        assert connection_within() is own


def bump_and_fail() -> None:
    SiteVersion.objects.bump()
    connection.cursor().execute("SELECT nothing FROM nowhere")


def test_after_a_failure_the_next_one_finds_it_in_order() -> None:
    before = bumped_version()
    with pytest.raises(OperationalError), shared_connection(), transaction.atomic():
        bump_and_fail()
    connection_within()
    assert SiteVersion.objects.current() == before + 1


def test_what_is_committed_elsewhere_is_seen() -> None:
    with shared_connection():
        before = bumped_version()
    SiteVersion.objects.bump()
    with shared_connection():
        assert SiteVersion.objects.current() == before + 1
