"""From a topic to what people wrote about it, and a topic taken off one's own comment: by keyboard, without scripts."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.acts import press_until_focused
from tests.conftest import Visitors
from tests.factories import CommentFactory, GuestFactory
from tests.pages import cookie_of
from tests.topics.vocabularies import make_vocabulary, topics_of

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_reader_finds_others_by_keyboard_without_scripts(visitors: Visitors, live_server: LiveServer) -> None:
    make_vocabulary()
    CommentFactory(body="We had splints for a year.")
    both = CommentFactory(body="A splint after the stroke. Does it help?")
    page = visitors.open(java_script_enabled=False)
    page.goto(live_server.url)
    page.click("nav[aria-label=Topics] a:has-text('Splints')")
    assert page.locator("h1").text_content() == "Splints"
    assert page.locator(".lines mark").count() == 2
    page = visitors.open()
    page.goto(f"{live_server.url}/topics/splints/")
    press_until_focused(page, "details > summary")
    page.keyboard.press("Enter")
    press_until_focused(page, "a[href*='with=stroke']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/topics/splints/?with=stroke")
    press_until_focused(page, f"a[href='/comments/{both.pk}/reply/']")


def test_writer_takes_a_topic_off_without_scripts(visitors: Visitors, live_server: LiveServer) -> None:
    topics = make_vocabulary()
    guest = GuestFactory()
    comment = CommentFactory(body="A splint, she joked. My son laughed.", guest=guest)
    page = visitors.open(java_script_enabled=False)
    page.context.add_cookies([{**cookie_of(guest), "url": live_server.url}])
    page.goto(f"{live_server.url}{comment.get_absolute_url()}")
    page.click(f"#comment-{comment.pk} summary:has-text('More')")
    page.click("text=Say what this comment is about")
    page.uncheck(f"input[name=about][value='{topics['splints'].pk}']")
    page.select_option("select[name=add]", label="Stroke")
    page.click("button:has-text('Save')")
    page.wait_for_selector("text=stroke")
    assert topics_of(comment) == {"a son or daughter", "stroke"}


def test_helper_finds_a_question_they_know_about_by_keyboard(visitors: Visitors, live_server: LiveServer) -> None:
    make_vocabulary()
    CommentFactory(body="Do splints help at night?", name="Marit")
    asked = CommentFactory(body="Who drives again after a stroke?", name="Nadia")
    for scripts in (True, False):
        page = visitors.open(java_script_enabled=scripts)
        page.goto(f"{live_server.url}/unanswered/")
        press_until_focused(page, "details > summary")
        page.keyboard.press("Enter")
        press_until_focused(page, "a[href*='topic=stroke']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/unanswered/?topic=stroke")
        assert page.locator(".asks h3").all_text_contents() == ["“Who drives again after a stroke?”"]
        press_until_focused(page, f"a[href='/comments/{asked.pk}/reply/']")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/comments/{asked.pk}/reply/")
