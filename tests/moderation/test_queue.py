"""The queue: lanes, order, cards, verbs, claims, and what it costs."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts import roles
from forum.accounts.models import User
from forum.discussion.arrival import Arrival
from forum.discussion.editing import appeal, edit_comment
from forum.discussion.models import ActorKind, Comment, Decision, Lane
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, TransitionError, transition
from forum.moderation import services
from forum.moderation.batches import prepare_batch, run_batch, start_batch
from forum.moderation.models import Batch, QueueItem
from forum.moderation.queue import count_lanes
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.moderation.queueing import QUEUE, moderator, press, suspect, waiting_in

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)


@pytest.mark.parametrize("lane", Lane.values)
def test_comment_waits_in_the_lane_of_its_most_urgent_signal(client: Client, lane: str) -> None:
    comment = waiting_in(lane)
    assert QueueItem.objects.get().lane == lane
    assert f'id="card-{comment.pk}"' in client.get(QUEUE, {"lane": lane}).content.decode()
    assert {count.lane: count.count for count in count_lanes() if count.count} == {lane: 1}


def test_despair_is_read_before_advertising_and_details() -> None:
    comment = waiting_in(Lane.ADVERTISING)
    suspect(comment, Lane.DETAILS)
    suspect(comment, Lane.CARE, strength="weak")
    assert QueueItem.objects.get().lane == Lane.CARE


def test_weak_signal_explains_and_does_not_choose_the_lane() -> None:
    suspect(CommentFactory(state="held"), Lane.ADVERTISING, strength="weak")
    assert QueueItem.objects.get().lane == Lane.FIRST


def test_public_comment_of_somebody_at_risk_waits_until_a_person_has_read_it(client: Client) -> None:
    comment = CommentFactory()
    assert not QueueItem.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        signal = suspect(comment, Lane.CARE)
        signal.made_at = timezone.now()
        signal.save()
        suspect(comment, Lane.ADVERTISING, strength="weak")
        assert QueueItem.objects.get().lane == Lane.CARE
        press(client, comment, "publish")
    assert not QueueItem.objects.exists()
    kept = Decision.objects.get(kind="kept")
    assert (kept.from_state, kept.to_state, kept.who.display_name) == ("published", "published", "Ines Reads")


def test_cards_stand_in_order_of_lanes_then_of_waiting(client: Client) -> None:
    late, first, care = (waiting_in(lane) for lane in (Lane.ADVERTISING, Lane.FIRST, Lane.CARE))
    older = CommentFactory(state="held", posted_at=timezone.now() - timedelta(days=1))
    shown = [card.comment.pk for card in client.get(QUEUE).context["cards"]]
    assert shown == [care.pk, older.pk, first.pk, late.pk]


def test_pages_are_keysets_that_skip_and_repeat_nothing(client: Client) -> None:
    comments = [CommentFactory(state="held") for _ in range(45)]
    seen: list[int] = []
    address = QUEUE
    while address:
        context = client.get(address).context
        seen += [card.comment.pk for card in context["cards"]]
        address = context["next_href"]
    assert seen == [comment.pk for comment in comments]


@pytest.mark.parametrize("query", ["lane=nonsense", "after=1-2", "after=9-1-1", "after=x", "after=2-99999999999999999999-1"])
def test_nonsense_in_the_address_is_not_found(client: Client, query: str) -> None:
    assert client.get(f"{QUEUE}?{query}").status_code == 404


def test_queue_costs_at_most_twelve_queries_whatever_its_size(client: Client, ines: User) -> None:
    """With everything that a page can have: a batch decided last, a change, an appeal against one's own decision, a network."""
    counts = []
    appealed = transition(CommentFactory(), "removed", actor=Actor(ActorKind.MODERATOR, ines), reason="unkind")
    appeal(appealed, text="Why?")
    changed = CommentFactory()
    edit_comment(changed, body="https://example.net", subject="", relation="", actor=Actor(ActorKind.WRITER))
    post_comment(discussion=changed.discussion, body="Hello.", guest=GuestFactory(), arrival=Arrival(client_ip="203.0.113.9"))
    for size in (1, 24):
        root = CommentFactory(body="Does it help?")
        for _ in range(size):
            comment = CommentFactory(state="held", parent=root, author=MemberFactory())
            suspect(comment, Lane.ADVERTISING, words="months")
        chosen = CommentFactory()
        actor = Actor(ActorKind.MODERATOR, ines)
        batch = prepare_batch(moderator=actor, verb="remove", scope="chosen", chosen={chosen.pk: chosen.version})
        start_batch(batch, reason="other")
        run_batch(Batch.objects.get(pk=batch.pk))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(QUEUE)
        assert answer.context["last"].batch
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, [query["sql"][:150] for query in queries]


