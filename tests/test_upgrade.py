"""A site of the first release becomes one of today by starting this one: on SQLite from its file, on PostgreSQL from its dump.

``first_release.*`` in tests/data hold the sample and an imported page as the first release (commit abf7c91) stored them.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.sites import Site

DATA = Path(__file__).parent / "data"

LOOK = """
from django.test import Client
from articles.models import Article
from forum.discussion.models import Comment
paths = ["/", "/unanswered/", "/search/?q=starter", "/feed.atom", "/moderation-log/"]
for article in Article.objects.all():
    paths.append(article.get_absolute_url())
    paths += [f"{article.get_absolute_url()}comments/{pk}/" for pk in
              Comment.objects.filter(discussion__article=article, root=None, public=True).values_list("pk", flat=True)[:3]]
for path in paths:
    response = Client().get(path, headers={"host": "localhost"})
    print(path, response.status_code)
print(Article.objects.count(), Comment.objects.count())
"""


def put_down(folder: Path, database: str) -> Site:
    """Return a site that is what the first release left."""
    site = Site(folder, database)
    if not database:
        folder.mkdir()
        (folder / "understory.sqlite3").write_bytes(gzip.decompress((DATA / "first_release.sqlite3.gz").read_bytes()))
        return site
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(gzip.decompress((DATA / "first_release.sql.gz").read_bytes()))
    return site


@pytest.mark.long
def test_site_of_the_first_release_is_one_of_today_after_migrating(tmp_path: Path, new_database: Callable[[], str]) -> None:
    site = put_down(tmp_path / "site", new_database())
    migrated = site.manage("migrate", "--verbosity=0")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    code = tmp_path / "look.py"
    code.write_text(LOOK)
    *pages, counts = site.run(f"exec(open({os.fspath(code)!r}).read())").splitlines()
    assert [page for page in pages if not page.endswith(" 200")] == []
    articles, comments = map(int, counts.split())
    assert (articles, comments > 40) == (2, True)
    assert "All was right" in site.manage("rebuild_counts").stdout
    exported = site.export(tmp_path / "site.jsonl")
    assert exported.count('"type":"comment"') == comments
