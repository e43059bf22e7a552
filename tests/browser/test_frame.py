"""The frame and the fixed pages in a real browser: keyboard, small screens, size of controls, paper."""

from typing import Any

import pytest
from playwright.sync_api import Page

from forum.imports.sample import load_sample
from forum.site.models import HelpLine
from tests.conftest import Visitors

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

PAGES = ["/guidelines/", "/privacy/", "/help/", "/help-now/", "/reading/", "/nothing/is/here/"]
SMALL_CONTROLS = """() => [...document.querySelectorAll("a, button, summary, .pick label")]
  .filter(control => !control.matches(".skip") && control.getClientRects().length)
  .filter(control => { const box = control.getBoundingClientRect(); return box.height < 43.9 || box.width < 43.9; })
  .map(control => control.outerHTML)"""


def width_of(page: Page) -> int:
    """Return how wide the page is, what has to be scrolled to included."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_fixed_pages_fit_small_screens_and_have_large_controls(live_server: Any, visitors: Visitors) -> None:
    HelpLine.objects.create(name="Samaritans", how="116 123")
    page = visitors.open(viewport={"width": 320, "height": 640})
    for address in PAGES:
        page.goto(live_server.url + address)
        assert width_of(page) == 320, address
        assert page.evaluate(SMALL_CONTROLS) == [], address


def test_largest_text_fits_a_phone(live_server: Any, narrow_page: Page) -> None:
    narrow_page.goto(live_server.url + "/reading/")
    for words in ("150 %", "Loose:", "Dark:"):
        narrow_page.get_by_label(words).check()
    narrow_page.get_by_role("button", name="Use these").click()
    narrow_page.get_by_text("Saved.").wait_for()
    assert narrow_page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    assert narrow_page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 26, 24)"
    for address in [*PAGES, load_sample().get_absolute_url()]:
        narrow_page.goto(live_server.url + address)
        assert width_of(narrow_page) == 390, address


def test_skip_link_comes_first_is_seen_and_takes_the_focus_along(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/guidelines/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip").first
    assert skip.evaluate("link => link === document.activeElement && link.getBoundingClientRect().height >= 44")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_seen_on_every_control(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/reading/")
    stops = page.locator("a, button, input:checked").count()
    for _stop in range(stops):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style == ["solid", "3px"]


def test_paper_has_the_whole_text_and_nothing_to_press(live_server: Any, page: Page) -> None:
    address = live_server.url + load_sample().get_absolute_url()
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator(".masthead .nav, .comment__actions, .tabs, .stack").filter(visible=True).count() == 0
    assert page.get_by_role("heading", name="The conversation").is_visible()
    assert page.get_by_role("heading", name="Sources").is_visible()
    assert page.locator(".comment__words").filter(visible=True).count() == page.locator(".comment__words").count()
