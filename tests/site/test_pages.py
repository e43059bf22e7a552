"""The fixed pages, the frame around every page, and the headers that none may lack."""

import itertools
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from forum.site.models import HelpLine, SiteText, SiteVersion
from tests.factories import ArticleFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

FIXED_PAGES = ["/guidelines/", "/privacy/", "/help/", "/help-now/"]


def headings(html: str) -> list[int]:
    """Return the levels of the headings of a page, in order."""
    return [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]


@pytest.mark.parametrize("address", [*FIXED_PAGES, "/reading/"])
def test_page_has_one_main_heading_and_skips_no_level(client: Client, address: str) -> None:
    HelpLine.objects.create(name="Samaritans", how="116 123")
    levels = headings(client.get(address).content.decode())
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize(("address", "words"), [("/guidelines/", "Guidelines"), ("/help-now/", "If you need help now")])
def test_footer_marks_the_page_that_is_open(client: Client, address: str, words: str) -> None:
    html = client.get(address).content.decode()
    assert re.findall(r'<a [^>]*aria-current="page">([^<]*)', html) == [words]


def test_title_has_the_page_first_and_the_site_last(client: Client, settings: Any) -> None:
    settings.SITE_NAME = "Fern & Moss"
    assert "<title>Guidelines - Fern &amp; Moss</title>" in client.get("/guidelines/").content.decode()


def test_words_of_the_operator_are_in_the_frame_and_on_the_help_page(client: Client) -> None:
    SiteText.objects.create(
        pk=1, footer="Ours alone.", contact="Write to desk@example.org", emergency="112", usual_wait="2 hours"
    )
    page = client.get("/help/").content.decode()
    assert "<p>Ours alone.</p>" in page
    assert '<a href="mailto:desk@example.org">desk@example.org</a>' in page
    assert "Call 112." in page
    assert "usually within 2 hours" in page


def test_help_now_without_lines_names_the_emergency_number(client: Client) -> None:
    page = client.get("/help-now/").content.decode()
    assert "call your local emergency number" in page
    assert "These people answer" not in page


def test_help_lines_stand_in_their_order_and_can_be_dialled(client: Client) -> None:
    HelpLine.objects.create(name="Second", how="https://help.example.org/", position=2)
    HelpLine.objects.create(name="First", how="+44 116-123", when="Day and night", where="Everywhere", position=1)
    HelpLine.objects.create(name="Third", how="Call or text 988", position=3)
    page = client.get("/help-now/").content.decode()
    assert re.findall(r"<h3>(\w+)</h3>", page) == ["First", "Second", "Third"]
    assert '<a class="all" href="tel:+44116123">+44 116-123</a>' in page
    assert 'href="https://help.example.org/"' in page
    assert "Day and night. Everywhere" in page


@pytest.mark.parametrize("address", [*FIXED_PAGES, "/nothing/is/here/"])
def test_page_asks_the_database_at_most_three_times(client: Client, django_assert_max_num_queries: Any, address: str) -> None:
    with django_assert_max_num_queries(3):
        client.get(address)


# -- what no answer may lack, and none may carry


def check_headers(response: Any) -> None:
    """Fail unless the answer carries every header of the site, and none that weakens them."""
    policy = {name: values for name, *values in (part.split() for part in response["Content-Security-Policy"].split(";"))}
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("address", [*FIXED_PAGES, "/reading/", "/admin/login/", "/nothing/is/here/", "/healthz"])
def test_every_page_carries_the_headers(client: Client, address: str) -> None:
    check_headers(client.get(address))


def test_article_and_administration_carry_the_headers(client: Client) -> None:
    check_headers(client.get(ArticleFactory().get_absolute_url()))
    client.force_login(ModeratorFactory(role="operator"))
    check_headers(client.get("/admin/"))


def test_static_file_carries_the_headers(root: Path, settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    shutil.copy(root / "static" / "favicon.svg", tmp_path)
    response = Client().get("/static/favicon.svg")
    assert response.status_code == 200
    check_headers(response)
    response.close()


@pytest.mark.parametrize("address", [*FIXED_PAGES, "/nothing/is/here/"])
def test_reading_sets_no_cookie(client: Client, address: str) -> None:
    response = client.get(address)
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_pages_have_no_inline_style_or_script(client: Client) -> None:
    for address in [*FIXED_PAGES, "/reading/", "/nothing/is/here/", ArticleFactory().get_absolute_url()]:
        html = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", html), address


# -- the administration of these words


@pytest.fixture
def operator(client: Client) -> Client:
    """Return the browser of an operator."""
    client.force_login(ModeratorFactory(role="operator"))
    return client


def test_words_of_the_site_open_as_one_row_and_looking_stores_nothing(operator: Client, settings: Any) -> None:
    response = operator.get("/admin/site/sitetext/", follow=True)
    assert response.redirect_chain == [("/admin/site/sitetext/1/change/", 302)]
    assert settings.SITE_NAME in response.content.decode()
    assert not SiteText.objects.exists()
    assert operator.get("/admin/site/sitetext/add/").status_code == 403
    assert operator.get("/admin/site/sitetext/1/delete/").status_code == 403


def test_saving_the_words_of_the_site_makes_site_wide_pages_new(operator: Client) -> None:
    form = operator.get("/admin/site/sitetext/1/change/").context["adminform"].form
    before = SiteVersion.objects.current()
    response = operator.post("/admin/site/sitetext/1/change/", form.initial | {"footer": "New words."})
    assert response.status_code == 302
    assert SiteText.load().footer == "New words."
    assert SiteVersion.objects.current() > before
    assert LogEntry.objects.count() == 1


def test_adding_changing_and_deleting_a_help_line_makes_site_wide_pages_new(operator: Client) -> None:
    row = {"name": "Samaritans", "how": "116 123", "when": "", "where": "", "position": "1"}
    versions = [SiteVersion.objects.current()]
    operator.post("/admin/site/helpline/add/", row)
    versions.append(SiteVersion.objects.current())
    line = HelpLine.objects.get()
    operator.post(f"/admin/site/helpline/{line.pk}/change/", row | {"how": "116 124"})
    versions.append(SiteVersion.objects.current())
    operator.post(f"/admin/site/helpline/{line.pk}/delete/", {"post": "yes"})
    versions.append(SiteVersion.objects.current())
    other = HelpLine.objects.create(name="Other", how="112")
    operator.post("/admin/site/helpline/", {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"})
    versions.append(SiteVersion.objects.current())
    assert not HelpLine.objects.exists()
    assert versions == sorted(set(versions)), "each act raises the version"
