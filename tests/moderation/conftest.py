"""A signed-in moderator."""

import pytest
from django.test import Client

from forum.accounts.models import User
from tests.factories import ModeratorFactory


@pytest.fixture
def ines(db: None) -> User:
    """Return the moderator of most tests here."""
    return ModeratorFactory(display_name="Ines Reads")


@pytest.fixture
def client(ines: User) -> Client:
    """Return a browser in which she is signed in."""
    browser = Client()
    browser.force_login(ines)
    return browser
