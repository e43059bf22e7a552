"""A reader reports a comment and reads what came of it; a moderator decides: without scripts, and by keyboard."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from forum.discussion.models import Comment
from tests.browser.acts import press_until_focused, scrolls_sideways, sign_in
from tests.conftest import NARROW, Visitors
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory
from tests.member_pages import session_cookie
from tests.pages import find_axe_faults

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]


def test_report_goes_from_the_article_to_the_queue_and_its_outcome_back(visitors: Visitors, live_server: LiveServer) -> None:
    article = ArticleFactory()
    comment = CommentFactory(article=article, name="Bo", body="My cousin sells the very best of braces.")
    reader = visitors.open(java_script_enabled=False, viewport=NARROW)
    reader.context.add_cookies([session_cookie(MemberFactory()) | {"url": live_server.url}])
    reader.goto(live_server.url + article.get_absolute_url())
    press_until_focused(reader, f"#comment-{comment.pk} .comment__actions summary")
    reader.keyboard.press("Enter")
    press_until_focused(reader, f"a[href='/comments/{comment.pk}/flag/']")
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Report this comment")
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.locator("#problems")).to_contain_text("Choose what worries you")
    reader.get_by_label("Advertising").check()
    reader.get_by_label("Anything else that we should know?").fill("It stands under three articles.")
    reader.get_by_role("button", name="Send the report").click()
    expect(reader.get_by_role("status")).to_have_text(
        "Thank you. A moderator will read it. We do not tell the writer who reported."
    )
    assert not scrolls_sideways(reader)

    desk = visitors.open()
    sign_in(desk, f"{live_server.url}/admin/moderation/queue/", ModeratorFactory())
    card = desk.locator(f"#card-{comment.pk}")
    expect(card).to_contain_text("1 reader reported it: Advertising.")
    expect(card).to_contain_text("A reader wrote: “It stands under three articles.”")
    card.get_by_role("button", name="Remove as advertising").click()
    expect(desk.locator("#queue")).to_contain_text("Nothing waits here.")
    assert Comment.objects.get(pk=comment.pk).state == "removed"

    reader.goto(f"{live_server.url}/mine/")
    expect(reader.locator("main")).to_contain_text("A moderator took the comment away. Thank you for looking out for others.")
    own = visitors.open()
    own.context.add_cookies(reader.context.cookies())
    own.goto(f"{live_server.url}/comments/{comment.pk}/flag/")
    assert find_axe_faults(own) == []
