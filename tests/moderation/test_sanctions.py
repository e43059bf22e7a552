"""Sanctions: whom each kind touches, what it does, what the writer is told, and how it ends."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from forum.accounts.models import User
from forum.discussion.arrival import Arrival
from forum.discussion.editing import edit_comment
from forum.discussion.models import ActorKind, Comment, Draft, Lane, Signal
from forum.discussion.posting import post_comment
from forum.discussion.screening import CommentRefusedError
from forum.discussion.services import Actor
from forum.moderation.flags import Reporter, flag_comment
from forum.moderation.models import Sanction
from forum.moderation.sanctions import find_sanctions, forget_sanctions, in_force, lift, tell_writer
from forum.moderation.targets import mask, read_target
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db
K, A = Sanction.Kind, Sanction.Action
TODAY = date(2026, 3, 1)
UNTIL = date(2026, 5, 3)
ADD = reverse("admin:moderation_sanction_add")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        yield


def _sanction(kind: str, target: Any = "", action: str = A.REFUSE, **fields: Any) -> Sanction:
    about = {K.MEMBER: "member", K.GUEST: "guest"}.get(kind, "value")
    return Sanction.objects.create(
        **({"kind": kind, about: target, "action": action, "reason": "advertising", "until": UNTIL} | fields)
    )


def _post(*, author: User | None = None, guest: Any = None, client_ip: str = "203.0.113.9", article: Any = None) -> Comment:
    return post_comment(
        discussion=(article or ArticleFactory()).discussion,
        author=author,
        guest=None if author else guest or GuestFactory(),
        name="Bo",
        body="It went better after the summer, slowly.",
        arrival=Arrival(client_ip=client_ip, form_seconds=90),
    )


def _known() -> User:
    """Return a member whose comments are public at once."""
    member = MemberFactory()
    CommentFactory.create_batch(2, author=member)
    return member


# -- whom it touches


def test_each_kind_refuses_whom_it_is_about_and_nobody_else():
    member, guest = MemberFactory(email="mo@mail.example.org"), GuestFactory(email="Gu@example.net")
    touched = {
        K.MEMBER: (member, [{"author": member}, {"guest": GuestFactory(email="mo@mail.example.org")}]),
        K.GUEST: (guest, [{"guest": guest}]),
        K.ADDRESS: ("gu@example.net", [{"guest": guest}, {"guest": GuestFactory(email="gu@EXAMPLE.net")}]),
        K.DOMAIN: ("example.org", [{"author": member}, {"guest": GuestFactory(email="x@example.org")}]),
        K.NETWORK: ("203.0.113.0/24", [{"author": member}, {"guest": guest}, {}]),
    }
    elsewhere = {"client_ip": "198.51.100.1"}
    for kind, (target, people) in touched.items():
        sanction = _sanction(kind, target)
        for person in people:
            with pytest.raises(CommentRefusedError):
                _post(**person)
        for person in (
            {"author": MemberFactory(email=f"{kind}@elsewhere.example")},
            {"guest": GuestFactory(email="x@badexample.org")},
        ):
            assert _post(**(person | elsewhere)).pk
        sanction.delete()


def test_second_proven_address_of_a_member_counts():
    member = MemberFactory()
    EmailAddress.objects.create(user=member, email="Other@example.org", verified=True)
    _sanction(K.ADDRESS, "other@example.org")
    with pytest.raises(CommentRefusedError):
        _post(author=member)


@pytest.mark.parametrize(
    ("network", "address", "is_touched"),
    [
        ("203.0.113.9/32", "203.0.113.9", True),
        ("203.0.113.9/32", "203.0.113.10", False),
        ("2001:db8:1:2::/64", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1::/48", "2001:db8:1:3::1", True),
        ("2001:db8:1:2::/64", "2001:db8:1:3::1", False),
        ("203.0.113.9/32", "::ffff:203.0.113.9", True),
        ("203.0.113.9/32", "", False),
    ],
)
def test_network_holds_the_addresses_in_it(network, address, is_touched):
    _sanction(K.NETWORK, network)
    assert bool(find_sanctions(member_id=None, guest_id=None, client_ip=address)) is is_touched


def test_network_says_nothing_of_people_who_are_known_here():
    member, article = _known(), ArticleFactory()
    _sanction(K.NETWORK, "203.0.113.0/24")
    assert _post(author=member, article=article).state == "published"
    with pytest.raises(CommentRefusedError):
        _post(author=MemberFactory(), article=article)


@pytest.mark.parametrize("kind", list(K))
def test_staff_are_never_touched(kind):
    staff = ModeratorFactory(email="mo@example.org")
    targets = {
        K.MEMBER: staff,
        K.GUEST: GuestFactory(),
        K.ADDRESS: staff.email,
        K.DOMAIN: "example.org",
        K.NETWORK: "203.0.113.9/32",
    }
    _sanction(kind, targets[kind])
    assert _post(author=staff).state == "published"
    form = reverse("discussion:comment-new", args=[ArticleFactory().slug])
    browser = Client(REMOTE_ADDR="203.0.113.9")
    browser.force_login(staff)
    assert "3 May 2026" not in words_of(browser.get(form))


def test_it_costs_one_query_where_nobody_is_sanctioned():
    with CaptureQueriesContext(connection) as queries:
        find_sanctions(member_id=1, guest_id=None, client_ip="203.0.113.9")
    assert len(queries) == 1


# -- what it does


def test_always_look_holds_what_would_be_public_and_says_why_to_the_moderator():
    member = _known()
    _sanction(K.MEMBER, member, A.HOLD)
    comment = _post(author=member)
    assert comment.state == "held"
    signal = Signal.objects.get(comment=comment, code="sanction")
    assert signal.sentence == "There is a sanction for this member until 3 May 2026 (advertising)."
    assert (signal.strength, signal.lane) == ("strong", Lane.ADVERTISING)
    assert comment.queue_item.lane == Lane.ADVERTISING


def test_other_reasons_are_not_called_advertising():
    member = _known()
    _sanction(K.MEMBER, member, A.HOLD, reason="unkind")
    assert _post(author=member).queue_item.lane == Lane.FIRST


def test_earlier_words_can_be_changed_and_the_change_waits():
    member = _known()
    comment = CommentFactory(author=member, body="The first words.")
    _sanction(K.MEMBER, member)
    edit_comment(comment, body="Other words.", subject="", relation="", actor=Actor(ActorKind.WRITER, member))
    comment.refresh_from_db()
    assert (comment.body, comment.pending_change.body) == ("The first words.", "Other words.")


def test_strictest_of_several_is_told():
    guest = GuestFactory(email="gu@example.net")
    _sanction(K.GUEST, guest, A.HOLD)
    _sanction(K.ADDRESS, "gu@example.net", until=date(2026, 4, 1))
    longest = _sanction(K.DOMAIN, "example.net")
    found = find_sanctions(member_id=None, guest_id=guest.pk, client_ip="")
    assert (len(found), found[0]) == (3, longest)


def test_reports_of_somebody_sanctioned_weigh_nothing():
    member = MemberFactory()
    assert flag_comment(CommentFactory(), reporter=Reporter(member=member), reason="unkind").points > 0
    _sanction(K.MEMBER, member, A.HOLD)
    assert flag_comment(CommentFactory(), reporter=Reporter(member=member), reason="unkind").points == 0


# -- what the writer is told


def test_writer_is_told_at_the_form_and_again_with_the_text_when_sending():
    guest = GuestFactory()
    _sanction(K.GUEST, guest, reason="unkind")
    form = reverse("discussion:comment-new", args=[ArticleFactory().slug])
    browser = visit_as(guest)
    told = (
        "You cannot write here until 3 May 2026. What was posted hurt other people. "
        "If you think that this is wrong, write to us: “Help and contact” says how."
    )
    assert told in words_of(browser.get(form))
    page = browser.post(form, {"body": "My <own> words.", "post": "1", "form_key": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"})
    assert told in words_of(page)
    assert "My &lt;own&gt; words.</textarea>" in page.content.decode()
    assert Draft.objects.get().body == "My <own> words."
    assert not Comment.objects.exists()
    assert told not in words_of(Client().get(form))
    assert reverse("site:help") in browser.get(form).content.decode()


def test_somebody_who_is_always_looked_at_is_told_too():
    guest = GuestFactory()
    _sanction(K.GUEST, guest, A.HOLD)
    form = reverse("discussion:comment-new", args=[ArticleFactory().slug])
    assert "Until 3 May 2026 a moderator reads each of your comments before it is public." in words_of(visit_as(guest).get(form))


def test_newcomer_from_a_network_is_not_blamed():
    told = tell_writer(_sanction(K.NETWORK, "203.0.113.0/24"))
    assert "new writers cannot post from the network that you use" in told
    assert "Perhaps it was not you." in told
    assert "203" not in told


# -- how it ends


def test_it_ends_by_itself_on_its_day():
    sanction = _sanction(K.NETWORK, "203.0.113.9/32")
    with pytest.raises(CommentRefusedError):
        _post()
    assert list(in_force(UNTIL - timedelta(days=1))) == [sanction]
    assert not in_force(UNTIL).exists()
    with time_machine.travel(datetime(2026, 5, 3, 0, 1, tzinfo=UTC)):
        assert _post().pk


def test_lifted_it_is_over_and_who_lifted_it_stays():
    sanction, moderator = _sanction(K.NETWORK, "203.0.113.9/32"), ModeratorFactory()
    assert lift(sanction, by=moderator)
    assert not lift(sanction, by=ModeratorFactory())
    sanction.refresh_from_db()
    assert sanction.lifted_by == moderator
    assert _post().pk


def test_networks_are_forgotten_as_evidence_is_and_all_after_a_year(settings):
    settings.EVIDENCE_DAYS = 30
    network, member = _sanction(K.NETWORK, "203.0.113.9/32"), _sanction(K.MEMBER, MemberFactory())
    lifted = _sanction(K.NETWORK, "198.51.100.1/32", until=date(2027, 1, 1), lifted_at=timezone.now())
    forget_sanctions(datetime(2026, 4, 5, tzinfo=UTC))
    values = dict(Sanction.objects.values_list("pk", "value"))
    assert values == {network.pk: "203.0.113.9/32", member.pk: "", lifted.pk: ""}
    forget_sanctions(datetime(2026, 6, 10, tzinfo=UTC))
    network.refresh_from_db()
    assert network.value == ""
    forget_sanctions(datetime(2027, 5, 10, tzinfo=UTC))
    assert not Sanction.objects.exists()


def test_database_refuses_a_sanction_that_is_about_nobody_or_two():
    for wrong in ({"kind": K.MEMBER}, {"kind": K.MEMBER, "guest": GuestFactory()}, {"kind": K.DOMAIN, "member": MemberFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sanction.objects.create(reason="other", until=UNTIL, **wrong)


# -- what is typed


def test_comment_stands_for_its_writer_their_address_and_its_network():
    member = MemberFactory(email="mo@mail.example.org")
    by_member = _post(author=member, client_ip="203.0.113.77")
    by_guest = _post(guest=GuestFactory())
    for typed in (f"#{by_member.pk}", str(by_member.pk), f"http://localhost:8000/articles/a/comments/1/#comment-{by_member.pk}"):
        assert read_target(K.MEMBER, typed).member == member
    assert read_target(K.ADDRESS, f"/comments/{by_member.pk}/").value == "mo@mail.example.org"
    assert read_target(K.DOMAIN, f"#{by_member.pk}").value == "mail.example.org"
    assert read_target(K.NETWORK, f"#{by_member.pk}").value == "203.0.113.77/32"
    assert read_target(K.GUEST, f"#{by_guest.pk}").guest == by_guest.guest


def test_member_is_found_by_name_by_page_and_by_a_former_name():
    member = MemberFactory(display_name="Zoë Example")
    member.old_names.create(slug="old-zoe", name_key="x", given_up_at=timezone.now(), kept_until=timezone.now())
    for typed in ("Zoë Example", member.get_absolute_url(), f"http://localhost:8000{member.get_absolute_url()}", "old-zoe"):
        assert read_target(K.MEMBER, typed).member == member


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        (K.MEMBER, "Nobody at all", "There is no member with this name."),
        (K.GUEST, "Bo", "Write the number of a comment of this guest"),
        (K.ADDRESS, "bo", "Write an e-mail address such as name@example.org"),
        (K.DOMAIN, "com", "A whole ending such as “com” cannot be meant."),
        (K.DOMAIN, "co.uk", "A whole ending such as “com” cannot be meant."),
        (K.DOMAIN, "nonsense", "Write a domain such as example.org."),
        (K.NETWORK, "203.0.113.*", "Write an address such as 203.0.113.9"),
        (K.NETWORK, "203.0.0.0/8", "is far too wide"),
        (K.NETWORK, "2000::/3", "is far too wide"),
        (K.NETWORK, "#999999", "There is no comment 999999."),
    ],
)
def test_what_means_nobody_is_refused_with_what_to_do(kind, typed, said):
    with pytest.raises(ValidationError, match=said.replace(".", r"\.").replace("(", r"\(")):
        read_target(kind, typed)


def test_staff_cannot_be_sanctioned_by_mistake():
    staff = ModeratorFactory(email="mo@example.org", display_name="Mo")
    comment = CommentFactory(author=staff)
    for kind, typed in (
        (K.MEMBER, "Mo"),
        (K.MEMBER, f"#{comment.pk}"),
        (K.ADDRESS, "MO@example.org"),
        (K.ADDRESS, f"#{comment.pk}"),
    ):
        with pytest.raises(ValidationError, match="Staff are never sanctioned"):
            read_target(kind, typed)


def test_mask_keeps_what_somebody_who_knows_it_needs():
    assert mask("marit@example.org") == "m…@example.org"


# -- the administration


@pytest.fixture
def moderator() -> Client:
    browser = Client()
    browser.force_login(ModeratorFactory(display_name="Ines Reads"))
    return browser


def _typed(kind: str, target: str, **typed: str) -> dict[str, str]:
    return {
        "kind": kind,
        "target": target,
        "action": "refuse",
        "reason": "advertising",
        "note": "",
        "until": "2026-05-03",
    } | typed


def test_preview_shows_what_it_would_have_caught_and_saves_nothing(moderator):
    article = ArticleFactory()
    caught = [
        _post(article=article, client_ip=f"203.0.113.{number}", guest=GuestFactory(email="bo@spam.example.org"))
        for number in (4, 5)
    ]
    other = _post(article=article, client_ip="198.51.100.1")
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        _post(article=article, client_ip="203.0.113.4")
    for kind, target in ((K.NETWORK, "203.0.113.0/24"), (K.DOMAIN, "example.org"), (K.ADDRESS, "BO@spam.example.org")):
        page = moderator.post(ADD, _typed(kind, target, _preview="1")).content.decode()
        assert "Nothing is saved yet. It finds 2 comments of the last 30 days (3 were read)." in page
        for comment in caught:
            assert reverse("admin:discussion_comment_change", args=[comment.pk]) in page
        assert reverse("admin:discussion_comment_change", args=[other.pk]) not in page
        assert f'value="{target}"' in page
    assert not Sanction.objects.exists()


def test_moderator_makes_changes_and_lifts_one_and_the_log_says_who(moderator):
    comment = _post(client_ip="203.0.113.77")
    page = moderator.get(f"{ADD}?comment={comment.pk}&kind=network").content.decode()
    assert f'value="#{comment.pk}"' in page
    moderator.post(ADD, _typed(K.NETWORK, f"#{comment.pk}", note="Three times this week."))
    sanction = Sanction.objects.get()
    assert (sanction.value, sanction.note, str(sanction.made_by)) == ("203.0.113.77/32", "Three times this week.", "Ines Reads")
    change = reverse("admin:moderation_sanction_change", args=[sanction.pk])
    moderator.post(change, {"action": "hold", "reason": "unkind", "note": "", "until": "2026-06-01", "kind": "member"})
    sanction.refresh_from_db()
    assert (sanction.action, sanction.kind, sanction.value, sanction.until) == (
        "hold",
        "network",
        "203.0.113.77/32",
        date(2026, 6, 1),
    )
    listed = moderator.get(reverse("admin:moderation_sanction_changelist")).content.decode()
    assert "in force" in listed
    moderator.post(change, {"_lift": "1"})
    sanction.refresh_from_db()
    assert str(sanction.lifted_by) == "Ines Reads"
    acts = LogEntry.objects.filter(object_id=str(sanction.pk)).order_by("pk")
    told = [entry.get_change_message() for entry in acts]
    assert (told[0], told[-1], len(told)) == ("Added.", "Lifted.", 3)
    assert "203" not in str(list(acts.values()))
    for choice, is_in in (("yes", False), ("no", True)):
        found = moderator.get(reverse("admin:moderation_sanction_changelist"), {"in_force": choice}).content.decode()
        assert ("lifted by Ines Reads" in found) is is_in


@pytest.mark.parametrize(
    ("kind", "target", "more", "said"),
    [
        (K.NETWORK, "203.0.0.0/16", {}, "203.0.0.0/16 is wide: a whole town may write from there."),
        (K.NETWORK, "127.0.0.1", {}, "then set TRUSTED_PROXY_COUNT instead."),
        (K.DOMAIN, "gmail.com", {}, "Very many people have their address at gmail.com."),
        (K.NETWORK, "203.0.113.9", {"until": "2029-01-01"}, "It would last longer than a year."),
    ],
)
def test_what_touches_many_is_asked_about(moderator, kind, target, more, said):
    page = moderator.post(ADD, _typed(kind, target, **more)).content.decode()
    assert said in page
    assert not Sanction.objects.exists()
    moderator.post(ADD, _typed(kind, target, is_meant="on", **more))
    assert Sanction.objects.count() == 1


def test_sanction_that_would_catch_a_fifth_of_all_is_asked_about(moderator):
    article = ArticleFactory()
    for number in range(20):
        _post(article=article, client_ip=f"203.0.113.{number}")
    page = moderator.post(ADD, _typed(K.NETWORK, "203.0.113.0/24")).content.decode()
    assert "This finds 20 of the last 20 comments." in page
    assert not Sanction.objects.exists()


def test_wrong_forms_come_back_in_words(moderator):
    for typed, said in (
        (_typed(K.NETWORK, "203.0.0.0/8"), "far too wide"),
        (_typed(K.NETWORK, ""), "Say whom:"),
        (_typed(K.NETWORK, "203.0.113.9", until="2026-03-01"), "Choose a day after today."),
    ):
        assert said in moderator.post(ADD, typed).content.decode()
    assert not Sanction.objects.exists()


def test_page_of_a_comment_leads_to_sanctions_and_hides_addresses(moderator):
    comment = _post(guest=GuestFactory(email="marit@example.org"))
    page = moderator.get(reverse("admin:discussion_comment_change", args=[comment.pk])).content.decode()
    for kind in ("guest", "address", "domain", "network"):
        assert f"{ADD}?comment={comment.pk}&amp;kind={kind}" in page
    assert "kind=member" not in page
    moderator.post(ADD, _typed(K.ADDRESS, f"#{comment.pk}"))
    listed = moderator.get(reverse("admin:moderation_sanction_changelist")).content.decode()
    assert "m…@example.org" in listed
    assert "marit@" not in listed
    assert "(1 in force)" in moderator.get(reverse("admin:discussion_comment_change", args=[comment.pk])).content.decode()
    own = CommentFactory(author=ModeratorFactory())
    assert f"{ADD}?comment" not in moderator.get(reverse("admin:discussion_comment_change", args=[own.pk])).content.decode()


def test_nobody_deletes_one(moderator):
    sanction = _sanction(K.MEMBER, MemberFactory())
    assert moderator.post(reverse("admin:moderation_sanction_delete", args=[sanction.pk]), {"post": "yes"}).status_code == 403
    assert Sanction.objects.exists()
