"""Get my data, erase it, "this is about me": who may, by which way in, and what each page says."""

import io
import json
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.links import Purpose, make_link
from forum.accounts.models import Guest
from forum.mail.models import OutgoingMessage
from forum.privacy import jobs
from forum.privacy.models import DataExport, ErasureRequest, ThirdPartyRequest, exports_folder
from tests.factories import CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.privacy.lives import ADDRESS, EARLIER_NAME, NAME, NOTED, SECRETS, WORDS, live, work

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def come_as(guest: Guest) -> Client:
    """Return the browser on which ``guest`` wrote."""
    from django.http import HttpResponse

    from forum.accounts.guests import remember_guest

    response, client = HttpResponse(), Client()
    remember_guest(response, guest)
    client.cookies = response.cookies
    return client


@pytest.mark.parametrize("name", ["data", "erase"])
def test_nobody_in_particular_is_told_how_to_come_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"privacy:{name}"))
    assert "We need to know which data is yours" in response.text
    assert not response.cookies
    assert client.post(reverse(f"privacy:{name}"), {"words": "remove"}).status_code == 200
    assert not DataExport.objects.exists()
    assert not ErasureRequest.objects.exists()


@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_file_holds_everything_and_is_gone_after_seven_days(is_member: bool, mailoutbox: list) -> None:
    with time_machine.travel(NOW, tick=False):
        life = live(is_member=is_member)
        client = Client() if is_member else come_as(life.person.guest)
        if is_member:
            client.force_login(life.person.user)
        assert "We are making your file" in client.get("/privacy/data/").text
        work()
        page = client.get("/privacy/data/")
        export = DataExport.objects.get()
        file_path = reverse("privacy:file", args=[export.key])
        assert file_path in page.text
        assert "8 November 2026" in page.text
        content = b"".join(Client().get(file_path).streaming_content)
    assert [mail.subject for mail in mailoutbox if mail.to == [ADDRESS]] == ["Your data is ready"]
    assert file_path in mailoutbox[-1].body
    assert export.path.stat().st_mode & 0o077 == 0
    with ZipFile(io.BytesIO(content)) as file:
        assert file.namelist() == ["read-me.html", "style.css", "data.json", "comments.jsonl"]
        page, data = file.read("read-me.html").decode(), json.loads(file.read("data.json"))
    everything = json.dumps(data)
    for trace in (NAME, EARLIER_NAME, ADDRESS, WORDS, NOTED, *SECRETS):
        assert trace in everything
        assert trace in page
    assert len(data["discussion"]["comments"]) == 8
    with time_machine.travel(NOW + timedelta(days=7, minutes=1), tick=False):
        jobs.forget_old_files.enqueue()
        work()
        assert client.get(file_path).status_code == 404
    assert not list(exports_folder().iterdir())


def test_one_file_is_made_at_a_time_and_a_new_one_takes_the_place_of_the_old(client: Client) -> None:
    client.force_login(MemberFactory())
    assert client.post("/privacy/data/").url == "/privacy/data/"
    client.post("/privacy/data/")
    work()
    first = DataExport.objects.get()
    client.post("/privacy/data/")
    work()
    second = DataExport.objects.get()
    assert first.key != second.key
    assert [path.stem for path in exports_folder().iterdir()] == [second.key]


def test_files_that_nobody_knows_are_swept_up() -> None:
    exports_folder().mkdir(parents=True, exist_ok=True)
    (exports_folder() / "left-behind.part").touch()
    jobs.forget_old_files.enqueue()
    work()
    assert not list(exports_folder().iterdir())


def test_name_of_a_file_that_is_wrong_opens_nothing(client: Client) -> None:
    export = DataExport.objects.create(guest=GuestFactory())
    assert client.get(reverse("privacy:file", args=["x" * 43])).status_code == 404
    assert client.get(reverse("privacy:file", args=[export.key])).status_code == 404


def test_words_in_a_file_are_text_and_never_markup(client: Client) -> None:
    comment = CommentFactory(body="<script>alert(1)</script>")
    DataExport.objects.create(guest=comment.guest)
    jobs.make_export.enqueue(DataExport.objects.get().pk)
    work()
    with ZipFile(DataExport.objects.get().path) as file:
        assert b"<script" not in file.read("read-me.html")


