"""What a session holds is read as Django reads it, however often the same is read."""

import pytest

from forum.accounts.sessions import SessionStore


@pytest.fixture
def stored() -> str:
    return SessionStore().encode({"seen": [1, 2], "name": "Ann"})


def test_each_reader_gets_a_dictionary_of_their_own(stored):
    SessionStore().decode(stored)["seen"].append(3)
    assert SessionStore().decode(stored) == {"seen": [1, 2], "name": "Ann"}


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "x" + text, lambda text: "", lambda text: "a:b:c"])
def test_what_is_not_ours_holds_nothing(stored, change):
    assert SessionStore().decode(stored)
    assert SessionStore().decode(change(stored)) == {}


def test_what_was_signed_with_a_former_secret_is_read_only_while_that_is_known(stored, settings):
    assert SessionStore().decode(stored)
    settings.SECRET_KEY, former = "another" * 10, settings.SECRET_KEY
    assert SessionStore().decode(stored) == {}
    settings.SECRET_KEY_FALLBACKS = [former]
    assert SessionStore().decode(stored)["name"] == "Ann"
