"""Every mail that this site writes, each in all its ways: written by what people and moderators do, and left in the queue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import time_machine
from django.utils import timezone

from forum.accounts import letters as sign_in_letters
from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.discussion.correcting import redact_comment
from forum.discussion.draft_links import mail_link_to
from forum.discussion.drafts import save_draft
from forum.discussion.editing import appeal, edit_comment, latest_text, text_key
from forum.discussion.letters import send_lost_links, send_way_back
from forum.discussion.models import ActorKind, Claim, Comment
from forum.discussion.posting import post_comment
from forum.discussion.responding import decline_change, publish_change, uphold_decision
from forum.discussion.services import Actor
from forum.discussion.updates import post_update
from forum.discussion.words import Words
from forum.duty.jobs import remind_staff, tell_of_care
from forum.jobs.worker import Worker
from forum.mail.letters import Letter
from forum.mail.models import OutgoingMessage
from forum.mail.sending import send_letters, write_letter
from forum.privacy.jobs import erase_due_people
from forum.privacy.models import ErasureRequest, ThirdPartyRequest
from forum.privacy.services import close_request, request_erasure, request_export
from forum.subscriptions.jobs import ask_for_outcomes, send_digests
from forum.subscriptions.models import Subscription
from forum.subscriptions.outcomes import ASKED_AFTER
from forum.subscriptions.proving import send_emails_link, send_follow_proof, welcome
from forum.subscriptions.services import Choice, choose, subscribe
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.subscriptions.people import decide, guest_person, member_person, publish, write

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
DAY = timedelta(days=1)
WRITER = Actor(ActorKind.WRITER)
Kind = Subscription.Kind

QUESTION = (
    "Marit I know it has been years. My brother is deciding now and your wedding sentence is the first thing that made him sit up"
)
ANSWER = (
    "Joan, I am still reading. He is seventy now and grumpy and he dances badly at parties, sitting down. The battery was "
    "changed twice.\n\nWhat does he fear most? With us it was the scar, and I only learned that afterwards"
)
DETAILS = "Our Tom goes to Maple Street School and his legs are stiff in the morning. Does warm water help?"
DESPAIR = "I am tired all day and at night I do not sleep. I want to kill myself. Nobody here knows."
# Words without a place to break, and words that run the other way.
HARD = "\n\n".join(
    [f"https://example.org/{'a-long-address/' * 12}?with=no&place=to", "Donaudampfschiff" * 8, "الماء الدافئ يساعد (30°)"]
)


@dataclass(frozen=True)
class Sheet:
    """One mail as it waits: ``name`` says what it is about, ``kind`` how it is counted."""

    name: str
    kind: str
    subject: str
    text: str
    html: str


_SCENES: list[tuple[str, Callable[[], None]]] = []


def _scene(kind: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Remember what causes mail of ``kind``; other mail that it causes belongs to other scenes."""

    def add(scene: Callable[[], None]) -> Callable[[], None]:
        _SCENES.append((kind, scene))
        return scene

    return add


def write_every_letter() -> Iterator[Sheet]:
    """Play every scene on one day of 2026 and yield its mail."""
    for kind, scene in _SCENES:
        before = OutgoingMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with time_machine.travel(NOW, tick=False):
            scene()
        rows = list(OutgoingMessage.objects.filter(pk__gt=before, kind=kind).order_by("pk"))
        assert rows, f"{scene.__name__} brings no mail of the kind {kind}"
        for number, row in enumerate(rows, start=1):
            name = scene.__name__.strip("_").replace("_", "-") + (f"-{number}" if len(rows) > 1 else "")
            ((html, _),) = row.content["alternatives"]
            yield Sheet(name, kind, row.content["subject"], row.content["body"], html)


def _go_on(span: timedelta = timedelta(minutes=11)) -> None:
    """Do what a worker does after so long."""
    with time_machine.travel(timezone.now() + span, tick=False):
        Worker(rhythms=()).run_due()


def _article(title: str = "Living with spasticity: what helps"):
    return ArticleFactory(title=title)


def _joan(**fields) -> Person:
    return guest_person(display_name="Joan", **fields)


def _moderator() -> Actor:
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def _ask(person: Person, *, ago: timedelta = 3 * DAY, body: str = QUESTION, **fields) -> Comment:
    with time_machine.travel(NOW - ago, tick=False):
        return write(person, discussion=_article().discussion, body=body, **fields)


