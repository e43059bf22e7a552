"""A moderator at work in a real browser: by keyboard, without scripts, and with the content policy in force."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment
from tests.browser.acts import press_until_focused, sign_in
from tests.conftest import NARROW, Visitors
from tests.factories import CommentFactory, ModeratorFactory

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

AA = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_held_comment_is_approved_by_keyboard(visitors: Visitors, live_server: LiveServer, scripts: bool) -> None:
    root = CommentFactory(name="Marit", body="Does warm water help?")
    comment = CommentFactory(parent=root, name="Joan", body="It did for us.", state="held")
    page = visitors.open(java_script_enabled=scripts)
    if scripts:
        sign_in(page, f"{live_server.url}/admin/discussion/comment/", ModeratorFactory())
        press_until_focused(page, ".field-writer a")
        page.keyboard.press("Enter")
        page.wait_for_selector(".q-page")
        press_until_focused(page, "button[value=publish]")
        page.keyboard.press("Enter")
    else:
        # Without scripts the page cannot say where the focus is; the same links and buttons are used.
        sign_in(page, f"{live_server.url}/admin/discussion/comment/", ModeratorFactory())
        page.click(".field-writer a")
        page.click("button[value=publish]")
    page.wait_for_selector(".messagelist .success")
    assert "Published: Joan" in page.inner_text(".messagelist")
    assert "No comment is waiting." in page.inner_text(".q-count")
    assert Comment.objects.get(pk=comment.pk).state == "published"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_many_are_removed_after_a_second_question(visitors: Visitors, live_server: LiveServer, scripts: bool) -> None:
    for name in ("Bo", "Joan"):
        CommentFactory(name=name)
    page = visitors.open(java_script_enabled=scripts)
    sign_in(page, f"{live_server.url}/admin/discussion/comment/?state=published", ModeratorFactory())
    for box in page.locator("input[name=_selected_action]").all():
        box.check()
    page.select_option("select[name=action]", "remove_chosen")
    page.click("button[name=index]")
    page.select_option("#id_reason", "advertising")
    page.click(".q-go")
    page.wait_for_selector(".messagelist .success")
    assert "Removed: 2 comments." in page.inner_text(".messagelist")
    assert Comment.objects.filter(state="removed", reason="advertising").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_pages_we_add_pass_axe(visitors: Visitors, live_server: LiveServer, scheme: str, viewport: dict[str, int] | None) -> None:
    root = CommentFactory(name="Marit", body="Does warm water help?")
    CommentFactory(parent=root, name="Joan", state="held")
    removed = CommentFactory(parent=root, state="removed", reason="advertising")
    page = visitors.open(color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    sign_in(page, f"{live_server.url}/admin/discussion/comment/", ModeratorFactory())
    check_with_axe(page, [".q-count", ".q-filter"])
    page.goto(f"{live_server.url}/admin/discussion/comment/{removed.pk}/change/")
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    check_with_axe(page, [".q-page"])
    page.goto(f"{live_server.url}/admin/discussion/comment/?state=published")
    page.check("input[name=_selected_action]")
    page.select_option("select[name=action]", "remove_chosen")
    page.click("button[name=index]")
    page.wait_for_selector(".q-chosen")
    check_with_axe(page, [".q-page"])


def check_with_axe(page: Page, ours: list[str]) -> None:
    """Fail for any finding of level AA in ``ours``; the rest of the page is Django's."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    found = Axe().run(page, context={"include": [[selector] for selector in ours]}, options=AA)
    assert found.violations_count == 0, found.generate_report()
