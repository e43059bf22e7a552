"""Stopping in the middle of a text and finishing it later, elsewhere, or after something went wrong, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment, Draft
from tests.browser.acts import press_until_focused
from tests.conftest import Visitors
from tests.factories import ArticleFactory, CommentFactory
from tests.pages import find_axe_faults, find_overflow

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

BODY = "It was three years for us. Ask how often the dose was changed."
QUIET_MS = 5000  # as in draft.js


def _open_form(page: Page, server: LiveServer) -> None:
    page.clock.install()
    page.goto(f"{server.url}{ArticleFactory().get_absolute_url()}comment/")


def _pause(page: Page) -> None:
    """Let the quiet time go by."""
    page.clock.run_for(QUIET_MS + 100)


def test_pause_saves_what_is_typed_and_leaves_the_field_alone(visitors: Visitors, live_server: LiveServer) -> None:
    page = visitors.open()
    _open_form(page, live_server)
    page.focus("#f-body")
    page.keyboard.type(BODY)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-draft-status]")).to_be_empty()
    _pause(page)
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"^Saved at \d\d:\d\d\. You can close this page and finish later\.$"))
    assert Draft.objects.get().body == BODY
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == ["f-body", len(BODY) - 1]
    expect(page.locator("#f-body")).to_have_value(BODY)
    page.keyboard.press("End")
    page.keyboard.type(" And rest.")
    with page.expect_response("**/comment/"):
        _pause(page)
    page.reload()
    expect(page.locator("#f-body")).to_have_value(f"{BODY} And rest.")
    expect(page.locator("main")).to_contain_text("We kept what you wrote on")
    page.click("button[name=post]")
    page.wait_for_url("**/comments/*/#comment-*")
    assert not Draft.objects.exists()


def test_save_that_fails_says_so_and_costs_nothing(visitors: Visitors, live_server: LiveServer) -> None:
    page = visitors.open()
    _open_form(page, live_server)
    page.fill("#f-body", BODY)
    page.route("**/comment/", lambda route: route.abort())
    _pause(page)
    expect(page.get_by_role("status")).to_have_text("Not saved just now. Your text is still in this window.")
    assert all("net::ERR_FAILED" in fault for fault in visitors.faults)
    visitors.faults.clear()
    page.unroute_all()
    page.type("#f-body", "!")
    _pause(page)
    expect(page.get_by_role("status")).to_contain_text("Saved at")
    page.context.clear_cookies()
    page.type("#f-body", "!")
    _pause(page)
    expect(page.get_by_role("status")).to_contain_text("Not saved: your browser blocks cookies")
    expect(page.locator("#f-body")).to_have_value(f"{BODY}!!")
    expect(page.locator("#f-body")).to_be_focused()


def test_text_begun_by_keyboard_is_finished_on_another_device(visitors: Visitors, live_server: LiveServer) -> None:
    marit = CommentFactory(name="Marit")
    page = visitors.open()
    page.goto(f"{live_server.url}/comments/{marit.pk}/reply/")
    press_until_focused(page, "#f-body")
    page.keyboard.type(BODY)
    press_until_focused(page, "button[name=save]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/**")
    expect(page.locator("main")).to_contain_text("Saved. We keep it for 30 days.")
    link = page.input_value("#link").removeprefix("http://localhost:8000")
    other = visitors.open()
    other.goto(live_server.url + link)
    expect(other.locator("#f-body")).to_have_value(BODY)
    press_until_focused(other, "button[name=post]")
    other.keyboard.press("Enter")
    other.wait_for_url("**/comments/*/#comment-*")
    assert Comment.objects.get(parent=marit).body == BODY
    page.reload()
    expect(page.locator("h1")).to_have_text("This text is not here")


def test_without_scripts_a_text_is_saved_found_again_and_deleted(visitors: Visitors, live_server: LiveServer) -> None:
    page = visitors.open(java_script_enabled=False)
    form = f"{live_server.url}{ArticleFactory().get_absolute_url()}comment/"
    page.goto(form)
    page.fill("#f-body", BODY)
    page.click("button[name=save]")
    page.fill("#f-email", "dee@@")
    page.click("text=Mail me the link")
    expect(page.locator("#problems")).to_contain_text("Check the email address")
    page.fill("#f-email", "dee@example.org")
    page.click("text=Mail me the link")
    expect(page.locator("main")).to_contain_text("We sent the link.")
    page.click("text=Go on writing")
    expect(page.locator("#f-body")).to_have_value(BODY)
    page.click("text=Start again")
    expect(page.locator("main")).to_contain_text(BODY)
    page.click("text=Delete it and start again")
    assert page.url == form
    expect(page.locator("#f-body")).to_have_value("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_a_draft_pass_axe_on_the_narrowest_screen(visitors: Visitors, live_server: LiveServer, scheme: str) -> None:
    page = visitors.open(color_scheme=scheme, viewport={"width": 320, "height": 640})

    def check() -> None:
        assert find_axe_faults(page) == []
        assert find_overflow(page) == []

    article = ArticleFactory()
    form = f"{live_server.url}{article.get_absolute_url()}comment/"
    page.goto(form)
    page.fill("#f-body", BODY)
    page.click("button[name=save]")
    check()
    saved = page.url
    page.goto(form)
    check()
    page.click("text=Start again")
    check()
    page.goto(form)
    Draft.objects.update(body="Another text. " * 40, version=9, form_key="6f1a5f3e-0000-4000-8000-000000000000")
    page.click("button[name=save]")
    expect(page.locator("#problems")).to_contain_text("You also wrote this in another window")
    check()
    article.discussion.state = "closed"
    article.discussion.save()
    page.goto(saved)
    check()
    page.goto(form)
    check()
    page.goto(f"{saved}wrong/")
    check()