def test_guest_asks_to_be_erased_and_undoes_it() -> None:
    guest = CommentFactory().guest
    client = come_as(guest)
    assert "1 thing to check" in client.post("/privacy/erase/", {}).text
    with time_machine.travel(NOW, tick=False):
        assert client.post("/privacy/erase/", {"words": "remove"}).url == "/privacy/erase/"
        page = client.get("/privacy/erase/").text
    assert "We will erase it on 8 November 2026" in page
    assert "Your words will go as well." in page
    assert not OutgoingMessage.objects.exists()
    assert client.post("/privacy/erase/", {"undo": "1"}).url == "/privacy/erase/?undone"
    assert "Nothing will be erased" in client.get("/privacy/erase/?undone").text
    assert not ErasureRequest.objects.exists()


def test_page_says_what_becomes_of_a_comment_that_waits() -> None:
    page = come_as(CommentFactory(state="held").guest).get("/privacy/erase/").text
    assert "they may still be published, without your name" in page
    assert "comments that are not public" not in page


def test_mailed_link_undoes_on_a_clean_browser(mailoutbox: list, client: Client) -> None:
    guest = GuestFactory(email=ADDRESS, proven_at=timezone.now())
    come_as(guest).post("/privacy/erase/", {"words": "keep"})
    work()
    (path,) = [line for line in mailoutbox[0].body.splitlines() if line.startswith(settings.SITE_URL)]
    path = path.removeprefix(settings.SITE_URL)
    assert "We will erase it on" in client.get(path).text
    assert ErasureRequest.objects.exists()
    client.post(path, {"undo": "1"})
    assert not ErasureRequest.objects.exists()


@pytest.mark.parametrize("name", ["data", "erase"])
def test_old_link_does_nothing_and_says_where_a_fresh_one_is(client: Client, name: str) -> None:
    guest = GuestFactory(email=ADDRESS)
    with time_machine.travel(NOW - timedelta(days=31)):
        token = make_link(guest, Purpose.MINE)
    path = reverse(f"privacy:{name}-by-link", args=[token])
    with time_machine.travel(NOW):
        response = client.post(path, {"words": "remove"})
    assert "This link is more than 30 days old" in response.text
    assert reverse("discussion:mine-by-link", args=[token]) in response.text
    assert not DataExport.objects.exists()
    assert not ErasureRequest.objects.exists()


@pytest.mark.parametrize("name", ["data", "erase"])
def test_link_that_was_revoked_forged_or_made_for_something_else_is_not_here(client: Client, name: str) -> None:
    guest = GuestFactory()
    revoked = make_link(guest, Purpose.MINE)
    Guest.objects.update(link_counter=1)
    guest.refresh_from_db()
    for token in (revoked, make_link(guest, Purpose.PROVE), make_link(guest, Purpose.MINE)[:-1], "nonsense"):
        response = client.get(reverse(f"privacy:{name}-by-link", args=[token]))
        assert response.status_code == 404
        assert "This link does not open anything" in response.text


