"""The whole benchmark, once through with tiny sizes: every server starts, every measure gives a number, nothing goes wrong."""

import json
import os
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.databases import Store

# Of these the numbers say something at any size and speed.
EXACT = {
    ("Posting, 8 connections, one article", "errors"),
    ("Posting, 8 connections, one article", "stored counts that are wrong"),
    ("200 people post at once, moderators decide", "errors"),
    ("200 people post at once, moderators decide", "deadlocks"),
    ("200 people post at once, moderators decide", "“database is locked”"),
    ("200 people post at once, moderators decide", "stored counts that are wrong"),
}


@pytest.mark.long
@pytest.mark.browser
def test_benchmark_runs_through_and_measures_everything(tmp_path: Path) -> None:
    vendor = "postgresql" if os.environ["DATABASE_URL"].startswith("postgres") else "sqlite"
    results = tmp_path / "results"
    places = ["--folder", str(tmp_path), "--output", str(results)]
    if vendor == "postgresql":
        places += ["--server", os.environ["DATABASE_URL"]]
    assert main(["--smoke", "--databases", vendor, "--rounds", "1", "--seconds", "1", *places]) == 0
    run = json.loads((results / "results.json").read_text())[0]
    lines = {(line["group"], line["words"]): line["value"] for line in run["lines"]}
    assert [name for name, value in lines.items() if value is None] == []
    assert {name: lines[name] for name in EXACT} == dict.fromkeys(EXACT, 0)
    assert run["errors"] == {}
    assert [note for note in run["notes"] if not note.startswith(("posting: ", "crowd: ", "archive: "))] == []
    assert "published at once" in " ".join(run["notes"])
    assert (results / "results.md").read_text().count(".svg)") == 2


def test_databases_are_filled_under_another_name_and_copied(tmp_path: Path) -> None:
    store = Store("sqlite", tmp_path)
    (tmp_path / "filling.sqlite3").write_bytes(b"")
    store.rename("filling", "kept")
    store.copy(store.url("kept"), "work")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.sqlite3", "work.sqlite3"]
    store.drop("work")
    assert not (tmp_path / "work.sqlite3").exists()
