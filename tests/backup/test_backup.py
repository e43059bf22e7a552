"""The whole site in a file and back: with commands as an operator gives them, on sites of their own, while somebody writes."""

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from forum.backup import jobs
from forum.backup.bundle import new_bundle, open_bundle
from forum.backup.manifest import FORMAT, BackupError, Manifest, known_migrations
from tests.sites import Site

SERVER = os.environ["DATABASE_URL"]
# Mail that waits, and jobs that would write some.
MAIL = (
    "from django_tasks_db.models import DBTaskResult as Job; from forum.mail.models import OutgoingMessage; "
    "from forum.subscriptions.jobs import tell_readers; "
    "count = lambda: (OutgoingMessage.objects.count(), Job.objects.filter(task_path__contains='subscriptions').count())"
)
OLD = "from articles.models import OldAddress"


@pytest.mark.long
def test_a_site_under_load_comes_back_whole_and_only_into_an_empty_one(tmp_path: Path, new_database: Callable[[], str]) -> None:
    first, second = Site(tmp_path / "a", new_database()), Site(tmp_path / "b", new_database())
    first.fill()
    (first.folder / "exports").mkdir()
    (first.folder / "exports" / "file.json").write_text("{}")
    first.run(f"{MAIL}; OutgoingMessage.objects.create(kind='reply'); tell_readers.enqueue(1); print(*count())")
    backup = tmp_path / "site.zip"
    with first.somebody_writing() as next_stored:
        stored = [next_stored() for _ in range(3)]
        made = first.manage("backup", str(backup))
    assert made.returncode == 0, made.stderr
    assert "keep it where only you can read it" in made.stdout
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "site.zip"]  # nothing half-made is left

    restored = second.manage("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert "Put back: http://localhost:8000 as of 20" in restored.stdout
    assert restored.stderr == ""  # the secret came along
    assert (second.folder / "secret_key").read_text() == (first.folder / "secret_key").read_text()
    assert (second.folder / "exports" / "file.json").read_text() == "{}"
    found = second.export(tmp_path / "second.jsonl")
    ids = {row["id"] for row in map(json.loads, found.splitlines()) if row["type"] == "comment"}
    assert set(stored) <= ids
    assert second.manage("migrate", "--check").returncode == 0
    assert second.run(f"{MAIL}; print(*count())").split() == ["0", "0"], "what waited to be told has been told since"

    again = second.manage("restore", str(backup))
    assert again.returncode == 1
    assert "This site is not empty" in again.stderr
    assert "Nothing was changed." in again.stderr
    over = first.manage("backup", str(backup))
    assert "is there already" in over.stderr
    inside = first.manage("backup", str(first.folder / "site.zip"))
    assert "Name a file in another folder" in inside.stderr


@pytest.mark.long
def test_a_site_on_sqlite_moves_to_either_database(tmp_path: Path, new_database: Callable[[], str]) -> None:
    first, second = Site(tmp_path / "a"), Site(tmp_path / "b", new_database())
    first.fill()
    first.run(f"{OLD}; OldAddress.objects.create(path='/old/*/', target='/articles/{{1}}/')")
    before = first.export(tmp_path / "a.jsonl")
    assert first.manage("backup", str(tmp_path / "site.zip")).returncode == 0
    restored = second.manage("restore", str(tmp_path / "site.zip"))
    assert restored.returncode == 0, restored.stderr
    assert second.export(tmp_path / "b.jsonl") == before
    assert second.run(f"{OLD}; print(OldAddress.objects.get(has_star=True).target)") == "/articles/{1}/\n"
    found = second.run("from forum.search.models import IndexedComment; print(IndexedComment.objects.count())")
    assert int(found) > 10, "search finds nothing on the new database"
    with second.somebody_writing() as next_stored:
        assert next_stored() > 1  # numbers go on where they ended
    if not SERVER.startswith("postgres"):
        return
    assert second.manage("backup", str(tmp_path / "back.zip")).returncode == 0
    third = Site(tmp_path / "c")
    refused = third.manage("restore", str(tmp_path / "back.zip"))
    assert refused.returncode == 1
    assert "cannot be put into SQLite" in refused.stderr


# -- files that are not a whole backup


def write_bundle(path: Path, *, migrations: list[str] | None = None, format: int = FORMAT) -> Path:
    """Make a small backup with one file in it."""
    inside = path.with_suffix(".inside")
    inside.write_text("words " * 1000)
    with new_bundle(path) as bundle:
        bundle.add("database.sqlite3", inside)
        bundle.finish(
            Manifest(
                format=format,
                made_at="2026-01-01",
                site_url="http://localhost",
                vendor="sqlite",
                settings=[],
                key_print="",
                migrations=migrations or [],
                files=bundle.files,
            )
        )
    return path


def test_every_release_knows_its_own_migrations() -> None:
    assert "discussion.0001_initial" in known_migrations()


def test_a_whole_bundle_is_whole(tmp_path: Path) -> None:
    with open_bundle(write_bundle(tmp_path / "site.zip")) as bundle:
        bundle.require_whole()
        bundle.extract("database.sqlite3", tmp_path / "out" / "copy")
    assert (tmp_path / "out" / "copy").read_text() == "words " * 1000


def test_damage_is_found(tmp_path: Path) -> None:
    path = write_bundle(tmp_path / "site.zip")
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        target.writestr("database.sqlite3", b"other words")
        target.writestr("manifest.json", source.read("manifest.json"))
    with open_bundle(changed) as bundle, pytest.raises(BackupError, match="damaged: database"):
        bundle.require_whole()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("data/stowaway", b"x")
    with open_bundle(path) as bundle, pytest.raises(BackupError, match="do not belong to it"):
        bundle.require_whole()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a backup, or was cut off"),
        (b"PK\x03\x04 cut off", "is not a backup, or was cut off"),
        (None, "There is no file"),
    ],
)
def test_what_is_no_backup_is_refused_in_words(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "site.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BackupError, match=words), open_bundle(path):
        pass


def test_a_cut_off_backup_is_refused(tmp_path: Path) -> None:
    path = write_bundle(tmp_path / "site.zip")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BackupError, match="cut off"), open_bundle(path):
        pass


