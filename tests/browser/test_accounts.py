"""An account in a real browser, by keyboard and without scripts: signing up, passkeys, an app, another address, sessions."""

import re

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import User
from tests.accounts.entrance import account_visits, code_of_app, newest_code
from tests.browser.acts import press_until_focused
from tests.conftest import NARROW, WIDE, Visitors
from tests.factories import PASSWORD, ArticleFactory, MemberFactory
from tests.pages import account_names, find_faults_in_all_lights

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

AT_HOME = r":\d+/(#.*)?$"
A_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def type_into(page: Page, selector: str, text: str) -> None:
    """Go to a field from stop to stop, and type."""
    press_until_focused(page, selector)
    page.keyboard.type(text)


def press(page: Page, selector: str, at: str) -> None:
    """Go to a control from stop to stop, press it, and wait for the page ``at``."""
    press_until_focused(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(at))


def heading(page: Page) -> str:
    return page.inner_text("h1")


def test_account_and_passkey_are_made_and_used_by_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": A_DEVICE})
    article = ArticleFactory().get_absolute_url()
    page.goto(live_server.url + article)
    press(page, ".masthead a[href*=login]", "/login/")
    press(page, "a[href*=signup]", "/signup/")
    type_into(page, "#id_email", "ana@example.org")
    type_into(page, "#id_display_name", "Ana")
    press(page, "main button", "/confirm-email/")
    type_into(page, "#id_code", newest_code())
    press(page, "main button", article)

    press(page, ".masthead a[href='/accounts/']", "/accounts/$")
    press(page, "a[href='/accounts/2fa/']", "/2fa/")
    press(page, "a[href*=add]", "/add/")
    press(page, "main button", "/recovery-codes/")
    assert heading(page) == "My recovery codes"

    page.goto(f"{live_server.url}/accounts/")
    press(page, "main button", AT_HOME)
    page.goto(f"{live_server.url}/accounts/login/?next={article}")
    press(page, "form[data-passkey] button", article)
    assert page.inner_text(".masthead bdi") == "Ana"


def test_device_without_a_passkey_is_told_in_words(page: Page, live_server: LiveServer) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": A_DEVICE | {"isUserVerified": False}})
    page.goto(f"{live_server.url}/accounts/login/")
    page.click("form[data-passkey] button")
    page.get_by_text("Your device did not give us a passkey.").wait_for()


def test_everything_but_passkeys_works_without_scripts(visitors: Visitors, live_server: LiveServer) -> None:
    page = visitors.open(java_script_enabled=False)
    page.goto(f"{live_server.url}/accounts/login/")
    assert not page.is_visible("form[data-passkey]")
    page.click("text=Make an account")
    page.fill("#id_email", "ana@example.org")
    page.fill("#id_display_name", "Ana")
    page.click("text=Make my account")
    page.fill("#id_code", newest_code())
    page.click("text=Go on")

    page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")
    page.fill("#id_code", code_of_app(page.inner_text("strong[dir=ltr]")))
    page.click("text=Use this app")
    recovery = page.inner_text(".lines li")

    other = visitors.open(java_script_enabled=False)
    other.goto(f"{live_server.url}/accounts/login/?next=/accounts/sessions/")
    other.fill("#id_login", "ANA@example.org ")
    other.click("text=Send me a code")
    other.fill("#id_code", newest_code())
    other.click("main button >> nth=0")
    assert heading(other) == "Second step"
    other.fill("#id_code", recovery)
    other.click("main button >> nth=0")
    assert heading(other) == "Where I am signed in"
    other.click("text=Sign it out")
    assert "That browser is signed out." in other.inner_text("main")
    page.goto(f"{live_server.url}/accounts/")
    assert heading(page) == "Sign in"

    other.goto(f"{live_server.url}/accounts/email/")
    other.fill("#id_email", "new@example.org")
    other.click("text=Send a code to the new address")
    other.fill("#id_code", newest_code())
    other.click("text=Go on")
    assert User.objects.get().email == "new@example.org"


def test_password_can_be_shown(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.click("text=Use my password")
    page.fill("#id_password", PASSWORD)
    page.click("text=Show the password")
    assert page.get_attribute("#id_password", "type") == "text"
    page.click("text=Hide the password")
    assert page.get_attribute("#id_password", "type") == "password"
    page.fill("#id_login", MemberFactory().email)
    page.press("#id_password", "Enter")
    page.wait_for_url(re.compile(AT_HOME))


@pytest.mark.long
def test_pages_of_an_account_are_for_everybody(visitors: Visitors, live_server: LiveServer) -> None:
    page, faults = visitors.open(), []
    for visit in account_visits(account_names()):
        page.context.clear_cookies()
        cookies = visit.client.cookies.items()
        page.context.add_cookies([{"name": name, "value": kept.value, "url": live_server.url} for name, kept in cookies])
        page.goto(live_server.url + visit.path)
        assert page.url == live_server.url + visit.path
        faults += find_faults_in_all_lights(page, WIDE["width"], NARROW["width"])
    assert faults == []
