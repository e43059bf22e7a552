"""Saved pages: an invented one, and the operator's own for tests marked ``saved_page``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.imports.truth import DATA, SavedPage


@pytest.fixture
def invented_page() -> SavedPage:
    """A page in the printed form of Serendip, invented, with every oddity of a real one."""
    return SavedPage.load(DATA / "saved_page.txt", DATA / "saved_page.json")


@pytest.fixture
def own_page() -> SavedPage:
    """The page of the operator."""
    return SavedPage.load(Path(os.environ["SAVED_PAGE"]), Path(os.environ["SAVED_PAGE_TRUTH"]))