def test_card_shows_context_reasons_and_marks_and_nothing_unescaped(client: Client) -> None:
    root = CommentFactory(name="Nadia", body="What do you do in the gap?")
    Comment.objects.filter(pk=root.pk).update(posted_at="2014-05-01T12:00:00Z")
    comment = CommentFactory(state="held", parent=root, name="Bo", body="Warm water.\n\nSee <b>Solvara & sons</b> claim now")
    suspect(comment, Lane.ADVERTISING, words="<b>Solvara & sons</b> claim", sentence="“Solvara” is a <search> phrase.")
    page = client.get(QUEUE).content.decode()
    assert "<mark>&lt;b&gt;Solvara &amp; sons&lt;/b&gt; claim</mark> now</p>" in page
    assert "<p>Warm water.</p>" in page
    assert "Strong:</strong> “Solvara” is a &lt;search&gt; phrase." in page
    assert "Reply to Nadia, 2014:" in page
    assert "Publishing it answers a question that has waited since 2014." in page
    assert "A guest." in page


def test_strong_reasons_are_told_first(client: Client) -> None:
    comment = CommentFactory(state="held")
    suspect(comment, Lane.ADVERTISING, strength="weak", code="one", sentence="A hint.")
    suspect(comment, Lane.ADVERTISING, strength="strong", code="two", sentence="A sign.")
    (card,) = client.get(QUEUE).context["cards"]
    assert [reason.sentence for reason in card.reasons] == ["A sign.", "A hint."]


def test_marks_that_do_not_fit_the_text_are_left_out(client: Client) -> None:
    comment = CommentFactory(state="held", body="Short.")
    signal = suspect(comment, Lane.ADVERTISING)
    signal.spans = [[2, 400], [-3, 2], [4, 4], [1]]
    signal.save()
    page = client.get(QUEUE).content.decode()
    assert "<mark>" not in page
    assert "Publish without" not in page


@pytest.mark.parametrize(
    ("verb", "typed", "state", "reason"),
    [
        ("publish", {}, "published", ""),
        ("advertising", {}, "rejected", "advertising"),
        ("reject", {"reason": "unkind", "note": "see the rule"}, "rejected", "unkind"),
    ],
)
def test_verbs_decide_and_lead_to_the_next_card(
    client: Client, verb: str, typed: dict[str, str], state: str, reason: str
) -> None:
    comment, following = CommentFactory(state="held"), CommentFactory(state="held")
    answer = press(client, comment, verb, **typed)
    comment.refresh_from_db()
    assert (comment.state, comment.reason) == (state, reason)
    assert answer.redirect_chain[0][0] == f"{QUEUE}?at={following.pk}#card-{following.pk}"
    item = QueueItem.objects.get()
    assert (item.pk, str(item.claimed_by)) == (following.pk, "Ines Reads")
    assert answer.context["last"].decision == comment.decisions.first()


def test_refusal_needs_a_reason_and_gives_the_note_back(client: Client) -> None:
    comment = CommentFactory(state="held")
    answer = press(client, comment, "reject", note="named twice")
    assert answer.status_code == 400
    assert "Choose a reason. The writer is told it." in answer.content.decode()
    assert 'value="named twice"' in answer.content.decode()
    assert Comment.objects.get(pk=comment.pk).state == "held"


def test_whoever_is_late_is_told_who_decided_and_not_what_is_missing(client: Client) -> None:
    comment = CommentFactory(state="held")
    transition(comment, "published", actor=moderator(display_name="Bo"))
    answer = press(client, comment, "reject", note="named twice").content.decode()
    assert "Bo decided this" in answer
    assert "You had written: “named twice”" in answer
    assert "Choose a reason. The writer is told it." not in answer


def test_address_of_a_decision_leads_to_the_card(client: Client) -> None:
    comment = CommentFactory(state="held")
    answer = client.get(reverse("moderation:decide", args=[comment.pk]))
    assert answer.url.endswith(f"#card-{comment.pk}")


