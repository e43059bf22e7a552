"""Reading and comparing addresses."""

import pytest
from pytest_django import Settings

from forum.mail.addresses import (
    InvalidAddressError,
    clean_address,
    forget_addresses,
    forget_refusal,
    is_refused,
    mark_refused,
    without_addresses,
)
from forum.mail.models import OutgoingMessage, RefusedAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("marit@example.org", "marit@example.org"),
        ("  Marit@Example.ORG ", "Marit@example.org"),
        ("Marit Lind <marit@example.org>", "marit@example.org"),
        ("joan@bücher.example", "joan@xn--bcher-kva.example"),
        ("o'neil+list@example.org", "o'neil+list@example.org"),
    ],
)
def test_address_is_read_as_people_write_it(text: str, address: str) -> None:
    assert clean_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "marit",
        "marit@",
        "marit@example.org, joan@example.org",
        "marit@example.org\nBcc: all@example.org",
        "marit@example.org\r\n.\r\nMAIL FROM:<x@y.z>",
        "Marit\nBcc: all@example.org <marit@example.org>",
        "märit@example.org",
        "marit@exa mple.org",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidAddressError) as caught:
        clean_address(text)
    assert "example" not in str(caught.value)


@pytest.mark.django_db
def test_mark_of_an_address_ignores_case_survives_a_new_key_and_hides_the_address(settings: Settings) -> None:
    mark_refused("Marit@example.org", "550 5.1.1 <marit@example.org> nobody here")
    assert is_refused("marit@example.org")
    assert not is_refused("joan@example.org")
    row = RefusedAddress.objects.get()
    assert "marit" not in f"{row.address_hash} {row.answer}"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    assert is_refused("marit@example.org")
    forget_refusal("marit@example.org")
    assert not is_refused("marit@example.org")


@pytest.mark.django_db
def test_erased_person_is_forgotten_by_waiting_mail_too() -> None:
    mark_refused("marit@example.org", "550")
    for address in ("Marit@example.org", "joan@example.org"):
        OutgoingMessage.objects.create(kind="reply", recipient=address)
    forget_addresses(["marit@example.org"])
    assert [message.recipient for message in OutgoingMessage.objects.all()] == ["joan@example.org"]
    assert not is_refused("marit@example.org")


def test_words_of_a_server_lose_addresses_and_line_breaks() -> None:
    said = "550 5.1.1 <marit@example.org>:\r\n no marit@example.org here " + "x" * 400
    cleaned = without_addresses(said)
    assert cleaned.startswith("550 5.1.1 …: no … here xxx")
    assert len(cleaned) == 300
