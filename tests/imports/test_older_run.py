"""An import that another release began, which stored less with each comment, and that goes on with this one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult

from forum.discussion.models import Comment
from forum.imports.models import ImportRun
from forum.imports.services import Step, import_file
from forum.imports.writer import BATCH
from forum.search import rebuilding
from forum.search.models import IndexedComment

pytestmark = pytest.mark.django_db


def write(path: Path, count: int) -> Path:
    lines = [{"type": "article", "slug": "a", "title": "An article", "body": "Text."}]
    lines += [{"type": "comment", "id": n, "article": "a", "body": f"Word{n} helps.", "state": "published"} for n in range(count)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def begin(path: Path) -> None:
    """Import the first batch, and stop."""

    def stop(step: Step, done: int, total: int) -> None:
        if step == Step.WRITING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(path, processes=1, on_step=stop)


def test_comments_of_an_older_release_are_found_as_the_others(tmp_path: Path) -> None:
    path = write(tmp_path / "file.jsonl", BATCH + 1)
    begin(path)
    IndexedComment.objects.all().delete()
    run = ImportRun.objects.get()
    del run.progress["version"]
    run.save()
    import_file(path, processes=1)
    assert rebuilding.is_due()
    assert DBTaskResult.objects.filter(task_path__endswith=".search_again").exists()
    rebuilding.rebuild()
    assert IndexedComment.objects.count() == Comment.objects.count() == BATCH + 1


def test_import_that_goes_on_with_the_same_release_needs_no_second_look(tmp_path: Path) -> None:
    path = write(tmp_path / "file.jsonl", 9)
    rebuilding.rebuild()
    begin(path)
    import_file(path, processes=1)
    assert not rebuilding.is_due()
    assert IndexedComment.objects.count() == 9
