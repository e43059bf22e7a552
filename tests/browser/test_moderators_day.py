"""A moderator's day in a real browser, by keyboard alone and without scripts: every lane, and what follows from each decision.

Twenty comments wait for the reasons for which comments wait: written, reported, changed and contested as people would. Compared
with what was expected are the states, the log, and the mail to those who wrote.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.core import mail
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forum.accounts.models import User
from forum.accounts.people import Person
from forum.discussion.editing import appeal, edit_comment
from forum.discussion.models import ActorKind, Comment, Decision, PendingChange
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.moderation.flags import Reporter, flag_comment
from forum.moderation.models import Batch, Flag, QueueItem
from forum.moderation.queue import find_place
from tests.browser.acts import press_until_focused, sign_in
from tests.conftest import Visitors
from tests.factories import ArticleFactory, MemberFactory, ModeratorFactory
from tests.subscriptions.people import guest_person, work_later, write

pytestmark = [pytest.mark.browser, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

QUEUE = "/admin/moderation/queue/"
WRITER = Actor(ActorKind.WRITER)
AD = "My aunt walks badly since the {0}. Many ask for the zorvex knee recall lawsuit {0}. Very nice blog, it gave me information."
KEYS = {"publish": "p", "publish_change": "p", "cut": "d", "advertising": "a"}

PUBLIC, CUT, REFUSED = "Your comment is public", "Your comment is public, without some words", "We did not publish your comment"
REMOVED, BACK = "A moderator took your comment off the page", "Your comment is public again"
CHANGED, DECLINED = "Your change is public", "We did not publish your change"
UPHELD = "We looked at your comment again"


@dataclass
class Case:
    """A comment that waits, what the moderator does about it, and what must have followed.

    ``mail`` is the subject of what its writer is told, empty for nothing. ``typed`` fills fields of the card by their names.
    """

    comment: Comment
    lane: str
    verb: str
    state: str
    mail: str
    kind: str = "state"
    reason: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    former_state: str = ""

    def __post_init__(self) -> None:
        self.comment.refresh_from_db()
        self.former_state = self.comment.state
        place = find_place(self.comment)
        assert place is not None
        assert place.lane == self.lane, f"{self.comment.name} waits in {place.lane}"

    @property
    def card(self) -> str:
        return f"card-{self.comment.pk}"


@pytest.fixture(autouse=True)
def _queued_mail(settings: Settings) -> Iterator[None]:
    """Let mail become rows first, as on a site, and arrive in ``mail.outbox`` when a worker sends it."""
    settings.EMAIL_BACKEND = "forum.mail.backend.QueueingBackend"
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    yield
    mail.outbox = []


def send(name: str, body: str, parent: Comment | None = None, person: Person | None = None) -> Comment:
    """Send a comment as a guest does who wants to hear of it."""
    person = person or guest_person(display_name=name)
    discussion = parent.discussion if parent else ArticleFactory().discussion
    return post_comment(discussion=discussion, body=body, guest=person.guest, name=name, parent=parent, wants_mail=True)


def stand(name: str, body: str) -> Comment:
    """Return a comment that a moderator published."""
    return write(guest_person(display_name=name), body=body, discussion=ArticleFactory().discussion)


def report(name: str) -> Comment:
    """Return a public comment that a reader reported."""
    comment = stand(name, f"{name} thinks that all of you are lazy.")
    flag_comment(comment, reporter=Reporter(member=MemberFactory()), reason=Flag.Reason.UNKIND)
    return comment


def contest(name: str) -> Comment:
    """Return a comment that another moderator removed, and whose writer asks for a second look."""
    comment = transition(stand(name, f"{name} said it bluntly."), "removed", actor=someone(), reason="unkind")
    appeal(comment, text="I meant it kindly.")
    return comment


def change(name: str) -> Comment:
    """Return a public comment with a change that waits."""
    comment = stand(name, f"The splint helped {name}.")
    edit_comment(comment, body=f"The splint of {name}: https://splints.example", subject="", relation="", actor=WRITER)
    return comment


def someone() -> Actor:
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def fill_queue() -> list[Case]:
    """Return twenty that wait, as the queue orders them; those who wrote the older ones were told of all that came before."""
    asked = stand("Marit", "Does warm water help?")
    reported = [report(name) for name in ("Arn", "Bea", "Cas")]
    changed, kept = change("Dag"), change("Eli")
    contested, upheld = contest("Fay"), contest("Gus")
    work_later()
    mail.outbox.clear()
    refuse = {"reason": "off_topic", "note": "About roses."}
    return [
        Case(send("Hal", "Some nights I want to die."), "care", "publish", "published", PUBLIC),
        Case(send("Ida", "I have no reason to live any more."), "care", "publish", "published", PUBLIC),
        Case(send("Jon", "Write to jon@example.org about it."), "details", "cut", "published", CUT, "redaction"),
        Case(send("Kai", "Ring me: 0151 496 0999."), "details", "publish", "published", PUBLIC),
        Case(
            send("Lea", "I am at lea@example.org, too."), "details", "ask_change", "rejected", REFUSED,
            reason="personal_details",
        ),
        Case(send("Max", "It took us a year.", parent=asked), "first", "publish", "published", PUBLIC),
        Case(send("Nia", "We do it in the morning."), "first", "publish", "published", PUBLIC),
        Case(send("Ole", "My roses have lice."), "first", "reject", "rejected", REFUSED, reason="off_topic", typed=refuse),
        Case(send("Pia", "The pool in our town is warm."), "first", "publish", "published", PUBLIC),
        Case(reported[0], "reported", "publish", "published", "", "kept"),
        Case(
            reported[1], "reported", "reject", "removed", REMOVED, reason="unkind", typed={"reason": "unkind", "note": ""}
        ),
        Case(reported[2], "reported", "advertising", "removed", REMOVED, reason="advertising"),
        Case(send("Rex", AD.format("spring")), "advertising", "advertising", "rejected", REFUSED, reason="advertising"),
        Case(send("Sue", AD.format("winter")), "advertising", "advertising", "rejected", REFUSED, reason="advertising"),
        Case(send("Tim", AD.format("autumn")), "advertising", "cut", "published", CUT, "redaction"),
        # The five that are undone.
        Case(send("Uwe", AD.format("summer")), "advertising", "advertising", "rejected", "", reason="advertising"),
        Case(changed, "changed", "publish_change", "published", "", "change"),
        Case(kept, "changed", "decline", "published", "", "declined", "off_topic", {"reason": "off_topic", "note": ""}),
        Case(contested, "changed", "publish", "published", ""),
        Case(upheld, "changed", "uphold", "removed", "", "appeal", typed={"answer": "It named her weight."}),
    ]  # fmt: skip


class Hands:
    """Works the queue in one of the two ways."""

    def __init__(self, page: Page, *, scripts: bool) -> None:
        self.page, self.scripts = page, scripts

    def press(self, selector: str) -> None:
        """Press a button, a link or what opens a part of the page."""
        if not self.scripts:
            self.page.click(selector)
            return
        # On from where the focus is, and round the page once.
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def reach(self, selector: str) -> None:
        """Go from stop to stop until the focus is on the element."""
        if not self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            press_until_focused(self.page, selector)

    def fill(self, selector: str, words: str) -> None:
        """Type into a field, or choose in a list."""
        is_list = self.page.eval_on_selector(selector, "element => element.tagName === 'SELECT'")
        if not self.scripts:
            (self.page.select_option if is_list else self.page.fill)(selector, words)
            return
        self.reach(selector)
        if not is_list:
            self.page.keyboard.type(words)
            return
        label = self.page.eval_on_selector(selector, f"list => list.querySelector('option[value={words}]').textContent")
        self.page.keyboard.type(label)

    def decide(self, case: Case) -> None:
        """Do what is to be done on a card, and wait until it is gone."""
        card, key = f"#{case.card}", KEYS.get(case.verb)
        if self.scripts:
            self.go_to_card(case)
        if case.typed:
            self.press(f"{card} .q-foot > details:first-child > summary")
            for name, words in case.typed.items():
                self.fill(f"{card} [name={name}]", words)
        if self.scripts and key and case.lane != "care":
            button = f"{card} button[value={case.verb}]"
            assert self.page.get_attribute(button, "data-key") == key.upper()
            self.page.keyboard.press(key)
        else:
            self.press(f"{card} button[value={case.verb}]")
        self.page.wait_for_selector(card, state="detached")

    def go_to_card(self, case: Case) -> None:
        """Go to a card: where the last decision did not lead there by itself, with J and K."""
        self.page.wait_for_selector(f"#{case.card}")
        for key in "j" * 20 + "k" * 20:
            if self.page.evaluate("document.activeElement.id") == case.card:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{case.card} is not reached")

    def turn_shortcuts_on(self) -> None:
        self.press(".q-keys summary")
        self.press(".q-keys button")
        self.page.wait_for_selector("summary:text('Keyboard shortcuts: on')")


def told() -> dict[str, list[str]]:
    """Return the subjects of all mail to readers and writers by recipient, once what is due in ten minutes has been sent."""
    work_later()
    work_later()  # what the first round has written goes out
    staff = set(User.objects.filter(is_staff=True).values_list("email", flat=True))
    found: dict[str, list[str]] = {}
    for message in (message for message in mail.outbox if message.to[0] not in staff):
        found.setdefault(message.to[0], []).append(str(message.subject))
    return found


@pytest.mark.long
@pytest.mark.parametrize("scripts", [True, False], ids=["by keyboard", "without scripts"])
def test_a_moderator_decides_twenty_undoes_five_and_runs_a_batch(
    visitors: Visitors, live_server: LiveServer, scripts: bool
) -> None:
    cases, ines = fill_queue(), ModeratorFactory(display_name="Ines")
    page = visitors.open(java_script_enabled=scripts)
    hands = Hands(page, scripts=scripts)
    sign_in(page, live_server.url + QUEUE, ines)
    assert "20 waiting." in page.inner_text(".q-count")
    shown = [card.get_attribute("id") for card in page.locator("[data-card]").all()]
    assert shown == [case.card for case in cases], "by lanes, then by how long they wait"
    if scripts:
        hands.turn_shortcuts_on()
        hands.reach(f"#{cases[0].card} a")
        page.keyboard.press("j")
        page.keyboard.press("k")
    for case in cases:
        hands.decide(case)
    assert "No comment is waiting." in page.inner_text(".q-count")
    check_states(cases, ines)

    undone = cases[-5:]
    for left in range(1, 6):
        hands.press(".q-msg button")
        page.wait_for_selector(f".q-count:text('{left} waiting')")
    assert set(QueueItem.objects.values_list("comment", flat=True)) == {case.comment.pk for case in undone}
    assert [Comment.objects.get(pk=case.comment.pk).state for case in undone] == [case.former_state for case in undone]
    assert PendingChange.objects.filter(declined_at=None).count() == 2
    check_states(cases[:-5], ines)

    seller = guest_person("seller@example.org", display_name="Seller")
    batch = [send("Seller", f"We are open on day {number}.", person=seller) for number in range(3)]
    run_batch(hands, live_server, batch)
    check_log(page, live_server, cases, batch)
    expected = {case.comment.guest.email: [case.mail] for case in cases if case.mail}
    (answer,) = [case.comment for case in cases if case.comment.parent]
    expected[answer.parent.guest.email] = ["Max answered your question"]
    assert told() == expected


def check_states(cases: list[Case], ines: User) -> None:
    """Fail for a comment that is not as it was decided, or whose decision is not in the log as it was made."""
    for case in cases:
        comment = Comment.objects.get(pk=case.comment.pk)
        reason = case.reason if case.state != "published" else ""
        reason = "unkind" if case.kind == "appeal" else reason
        assert (comment.name, comment.state, comment.reason) == (case.comment.name, case.state, reason)
        assert comment.seen_by_human
        made = Decision.objects.filter(comment=comment, who=ines).order_by("pk")
        kinds = ["redaction", "state"] if case.verb == "cut" else [case.kind]
        assert [decision.kind for decision in made] == kinds, comment.name
        if kinds[-1] == "state":
            assert (made.last().from_state, made.last().to_state) == (case.former_state, case.state)
        if case.verb == "cut":
            assert case.comment.body != comment.body
            assert "left out" in comment.body or "taken out" in comment.body
        elif case.kind == "change":
            assert "https://splints.example" in comment.body
        else:
            assert comment.body == case.comment.body


def run_batch(hands: Hands, live_server: LiveServer, batch: list[Comment]) -> None:
    """Preview everything by one writer, remove it, and undo that."""
    page, card = hands.page, f"#card-{batch[0].pk}"
    page.goto(live_server.url + QUEUE)
    hands.press(f"{card} .q-more summary")
    hands.press(f"{card} .q-more button[value=advertising]")
    page.wait_for_selector("#batch")
    assert "3 comments would be changed. Nothing has been changed yet." in page.inner_text("#batch")
    assert states_of(batch) == ["held"] * 3
    hands.press("#batch button[value=run]")
    page.wait_for_selector("text=3 of 3 done.")
    assert states_of(batch) == ["rejected"] * 3
    hands.press("button[value=undo]")
    page.wait_for_selector("text=3 undone.")
    assert states_of(batch) == ["held"] * 3
    assert Batch.objects.get().state == "undone"


def states_of(comments: list[Comment]) -> list[str]:
    stored = Comment.objects.filter(pk__in=[comment.pk for comment in comments]).order_by("pk")
    return list(stored.values_list("state", flat=True))


def check_log(page: Page, live_server: LiveServer, cases: list[Case], batch: list[Comment]) -> None:
    """Fail unless each decision is a line of the log of staff, and the public log tells of them without names."""
    page.goto(f"{live_server.url}/admin/discussion/decision/?actor_kind=moderator")
    lines = [row.inner_text() for row in page.locator("#result_list tbody tr").all()]
    for case in cases:
        mine = [line for line in lines if case.comment.name in line and "Ines" in line]
        expected = (2 if case.verb == "cut" else 1) + (case in cases[-5:])
        assert len(mine) == expected, (case.comment.name, mine)
    assert len([line for line in lines if "Seller" in line]) == 2 * len(batch)
    page.goto(f"{live_server.url}/moderation-log/")
    public = page.inner_text("main")
    assert not [case.comment.name for case in cases if case.comment.name in public]
    for words in ("Published", "Not published", "Removed", "Details taken out"):
        assert words in public
