"""Saved pages: an invented one, and the operator's own for tests marked ``saved_page``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.imports.truth import DATA, SavedPage


@pytest.fixture
def invented_page(tmp_path: Path) -> SavedPage:
    """A page in the printed form of Serendip, invented, with every oddity of a real one; a copy, as a report is put beside it."""
    page = tmp_path / "saved_page.txt"
    page.write_bytes((DATA / "saved_page.txt").read_bytes())
    return SavedPage.load(page, DATA / "saved_page.json")


@pytest.fixture
def own_page() -> SavedPage:
    """The page of the operator."""
    return SavedPage.load(Path(os.environ["SAVED_PAGE"]), Path(os.environ["SAVED_PAGE_TRUTH"]))
