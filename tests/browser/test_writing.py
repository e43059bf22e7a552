"""From reading to a public comment in a real browser: by keyboard, without scripts, and on the narrowest screen."""

import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment
from tests.browser.acts import press_until_focused, scrolls_sideways, sign_in
from tests.conftest import NARROW, WIDE, Visitors
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

BODY = "It was three years for us. Ask how often the dose was changed."
AAA = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}
WARM = "rgb(253, 236, 203)"  # the ground of what waits
LONG = "We waited a long time for the second visit and then it went well enough. " * 12


def _publish(page: Page, address: str) -> None:
    sign_in(page, f"{address}/admin/discussion/comment/", ModeratorFactory())
    page.click(".field-writer a")
    page.click("button[value=publish]")
    page.wait_for_selector(".messagelist .success")


def test_guest_writes_by_keyboard_and_everybody_reads_it_once_approved(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory(title="Stiff muscles")
    address = f"{live_server.url}{article.get_absolute_url()}"
    writer, reader = visitors.open(), visitors.open()
    writer.goto(address)
    press_until_focused(writer, "a[href$='/comment/']")
    writer.keyboard.press("Enter")
    writer.wait_for_url("**/comment/")
    press_until_focused(writer, "#f-body")
    writer.keyboard.type(BODY)
    press_until_focused(writer, "#f-name")
    writer.keyboard.type("Dee")
    press_until_focused(writer, "input[name=relation]")
    writer.keyboard.press("ArrowUp")
    press_until_focused(writer, "button[name=post]")
    writer.keyboard.press("Enter")
    writer.wait_for_url("**/comments/*/#comment-*")
    comment = Comment.objects.get()
    mine = writer.locator(f"#comment-{comment.pk}")
    expect(mine).to_contain_text(BODY)
    expect(mine).to_contain_text("Only you can see it")
    expect(mine).to_contain_text("says they work in care")

    assert reader.goto(writer.url).status == 404
    reader.goto(address)
    expect(reader.locator("body")).not_to_contain_text(BODY)

    _publish(visitors.open(), live_server.url)
    for page in (reader, writer):
        page.goto(address)
        expect(page.locator(f"#comment-{comment.pk}")).to_contain_text(BODY)
        expect(page.locator("body")).not_to_contain_text("Only you can see it")


def test_guest_replies_without_scripts_after_checking_two_things(visitors: Visitors, live_server: LiveServer) -> None:
    MemberFactory(display_name="Joan")
    marit = CommentFactory(name="Marit", body="He had it done that spring.")
    writer, reader = visitors.open(java_script_enabled=False), visitors.open(java_script_enabled=False)
    writer.goto(f"{live_server.url}{marit.discussion.article.get_absolute_url()}")
    writer.click(f"a[href='/comments/{marit.pk}/reply/']")
    writer.fill("#f-name", "Jоan")
    writer.fill("#f-email", "joan@@example.org")
    writer.click("button[name=post]")
    expect(writer).to_have_title("3 things to check: Reply to Marit - Understory")
    assert writer.url.endswith("/reply/#problems")
    writer.click("#problems a[href='#f-body']")
    writer.fill("#f-body", f"{BODY} Call me on 020 7946 0182.")
    writer.fill("#f-email", "joan@example.org")
    suggestion = re.search("“(.*?)”", writer.inner_text("#f-name_error"))
    writer.fill("#f-name", suggestion[1])
    writer.click("button[name=preview]")
    assert writer.url.endswith("#preview")
    expect(writer.locator(".preview")).to_contain_text(BODY)
    expect(writer.locator(".preview")).to_contain_text("to Marit")
    expect(writer.locator(".preview mark")).to_have_text("020 7946 0182")
    writer.click("button[name=post]")
    writer.click("#problems a[href='#f-details_0']")
    writer.check("text=Take them out for me")
    writer.click("button[name=post]")
    comment = Comment.objects.get(parent=marit)
    assert comment.body == f"{BODY} Call me on [phone number left out]."
    mine = writer.locator(f"#comment-{comment.pk}")
    expect(mine).to_contain_text("Only you can see it")
    expect(mine).to_have_css("background-color", WARM)

    page = f"{live_server.url}{marit.discussion.article.get_absolute_url()}comments/{marit.pk}/"
    reader.goto(page)
    expect(reader.locator("body")).not_to_contain_text(BODY)
    _publish(visitors.open(java_script_enabled=False), live_server.url)
    reader.goto(page)
    expect(reader.locator(f"#comment-{comment.pk}")).to_contain_text(BODY)


def test_text_survives_going_back_after_it_was_sent(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory()
    page = visitors.open()
    page.goto(f"{live_server.url}{article.get_absolute_url()}comment/")
    page.fill("#f-body", BODY)
    page.click("button[name=post]")
    page.wait_for_url("**/comments/*/#comment-*")
    page.go_back()
    expect(page.locator("#f-body")).to_have_value(BODY)
    page.click("button[name=post]")
    page.wait_for_url("**/comments/*/#comment-*")
    assert Comment.objects.count() == 1


def test_browser_that_blocks_cookies_keeps_the_text(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory()
    page = visitors.open()
    page.goto(f"{live_server.url}{article.get_absolute_url()}comment/")
    page.fill("#f-body", BODY)
    page.context.clear_cookies()
    page.click("button[name=post]")
    expect(page.locator("#problems")).to_contain_text("Your text is still here. Press Post again.")
    expect(page.locator("#problems")).to_contain_text("needs one cookie")
    expect(page.locator("#f-body")).to_have_value(BODY)
    page.click("button[name=post]")
    page.wait_for_url("**/comments/*/#comment-*")
    assert Comment.objects.get().body == BODY


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_form_in_each_of_its_states_passes_axe(
    visitors: Visitors, live_server: LiveServer, scheme: str, viewport: dict[str, int]
) -> None:
    MemberFactory(display_name="Joan")
    article = ArticleFactory(published_on=date(1999, 5, 1))
    marit = CommentFactory(article=article, name="Marit")
    page = visitors.open(color_scheme=scheme, viewport=viewport)
    page.goto(f"{live_server.url}{article.get_absolute_url()}comment/")
    _check(page)
    page.goto(f"{live_server.url}/comments/{marit.pk}/reply/")
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    _check(page)
    page.fill("#f-body", f"{LONG} Write to joan@example.org.")
    page.fill("#f-name", "Joan")
    page.fill("#f-email", "joan")
    page.click("button[name=preview]")
    expect(page.locator("#problems")).to_be_visible()
    _check(page)
    Comment.objects.filter(pk=marit.pk).update(state="removed", public=False)
    page.fill("#f-name", "")
    page.fill("#f-email", "")
    page.check("text=Leave them in")
    page.click("button[name=post]")
    expect(page.locator("h2").first).to_have_text("The comment you answer was removed while you wrote")
    _check(page)
    article.discussion.state = "closed"
    article.discussion.save()
    page.click("button[name=post]")
    expect(page.locator("h1")).to_have_text("This conversation is closed")
    _check(page)


@pytest.mark.parametrize("width", [320, 390])
def test_form_never_scrolls_sideways(visitors: Visitors, live_server: LiveServer, width: int) -> None:
    marit = CommentFactory(name="M" * 60, body="https://example.org/" + "a" * 200)
    page = visitors.open(viewport={"width": width, "height": 800})
    page.goto(f"{live_server.url}/comments/{marit.pk}/reply/")
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert not scrolls_sideways(page)
    page.fill("#f-body", LONG + "https://example.org/" + "b" * 200)
    page.fill("#f-email", "c" * 200)
    page.click("button[name=preview]")
    expect(page.locator(".preview")).to_be_visible()
    assert not scrolls_sideways(page)


def _check(page: Page) -> None:
    """Fail for any finding on the page, contrast of level AAA included."""
    assert not scrolls_sideways(page)
    found = Axe().run(page, options=AAA)
    assert found.violations_count == 0, found.generate_report()
