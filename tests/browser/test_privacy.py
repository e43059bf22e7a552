"""A guest's rights over their data in a real browser: get it, ask to be erased, think again, and be gone in the end."""

import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import Guest
from forum.discussion.models import Comment
from forum.jobs.worker import Worker
from forum.privacy import jobs
from forum.privacy.models import ThirdPartyRequest
from tests.browser.acts import press_until_focused
from tests.conftest import Visitors
from tests.factories import ArticleFactory, CommentFactory
from tests.pages import find_axe_faults

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

BODY = "It was three years for us. Ask how often the dose was changed."


def work() -> None:
    Worker(rhythms=[]).run_due()


def write_as_guest(page: Page, address: str) -> Comment:
    page.goto(f"{address}{ArticleFactory().get_absolute_url()}comment/")
    page.fill("#f-body", BODY)
    page.fill("#f-name", "Dee")
    page.click("button[name=post]")
    page.wait_for_url("**#comment-*")
    return Comment.objects.get()


def press(page: Page, selector: str) -> None:
    press_until_focused(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_guest_gets_their_data_is_erased_undoes_it_and_is_gone_after_the_second_time(
    visitors: Visitors, live_server: LiveServer, scripts: bool
) -> None:
    page = visitors.open(java_script_enabled=scripts)
    comment = write_as_guest(page, live_server.url)
    page.goto(f"{live_server.url}/privacy/")
    page.click("a[href='/privacy/data/']")
    page.click("main button[type=submit]")
    expect(page.locator("[role=status]")).to_contain_text("We are making your file")
    assert not scripts or find_axe_faults(page) == []
    work()
    page.click("text=See if it is ready")
    with page.expect_download() as started:
        page.click("text=Get the file")
    with ZipFile(started.value.path()) as file:
        data = json.loads(file.read("data.json"))
    assert data["discussion"]["comments"][0]["body"] == BODY

    page.goto(f"{live_server.url}/privacy/erase/")
    page.click("text=Erase in 7 days")
    expect(page.locator("#problems")).to_contain_text("Choose what should happen to what you wrote")
    faults = find_axe_faults(page) if scripts else []
    page.check("input[value=remove]")
    page.click("text=Erase in 7 days")
    expect(page.locator("[role=status]")).to_contain_text("Your words will go as well.")
    assert faults + (find_axe_faults(page) if scripts else []) == []
    page.click("button[name=undo]")
    expect(page.locator("[role=status]")).to_contain_text("Undone. Nothing will be erased")
    page.check("input[value=remove]")
    page.click("text=Erase in 7 days")
    expect(page.locator("[role=status]")).to_contain_text("We will erase it on")

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        jobs.erase_due_people.enqueue()
        work()
    comment.refresh_from_db()
    assert (comment.state, comment.body, comment.name) == ("erased", "", "")
    assert not Guest.objects.exists()
    page.goto(f"{live_server.url}/privacy/data/")
    expect(page.locator("h1")).to_have_text("We need to know which data is yours")


def test_parent_asks_for_their_child_by_keyboard(page: Page, live_server: LiveServer) -> None:
    comment = CommentFactory(body="Tim in the blue school had it too.")
    page.goto(f"{live_server.url}/privacy/about-me/?comment={comment.pk}")
    for field, value in (("about", "child"), ("wish", "details")):
        press_until_focused(page, f"input[name={field}]")
        while not page.is_checked(f"input[name={field}][value={value}]"):
            page.keyboard.press("ArrowDown")
    press_until_focused(page, "#id_words")
    page.keyboard.type("He can be recognised by his school.")
    press(page, "main button[type=submit]")
    expect(page.locator("[role=status]")).to_contain_text("Thank you. A moderator will read it")
    request = ThirdPartyRequest.objects.get()
    assert (request.comment, request.about, request.wish) == (comment, "child", "details")
    assert request.words == "He can be recognised by his school."
