"""Networks as text: what can be typed, what is too wide, and which of them an address lies in."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.networks import WIDEST, is_inner, is_too_wide, is_wide, networks_around, read_network

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (" 203.0.113.9 ", "203.0.113.9/32"),
        ("203.0.113.9/24", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/48", "2001:db8:1::/48"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_network_is_read_as_it_is_stored(typed, read):
    assert str(read_network(typed)) == read


@pytest.mark.parametrize("typed", ["", "203.0.113", "203.0.113.*", "203.0.113.0/33", "example.org", "2001:db8::/129", "a/b"])
def test_what_is_no_network_is_refused(typed):
    with pytest.raises(ValueError):
        read_network(typed)


@pytest.mark.parametrize(
    ("text", "wide", "too_wide"),
    [
        ("203.0.113.0/24", False, False),
        ("203.0.112.0/23", True, False),
        ("203.0.0.0/15", True, True),
        ("0.0.0.0/0", True, True),
        ("2001:db8:1::/56", False, False),
        ("2001:db8::/48", True, False),
        ("2000::/16", True, True),
    ],
)
def test_width(text, wide, too_wide):
    assert (is_wide(ip_network(text)), is_too_wide(ip_network(text))) == (wide, too_wide)


@pytest.mark.parametrize(
    ("text", "inner"), [("127.0.0.1/32", True), ("10.2.0.0/16", True), ("fd00::/64", True), ("203.0.113.0/24", False)]
)
def test_inside_of_a_building(text, inner):
    assert is_inner(ip_network(text)) is inner


@given(st.ip_addresses())
def test_address_lies_in_each_network_around_it_and_in_no_other_that_can_be_stored(address):
    around = networks_around(str(address))
    seen = getattr(address, "ipv4_mapped", None) or address
    assert all(seen in ip_network(text) for text in around)
    assert len(around) == (33 - WIDEST[4] if seen.version == 4 else 65 - WIDEST[6])
    assert str(read_network(str(address))) == around[-1]


@pytest.mark.parametrize("text", ["", "unix:", "203.0.113"])
def test_what_is_no_address_lies_nowhere(text):
    assert networks_around(text) == []
    with pytest.raises(ValueError):
        ip_address(text)
