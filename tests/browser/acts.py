"""What people of several journeys do in a browser."""

from playwright.sync_api import Page

from forum.accounts.models import User
from tests.factories import PASSWORD


def press_until_focused(page: Page, selector: str) -> None:
    """Go from stop to stop, as somebody who uses no mouse does."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def sign_in(page: Page, address: str, user: User) -> None:
    """Sign in with the password on the way to a page of the administration; works without scripts too."""
    page.goto(address)
    page.fill("#id_login", user.email)
    page.click("summary")
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    page.wait_for_selector("#user-tools, #changelist")


def scrolls_sideways(page: Page) -> bool:
    """Tell whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
