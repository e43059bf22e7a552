""" "I wrote this comment": who can ask for an imported one, what a moderator decides, and how the one who asked hears of it."""

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.guests import COOKIE_SALT
from forum.discussion.claiming import MAX_EVIDENCE_CHARS, MAX_OPEN, AlreadyDecidedError, Claimer, decide_claim, make_claim
from forum.discussion.models import ActorKind, Claim, Comment
from forum.discussion.services import Actor, transition
from tests.discussion.moderating import sign_in
from tests.factories import CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:discussion_claim_changelist")


@pytest.fixture
def comment():
    return CommentFactory(name="Nadia", body="We waited nine years.", origin="serendip")


@pytest.fixture
def member():
    return MemberFactory(display_name="Nadia B.")


def path_of(comment):
    return f"/comments/{comment.pk}/claim/"


def browser_of(guest):
    client = Client()
    client.cookies[settings.GUEST_COOKIE_NAME] = signing.dumps([guest.pk, guest.link_counter], salt=COOKIE_SALT)
    return client


def decide(claim, grant="yes", *, client=None, **typed):
    client = client or sign_in(ModeratorFactory())
    address = reverse("admin:discussion_claim_decide", args=[claim.pk])
    return client.post(address, {"grant": grant} | typed, follow=True)


def test_only_imported_comments_lead_to_the_form(client, comment):
    written_here = CommentFactory(article=comment.discussion.article)
    page = client.get(comment.discussion.article.get_absolute_url()).content.decode()
    assert f'<a href="{path_of(comment)}">I wrote this comment</a>' in page
    assert path_of(written_here) not in page
    assert client.get(path_of(written_here)).status_code == 404
    assert client.get("/comments/99999999999999999999/claim/").status_code == 404


def test_reader_is_told_how_to_ask(client, comment):
    page = client.get(path_of(comment)).content.decode()
    assert "a moderator can give it to you" in page
    assert f"?next={path_of(comment)}" in page
    assert "<textarea" not in page


def test_words_are_still_there_when_the_session_has_ended(client, comment):
    answer = client.post(path_of(comment), {"evidence": "I signed as N."})
    assert (answer.status_code, "I signed as N." in answer.content.decode()) == (403, True)
    assert not Claim.objects.exists()


def test_words_are_still_there_when_the_token_failed(comment, member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    answer = client.post(path_of(comment), {"evidence": "I signed as N."})
    page = answer.content.decode()
    assert (answer.status_code, "I signed as N.</textarea>" in page) == (403, True)
    assert "Your text is still here. Press Ask again." in page
    assert not Claim.objects.exists()


def test_member_asks_and_is_told_that_it_waits(comment, member):
    client = sign_in(member)
    page = client.post(path_of(comment), {"evidence": "I gave the address of a school."}, follow=True).content.decode()
    assert "You asked for this comment. A moderator will read it" in page
    claim = Claim.objects.get()
    assert (claim.comment, claim.member, claim.evidence) == (comment, member, "I gave the address of a school.")
    assert "/mine/attach/" in client.get(member.get_absolute_url()).content.decode()
    assert "It waits for a moderator." in client.get("/mine/attach/").content.decode()


def test_asking_again_while_it_waits_changes_what_was_said(comment, member):
    client = sign_in(member)
    for evidence in ("First words.", "Better words."):
        client.post(path_of(comment), {"evidence": evidence})
    assert Claim.objects.get().evidence == "Better words."


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("evidence", "told"),
    [("", "Write how we can tell"), ("  ", "Write how we can tell"), ("x" * (MAX_EVIDENCE_CHARS + 1), "Make it shorter")],
)
def test_words_that_do_not_do_come_back(comment, member, evidence, told):
    page = sign_in(member).post(path_of(comment), {"evidence": evidence}).content.decode()
    assert told in page
    assert evidence.strip() in page
    assert not Claim.objects.exists()


def test_guest_asks_with_a_proven_address_only(comment):
    typed = GuestFactory(email="n@example.org")
    assert "<textarea" not in browser_of(typed).get(path_of(comment)).content.decode()
    assert browser_of(typed).post(path_of(comment), {"evidence": "Me."}).status_code == 403
    proven = GuestFactory(email="n@example.org", proven_at=timezone.now())
    browser_of(proven).post(path_of(comment), {"evidence": "Me."})
    assert Claim.objects.get().guest == proven
    decide(Claim.objects.get())
    comment.refresh_from_db()
    assert (comment.guest, comment.author) == (proven, None)
    assert "It is yours now." in browser_of(proven).get("/mine/").content.decode()
    assert "It is yours now." in browser_of(proven).get(path_of(comment)).content.decode()


