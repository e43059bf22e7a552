"""Addresses are read as browsers read them, and quotes are left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.links import find_links, host_of, is_host, registered_domain


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.blog.example.co.uk/a?b", "example.co.uk"),
        ("http://user:secret@shop.example.com:8080/", "example.com"),
        ("https://someone.github.io/page", "someone.github.io"),
        ("http://192.0.2.7/x", "192.0.2.7"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("https://bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_registered_domain_is_found(address, domain):
    assert registered_domain(host_of(address)) == domain


@pytest.mark.parametrize(
    "text", ["it hurts.but less now", "me.at last", "e.g. this", "20 mg.three times", "mail me: nora@example.org"]
)
def test_missing_spaces_and_mail_addresses_are_no_links(text):
    assert find_links(text) == ()


def test_links_have_their_place_their_text_and_their_target():
    text = "See [our leaflet](https://care.example.com/a) and https://example.org/b."
    first, second = find_links(text)
    assert (first.text, first.domain, text[first.start : first.end]) == (
        "our leaflet", "example.com", "[our leaflet](https://care.example.com/a)",
    )  # fmt: skip
    assert (second.domain, text[second.start : second.end]) == ("example.org", "https://example.org/b.")


def test_a_link_that_shows_another_address_is_disguised():
    assert find_links("[https://bank.example.org](https://evil.example.com/x)")[0].is_disguised
    assert not find_links("[www.example.org](https://example.org/x)")[0].is_disguised
    assert not find_links("[my page](https://example.org/x)")[0].is_disguised


def test_quoted_lines_and_addresses_that_are_answered_do_not_count():
    assert find_links("> look at https://shop.example.com\nis that the one?") == ()
    assert find_links("is https://shop.example.com/x the one?", known="Try https://shop.example.com/x!") == ()


@pytest.mark.parametrize(
    ("name", "expected"), [("bestpills.com", True), ("Marit", False), ("J.R. Smith", False), ("Dr.Who", False)]
)
def test_a_name_that_is_a_host_is_told_from_initials(name, expected):
    assert is_host(name) is expected


@given(st.text(max_size=400))
def test_any_text_can_be_read(text):
    for link in find_links(text):
        assert 0 <= link.start < link.end <= len(text)
        assert link.domain
