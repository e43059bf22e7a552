"""Text size, spacing and colours at /reading/."""

from typing import Any

import pytest
from django.test import Client

from forum.site.reading import ReadingSettings

pytestmark = pytest.mark.django_db

LARGE_AND_DARK = {"text": "large", "space": "loose", "theme": "dark"}


def test_choice_is_kept_for_a_year_and_shown_on_every_page(client: Client) -> None:
    response = client.post("/reading/", LARGE_AND_DARK)
    cookie = response.cookies["reading"]
    assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["httponly"]) == (
        "large-loose-dark",
        31_536_000,
        "Lax",
        True,
    )
    assert not cookie["secure"]
    for address in ("/guidelines/", "/nothing/is/here/"):
        page = client.get(address).content.decode()
        assert '<html lang="en-gb" dir="ltr" data-text="large" data-space="loose" data-theme="dark">' in page
        assert '<meta name="color-scheme" content="dark">' in page


def test_cookie_is_secure_on_https(client: Client, settings: Any) -> None:
    settings.IS_HTTPS = True
    settings.READING_COOKIE_NAME = "__Host-reading"
    assert client.post("/reading/", LARGE_AND_DARK).cookies["__Host-reading"]["secure"]


def test_new_reader_gets_a_page_without_settings(client: Client) -> None:
    page = client.get("/guidelines/").content.decode()
    assert '<html lang="en-gb" dir="ltr">' in page
    assert '<meta name="color-scheme" content="light dark">' in page


def test_going_back_to_normal_removes_the_cookie(client: Client) -> None:
    client.post("/reading/", LARGE_AND_DARK)
    response = client.post("/reading/", {"text": "normal", "space": "normal", "theme": "device"})
    assert (response.cookies["reading"].value, response.cookies["reading"]["max-age"]) == ("", 0)
    assert "data-text" not in client.get("/guidelines/").content.decode()


def test_choice_leads_back_to_the_page_the_reader_came_from(client: Client) -> None:
    came_from = "http://testserver/articles/stiff/?page=2"
    form = client.get("/reading/", headers={"Referer": came_from}).content.decode()
    assert f'<input type="hidden" name="next" value="{came_from}">' in form
    assert client.post("/reading/", LARGE_AND_DARK | {"next": came_from})["Location"] == came_from
    assert client.post("/reading/", LARGE_AND_DARK | {"next": "/help/"})["Location"] == "/help/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "/\\elsewhere.example", "", "/reading/"],
)
def test_choice_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    response = client.post("/reading/", LARGE_AND_DARK | {"next": elsewhere}, follow=True)
    assert response.redirect_chain == [("/reading/?saved", 302)]
    assert "Saved." in response.content.decode()
    assert (
        elsewhere == "" or f'value="{elsewhere}"' not in client.get("/reading/", headers={"Referer": elsewhere}).content.decode()
    )


def test_form_shows_what_is_chosen_now(client: Client) -> None:
    client.cookies["reading"] = "larger-normal-light"
    form = client.get("/reading/").context["form"]
    assert form.initial == {"text": "larger", "space": "normal", "theme": "light"}


def test_missing_choice_is_named_and_linked(client: Client) -> None:
    response = client.post("/reading/", {"text": "huge", "space": "normal"})
    page = response.content.decode()
    assert "There are 2 things to check" in page
    assert '<a href="#id_text_0">' in page
    assert 'id="id_text_error"' in page
    assert "reading" not in response.cookies


@pytest.mark.parametrize("cookie", ["", "x", "large", "large-wide-dark", "a-b-c-d-e", '"><script>'])
def test_cookie_that_is_not_understood_changes_nothing_else(cookie: str) -> None:
    found = ReadingSettings.from_cookie(cookie)
    assert found.text in ReadingSettings.CHOICES["text"]
    assert found.space == "normal"
    assert ReadingSettings.from_cookie(found.to_cookie()) == found