def _answer(parent: Comment, *, name: str = "Marit", body: str = ANSWER) -> Comment:
    return write(guest_person(display_name=name), discussion=parent.discussion, parent=parent, body=body, wants_mail=False)


# Somebody answered.


@_scene("reply")
def _answer_to_a_comment() -> None:
    _answer(_ask(_joan(), body="It has been years. My brother is deciding now, and your sentence made him sit up."))
    _go_on()


@_scene("reply")
def _answer_to_a_question_on_the_same_day() -> None:
    _answer(_ask(_joan(), ago=timedelta(hours=1), body="Does warm water help?"))
    _go_on()


@_scene("reply")
def _answer_to_a_member() -> None:
    _answer(_ask(member_person()))
    _go_on()


@_scene("reply")
def _answer_years_later() -> None:
    _answer(_ask(_joan(), ago=timedelta(days=11 * 365 + 60), body=f"Does warm water help? {QUESTION}."))
    _go_on()


@_scene("reply")
def _answer_years_later_without_text() -> None:
    joan = _joan()
    choose([joan], Choice(with_text=False))
    _answer(_ask(joan, ago=timedelta(days=400)))
    _go_on()


@_scene("reply")
def _answer_without_text() -> None:
    joan = _joan()
    choose([joan], Choice(with_text=False))
    _answer(_ask(joan))
    _go_on()


@_scene("reply")
def _answer_further_down() -> None:
    begun = _ask(_joan())
    nadia = guest_person(display_name="Nadia")
    middle = write(nadia, discussion=begun.discussion, parent=begun, body="I would like to know too.", wants_mail=False)
    _go_on()
    _answer(middle)
    _go_on()


@_scene("reply")
def _answer_by_a_nameless_visitor_with_hard_words() -> None:
    _answer(_ask(_joan(), body=HARD), name="", body=HARD)
    _go_on()


@_scene("reply")
def _how_it_went_to_those_who_answered() -> None:
    question = _ask(guest_person(display_name="Nadia"), ago=timedelta(days=190), body="Does warm water help?")
    with time_machine.travel(NOW - timedelta(days=188), tick=False):
        write(_joan(), discussion=question.discussion, parent=question, body="It did for us, twice a week.")
    publish(post_update(Comment.objects.get(pk=question.pk), body="We tried it for a winter. It went better than we thought."))
    _go_on()


# Something new where somebody follows.


@_scene("followed")
def _new_in_a_conversation() -> None:
    root = _ask(guest_person(display_name="Nadia"))
    with time_machine.travel(NOW - DAY, tick=False):
        subscribe(_joan(), Kind.THREAD, root=root)
    _answer(root)
    _go_on()


@_scene("followed")
def _new_under_an_article() -> None:
    article = _article()
    without = _joan()
    choose([without], Choice(with_text=False))
    for person in (_joan(), without):
        with time_machine.travel(NOW - DAY, tick=False):
            subscribe(person, Kind.DISCUSSION, discussion=article.discussion)
    marit = guest_person(display_name="Marit")
    write(marit, discussion=article.discussion, subject="Thirty years of it", body=ANSWER, wants_mail=False)
    _go_on()


@_scene("followed")
def _how_it_went_to_followers() -> None:
    question = _ask(guest_person(display_name="Nadia"), ago=timedelta(days=190), body="Does warm water help?")
    with time_machine.travel(NOW - DAY, tick=False):
        subscribe(_joan(), Kind.THREAD, root=question)
    publish(post_update(Comment.objects.get(pk=question.pk), body="We tried it for a winter. It went better than we thought."))
    _go_on()


def _week(*names: str, with_text: bool = True) -> None:
    joan = _joan()
    choose([joan], Choice("weekly", with_text=with_text))
    question = _ask(joan)
    with time_machine.travel(NOW - DAY, tick=False):
        subscribe(joan, Kind.DISCUSSION, discussion=question.discussion)
    _answer(question, name=names[0])
    for name in names[1:]:
        write(guest_person(display_name=name), discussion=question.discussion, body=ANSWER * 2, wants_mail=False)
    _go_on()
    send_digests.call()


@_scene("digest")
def _week_with_one() -> None:
    _week("Marit")


@_scene("digest")
def _week_with_two_without_text() -> None:
    _week("Marit", "Nadia", with_text=False)


@_scene("digest")
def _week_with_many() -> None:
    _week("Marit", *(f"Nadia {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUV"))


