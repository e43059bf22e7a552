"""What a member does about their account: passkeys, password, second step, recovery codes, address, sessions, closing it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone
from time_machine import TimeMachineFixture

from forum.accounts.events import account_closed
from forum.accounts.models import User
from forum.discussion.models import Comment
from tests.accounts.entrance import (
    CODE,
    SECRET,
    SIGN_IN,
    SIGN_UP,
    ask_for_code,
    code_of_app,
    is_signed_in,
    newest_code,
    sign_in,
    words_of,
)
from tests.accounts.passkeys import give_passkey
from tests.factories import PASSWORD, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db


def test_account_page_leads_to_everything() -> None:
    client = sign_in(MemberFactory())
    page = client.get("/accounts/").content.decode()
    for address in re.findall(r'href="(/accounts/[^"]+)"', page):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "address", ["/accounts/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/close/", "/accounts/email/"]
)
def test_pages_of_an_account_ask_to_sign_in_first(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"{SIGN_IN}?next={address}"


def test_app_is_set_up_asked_for_and_given_up() -> None:
    member = MemberFactory()
    client = sign_in(member)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    assert "<svg" in page
    assert "data:" not in page
    secret = re.search(r'<strong dir="ltr">(\w+)</strong>', page)[1]
    assert "This is not the code" in words_of(client.post("/accounts/2fa/totp/activate/", {"code": "000000"}))
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of_app(secret)}, follow=True)
    assert len(re.findall(r"<li dir=\"ltr\">\d{8}</li>", answer.content.decode())) == 10
    other = Client()
    assert other.post(CODE, {"code": ask_for_code(other, member.email)})["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(other)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "Your app is no longer asked for"


def test_recovery_code_takes_the_place_of_the_app_once(client: Client) -> None:
    member = MemberFactory()
    TOTP.activate(member, SECRET)
    recovery = RecoveryCodes.activate(member).generate_codes()[0]
    for works in (True, False):
        client.post(CODE, {"code": ask_for_code(client, member.email)})
        answer = client.post("/accounts/2fa/authenticate/", {"code": recovery})
        assert is_signed_in(client) is works
        client.post("/accounts/logout/")
    assert "This is not the code" in words_of(answer)


def test_passkey_of_a_member_is_no_second_lock_and_one_of_staff_is() -> None:
    for member, asked in ((MemberFactory(), False), (ModeratorFactory(), True)):
        give_passkey(member)
        client = Client()
        client.post(CODE, {"code": ask_for_code(client, member.email)})
        assert is_signed_in(client) is not asked


def test_passkey_is_renamed_and_taken_away() -> None:
    member = MemberFactory()
    client, passkey = sign_in(member), give_passkey(member)
    client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/edit/", {"name": "My <phone>"})
    assert "My &lt;phone&gt;" in client.get("/accounts/2fa/webauthn/").content.decode()
    client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/")
    assert not Authenticator.objects.exists()


def test_passkeys_of_others_are_not_found() -> None:
    client, passkey = sign_in(MemberFactory()), give_passkey(MemberFactory())
    for act in ("edit", "remove"):
        assert client.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/{act}/", {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}']
)
def test_what_is_no_passkey_leads_back_to_the_page_for_signing_in(client: Client, credential: str) -> None:
    give_passkey(MemberFactory())
    assert client.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()["request_options"]
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, SIGN_IN)


def test_password_is_set_changed_and_typed_once() -> None:
    member = MemberFactory(password=None)
    client = sign_in(member)
    assert "You can sign in with your password" in words_of(
        client.post("/accounts/password/set/", {"password1": "a long first one"}, follow=True)
    )
    assert "This is not your password of today" in words_of(
        client.post("/accounts/password/change/", {"oldpassword": "not it", "password1": "a long second one"})
    )
    client.post("/accounts/password/change/", {"oldpassword": "a long first one", "password1": "a long second one"})
    member.refresh_from_db()
    assert member.check_password("a long second one")
    assert is_signed_in(client)


def test_what_matters_asks_again_after_a_while(time_machine: TimeMachineFixture) -> None:
    client = sign_in(MemberFactory())
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer["Location"] == f"/accounts/reauthenticate/?next={quote('/accounts/2fa/totp/activate/', safe='')}"
    assert "This is not your password" in words_of(client.post(answer["Location"], {"password": "not it"}))
    assert client.post(answer["Location"], {"password": PASSWORD})["Location"] == "/accounts/2fa/totp/activate/"


def test_address_changes_once_the_new_one_is_proven() -> None:
    member = MemberFactory(email="old@example.org")
    client = sign_in(member)
    client.post("/accounts/email/", {"email": "New@Example.org", "action_add": "1"})
    assert mail.outbox[-1].to == ["new@example.org"]
    member.refresh_from_db()
    assert member.email == "old@example.org"
    client.post("/accounts/confirm-email/", {"code": newest_code()})
    member.refresh_from_db()
    assert member.email == "new@example.org"
    assert list(member.emailaddress_set.values_list("email", "verified", "primary")) == [("new@example.org", True, True)]
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (["old@example.org"], "You sign in with another address now")
    assert "/help/" in str(mail.outbox[-1].body)  # signing in is no way out: the code would be mailed to the other address
    assert "new@example.org" not in mail.outbox[-1].body


def test_address_of_another_member_looks_like_any_other() -> None:
    MemberFactory(email="taken@example.org")
    pages = []
    for address in ("taken@example.org", "free@example.org"):
        client = sign_in(MemberFactory(email=f"me-and-{address}"))
        client.post("/accounts/email/", {"email": address, "action_add": "1"})
        pages.append(words_of(client.get("/accounts/confirm-email/")).replace(address, "ADDRESS"))
        assert mail.outbox[-1].to == [address]
    assert re.sub(r"Member \w+", "", pages[0]) == re.sub(r"Member \w+", "", pages[1])
    assert User.objects.filter(email="taken@example.org").count() == 1


def test_one_session_is_ended_from_another() -> None:
    member = MemberFactory()
    here, there = sign_in(member), sign_in(member)
    page = here.get("/accounts/sessions/").content.decode()
    (address,) = re.findall(r'action="(/accounts/sessions/\d+/end/)"', page)
    assert sign_in(MemberFactory()).post(address).status_code == 404
    here.post(address)
    assert there.get("/accounts/").status_code == 302
    assert here.get("/accounts/").status_code == 200


def test_session_keeps_no_network_address() -> None:
    sign_in(MemberFactory())
    assert UserSession.objects.get().ip == "0.0.0.0"


def test_all_other_sessions_are_ended_at_once() -> None:
    member = MemberFactory()
    here, *others = (sign_in(member) for _ in range(3))
    here.post("/accounts/sessions/")
    assert [other.get("/accounts/").status_code for other in others] == [302, 302]
    assert "All other browsers are signed out." in words_of(here.get("/accounts/sessions/"))


def test_closed_account_keeps_words_and_name_and_lets_nobody_in() -> None:
    heard = []
    account_closed.connect(lambda **news: heard.append(news["user"]), weak=False, dispatch_uid="test")
    member = MemberFactory(display_name="Ana", email="ana@example.org")
    comment = CommentFactory(author=member)
    here, there = sign_in(member), sign_in(member)
    assert here.get("/accounts/close/").status_code == 200
    assert member.is_active
    assert "Your account is closed" in words_of(here.post("/accounts/close/", follow=True))
    account_closed.disconnect(dispatch_uid="test")
    assert heard == [member]
    assert not UserSession.objects.exists()
    assert there.get("/accounts/").status_code == 302
    assert Comment.objects.get(pk=comment.pk).public
    assert "Somebody else here is called Ana" in words_of(
        Client().post(SIGN_UP, {"email": "b@example.org", "display_name": "Ana"})
    )
    for address, fields in ((SIGN_IN, {"login": member.email}), (SIGN_UP, {"email": member.email, "display_name": "Bo"})):
        Client().post(address, fields)
        assert mail.outbox[-1].subject == "Your account is closed"
    answer = Client().post(SIGN_IN, {"login": member.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in words_of(answer)


def test_staff_do_not_close_their_account_before_handing_over() -> None:
    moderator = ModeratorFactory()
    client = sign_in(moderator)
    assert "Ask an operator" in words_of(client.post("/accounts/close/"))
    moderator.refresh_from_db()
    assert moderator.is_active


def test_staff_without_a_second_step_are_led_to_one(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    moderator = ModeratorFactory()
    client = sign_in(moderator)
    answer = client.get("/admin/discussion/comment/", follow=True)
    assert answer.redirect_chain == [("/accounts/2fa/", 302)]
    assert "The administration opens once you have a second step" in words_of(answer)
    TOTP.activate(moderator, SECRET)
    assert client.get("/admin/discussion/comment/").status_code == 200
    assert "Staff need a second step" in words_of(client.post("/accounts/2fa/totp/deactivate/"))
    assert Authenticator.objects.exists()


def test_members_need_no_second_step_and_the_rest_of_the_site_stays_open_to_staff(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    assert sign_in(MemberFactory()).get("/accounts/").status_code == 200
    assert sign_in(ModeratorFactory()).get("/").status_code == 200


def test_administration_has_the_same_sign_in_as_the_site(client: Client) -> None:
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{SIGN_IN}?next=%2Fadmin%2F"
    moderator = ModeratorFactory()
    answer = client.post(SIGN_IN, {"login": moderator.email, "password": PASSWORD, "next": "/admin/"})
    assert answer["Location"] == "/admin/"
    client.force_login(MemberFactory())
    assert client.get("/admin/", follow=True).status_code == 403
