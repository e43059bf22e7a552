"""Somebody looks for what others have lived through: by keyboard, without scripts, and with a word mistyped."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from forum.search.vocabulary import learn
from tests.conftest import Visitors
from tests.factories import ArticleFactory, CommentFactory

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]


def test_reader_finds_a_question_by_a_mistyped_word_and_answers_it(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory(title="Living with stiff muscles")
    for number in range(25):
        CommentFactory(article=article, body=f"Baclofen helped, after {number} weeks.")
    CommentFactory(article=article, body="Does baclofen make anybody else so tired?", name="Nadia")
    learn()
    page = visitors.open(java_script_enabled=False)
    page.goto(live_server.url)
    page.get_by_label("Search articles and comments").focus()
    page.keyboard.type("bacolfen")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Search for “bacolfen” - Understory")
    expect(page.get_by_text("These match “baclofen”.")).to_be_visible()
    expect(page.locator("mark").first).to_contain_text("aclofen")
    results = page.get_by_role("region", name="Comments").get_by_role("listitem")
    expect(results).to_have_count(20)
    page.get_by_role("link", name="More matches").press("Enter")
    expect(results).to_have_count(6)
    page.get_by_role("link", name="Unanswered only").press("Enter")
    expect(results).to_have_count(1)
    expect(page.get_by_label("Search articles and comments")).to_have_value("bacolfen")
    page.get_by_role("link", name="Answer Nadia").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nadia")
    page.go_back()
    page.get_by_label("Search articles and comments").fill("zebrafish")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No match for “zebrafish”.")).to_be_visible()
    page.get_by_role("link", name="Search everything for the same words").press("Enter")
    expect(page.get_by_text("Try fewer words")).to_be_visible()
