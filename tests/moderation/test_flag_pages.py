"""The page of a report, as a browser without scripts meets it; what its reporter and moderators see of it later."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.accounts.models import RateCount
from forum.moderation.flags import MAX_WORDS_CHARS, Reporter, flag_comment
from forum.moderation.models import Flag
from forum.moderation.services import publish_comment, remove_comment
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.moderation.queueing import QUEUE, moderator

pytestmark = pytest.mark.django_db

THANKS = "Thank you. A moderator will read it. We do not tell the writer who reported."


@pytest.fixture
def comment():
    return CommentFactory(name="Bo", body="Call my firm, it *pays*.", article=ArticleFactory(title="Stiff muscles"))


@pytest.fixture
def reader():
    return Client()


@pytest.fixture
def member():
    browser = Client()
    browser.member = MemberFactory()
    browser.force_login(browser.member)
    return browser


def _page(comment):
    return reverse("moderation:flag", args=[comment.pk])


def _report(client, comment, **typed):
    return client.post(_page(comment), {"reason": "advertising", "words": ""} | typed, follow=True)


def test_every_shown_comment_has_the_link_and_one_s_own_has_not(comment):
    article = comment.discussion.article.get_absolute_url()
    link = f'href="{_page(comment)}">Report this comment</a>'
    assert link in Client().get(article).content.decode()
    assert link not in visit_as(comment.guest).get(article).content.decode()
    removed = CommentFactory(article=comment.discussion.article, state="removed")
    CommentFactory(parent=removed)
    assert _page(removed) not in Client().get(article).content.decode()


def test_form_asks_one_question_with_five_answers(reader, comment):
    page = reader.get(_page(comment))
    words = words_of(page)
    assert "By Bo , under “Stiff muscles”" in words
    assert "What worries you?" in words
    for answer in ("Advertising", "Personal details", "Could harm someone", "Unkind", "Something else"):
        assert answer in words
    assert page.content.decode().count('type="radio"') == 5
    assert "it <em>pays</em>" in page.content.decode()
    assert reverse("site:help-now") in page.content.decode()
    assert f"{reverse('privacy:about-me')}?comment={comment.pk}" in page.content.decode()
    assert "guest" not in page.cookies
    assert set(re.split(r",\s*", page["Cache-Control"])) == {"no-cache", "private"}
    assert page["X-Robots-Tag"] == "noindex"
    assert not Flag.objects.exists()


def test_reader_without_an_account_reports_and_is_thanked(reader, comment):
    answer = _report(reader, comment, words="They  wrote this\r\nunder three articles.")
    assert answer.redirect_chain == [(_page(comment), 302)]
    assert THANKS in words_of(answer)
    assert "Take my report back" not in words_of(answer)  # somebody else may be at the same place
    flag = Flag.objects.get()
    assert (flag.comment, flag.reason, flag.points) == (comment, "advertising", 0)
    assert flag.words == "They  wrote this\nunder three articles."
    assert flag.network_hash
    assert THANKS in words_of(reader.get(_page(comment)))
    _report(Client(), comment, reason="unkind")
    assert Flag.objects.get() == flag


def test_two_people_in_two_places_report_the_same_comment(comment):
    for address in ("203.0.113.9", "2001:db8:1:2::1"):
        _report(Client(REMOTE_ADDR=address), comment)
    assert THANKS in words_of(_report(Client(REMOTE_ADDR="2001:db8:1:2:ffff::7"), comment))
    assert Flag.objects.count() == 2


@pytest.mark.parametrize("typed", [{"reason": ""}, {"reason": "nonsense"}, {"words": "x" * (MAX_WORDS_CHARS + 1)}])
def test_what_cannot_be_a_report_comes_back_with_what_was_typed(reader, comment, typed):
    page = _report(reader, comment, **({"words": "my <own> words"} | typed))
    text = html.unescape(page.content.decode())
    assert "1 thing to check: Report this comment" in " ".join(text.split())
    assert text.count('id="problems"') == 1
    assert ({"words": "my <own> words"} | typed)["words"] in text
    assert not Flag.objects.exists()


def test_lost_form_token_keeps_reason_and_words(comment):
    browser = Client(enforce_csrf_checks=True)
    page = browser.post(_page(comment), {"reason": "unkind", "words": "It hurts."})
    assert page.status_code == 403
    text = page.content.decode()
    assert "Your text is still here. Press Send again." in text
    assert "It hurts.</textarea>" in text
    assert re.search(r'value="unkind"[^>]*checked', text)
    assert not Flag.objects.exists()


@pytest.mark.parametrize("state", ["held", "rejected", "erased"])
def test_what_nobody_could_see_has_no_page(reader, state):
    assert reader.get(_page(CommentFactory(state=state))).status_code == 404


def test_comment_that_goes_while_somebody_reports_it_gives_the_words_back(reader, comment):
    remove_comment(comment, actor=moderator(), reason="advertising")
    page = reader.post(_page(comment), {"reason": "advertising", "words": "my <own> words"})
    assert page.status_code == 410
    assert "This comment is not shown any more. There is nothing left for you to do." in words_of(page)
    assert "my &lt;own&gt; words" in page.content.decode()
    assert "Call my firm" not in page.content.decode()
    assert "Bo" not in words_of(page)


def test_comment_out_of_sight_has_no_page(reader, comment):
    comment.discussion.state = "hidden"
    comment.discussion.save()
    assert reader.get(_page(comment)).status_code == 404
    assert reader.get("/comments/99999999999999999999/flag/").status_code == 404


def test_writer_is_led_to_changing_or_taking_back(comment):
    page = visit_as(comment.guest).post(_page(comment), {"reason": "unkind"})
    assert "This is your own comment." in words_of(page)
    assert not Flag.objects.exists()


def test_member_learns_what_came_of_it(member, comment):
    kept = CommentFactory()
    for one in (comment, kept):
        assert "Take my report back" in words_of(_report(member, one))
    assert words_of(member.get(reverse("discussion:mine"))).count(THANKS) == 2
    remove_comment(comment, actor=moderator(), reason="advertising")
    publish_comment(kept, actor=moderator())
    mine = words_of(member.get(reverse("discussion:mine")))
    assert "Comments you reported" in mine
    assert "A comment under “Stiff muscles”" in mine
    assert "A moderator took the comment away. Thank you for looking out for others." in mine
    assert "A moderator read the comment and left it as it is. Thank you for looking out for others." in mine
    for one, words in ((comment, "took the comment away"), (kept, "left it as it is")):
        page = words_of(member.get(_page(one)))
        assert words in page
        assert "Take my report back" not in page


def test_guest_learns_what_came_of_it_by_cookie(comment):
    guest = GuestFactory()
    browser = visit_as(guest)
    _report(browser, comment)
    assert "Comments you reported" in words_of(browser.get(reverse("discussion:mine")))
    assert "Comments you reported" not in words_of(visit_as(GuestFactory()).get(reverse("discussion:mine")))


def test_report_is_taken_back_by_a_button(member, comment):
    _report(member, comment)
    page = member.post(_page(comment), {"take_back": "1"}, follow=True)
    assert "What worries you?" in words_of(page)
    assert not Flag.objects.exists()


def test_nobody_takes_back_what_somebody_else_at_the_same_place_reported(reader, comment):
    _report(reader, comment)
    Client().post(_page(comment), {"take_back": "1"})
    assert Flag.objects.count() == 1


def test_what_the_reporter_wrote_is_shown_to_moderators_and_to_nobody_else(client, comment):
    browser = visit_as(GuestFactory(display_name="Ulla"))
    _report(browser, comment, words="He <b>sold</b> me this.")
    for address in (QUEUE, reverse("admin:discussion_comment_change", args=[comment.pk])):
        assert "He &lt;b&gt;sold&lt;/b&gt; me this." in client.get(address).content.decode()
    listed = client.get(reverse("admin:moderation_flag_changelist")).content.decode()
    assert "Ulla, guest" in listed
    assert reverse("admin:discussion_comment_change", args=[comment.pk]) in listed
    for outcome, is_in in (("open", True), ("right", False), ("left", False), ("nonsense", True)):
        found = client.get(reverse("admin:moderation_flag_changelist"), {"outcome": outcome}, follow=True).content.decode()
        assert ("Ulla, guest" in found) is is_in
    for public in (comment.discussion.article.get_absolute_url(), reverse("discussion:mine")):
        assert "sold" not in visit_as(comment.guest).get(public).content.decode()


def test_card_of_feared_harm_does_not_speak_of_its_writer(client, comment):
    flag_comment(comment, reporter=Reporter(), reason="harmful")
    page = client.get(QUEUE).content.decode()
    assert "Read first: a reader fears that it could harm someone" in page
    assert "this person may be at risk" not in page


def test_moderator_finds_the_way_to_decide(comment):
    browser = Client()
    browser.force_login(ModeratorFactory())
    assert reverse("admin:discussion_comment_change", args=[comment.pk]) in browser.get(_page(comment)).content.decode()


def test_flood_of_reports_is_stopped_and_the_words_come_back(reader, settings):
    settings.RATE_LIMITS = True
    comments = CommentFactory.create_batch(2, article=ArticleFactory())
    _report(reader, comments[0])
    RateCount.objects.update(count=1_000)
    page = _report(reader, comments[1], words="my own words")
    assert page.status_code == 429
    assert "my own words" in words_of(page)
    assert Flag.objects.count() == 1


def test_page_costs_the_same_whatever_the_number_of_reports(reader, comment):
    def count():
        with CaptureQueriesContext(connection) as queries:
            reader.get(_page(comment))
        return len(queries)

    first = count()
    for number in range(20):
        flag_comment(comment, reporter=Reporter(network=f"203.0.113.{number}"), reason="unkind")
    assert count() == first
