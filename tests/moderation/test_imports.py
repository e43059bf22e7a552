"""Imports go through the same door: what only advertises waits, with its reasons; everything else is public."""

from pathlib import Path

import pytest

from forum.discussion.models import Comment, Signal
from forum.imports.services import import_file

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"


def test_the_advertisement_of_an_old_page_waits_as_a_dry_run_says_and_nothing_else_does():
    (expected,) = import_file(DATA / "saved_page.txt", dry_run=True)
    assert not Comment.objects.exists()
    assert expected.counts["held"] == 1
    import_file(DATA / "saved_page.txt")
    held = Comment.objects.get(held=True)
    assert "linen baskets" in held.body
    strong = held.signals.get(strength="strong")
    assert (strong.lane, strong.code) == ("advertising", "advertising")
    assert "My cousin sells" in [held.body[start:end] for start, end in strong.spans]
    assert not Signal.objects.filter(strength="strong").exclude(comment=held).exists()
