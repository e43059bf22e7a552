"""Signed links: what they open, for how long they may change something, and what takes their power away."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from forum.accounts.guests import change_address
from forum.accounts.links import FRESH_FOR, Purpose, make_link, read_link
from forum.accounts.models import Guest
from forum.accounts.people import Person
from tests.factories import GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_link_opens_for_its_guest_and_its_purpose_only():
    guest, other = GuestFactory(), GuestFactory()
    token = make_link(guest, Purpose.MINE)
    link = read_link(token, Purpose.MINE)
    assert link
    assert link.guest == guest
    assert read_link(token, Purpose.PROVE) is None
    assert make_link(other, Purpose.MINE) != token


def test_link_knows_what_it_was_made_for_and_holds_only_ids():
    member = MemberFactory()
    token = make_link(member, Purpose.EMAILS, 3, 12)
    link = read_link(token, Purpose.EMAILS)
    assert link
    assert (link.person, link.about) == (Person(user=member), (3, 12))
    assert signing.loads(token, salt="accounts.link.emails") == ["member", member.pk, 0, 3, 12]
    member.is_active = False
    member.save()
    assert read_link(token, Purpose.EMAILS) is None


def test_link_holds_no_name_and_no_address():
    guest = GuestFactory(display_name="Marit", email="marit@example.org")
    token = make_link(guest, Purpose.MINE)
    assert signing.loads(token, salt="accounts.link.mine") == ["guest", guest.pk, 0]


@pytest.mark.parametrize(
    ("email", "days", "is_fresh"), [("a@example.org", 30, True), ("a@example.org", 31, False), ("", 4000, True)]
)
def test_link_of_a_guest_with_an_address_is_fresh_for_thirty_days(email, days, is_fresh):
    guest = GuestFactory(email=email)
    with time_machine.travel(START, tick=False) as clock:
        token = make_link(guest, Purpose.MINE)
        clock.shift(timedelta(days=days))
        link = read_link(token, Purpose.MINE)
    assert link
    assert (link.age, link.is_fresh) == (timedelta(days=days), is_fresh)
    assert timedelta(days=30) == FRESH_FOR


def test_grown_counter_revokes_the_links_before_it():
    guest = GuestFactory()
    token = make_link(guest, Purpose.MINE)
    Guest.objects.filter(pk=guest.pk).update(link_counter=1)
    assert read_link(token, Purpose.MINE) is None


def test_link_to_a_guest_who_is_gone_opens_nothing():
    guest = GuestFactory()
    token = make_link(guest, Purpose.MINE)
    guest.delete()
    assert read_link(token, Purpose.MINE) is None


def test_link_outlives_a_new_key_while_the_old_one_is_named(settings):
    guest = GuestFactory()
    token, old = make_link(guest, Purpose.MINE), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [old]
    assert read_link(token, Purpose.MINE)
    settings.SECRET_KEY_FALLBACKS = []
    assert read_link(token, Purpose.MINE) is None


def test_forged_and_damaged_links_open_nothing_and_cost_no_query(django_assert_num_queries):
    token = make_link(GuestFactory(), Purpose.MINE)
    head, tail = token.split(":", 1)
    damaged = [
        "",
        "x",
        ":",
        "::",
        token[:-1],
        token[: len(token) // 2],
        token + ".",
        token.swapcase(),
        f"{head}x:{tail}",
        "é" * 40,
    ]
    damaged += [signing.dumps(payload, salt="accounts.link.mine") for payload in ("guest", [1], {"a": 1}, None, ["user", 1, 0])]
    with django_assert_num_queries(0):
        assert [read_link(text, Purpose.MINE) for text in damaged] == [None] * len(damaged)


@pytest.mark.parametrize(
    ("before", "after", "is_revoked"),
    [("", "a@example.org", False), ("a@example.org", "b@example.org", True), ("a@example.org", "", True)],
)
def test_another_address_revokes_what_went_to_the_first(before, after, is_revoked):
    guest = GuestFactory(email=before, proven_at=timezone.now() if before else None)
    token = make_link(guest, Purpose.MINE)
    change_address(guest, after)
    guest.refresh_from_db()
    assert (guest.email, guest.proven_at) == (after, None)
    assert (read_link(token, Purpose.MINE) is None) is is_revoked