def test_a_newer_format_and_strange_archives_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="newer release"), open_bundle(write_bundle(tmp_path / "new.zip", format=FORMAT + 1)):
        pass
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("holiday.txt", b"sea")
    with pytest.raises(BackupError, match="does not say what it holds"), open_bundle(tmp_path / "other.zip"):
        pass


def test_a_newer_release_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    path = write_bundle(tmp_path / "site.zip", migrations=["discussion.9999_from_tomorrow"])
    done = Site(tmp_path / "a").manage("restore", str(path))
    assert done.returncode == 1
    assert "made by a newer release (it knows discussion.9999_from_tomorrow)" in done.stderr


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="could not be written: No such file"), new_bundle(tmp_path / "site.zip") as bundle:
        bundle.add("database.sqlite3", tmp_path / "is-not-there")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BackupError, match="cannot be written"), new_bundle(tmp_path / "no" / "folder" / "site.zip"):
        pass


# -- each night


@pytest.mark.django_db
def test_a_backup_each_night_keeps_the_newest(tmp_path: Path, settings: object, time_machine: object) -> None:
    settings.BACKUP_DIR, settings.BACKUP_KEEP = tmp_path / "nights", 2
    (tmp_path / "nights").mkdir()
    (tmp_path / "nights" / "holiday.zip").write_text("not ours")
    for night in (1, 2, 2, 3):
        time_machine.move_to(f"2026-03-0{night}T02:30:00Z")
        jobs.back_up.func()
    names = sorted(path.name for path in (tmp_path / "nights").iterdir())
    assert names == ["holiday.zip", "understory-2026-03-02.zip", "understory-2026-03-03.zip"]
    if not SERVER.startswith("postgres"):
        with zipfile.ZipFile(tmp_path / "nights" / names[-1]) as archive:
            archive.extract("database.sqlite3", tmp_path)
        assert sqlite3.connect(tmp_path / "database.sqlite3").execute("SELECT count(*) FROM articles_article").fetchone() == (0,)


@pytest.mark.django_db
def test_without_a_folder_there_is_no_nightly_backup(settings: object) -> None:
    settings.BACKUP_DIR = None
    assert jobs.back_up.func() is None