def test_card_tells_how_a_comment_came_in_and_what_else_came_from_there(client: Client) -> None:
    guest = GuestFactory()
    arrival = Arrival(form_seconds=11, client_ip="2001:db8:1:2::9")
    first = post_comment(discussion=ArticleFactory().discussion, body="Good.", guest=guest, arrival=arrival)
    transition(first, "rejected", actor=moderator(), reason="advertising")
    elsewhere = Arrival(form_seconds=40, client_ip="2001:db8:1:2:ffff::1")
    post_comment(discussion=first.discussion, body="Very good.", guest=GuestFactory(), arrival=elsewhere)
    post_comment(discussion=first.discussion, body="Hello.", guest=GuestFactory(), arrival=Arrival(client_ip="2001:db8:1:3::1"))
    cards = client.get(QUEUE).context["cards"]
    assert cards[0].facts[-3:] == [
        "Sent 40 seconds after the form opened.",
        "1 other comment from its network.",
        "1 of them is not shown.",
    ]
    assert not [fact for fact in cards[1].facts if "network" in fact]


def test_publishing_without_the_phrase_takes_out_what_is_marked(client: Client) -> None:
    comment = CommentFactory(state="held", body="He fell on the stairs. Solvara hip claim. We hold on.")
    suspect(comment, Lane.ADVERTISING, words="Solvara hip claim")
    suspect(comment, Lane.ADVERTISING, words="hip claim.", strength="weak")
    press(client, comment, "cut")
    comment.refresh_from_db()
    assert comment.state == "published"
    assert comment.body == "He fell on the stairs. [words taken out by a moderator] We hold on."
    kinds = comment.decisions.filter(actor_kind="moderator").order_by("pk").values_list("kind", "reason")
    assert list(kinds) == [("redaction", "advertising"), ("state", "")]


def test_words_of_despair_are_never_taken_out() -> None:
    comment = CommentFactory(state="held", body="They would manage better without me. Call 555 0100.")
    suspect(comment, Lane.CARE, words="better without me")
    suspect(comment, Lane.DETAILS, words="555 0100", code="details_phone")
    comment = services.publish_without_marked(comment, actor=moderator())
    assert comment.body == "They would manage better without me. Call [phone number left out]."
    assert comment.decisions.get(kind="redaction").reason == "personal_details"


def test_text_without_a_mark_cannot_be_published_without_it(client: Client) -> None:
    comment = CommentFactory(state="held")
    answer = press(client, comment, "cut")
    assert "Nothing in the text is marked any more." in answer.content.decode()
    assert Comment.objects.get(pk=comment.pk).state == "held"


def test_not_now_puts_a_comment_at_the_end_of_its_lane(client: Client) -> None:
    comments = [CommentFactory(state="held") for _ in range(3)]
    answer = press(client, comments[0], "later")
    assert [card.comment.pk for card in answer.context["cards"]] == [comments[1].pk, comments[2].pk, comments[0].pk]
    assert not Decision.objects.filter(actor_kind="moderator").exists()


def test_second_moderator_is_asked_on_the_card(client: Client) -> None:
    comment = waiting_in(Lane.CARE)
    press(client, comment, "second")
    other = Client()
    other.force_login(ModeratorFactory(display_name="Tomas"))
    assert "You asked a second moderator to look" in client.get(QUEUE).content.decode()
    assert "Ines Reads asks a second moderator to look" in other.get(QUEUE).content.decode()


def test_claim_is_seen_by_others_for_ten_minutes(client: Client) -> None:
    comment = CommentFactory(state="held")
    assert client.post(reverse("moderation:claim", args=[comment.pk])).status_code == 204
    other = Client()
    other.force_login(ModeratorFactory())
    assert "Ines Reads is reading this." in other.get(QUEUE).content.decode()
    assert "is reading this" not in client.get(QUEUE).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "is reading this" not in other.get(QUEUE).content.decode()


def test_later_moderator_is_told_and_overwrites_nothing(client: Client) -> None:
    comment = CommentFactory(state="held", name="Joan")
    transition(comment, "published", actor=moderator(display_name="Tomas"))
    answer = press(client, comment, "advertising")
    assert "Joan: Tomas decided this less than a minute ago: public." in answer.content.decode()
    assert Comment.objects.get(pk=comment.pk).state == "published"
    assert Decision.objects.filter(comment=comment, actor_kind="moderator").count() == 1


