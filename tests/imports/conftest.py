"""Tests marked ``saved_page`` compare a page of the operator's own with what it is known to hold.

SAVED_PAGE names the file and SAVED_PAGE_TRUTH the JSON in the form of tests/data/saved_page.json. Without them the tests
are deselected: there is nothing to compare.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.imports.truth import DATA, SavedPage


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("SAVED_PAGE") and os.environ.get("SAVED_PAGE_TRUTH"):
        return
    deselected = [item for item in items if item.get_closest_marker("saved_page")]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if not item.get_closest_marker("saved_page")]


@pytest.fixture
def invented_page() -> SavedPage:
    """A page in the printed form of Serendip, invented, with every oddity of a real one."""
    return SavedPage.load(DATA / "saved_page.txt", DATA / "saved_page.json")


@pytest.fixture
def own_page() -> SavedPage:
    """The page of the operator."""
    return SavedPage.load(Path(os.environ["SAVED_PAGE"]), Path(os.environ["SAVED_PAGE_TRUTH"]))
