"""The queue in a real browser: shortcuts, axe, the checker of HTML. A whole day is in ``test_moderators_day``."""

from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment, Decision, Lane
from tests.browser.acts import scrolls_sideways, sign_in
from tests.conftest import NARROW, Visitors
from tests.factories import ModeratorFactory
from tests.moderation.queueing import suspect, waiting_in
from tests.pages import find_axe_faults, find_vnu_faults, open_everything

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/moderation/queue/"


def wait_for_another_card(page: Page, before: str) -> None:
    """Return when another card than ``before`` has the focus."""
    page.wait_for_function(
        "before => ![undefined, before].includes(document.activeElement.closest('[data-card]')?.id)", arg=before
    )


def fill_lanes() -> dict[str, list[Comment]]:
    """Return twenty waiting comments, by lane."""
    sizes = {Lane.CARE: 2, Lane.DETAILS: 4, Lane.FIRST: 5, Lane.REPORTED: 3, Lane.ADVERTISING: 4, Lane.CHANGED: 2}
    found = {}
    for lane, size in sizes.items():
        found[lane.value] = [waiting_in(lane, name=f"{lane.value} {number}") for number in range(size)]
    for comment in found["details"]:
        suspect(comment, Lane.DETAILS, words="months")
    return found


def wait_for_count(page: Page, count: int) -> None:
    """Return when the page says that so many wait."""
    page.wait_for_function("start => document.querySelector('.q-count').textContent.startsWith(start)", arg=f"{count} waiting")


def focused(page: Page) -> str:
    """Return the id of the card that has the focus."""
    return str(page.evaluate("document.activeElement.closest('[data-card]')?.id || ''"))


def test_twenty_are_decided_by_keyboard_and_five_undone(visitors: Visitors, live_server: LiveServer) -> None:
    waiting = fill_lanes()
    page = visitors.open()
    sign_in(page, live_server.url + QUEUE, ModeratorFactory())
    assert "20 waiting." in page.inner_text(".q-count")
    page.click(".q-keys summary")
    page.click(".q-keys button")
    page.wait_for_selector("summary:text('Keyboard shortcuts: on')")
    page.wait_for_load_state("load")
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))

    first = waiting["details"][0]
    page.focus(f"#card-{first.pk}")
    for key, rest in zip("DPN", (19, 18, 18), strict=True):
        before = focused(page)
        page.keyboard.press(key)
        wait_for_another_card(page, before)
        wait_for_count(page, rest)
    assert loads == [], "a decision reloads nothing"
    page.keyboard.press("j")
    after = focused(page)
    page.keyboard.press("k")
    assert focused(page) != after
    for rest in range(17, 1, -1):
        before = focused(page)
        page.keyboard.press("a" if page.evaluate("document.activeElement.querySelector('.q-no[data-key=A]') !== null") else "p")
        wait_for_another_card(page, before)
        wait_for_count(page, rest)
        assert focused(page) != before
    # What is left is for reading first: no key does anything there.
    care = waiting["care"][0]
    page.focus(f"#card-{care.pk}")
    for key in "PDAN":
        page.keyboard.press(key)
    assert set(Comment.objects.filter(held=True)) == set(waiting["care"])

    page.click(".q-msg button")
    wait_for_count(page, 3)
    for left in range(4, 8):
        page.wait_for_function("() => document.activeElement.matches('[data-card]:not(.q-care)')")
        page.keyboard.press("u")
        wait_for_count(page, left)
    assert Decision.objects.filter(kind="state", undoes__isnull=False).count() == 5
    assert Comment.objects.filter(held=True).count() == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_pages_pass_axe(visitors: Visitors, live_server: LiveServer, scheme: str, viewport: dict[str, int] | None) -> None:
    waiting = fill_lanes()
    page = visitors.open(color_scheme=scheme, **({"viewport": viewport} if viewport else {}))
    sign_in(page, live_server.url + QUEUE, ModeratorFactory())
    faults = []
    page.click(f"#card-{waiting['first'][0].pk} button[value=publish]")
    page.wait_for_selector(".q-msg")
    for path in (None, f"{QUEUE}steps/", "/admin/moderation/dashboard/"):
        if path:
            page.goto(live_server.url + path)
        open_everything(page)
        faults += find_axe_faults(page, is_enhanced=False, within=".q-page")
        assert not scrolls_sideways(page)
    page.goto(live_server.url + QUEUE)
    page.check(f"#card-{waiting['advertising'][0].pk} [name=id]")
    page.click("#bulk button")
    page.wait_for_selector("#batch")
    faults += find_axe_faults(page, is_enhanced=False, within=".q-page")
    assert faults == []


def test_checker_of_html_finds_nothing_in_our_parts(visitors: Visitors, live_server: LiveServer, tmp_path: Path) -> None:
    fill_lanes()
    page = visitors.open()
    sign_in(page, live_server.url + QUEUE, ModeratorFactory())
    parts = []
    for number, path in enumerate((QUEUE, f"{QUEUE}steps/", "/admin/moderation/dashboard/")):
        page.goto(live_server.url + path)
        html = page.eval_on_selector(".q-page", "part => part.outerHTML")
        part = tmp_path / f"{number}.html"
        heading = "" if "<h1" in html else "<h1>Its title</h1>"
        head = '<!DOCTYPE html><html lang="en-GB"><head><title>A part</title></head>'
        part.write_text(f"{head}<body>{heading}{html}</body></html>")
        parts.append(part)
    assert find_vnu_faults(parts) == []