@pytest.mark.parametrize("verb", ["publish", "advertising", "later"])
def test_words_that_the_moderator_has_not_read_are_not_decided_on(client: Client, verb: str) -> None:
    comment = CommentFactory(state="held", name="Joan", body="It took us a year.")
    edit_comment(comment, body="It took us two years.", subject="", relation="", actor=Actor(ActorKind.WRITER))
    answer = press(client, comment, verb)
    assert 'class="warning"' in answer.content.decode()
    assert "It took us two years." in answer.content.decode()
    comment.refresh_from_db()
    assert (comment.state, comment.body) == ("held", "It took us two years.")
    press(client, comment, "publish")
    assert Comment.objects.get(pk=comment.pk).state == "published"


@pytest.mark.parametrize("verb", ["publish", "cut", "advertising", "later", "second"])
def test_decision_on_an_erased_comment_is_told_and_changes_nothing(client: Client, verb: str) -> None:
    comment = CommentFactory(state="held")
    suspect(comment, Lane.ADVERTISING, words="months")
    transition(comment, "erased", actor=WRITER)
    assert not QueueItem.objects.exists()
    answer = press(client, comment, verb)
    assert answer.status_code == 200
    assert [str(message.level_tag) for message in answer.context["messages"]] == ["warning"]
    assert Comment.objects.get(pk=comment.pk).state == "erased"


def test_read_first_has_no_shortcut_no_bulk_and_the_steps(client: Client) -> None:
    client.post(reverse("moderation:shortcuts"), {"keys": "on"})
    waiting_in(Lane.CARE)
    page = client.get(QUEUE, {"lane": "care"}).content.decode()
    assert "data-key" not in page
    assert 'form="bulk"' not in page
    assert 'data-shortcuts="off"' in page
    assert reverse("moderation:steps") in page
    assert client.get(reverse("moderation:steps")).status_code == 200


def test_shortcuts_are_off_until_turned_on_and_kept_for_each_moderator(client: Client) -> None:
    CommentFactory(state="held")
    assert 'data-shortcuts="off"' in client.get(QUEUE).content.decode()
    client.post(reverse("moderation:shortcuts"), {"keys": "on"})
    assert 'data-shortcuts="on"' in client.get(QUEUE).content.decode()
    other = Client()
    other.force_login(ModeratorFactory())
    assert 'data-shortcuts="off"' in other.get(QUEUE).content.decode()


@pytest.mark.parametrize("name", ["queue", "steps", "shortcuts", "dashboard", "batch-new"])
def test_only_moderators_come_in(name: str) -> None:
    address = reverse(f"moderation:{name}")
    visitor, member, author = Client(), Client(), Client()
    member.force_login(MemberFactory())
    writer = MemberFactory(is_staff=True)
    writer.groups.add(Group.objects.get(name=roles.AUTHOR))
    author.force_login(writer)
    assert visitor.get(address).status_code == visitor.post(address).status_code == 302
    assert member.get(address).status_code == 302
    assert author.get(address).status_code == author.post(address).status_code == 403


def test_what_somebody_takes_back_leaves_the_queue(client: Client) -> None:
    comment = CommentFactory(state="held")
    transition(comment, "withdrawn", actor=WRITER)
    assert "No comment is waiting." in client.get(QUEUE).content.decode()
    with pytest.raises(TransitionError):
        services.publish_comment(Comment.objects.get(pk=comment.pk), actor=moderator())


@pytest.mark.parametrize(
    ("body", "said", "other"), [("It hurts.", "nothing", "something"), ("Does it hurt?", "something", "nothing")]
)
def test_moderator_says_on_the_card_whether_it_asks(body: str, said: str, other: str) -> None:
    comment = CommentFactory(state="held", body=body)
    client = Client()
    client.force_login(ModeratorFactory())
    page = client.get(QUEUE).content.decode()
    assert f"It asks {said}." in page
    (form,) = re.findall(rf'<form action="(/admin/discussion/comment/{comment.pk}/question/)".*?</form>', page, re.DOTALL)
    (value,) = re.findall(r'name="is_question" value="(\w+)">It asks (?:some|no)thing<', page)
    back = re.search(r'name="next" value="([^"]+)"', page)[1]
    answer = client.post(form, {"is_question": value, "next": back})
    assert answer.url == f"{QUEUE}#card-{comment.pk}"
    assert f"It asks {other}." in client.get(answer.url).content.decode()
    assert client.post(form, {"is_question": value, "next": "https://elsewhere.example/"}).url.startswith("/admin/")
