"""A guest comes back in a clean browser by the link in a mail: confirms, changes, takes back, returns, asks again."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import Guest
from forum.discussion.letters import mine_path
from forum.discussion.models import Appeal, Comment
from tests.browser.acts import press_until_focused
from tests.conftest import NARROW, Visitors
from tests.discussion.visiting import links_in_mail
from tests.factories import ArticleFactory, CommentFactory, GuestFactory

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _queue(settings: Settings) -> None:
    """Use the site's own backend; Django's test runner puts another in its place."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_guest_comes_back_by_mail_and_keeps_every_right(visitors: Visitors, live_server: LiveServer, scripts: bool) -> None:
    article = ArticleFactory(slug="stiff")
    page = visitors.open(java_script_enabled=scripts)
    page.goto(f"{live_server.url}{article.get_absolute_url()}comment/")
    page.fill("#f-body", "Does warm water help?")
    page.fill("#f-name", "Joan")
    page.fill("#f-email", "joan@example.org")
    page.click("button[name=post]")
    expect(page.locator("#way-back")).to_have_text("Your way back")
    comment = Comment.objects.get()

    prove, _mine = links_in_mail()
    clean = visitors.open(java_script_enabled=scripts, viewport=NARROW)
    clean.goto(live_server.url + prove)
    expect(clean.locator("blockquote")).to_have_text("Does warm water help?")
    clean.click("text=Yes, it is my address")
    expect(clean.locator("[role=status]")).to_contain_text("Your address is confirmed")
    assert Guest.objects.get().proven_at

    clean.click("text=Change it")
    expect(clean.locator("#f-body")).to_have_value("Does warm water help?")
    clean.fill("#f-body", "Does cold water help?")
    clean.click("button[name=post]")
    expect(clean.locator(".comment__words")).to_have_text("Does cold water help?")

    clean.click("text=Take it back")
    clean.click("button[name=withdraw]")
    expect(clean.locator("h1")).to_have_text("You took your comment back")
    assert Comment.objects.get().state == "withdrawn"
    clean.click("button[name=return]")
    expect(clean.locator(".comment__state")).to_contain_text("is waiting for a moderator")
    assert Comment.objects.get().state == "held"

    # And the first browser still knows its guest.
    page.goto(f"{live_server.url}/mine/")
    expect(page.locator(f"#comment-{comment.pk}")).to_contain_text("Does cold water help?")


def test_guest_without_an_address_comes_back_by_the_link_that_was_shown(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory()
    page = visitors.open()
    page.goto(f"{live_server.url}{article.get_absolute_url()}comment/")
    page.fill("#f-body", "It took us a year.")
    page.click("button[name=post]")
    link = page.locator("#kept").input_value()
    page.reload()
    expect(page.locator("#kept")).to_have_count(0)
    clean = visitors.open()
    clean.goto(live_server.url + "/mine/" + link.split("/mine/")[1])
    expect(clean.locator(".comment__words")).to_have_text("It took us a year.")
    clean.goto(f"{live_server.url}/mine/")
    expect(clean.locator("#way-back")).to_have_text("Your way back")


def test_everything_is_reached_and_done_by_keyboard(visitors: Visitors, live_server: LiveServer) -> None:
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, state="rejected", reason="unkind", body="My words.")
    page = visitors.open()
    page.goto(live_server.url + mine_path(guest))
    _press(page, "a[href$='/edit/']")
    press_until_focused(page, "#f-body")
    page.keyboard.press("Control+A")
    page.keyboard.type("Kinder words.")
    _press(page, "button[name=post]")
    expect(page.locator(".comment__words")).to_have_text("Kinder words.")
    _press(page, f"a[href='/comments/{comment.pk}/withdraw/']")
    _press(page, "button[name=withdraw]")
    _press(page, "button[name=return]")
    expect(page.locator(".comment__state")).to_contain_text("is waiting for a moderator")
    removed = CommentFactory(guest=guest, state="removed", reason="unkind")
    page.goto(f"{live_server.url}/comments/{removed.pk}/appeal/")
    press_until_focused(page, "#f-text")
    page.keyboard.type("It was about me.")
    _press(page, "form button[type=submit]")
    expect(page.locator("h1")).to_have_text("You asked us to look again")
    assert Appeal.objects.get().text == "It was about me."


def _press(page: Page, selector: str) -> None:
    press_until_focused(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")
