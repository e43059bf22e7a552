""" "Bring in a discussion": look first, then bring in, see how far it is, take out again. By operators and by authors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.models import Article
from forum.accounts.models import User
from forum.discussion.models import Comment
from forum.imports import jobs, services, uploads
from forum.imports.locking import work_folder
from forum.imports.models import Upload
from tests.factories import ArticleFactory, CommentFactory, ModeratorFactory
from tests.imports.truth import SavedPage
from tests.privacy.lives import work
from tests.workers import Workers, wait_until

pytestmark = pytest.mark.django_db

ADD = reverse("admin:imports_upload_add")


def sign_in(client: Client, role: str) -> User:
    user = ModeratorFactory(role=role)
    client.force_login(user)
    return user


def send(client: Client, content: bytes, name: str = "page.txt", **fields: Any) -> Upload:
    response = client.post(ADD, {"file": SimpleUploadedFile(name, content), **fields})
    assert response.status_code == 302, response.text[:2000]
    return Upload.objects.get(pk=response.url.split("/")[-3])


def page(client: Client, upload: Upload) -> str:
    return client.get(upload.get_absolute_url()).text


@pytest.mark.parametrize("role", ["operator", "author"])
def test_a_page_is_looked_at_brought_in_and_taken_out_again(client: Client, invented_page: SavedPage, role: str) -> None:
    sign_in(client, role)
    upload = send(client, invented_page.path.read_bytes())
    assert "Being looked at." in page(client, upload)
    work()
    shown = page(client, upload)
    assert "What would be brought in" in shown
    assert '<tr><th scope="row">Comments</th><td>25</td></tr>' in shown
    assert "of these, waiting for a moderator</th><td>1</td>" in shown
    assert "My starter is eleven years old" in shown
    assert "contradicts the signature" in shown
    assert not Article.objects.exists()
    assert client.post(upload.get_absolute_url(), {"act": "bring"}).status_code == 302
    assert "Being brought in." in page(client, upload)
    work()
    shown = page(client, upload)
    assert "What was brought in" in shown
    assert Article.objects.get().get_absolute_url() in shown
    assert Comment.objects.count() == 25
    report = client.get(reverse("admin:imports_upload_report", args=[upload.pk]))
    *_rows, total = b"".join(report.streaming_content).decode().splitlines()
    assert json.loads(total)["added"] == 25
    assert not uploads.file_of(upload).exists()

    answered = CommentFactory(parent=Comment.objects.filter(root=None)[0]).parent
    client.post(upload.get_absolute_url(), {"act": "undo"})
    work()
    shown = page(client, upload)
    assert "Taken out again." in shown
    assert "24 comments were taken out. 1 stay, because somebody has answered them" in shown
    assert Comment.objects.exclude(parent=answered).get() == answered


def test_page_says_that_the_checks_have_looked_at_the_first_comments_only(
    client: Client, invented_page: SavedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FEW", 10)
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes())
    work()
    shown = page(client, upload)
    assert "The checks have looked at the first 10 comments only. They look at the other 15" in shown
    assert "of these, waiting for a moderator, at least</th>" in shown
    client.post(upload.get_absolute_url(), {"act": "bring"})
    work()
    assert "of these, waiting for a moderator</th><td>1</td>" in (shown := page(client, upload))
    assert "The checks have looked" not in shown


def test_second_button_does_nothing_and_says_so(client: Client, invented_page: SavedPage) -> None:
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes())
    work()
    client.post(upload.get_absolute_url(), {"act": "bring"})
    again = client.post(upload.get_absolute_url(), {"act": "bring"}, follow=True)
    assert "Somebody was faster." in again.text


def test_file_that_is_left_is_deleted(client: Client, invented_page: SavedPage) -> None:
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes())
    work()
    client.post(upload.get_absolute_url(), {"act": "leave"})
    assert not Upload.objects.exists()
    assert not uploads.folder_of(upload).exists()


def test_file_that_cannot_be_read_is_refused_in_a_sentence(client: Client, invented_page: SavedPage) -> None:
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes()[:900])
    work()
    assert "Cannot be brought in." in (shown := page(client, upload))
    assert "Line 17: the file ends inside the article" in shown
    assert not uploads.file_of(upload).exists()


def open_file(*slugs: str) -> bytes:
    lines: list[dict[str, Any]] = [{"type": "article", "slug": slug, "title": f"About {slug}"} for slug in slugs]
    lines += [{"type": "comment", "id": slug, "article": slug, "body": "A text.", "mark": "staff"} for slug in slugs]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_operators_bring_in_anything_and_authors_no_file_that_says_who_decided(client: Client) -> None:
    sign_in(client, "author")
    refused = send(client, open_file("one"), "file.jsonl")
    work()
    assert "Ask an operator to bring it in." in page(client, refused)
    sign_in(client, "operator")
    taken = send(client, open_file("one", "two"), "file.jsonl")
    work()
    client.post(taken.get_absolute_url(), {"act": "bring"})
    work()
    assert Article.objects.count() == 2


def test_comments_go_under_the_article_that_is_chosen(client: Client, invented_page: SavedPage) -> None:
    article = ArticleFactory()
    sign_in(client, "author")
    upload = send(client, invented_page.path.read_bytes(), article=article.pk)
    work()
    client.post(upload.get_absolute_url(), {"act": "bring"})
    work()
    assert article.discussion.comments.count() == 25
    assert Article.objects.count() == 1


def test_authors_see_what_they_brought_themselves_and_moderators_nothing(client: Client, invented_page: SavedPage) -> None:
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes())
    sign_in(client, "author")
    assert client.get(upload.get_absolute_url()).status_code == 404
    assert client.get(reverse("admin:imports_upload_report", args=[upload.pk])).status_code == 404
    assert "page.txt" not in client.get(reverse("admin:imports_upload_changelist")).text
    sign_in(client, "moderator")
    assert client.get(upload.get_absolute_url()).status_code == 403
    assert client.get(ADD).status_code == client.post(ADD).status_code == 403


def test_file_above_the_limit_is_refused_whatever_length_it_announces(client: Client) -> None:
    """IMPORT_UPLOAD_MB is 1 in tests."""
    sign_in(client, "operator")
    for size in (3 * 1024**2, 1024**2 + 100_000):
        response = client.post(ADD, {"file": SimpleUploadedFile("page.txt", b"x" * size)})
        assert response.status_code == 413
        assert "larger than 1 MB" in response.text
    assert not Upload.objects.exists()


def test_form_without_a_file_says_so(client: Client) -> None:
    sign_in(client, "operator")
    assert "Choose a file." in client.post(ADD, {}).text


def test_form_without_its_token_is_refused(invented_page: SavedPage) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, "operator")
    response = client.post(ADD, {"file": SimpleUploadedFile("page.txt", invented_page.path.read_bytes())})
    assert response.status_code == 403
    assert not Upload.objects.exists()


def send_long_file(client: Client, comments: int) -> Upload:
    """Send a file with so many comments, and let it be looked at."""
    lines: list[dict[str, Any]] = [{"type": "article", "slug": "a", "title": "A"}]
    lines += [
        {"type": "comment", "id": n, "article": "a", "body": "A text.", "state": "published"} for n in range(1, comments + 1)
    ]
    upload = send(client, "".join(json.dumps(line) + "\n" for line in lines).encode(), "file.jsonl")
    work()
    return upload


def test_long_import_is_done_in_pieces_and_goes_on(client: Client) -> None:
    sign_in(client, "operator")
    upload = send_long_file(client, 700)
    client.post(upload.get_absolute_url(), {"act": "bring"})
    upload.refresh_from_db()
    pieces = 1
    while not uploads.go_on(upload, seconds=0):
        pieces += 1
    assert pieces > 3
    assert Comment.objects.filter(public=True).count() == 700


def test_import_stops_at_its_next_step_when_the_server_of_its_worker_is_gone(client: Client, workers: Workers) -> None:
    sign_in(client, "operator")
    upload = send_long_file(client, 4_000)
    client.post(upload.get_absolute_url(), {"act": "bring"})
    server = workers.start_below_parent()
    wait_until(Comment.objects.exists)
    server.kill()
    wait_until(lambda: "stopped." in workers.said(server))
    assert Comment.objects.count() < 4_000
    work()
    assert Comment.objects.filter(public=True).count() == 4_000
    assert "What was brought in" in page(client, upload)


def test_what_a_killed_worker_was_at_is_taken_up_within_minutes(client: Client, workers: Workers) -> None:
    sign_in(client, "operator")
    upload = send_long_file(client, 4_000)
    client.post(upload.get_absolute_url(), {"act": "bring"})
    jobs.take_up.func()
    assert DBTaskResult.objects.ready().filter(task_path=jobs.bring_in.module_path).count() == 1  # it waits already
    worker = workers.start()
    wait_until(Comment.objects.exists)
    jobs.take_up.func()
    worker.kill()
    worker.wait()
    work()
    assert Comment.objects.count() < 4_000
    jobs.take_up.func()
    work()
    assert Comment.objects.filter(public=True).count() == 4_000
    jobs.take_up.func()
    assert not DBTaskResult.objects.ready().filter(task_path__startswith="forum.imports").exists()


def test_old_files_and_reports_are_forgotten(client: Client, invented_page: SavedPage) -> None:
    sign_in(client, "operator")
    upload = send(client, invented_page.path.read_bytes())
    work()
    assert uploads.purge(timezone.now()) == 0
    assert uploads.purge(timezone.now() + uploads.KEPT_FOR * 2) == 1
    assert str(upload.pk) not in [path.name for path in work_folder().iterdir()]
