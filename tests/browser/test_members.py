"""A member with what is theirs: old comments, an old name, somebody they do not want to read. Without scripts."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import User
from forum.discussion.models import Comment
from tests.browser.acts import press_until_focused
from tests.conftest import Visitors
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.member_pages import MemberPages, session_cookie
from tests.pages import find_faults_in_all_lights

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def open_as(visitors: Visitors, live_server: LiveServer, user: User) -> Page:
    page = visitors.open(java_script_enabled=False)
    page.context.add_cookies([{**session_cookie(user), "url": live_server.url}])
    return page


def test_old_comments_come_to_a_member_by_address_and_by_a_moderator(visitors: Visitors, live_server: LiveServer) -> None:
    member = MemberFactory(email="marit@example.org", display_name="Marit")
    guest = GuestFactory(email=member.email, proven_at=timezone.now())
    article = ArticleFactory()
    mine = CommentFactory(article=article, guest=guest, name="M.", body="We began in spring.")
    left = CommentFactory(article=article, guest=guest, name="M.", body="This one may stay as it is.")
    imported = CommentFactory(article=article, name="Mother of two", body="Nine years ago.", origin="serendip")

    page = open_as(visitors, live_server, member)
    page.goto(live_server.url + member.get_absolute_url())
    page.get_by_role("link", name="Comments you wrote before you joined, or asked for").click()
    page.get_by_label("We began in spring.").check()
    page.get_by_role("button", name="Make the ticked ones mine").click()
    expect(page.get_by_role("status")).to_have_text("Done. 1 comment is yours now.")
    page.get_by_role("link", name="Go to your page").click()
    expect(page.locator(f"#comment-{mine.pk}")).to_contain_text("We began in spring.")
    expect(page.locator(f"#comment-{left.pk}")).to_have_count(0)

    page.goto(live_server.url + article.get_absolute_url())
    page.locator(f"#comment-{imported.pk} summary").click()
    page.locator(f"#comment-{imported.pk}").get_by_role("link", name="I wrote this comment").click()
    page.get_by_role("button", name="Ask for this comment").click()
    expect(page).to_have_title("1 thing to check: I wrote this comment - Understory")
    page.get_by_label("How can we tell that you wrote it?").fill("I gave the address of my school.")
    page.get_by_role("button", name="Ask for this comment").click()
    expect(page.locator("main")).to_contain_text("You asked for this comment.")

    desk = open_as(visitors, live_server, ModeratorFactory())
    desk.goto(f"{live_server.url}/admin/discussion/claim/")
    desk.get_by_role("link", name="Mother of two").click()
    expect(desk.locator("#content")).to_contain_text("I gave the address of my school.")
    desk.get_by_label("Answer (optional)").fill("Welcome back.")
    desk.get_by_role("button", name="It is theirs").click()
    page.reload()
    expect(page.locator("main")).to_contain_text("It is yours now.")
    expect(page.locator("main")).to_contain_text("Welcome back.")
    assert set(Comment.objects.filter(author=member)) == {mine, imported}


def test_somebody_is_folded_and_shown_again_by_keyboard(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory()
    comment = CommentFactory(article=article, guest=GuestFactory(display_name="Bo"), name="Bo", body="Words of Bo.")
    page = open_as(visitors, live_server, MemberFactory())
    page.goto(live_server.url + article.get_absolute_url())
    press_until_focused(page, f"#comment-{comment.pk} .comment__actions summary")
    page.keyboard.press("Enter")
    press_until_focused(page, "[href$='/ignore/']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press_until_focused(page, "button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    folded = page.locator(f"#comment-{comment.pk}")
    expect(folded).to_contain_text("A comment by Bo, folded because you asked. Show it")
    expect(folded.get_by_text("Words of Bo.")).to_be_hidden()
    press_until_focused(page, f"#comment-{comment.pk} summary")
    page.keyboard.press("Enter")
    expect(folded.get_by_text("Words of Bo.")).to_be_visible()

    page.goto(f"{live_server.url}/settings/")
    page.get_by_role("button", name="Show comments by Bo again").click()
    expect(page.get_by_role("status")).to_have_text("Their comments are shown again.")
    page.goto(live_server.url + article.get_absolute_url())
    expect(folded).not_to_contain_text("folded")


def test_name_is_changed_and_the_old_address_leads_to_the_new_one(visitors: Visitors, live_server: LiveServer) -> None:
    MemberFactory(display_name="Tomasz")
    member = MemberFactory(display_name="محمد")
    page = open_as(visitors, live_server, member)
    page.goto(f"{live_server.url}/settings/")
    page.get_by_label("Name to show").fill("T0masz")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#problems")).to_contain_text("Somebody else here is called T0masz.")
    page.get_by_label("Name to show").fill("محمد علي")
    page.get_by_label("I care for someone").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.goto(f"{live_server.url}/members/محمد/")
    expect(page.get_by_role("heading", level=1)).to_have_text("محمد علي")
    expect(page.locator("main")).to_contain_text("Caring for someone.")


def test_pages_that_only_a_member_sees_are_as_good(visitors: Visitors, live_server: LiveServer) -> None:
    own = MemberPages.write()
    page, faults = visitors.open(), []
    page.context.add_cookies([{**own.cookie, "url": live_server.url}])
    for path in own.paths():
        page.goto(live_server.url + path)
        faults += find_faults_in_all_lights(page, 1280, 320)
    assert faults == []