# What becomes of one's own comment.


def _send(person: Person, body: str = DETAILS) -> Comment:
    wrote = {"author": person.user} if person.user else {"guest": person.guest, "name": person.name}
    return post_comment(discussion=_article().discussion, body=body, wants_mail=True, subject="Stiff mornings", **wrote)


def _forget_mail(person: Person) -> None:
    """Leave none of the mail that is only on the way to what a scene is about."""
    OutgoingMessage.objects.filter(recipient=person.proven_address).delete()


def _decided(*states: str, reason: str = "unkind", person: Person) -> Comment:
    """Let a worker go on after each state, and forget all but the last mail."""
    comment = _send(person)
    for state in states:
        _forget_mail(person)
        comment = decide(comment, state, reason="" if state == "published" else reason)
        _go_on()
    return comment


def _without_text() -> Person:
    joan = _joan()
    choose([joan], Choice(with_text=False))
    return joan


@_scene("own-comment")
def _public() -> None:
    _decided("published", person=_joan())


@_scene("own-comment")
def _public_to_a_member_without_text() -> None:
    member = member_person()
    choose([member], Choice(with_text=False))
    _decided("published", person=member)


@_scene("own-comment")
def _public_without_details() -> None:
    for person in (_joan(), _without_text()):
        comment = _send(person)
        redact_comment(comment, body="Our son goes to school and his legs are stiff. Does warm water help?", actor=_moderator())
        decide(Comment.objects.get(pk=comment.pk), "published")
    _go_on()


@_scene("own-comment")
def _words_taken_out_later() -> None:
    for reason in ("advertising", "other"):
        joan = _joan()
        comment = _decided("published", person=joan)
        _forget_mail(joan)
        redact_comment(comment, body="Does warm water help?", actor=_moderator(), reason=reason)
        _go_on()


@_scene("own-comment")
def _not_public() -> None:
    for reason in Comment.Reason.values:
        decide(_send(_joan()), "rejected", reason=reason)
    decide(_send(_without_text()), "rejected", reason="personal_details")
    decide(_send(member_person()), "rejected", reason="personal_details")
    _go_on()


@_scene("own-comment")
def _not_public_for_the_last_time() -> None:
    joan = _joan()
    comment = _decided("rejected", person=joan)
    for turn in range(3):
        comment = edit_comment(comment, body=f"Kinder words, take {turn + 2}.", subject="", relation="", actor=WRITER)
        _forget_mail(joan)
        comment = decide(comment, "rejected", reason="unkind")
        _go_on()


@_scene("own-comment")
def _taken_off() -> None:
    _decided("published", "removed", reason="harmful", person=_joan())


@_scene("own-comment")
def _back_again() -> None:
    _decided("published", "removed", "published", person=_joan())


@_scene("own-comment")
def _change_public() -> None:
    for body in ("", "We live nearby. Does warm water help?"):
        joan = _joan()
        comment = _decided("published", person=joan)
        _forget_mail(joan)
        comment = edit_comment(
            comment, body="We live in Quiet Lane. Does warm water help?", subject="", relation="", actor=WRITER
        )
        publish_change(comment, actor=_moderator(), seen=text_key(latest_text(comment)), **({"body": body} if body else {}))
        _go_on()


@_scene("own-comment")
def _change_not_public() -> None:
    joan = _joan()
    comment = _decided("published", person=joan)
    _forget_mail(joan)
    comment = edit_comment(comment, body="Call them fools.", subject="", relation="", actor=WRITER)
    decline_change(comment, actor=_moderator(), seen=text_key(latest_text(comment)), reason="unkind")
    _go_on()


@_scene("own-comment")
def _it_stays_as_it_is() -> None:
    joan = _joan()
    comment = _decided("rejected", person=joan)
    _forget_mail(joan)
    appeal(comment, text="I meant myself.")
    uphold_decision(comment, actor=_moderator(), answer="It reads as if you meant her. Say “I” where you say “you”.")
    _go_on()


@_scene("how-it-went")
def _how_did_it_go() -> None:
    for person in (_joan(), _without_text()):
        _ask(person, ago=ASKED_AFTER + DAY, body="Does warm water help?", wants_asking=True)
    ask_for_outcomes.call()


# Addresses, and the way back.


@_scene("follow-proof")
def _is_this_your_address() -> None:
    send_follow_proof(GuestFactory(email="joan1@example.org"), NOW)