def test_nobody_can_pile_up_requests(member):
    for _ in range(MAX_OPEN):
        make_claim(CommentFactory(origin="serendip"), claimer=Claimer(member=member), evidence="Mine.")
    page = sign_in(member).post(path_of(CommentFactory(origin="serendip")), {"evidence": "Mine too."}).content.decode()
    assert "You have asked for many comments." in page
    assert "Mine too.</textarea>" in page
    assert Claim.objects.count() == MAX_OPEN


def test_moderator_gives_the_comment_to_who_asked(comment, member):
    claim = make_claim(comment, claimer=Claimer(member=member), evidence="I signed as N.")
    moderator = ModeratorFactory()
    client = sign_in(moderator)
    assert "I signed as N." in client.get(LIST).content.decode()
    page = client.get(reverse("admin:discussion_claim_change", args=[claim.pk])).content.decode()
    assert "We waited nine years." in page
    assert "Nadia B., a member since" in page
    assert member.email not in page
    assert "Given to Nadia B." in decide(claim, client=client, answer="Welcome back.").content.decode()
    claim.refresh_from_db()
    comment.refresh_from_db()
    assert (claim.granted, claim.decided_by, comment.author, comment.name) == (True, moderator, member, "Nadia")
    decision = comment.decisions.first()
    assert (decision.kind, decision.who, decision.actor_kind) == ("writer", moderator, "moderator")
    page = sign_in(member).get(path_of(comment)).content.decode()
    assert "It is yours now." in page
    assert "The moderator wrote: “Welcome back.”" in page


def test_who_asked_in_vain_reads_why_and_can_ask_again(comment, member):
    claim = make_claim(comment, claimer=Claimer(member=member), evidence="It is mine.")
    decide(claim, "no", answer="Which name did you use?")
    comment.refresh_from_db()
    assert comment.author is None
    client = sign_in(member)
    page = client.get(path_of(comment)).content.decode()
    assert "could not tell that it is yours" in page
    assert "Which name did you use?" in page
    client.post(path_of(comment), {"evidence": "I used Nadia."})
    assert Claim.objects.filter(decided_at=None, evidence="I used Nadia.").count() == 1


def test_second_moderator_is_told_who_decided(comment, member):
    claim = make_claim(comment, claimer=Claimer(member=member), evidence="Mine.")
    first = ModeratorFactory(display_name="Ines")
    decide_claim(claim, grant=False, actor=Actor(ActorKind.MODERATOR, first))
    answer = decide(claim)
    assert (answer.status_code, "Ines decided this before you." in answer.content.decode()) == (409, True)
    with pytest.raises(AlreadyDecidedError):
        decide_claim(claim, grant=True, actor=Actor(ActorKind.MODERATOR, first))


def test_comment_is_given_once(comment, member):
    other = make_claim(comment, claimer=Claimer(member=MemberFactory()), evidence="Mine.")
    decide(make_claim(comment, claimer=Claimer(member=member), evidence="Mine."))
    assert decide(other).status_code == 409
    other.refresh_from_db()
    comment.refresh_from_db()
    assert (other.decided_at, comment.author) == (None, member)
    assert decide(other, "no").status_code == 200
    assert "somebody’s already" in sign_in(MemberFactory()).get(path_of(comment)).content.decode()


@pytest.mark.parametrize("person", ["nobody", "member", "author"])
def test_decisions_are_for_moderators(comment, member, person):
    claim = make_claim(comment, claimer=Claimer(member=member), evidence="Mine.")
    people = {"nobody": Client, "member": lambda: sign_in(member), "author": lambda: sign_in(ModeratorFactory(role="author"))}
    client = people[person]()
    assert client.post(reverse("admin:discussion_claim_decide", args=[claim.pk]), {"grant": "yes"}).status_code in (302, 403)
    assert client.get(reverse("admin:discussion_claim_change", args=[claim.pk])).status_code in (302, 403)
    assert client.get(LIST).status_code in (302, 403)
    claim.refresh_from_db()
    assert claim.decided_at is None


def test_erased_comment_takes_what_was_said_about_it_along(comment, member):
    make_claim(comment, claimer=Claimer(member=member), evidence="My secret.")
    transition(comment, Comment.State.ERASED, actor=Actor(ActorKind.WRITER))
    assert not Claim.objects.exists()
