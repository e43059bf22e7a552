"""Each check: what it says, and when it is silent."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from forum.discussion.arrival import Arrival
from forum.discussion.models import Comment
from forum.discussion.posting import post_comment
from forum.discussion.screening import Action, Strength, screen
from forum.moderation.models import LinkHost, PhraseRule
from forum.moderation.screeners.addresses import Links, TradeName
from forum.moderation.screeners.form import FormTiming, Honeypot, ManyPlaces
from forum.moderation.screeners.rules import SitePhrases
from forum.moderation.screeners.texts import CopiedFromArticle, Repeats
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, SourceFactory
from tests.moderation.submissions import codes, submission

pytestmark = pytest.mark.django_db

STORY = "We tried the warm bath every evening for three months and after that his hand opened a little more each week."


def test_a_filled_field_that_nobody_sees_holds():
    assert codes(Honeypot()(submission("x", honeypot="https://x.example"))) == {"honeypot": "strong"}
    assert Honeypot()(submission("x")) == []


@pytest.mark.parametrize(("seconds", "found"), [(0, True), (4.2, True), (5, False), (None, False)])
def test_a_form_sent_within_seconds_is_a_hint(seconds, found):
    assert codes(FormTiming()(submission("x", form_seconds=seconds))) == ({"form_fast": "weak"} if found else {})


def test_the_first_link_to_a_domain_is_told_and_a_known_one_is_not_new():
    assert codes(Links()(submission("https://care.example.com/a"))) == {"link": "weak", "link_new": "weak"}
    CommentFactory(body="https://www.example.com/b helped us")
    assert codes(Links()(submission("https://care.example.com/a"))) == {"link": "weak"}


def test_a_domain_that_was_removed_before_holds():
    CommentFactory(body="https://www.example.com/b", state="removed", reason=Comment.Reason.ADVERTISING)
    found = Links()(submission("see https://care.example.com/a"))
    assert codes(found)["link_removed"] == Strength.STRONG
    assert "1 comment removed as advertising" in found[1].sentence


@pytest.mark.parametrize(
    ("action", "strength", "refuses"), [("note", "weak", False), ("hold", "strong", False), ("refuse", "strong", True)]
)
def test_rules_about_a_domain_and_about_a_phrase_are_followed(action, strength, refuses):
    LinkHost.objects.create(domain="example.com", action=action, note="Sells splints.")
    PhraseRule.objects.create(phrase="miracle splint*", action=action)
    by_host = {signal.code: signal for signal in Links()(submission("https://a.example.com"))}["link_rule"]
    (by_phrase,) = SitePhrases()(submission("the Miracle splints!"))
    assert (by_host.strength, bool(by_host.refusal)) == (strength, refuses)
    assert (by_phrase.strength, bool(by_phrase.refusal), by_phrase.spans) == (strength, refuses, ((4, 19),))
    assert by_host.sentence.endswith("Sells splints.")


def test_a_rule_that_is_not_in_use_says_nothing():
    PhraseRule.objects.create(phrase="splint", action="hold", is_active=False)
    assert SitePhrases()(submission("a splint")) == []


def test_links_of_the_article_and_of_the_comment_answered_are_quotes():
    source = SourceFactory(url="https://source.example.org/paper")
    parent = CommentFactory(article=source.article, body="I use https://shop.example.com/splint")
    text = "Is it https://shop.example.com/splint or https://source.example.org/paper?"
    assert Links()(submission(text, article=source.article, parent=parent)) == []


@pytest.mark.parametrize(
    ("name", "body", "found"),
    [
        ("bestpills.com", "x", {"name_host": "strong"}),
        ("Zorvexo", "see https://zorvexo.com", {"name_brand": "strong"}),
        ("Payday Loans", "x", {"name_trade": "weak"}),
        ("Insurance Widow", "x", {}),
        ("Marit", "x", {}),
        ("", "x", {}),
    ],
)
def test_names_that_are_no_names(name, body, found):
    assert codes(TradeName()(submission(body, name=name))) == found


def test_nearly_the_same_words_elsewhere_are_told_and_hold_only_in_many_places():
    first = CommentFactory(body=STORY)
    assert codes(Repeats()(submission(STORY.replace("three", "four")))) == {"repeat": "weak"}
    assert codes(Repeats()(submission(STORY, article=first.discussion.article))) == {"repeat": "weak"}
    CommentFactory(body=STORY)
    assert codes(Repeats()(submission(STORY))) == {"repeat": "strong"}
    assert Repeats()(submission(f"> {STORY}\nthat is good to know")) == []
    assert Repeats()(submission("thank you")) == []


def test_words_of_a_removed_advertisement_hold():
    CommentFactory(body=STORY, state="removed", reason=Comment.Reason.ADVERTISING)
    assert codes(Repeats()(submission(STORY.upper()))) == {"repeat_removed": "strong"}


def test_text_copied_from_the_article_is_a_hint():
    words = "The injection is given into the muscle and lasts about twelve weeks, then it can be given once more by a doctor."
    article = ArticleFactory(body=words)
    assert codes(CopiedFromArticle()(submission(words, article=article))) == {"copied": "weak"}
    assert (
        CopiedFromArticle()(submission(f"> {words}\nHow long did it last for you? Ours was gone after eight.", article=article))
        == []
    )


def test_writing_under_several_old_articles_within_an_hour_is_told():
    now = timezone.now()
    guest = GuestFactory()
    old = [ArticleFactory(published_on=date(2001, 1, 1)) for _ in range(6)]
    for article in old[:2]:
        CommentFactory(article=article, guest=guest, posted_at=now - timedelta(minutes=10))
    assert codes(ManyPlaces()(submission("x", article=old[2], guest_id=guest.pk, now=now))) == {"many_places": "weak"}
    assert ManyPlaces()(submission("x", article=old[2], guest_id=guest.pk, now=now + timedelta(hours=2))) == []
    here = CommentFactory(article=old[3], guest=GuestFactory(), posted_at=now).guest
    CommentFactory(article=old[2], guest=here, posted_at=now)
    assert ManyPlaces()(submission("x", article=old[3], guest_id=here.pk, now=now)) == []  # two places, this one among them
    for article in old[:5]:
        post_comment(
            discussion=article.discussion, body="y", guest=GuestFactory(), arrival=Arrival(client_ip="192.0.2.7"), now=now
        )
    found = ManyPlaces()(submission("x", article=old[5], client_ip="192.0.2.7", now=now))
    assert codes(found) == {"many_places": "strong"}
    assert codes(ManyPlaces()(submission("x", article=old[5], client_ip="192.0.2.7", now=now, approved_count=3))) == {
        "many_places": "weak"
    }


def test_an_advertisement_dressed_as_a_story_waits_also_from_a_trusted_member():
    text = "My aunt fell, we watch that she needs no zorvex knee recall lawsuit. I am glad I found this blog, so much to learn."
    member = {"is_member": True, "approved_count": 9}
    verdict = screen(submission(text, **member))
    assert verdict.action == Action.HOLD
    strong = [signal for signal in verdict.signals if signal.strength == Strength.STRONG]
    assert [signal.code for signal in strong] == ["advertising"]
    assert "zorvex knee recall lawsuit" in [text[start:end] for start, end in strong[0].spans]
    assert screen(submission("The warm bath helped us most.", **member)).action == Action.PUBLISH


def test_signals_are_stored_with_the_comment_and_go_with_its_words():
    member = MemberFactory()
    comment = CommentFactory(author=member, body="look at https://new.example.com")
    assert set(comment.signals.values_list("code", flat=True)) == {"link", "link_new"}
    erased = CommentFactory(body="look at https://new.example.com", state="erased")
    assert not erased.signals.exists()


def test_what_all_checks_ask_about_a_text_is_one_statement(django_assert_num_queries):
    member, old = MemberFactory(), ArticleFactory(published_on=date(2001, 1, 1))
    CommentFactory(author=member, body=STORY)
    asked = submission(STORY.replace("warm", "hot"), article=old, author_id=member.pk, client_ip="192.0.2.7", now=timezone.now())
    screen(asked)  # from which it is known what is asked here, and what moderators have set is kept
    with django_assert_num_queries(2):  # the other is about the comment with nearly the same words
        assert codes(screen(asked).signals) == {"repeat": "weak"}


def test_many_places_of_a_network_are_seen_behind_many_comments_in_one():
    now, network = timezone.now(), Arrival(client_ip="192.0.2.7")
    old = [ArticleFactory(published_on=date(2001, 1, 1)) for _ in range(3)]
    busy = ArticleFactory(published_on=date(2001, 1, 1))
    for article in (*old, *[busy] * 110):
        post_comment(discussion=article.discussion, body="y", guest=GuestFactory(), arrival=network, now=now)
        now += timedelta(seconds=1)
    found = ManyPlaces()(submission("x", article=busy, client_ip="192.0.2.7", now=now))
    assert codes(found) == {"many_places": "weak"}