@_scene("address-proven")
def _address_is_confirmed() -> None:
    welcome(_joan().guest)


@_scene("address-proven")
def _address_is_confirmed_and_somebody_has_answered() -> None:
    guest = GuestFactory(display_name="Joan", email="joan2@example.org")
    _answer(_ask(Person(guest=guest)))
    _go_on()
    Guest.objects.filter(pk=guest.pk).update(proven_at=NOW)
    guest.refresh_from_db()
    welcome(guest)


@_scene("emails-link")
def _link_to_the_emails() -> None:
    _joan(email="joan3@example.org")
    send_emails_link("joan3@example.org", NOW)


@_scene("way_back")
def _way_back() -> None:
    send_way_back(GuestFactory(email="joan4@example.org"))
    send_way_back(_joan(email="joan5@example.org").guest)


@_scene("way_back")
def _way_back_that_was_lost() -> None:
    for count in (1, 3):
        address = f"joan6{count}@example.org"
        for number in range(count):
            with time_machine.travel(NOW - number * 400 * DAY, tick=False):
                CommentFactory(guest=GuestFactory(email=address))
        send_lost_links(address)


@_scene("draft_link")
def _link_to_a_draft() -> None:
    for who in ({"author": None, "guest": _joan().guest}, {"author": MemberFactory(), "guest": None}):
        words = Words(body="What I wanted to say")
        draft = save_draft(words, discussion=_article().discussion, parent=None, draft=None, form_key=uuid4(), **who)
        mail_link_to(draft)


# One's own data.


@_scene("export-ready")
def _data_is_ready() -> None:
    request_export(_joan())
    _go_on()


@_scene("erasure-asked")
def _erasure_is_coming() -> None:
    for person in (_joan(), member_person()):
        request_erasure(person, keep_words=True)


@_scene("erasure-done")
def _erasure_is_done() -> None:
    ErasureRequest.objects.all().delete()
    for keep_words in (True, False):
        request_erasure(_joan(), keep_words=keep_words)
        with time_machine.travel(NOW + 8 * DAY, tick=False):
            erase_due_people.call()
            Worker(rhythms=()).run_due()


@_scene("third-party-answer")
def _answer_to_somebody_named() -> None:
    answer = "We took your name and your street out of the comment.\n\nSearch engines may show the old text for some days."
    row = ThirdPartyRequest.objects.create(comment=CommentFactory(), about="self", wish="name", email="named@example.org")
    row.answer = answer
    close_request(row)


# Those who look after the site.


def _let_staff_go() -> None:
    """Leave one moderator of all who have decided something in other scenes."""
    User.objects.filter(is_staff=True).update(is_staff=False)
    ModeratorFactory()


@_scene("queue-waiting")
def _one_waits() -> None:
    _let_staff_go()
    _held(2)
    remind_staff.call()


@_scene("queue-waiting")
def _many_wait_too_long() -> None:
    _let_staff_go()
    for hours in (100, 30):
        _held(hours)
    with time_machine.travel(NOW - timedelta(hours=5), tick=False):
        Claim.objects.create(comment=CommentFactory(), member=MemberFactory(), evidence="I was there.", made_at=timezone.now())
        ThirdPartyRequest.objects.create(comment=CommentFactory(), about="self", wish="name", email="x@example.org")
    with time_machine.travel(NOW + DAY, tick=False):
        remind_staff.call()


def _held(hours: int) -> None:
    with time_machine.travel(NOW - timedelta(hours=hours), tick=False):
        CommentFactory(state="held")


@_scene("care-needed")
def _somebody_may_be_at_risk() -> None:
    _let_staff_go()
    post_comment(discussion=_article().discussion, body=DESPAIR, guest=GuestFactory())
    tell_of_care.call()


@_scene("care-needed")
def _several_may_be_at_risk() -> None:
    _let_staff_go()
    for _ in range(2):
        post_comment(discussion=_article().discussion, body=DESPAIR, guest=GuestFactory())
    tell_of_care.call()


@_scene("sign-in")
def _signing_in() -> None:
    def letter(kind: str) -> Letter:
        return sign_in_letters.write_letter(kind, {"code": "402917"})

    kinds = sign_in_letters._LETTERS
    send_letters(write_letter(letter(kind), to=f"{kind}@example.org", kind="sign-in") for kind in kinds)
