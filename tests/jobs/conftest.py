"""A diary for the jobs of ``sample/jobs.py``."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a diary of its own."""
    path = tmp_path / "diary"
    monkeypatch.setenv("JOBS_DIARY", str(path))
    return path
