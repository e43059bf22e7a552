"""The archive: opens from a folder, has no broken link, holds what everybody may read and nothing else, and follows the site."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from articles.services import publish_article, unpublish_article
from bench.servers import family_of
from forum.archive.places import file_of, read_address, relative
from forum.archive.services import ArchiveError, export_archive, zip_archive
from forum.discussion.models import ActorKind, Comment
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.services import Actor, transition
from forum.imports.sample import load_sample
from forum.imports.services import import_file
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, MemberFactory, ModeratorFactory
from tests.pages import find_axe_faults, find_vnu_faults
from tests.sites import ROOT, Site
from tests.workers import is_running, wait_until

pytestmark = pytest.mark.django_db


def pages_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def find_broken_links(folder: Path) -> list[str]:
    """Return every reference of every page that leads to no file, or to no place in it."""
    trees = {path: LexborHTMLParser(path.read_text()) for path in pages_of(folder)}
    anchors = {path: {node.attributes["id"] for node in tree.css("[id]")} for path, tree in trees.items()}
    broken = []
    for path, tree in trees.items():
        for node in tree.css("[href], [src], [action]"):
            href = node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action") or ""
            parts = urlsplit(href)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            is_there = target.is_file() and folder.resolve() in target.parents
            anchor = parts.fragment.partition(":~:")[0]  # what comes then is words that browsers find
            if not is_there or (anchor and target.suffix == ".html" and anchor not in anchors[target]):
                broken.append(f"{path.relative_to(folder)}: {href}")
    return broken


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def sample_archive(tmp_path: Path) -> Path:
    load_sample()
    member = MemberFactory()
    long = CommentFactory(author=member, body="A thread that has two pages.")
    for number in range(103):
        CommentFactory(parent=long, body=f"Reply {number}, see /comments/{long.pk}/ and https://example.org/page.")
    export_archive(tmp_path / "archive")
    return tmp_path / "archive"


def test_every_link_leads_somewhere_and_every_sum_is_right(sample_archive: Path) -> None:
    assert len(pages_of(sample_archive)) > 20
    assert find_broken_links(sample_archive) == []
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = subprocess.run(command, cwd=sample_archive, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    listed = {line.split("  ", 1)[1] for line in (sample_archive / "SHA256SUMS").read_text().splitlines()}
    assert listed == set(contents_of(sample_archive)) - {"SHA256SUMS", "archive-state.jsonl"}


@pytest.mark.one_database
def test_pages_have_nothing_that_needs_a_server_and_no_way_in(sample_archive: Path) -> None:
    for path in pages_of(sample_archive):
        tree = LexborHTMLParser(path.read_text())
        assert tree.css("form, script, button, input") == []
        assert "Add what you know" not in tree.text()
        assert not [node for node in tree.css("a") if "/accounts/" in (node.attributes.get("href") or "")]


@pytest.mark.browser
@pytest.mark.one_database
def test_archive_opens_from_a_folder_and_is_a_page_like_any(sample_archive: Path, browser: Browser) -> None:
    page = browser.new_page()  # the checker of accessibility reads style sheets again, which a page from a folder may not
    page.goto((sample_archive / "index.html").as_uri())
    page.get_by_role("link", name="When a muscle stays on guard").first.click()
    assert page.locator("article.comment").count() > 10
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)")  # the style sheet is there
    assert find_axe_faults(page) == []
    page.emulate_media(media="print")
    width = page.locator(".prose").first.evaluate("text => text.clientWidth / innerWidth")
    assert width > 0.3  # on wide paper too, the text does not stand in the narrow column of what is not printed
    page.close()
    assert find_vnu_faults([sample_archive / "index.html", sample_archive / "articles"]) == []


def test_words_are_exactly_what_everybody_may_read(tmp_path: Path) -> None:
    article = ArticleFactory(collection=CollectionFactory())
    for state in ("published", "held", "rejected", "removed", "withdrawn", "hidden"):
        CommentFactory(parent=CommentFactory(article=article, state=state, body=f"In the state {state}."))
    unpublish_article(CommentFactory(body="Under a draft.").discussion.article)
    export_archive(tmp_path / "archive")
    rows = [json.loads(line) for line in (tmp_path / "archive" / "comments.jsonl").read_text().splitlines()]
    comments = {row["id"]: row for row in rows if row["type"] == "comment"}
    assert set(comments) == set(Comment.objects.visible_to(ANONYMOUS).values_list("pk", flat=True))
    assert {row["type"] for row in rows} == {"site", "collection", "article", "discussion", "comment"}
    assert all("key" not in row["author"] and "reason" not in row for row in comments.values())
    everything = b"".join(contents_of(tmp_path / "archive").values()).decode()
    for hidden in ("In the state held", "In the state removed", "In the state hidden", "Under a draft"):
        assert hidden not in everything


def test_second_archive_renders_only_what_changed_and_takes_away_what_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    kept, other = CommentFactory(body="Stays as it is."), CommentFactory(body="Will be taken down.")
    first = export_archive(folder)
    words = (folder / "comments.jsonl").stat()
    assert export_archive(folder).rendered == 0
    assert (folder / "comments.jsonl").stat().st_ino == words.st_ino
    gone = f"articles/{other.discussion.article.slug}/comments/{other.pk}/index.html"
    assert (folder / gone).is_file()
    untouched = folder / f"articles/{kept.discussion.article.slug}/index.html"
    written_at = untouched.stat().st_mtime_ns
    transition(other, "removed", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()), reason=Comment.Reason.OTHER)
    second = export_archive(folder)
    assert (second.pages, second.removed) == (first.pages - 1, 1)
    assert 0 < second.rendered < first.rendered
    assert untouched.stat().st_mtime_ns == written_at
    assert not (folder / gone).exists()
    assert b"Will be taken down" not in b"".join(contents_of(folder).values())
    fresh = tmp_path / "fresh"
    export_archive(fresh)
    assert contents_of(fresh) == contents_of(folder)


def test_link_in_a_comment_follows_the_page_that_it_leads_to(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    other = CommentFactory(body="On another page.")
    slug = other.discussion.article.slug
    CommentFactory(body=f"See <{settings.SITE_URL}/articles/{slug}/> and <{settings.SITE_URL}/comments/{other.pk}/>.")

    def links() -> int:
        return sum(page.read_text().count(f'href="../../../{slug}/') for page in folder.glob("articles/*/comments/*/index.html"))

    export_archive(folder)
    whole, there = contents_of(folder), links()
    unpublish_article(other.discussion.article)
    export_archive(folder)
    assert (there, links(), find_broken_links(folder)) == (2, 0, [])
    publish_article(other.discussion.article)
    export_archive(folder)
    assert links() == there
    assert set(contents_of(folder)) == set(whole)


def test_what_is_damaged_or_missing_is_made_again(tmp_path: Path) -> None:
    CommentFactory()
    export_archive(tmp_path / "archive")
    before = contents_of(tmp_path / "archive")
    (tmp_path / "archive" / "index.html").unlink()
    (tmp_path / "archive" / "comments.jsonl").write_text("spoilt")
    (tmp_path / "archive" / "left-over.html").write_text("from another hand")
    assert export_archive(tmp_path / "archive").rendered == 1
    assert contents_of(tmp_path / "archive") == before


def test_zip_is_the_same_for_the_same_pages(tmp_path: Path) -> None:
    CommentFactory()
    export_archive(tmp_path / "archive")
    packed = zip_archive(tmp_path / "archive")
    first = packed.read_bytes()
    shutil.rmtree(tmp_path / "archive")
    export_archive(tmp_path / "archive")
    assert zip_archive(tmp_path / "archive").read_bytes() == first
    with zipfile.ZipFile(packed) as archive:
        assert "archive/index.html" in archive.namelist()


@pytest.mark.one_database
def test_archive_that_was_stopped_is_made_whole_by_the_next_run(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    already: list[int] = []

    def stop(done: int, known: int) -> None:
        already.append(done)
        raise StoppedError

    load_sample()
    with pytest.raises(StoppedError):
        export_archive(tmp_path / "stopped", on_progress=stop)
    with (tmp_path / "stopped" / "archive-state.jsonl").open("a") as state:
        state.write('\n{"address":"/cut-')
    summary = export_archive(tmp_path / "stopped")
    assert already[0] > 0
    assert summary.rendered == summary.pages - already[0]
    export_archive(tmp_path / "whole")
    assert contents_of(tmp_path / "stopped") == contents_of(tmp_path / "whole")


@pytest.mark.one_database
def test_processes_of_an_archive_that_is_killed_end(tmp_path: Path, new_database: Callable[[], str]) -> None:
    site = Site(tmp_path / "site", new_database())
    site.fill()
    command = [sys.executable, "manage.py", "export_archive", str(tmp_path / "archive"), "--processes", "2"]
    with subprocess.Popen(command, cwd=ROOT, env=site.environment) as process:
        wait_until(lambda: len(family_of(process.pid)) > 2)
        family = family_of(process.pid)
        process.kill()
    wait_until(lambda: not any(map(is_running, family)))


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("sea")
    with pytest.raises(ArchiveError, match="neither empty nor an archive"):
        export_archive(tmp_path)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_archive", str(tmp_path / "holiday.txt" / "x"), processes=1)
    assert (tmp_path / "holiday.txt").read_text() == "sea"


@pytest.mark.saved_page
def test_imported_page_has_no_broken_link(tmp_path: Path) -> None:
    import_file(Path(os.environ["SAVED_PAGE"]))
    export_archive(tmp_path / "archive")
    assert find_broken_links(tmp_path / "archive") == []


def test_several_processes_write_the_same(tmp_path: Path, new_database: Callable[[], str]) -> None:
    site = Site(tmp_path / "site", new_database())
    site.fill()
    for processes in ("1", "2"):
        done = site.manage("export_archive", str(tmp_path / processes), "--processes", processes)
        assert (done.returncode, done.stderr) == (0, "")
    assert contents_of(tmp_path / "1") == contents_of(tmp_path / "2")
    assert len(pages_of(tmp_path / "1")) > 20


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/articles/a/", ("/articles/a/", "")),
        ("/articles/a/?page=2#talk", ("/articles/a/?page=2", "talk")),
        ("?page=1", ("/base/", "")),
        ("?page=3", ("/base/?page=3", "")),
        ("#talk", ("/base/?page=2", "talk")),
        ("?order=newest", None),
        ("?view=print&year=2011", ("/base/?view=print&year=2011", "")),
        ("?year=2011&view=print", ("/base/?view=print&year=2011", "")),
        ("https://example.org/articles/a/", None),
        ("mailto:a@example.org", None),
        ("http://localhost:8000/help/", ("/help/", "")),
    ],
)
def test_addresses_are_read_in_one_spelling(href: str, expected: tuple[str, str] | None) -> None:
    assert read_address(href, "/base/?page=2") == expected


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/articles/a/", "articles/a/index.html"),
        ("/articles/a/?page=2", "articles/a/page-2.html"),
        ("/articles/a/?view=print&year=2011", "articles/a/print-2011.html"),
        ("/?after=2011-01-01T00%3A00%2F..", "after-2011-01-01T00_00_...html"),
    ],
)
def test_files_have_readable_names(address: str, file: str) -> None:
    assert file_of(address) == file
    assert relative("static/site.css", file) == "../" * file.count("/") + "static/site.css"