@pytest.mark.parametrize("path", ["/privacy/data/", "/privacy/erase/", "/privacy/about-me/"])
def test_failed_check_of_a_form_shows_the_page_again_with_what_was_typed(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = come_as(CommentFactory().guest).cookies
    response = client.post(path, ASKED | {"words": "remove", "comment": "7", "undo": ""})
    assert response.status_code == 403
    assert "again." in response.text
    assert "needs one cookie" in response.text
    assert ("remove</textarea>" in response.text) == (path == "/privacy/about-me/")
    assert not DataExport.objects.exists()
    assert not ErasureRequest.objects.exists()
    assert not ThirdPartyRequest.objects.exists()


def test_own_page_leads_to_ones_rights_by_the_way_one_came() -> None:
    guest = CommentFactory().guest
    token = make_link(guest, Purpose.MINE)
    for address, paths in (
        ("/mine/", ["/privacy/data/", "/privacy/erase/"]),
        (f"/mine/{token}/", [f"/privacy/data/{token}/", f"/privacy/erase/{token}/"]),
    ):
        client = come_as(guest)
        page = client.get(address).text
        for path in paths:
            assert f'href="{path}"' in page
            assert client.get(path).status_code == 200


def test_reading_these_pages_changes_nothing() -> None:
    guest = GuestFactory()
    client = come_as(guest)
    for path in ("/privacy/data/", "/privacy/erase/", "/privacy/about-me/"):
        client.get(path)
    assert not DataExport.objects.exists()
    assert not ErasureRequest.objects.exists()
    assert not ThirdPartyRequest.objects.exists()


# -- somebody named in a comment


ASKED = {"about": "child", "wish": "details", "words": "It names his school.", "email": ""}


@pytest.mark.parametrize(
    "form", ["{pk}", "http://localhost:8000/comments/{pk}/", "/articles/a/comments/987654/?page=2#comment-{pk}"]
)
def test_third_party_names_a_comment_by_its_address(client: Client, form: str) -> None:
    comment = CommentFactory()
    response = client.post("/privacy/about-me/", ASKED | {"comment": form.format(pk=comment.pk)})
    assert response.url == "/privacy/about-me/?sent"
    request = ThirdPartyRequest.objects.get()
    assert (request.comment, request.about, request.words) == (comment, "child", "It names his school.")
    assert "A moderator will read it" in client.get(response.url).text


@pytest.mark.parametrize("state", ["held", "removed", "erased"])
def test_a_comment_that_is_not_public_is_not_found_here(client: Client, state: str) -> None:
    comment = CommentFactory(state=state)
    response = client.post("/privacy/about-me/", ASKED | {"comment": str(comment.pk)})
    assert "We find no public comment at this address" in response.text
    assert "It names his school." in response.text


@pytest.mark.parametrize("typed", ["", "999999999999999999999", "9223372036854775808", "nonsense", "\u0665"])
def test_what_is_no_comment_is_said_in_words(client: Client, typed: str) -> None:
    assert "1 thing to check" in client.post("/privacy/about-me/", ASKED | {"comment": typed}).text
    assert client.get("/privacy/about-me/", {"comment": typed}).status_code == 200


def test_link_below_a_comment_fills_in_its_address(client: Client) -> None:
    comment = CommentFactory()
    assert f"http://testserver/comments/{comment.pk}/" in client.get(f"/privacy/about-me/?comment={comment.pk}").text


def test_at_most_ten_requests_wait_about_one_comment(client: Client) -> None:
    comment = CommentFactory()
    for _ in range(10):
        client.post("/privacy/about-me/", ASKED | {"comment": str(comment.pk)})
    response = client.post("/privacy/about-me/", ASKED | {"comment": str(comment.pk)})
    assert response.status_code == 429
    assert "It names his school." in response.text
    assert ThirdPartyRequest.objects.count() == 10


def test_moderator_answers_and_the_address_is_forgotten(client: Client, mailoutbox: list) -> None:
    comment = CommentFactory()
    client.post("/privacy/about-me/", ASKED | {"comment": str(comment.pk), "email": ADDRESS})
    request = ThirdPartyRequest.objects.get()
    client.force_login(ModeratorFactory())
    assert "Request" in client.get("/admin/privacy/thirdpartyrequest/").text
    page = client.get(f"/admin/privacy/thirdpartyrequest/{request.pk}/change/").text
    assert f"/admin/discussion/comment/{comment.pk}/change/" in page
    assert ADDRESS not in page
    client.post(f"/admin/privacy/thirdpartyrequest/{request.pk}/change/", {"answer": "We took it out.", "is_done": "on"})
    work()
    request.refresh_from_db()
    assert (request.email, request.answer, request.done_at is None) == ("", "We took it out.", False)
    assert mailoutbox[0].to == [ADDRESS]
    assert "We took it out." in mailoutbox[0].body
    assert "school" not in mailoutbox[0].body
    assert "Request" not in client.get("/admin/privacy/thirdpartyrequest/").text.split("changelist-form")[-1]
    assert client.get("/admin/privacy/thirdpartyrequest/?state=done").status_code == 200
