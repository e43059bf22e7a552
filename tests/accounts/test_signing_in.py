"""Signing up and in with mailed codes and passwords: what works, what each mistake is told, and what nobody may learn."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import TimeMachineFixture

from forum.accounts.models import User
from forum.discussion.models import Comment
from tests.accounts.entrance import ADDRESS_CODE, CODE, SIGN_IN, SIGN_UP, ask_for_code, is_signed_in, newest_code, words_of
from tests.factories import PASSWORD, ArticleFactory, MemberFactory

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "ana@example.org", name: str = "Ana") -> Any:
    return client.post(SIGN_UP, {"email": email, "display_name": name})


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_sign_up_takes_an_address_a_name_and_a_code(client: Client) -> None:
    article = ArticleFactory().get_absolute_url()
    answer = client.post(SIGN_UP, {"email": "Ana@Example.org ", "display_name": " Ana  B.", "next": article})
    assert answer["Location"] == ADDRESS_CODE
    assert not is_signed_in(client)
    answer = client.post(ADDRESS_CODE, {"code": newest_code()})
    assert answer["Location"] == article
    assert is_signed_in(client)
    member = User.objects.get()
    assert (member.email, member.display_name, member.has_usable_password()) == ("ana@example.org", "Ana B.", False)
    assert member.emailaddress_set.get().verified


def test_code_signs_in_and_leads_back_to_where_one_was(client: Client) -> None:
    member, article = MemberFactory(), ArticleFactory().get_absolute_url()
    assert f'href="{SIGN_IN}?next={article}"' in client.get(article).content.decode()
    code = ask_for_code(client, member.email, next=article)
    page = client.get(CODE).content.decode()
    assert page.count("<input") - page.count('type="hidden"') == 1
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert client.post(CODE, {"code": code, "next": article})["Location"] == article
    page = client.get(article).content.decode()
    assert f"<bdi>{member.display_name}</bdi>" in page
    assert SIGN_IN not in page


def test_next_page_is_never_at_another_site(client: Client) -> None:
    code = ask_for_code(client, MemberFactory().email)
    assert client.post(f"{CODE}?next=https://elsewhere.example/", {"code": code})["Location"] == "/"


@pytest.mark.parametrize("typed", ["MARIT@EXAMPLE.ORG", "  marit@example.org ", "Marit@example.org"])
def test_address_is_taken_in_capitals_and_with_spaces(client: Client, typed: str) -> None:
    MemberFactory(email="marit@example.org")
    client.post(CODE, {"code": ask_for_code(client, typed)})
    assert is_signed_in(client)


@pytest.mark.parametrize("around", [" {} ", "{}\n", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_code_is_taken_with_spaces(client: Client, around: str) -> None:
    code = ask_for_code(client, MemberFactory().email)
    client.post(CODE, {"code": around.format(code)})
    assert is_signed_in(client)


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "a b@example.org"])
def test_address_that_is_none_is_said_and_kept(client: Client, typed: str) -> None:
    answer = client.post(SIGN_IN, {"login": typed})
    assert answer.status_code == 200
    assert ("It should look like name@example.org" if typed else "Write your email address") in words_of(answer)
    assert "<title>1 thing to check: Sign in" in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert mail.outbox == []


def test_wrong_code_is_said_and_the_right_one_still_works(client: Client) -> None:
    code = ask_for_code(client, MemberFactory().email)
    assert "This is not the code. Check the 6 digits" in words_of(client.post(CODE, {"code": other_than(code)}))
    client.post(CODE, {"code": code})
    assert is_signed_in(client)


def test_fifth_wrong_code_ends_it_and_the_address_is_still_there(client: Client) -> None:
    member = MemberFactory()
    code = ask_for_code(client, member.email)
    for _attempt in range(5):
        answer = client.post(CODE, {"code": other_than(code)})
    answer = client.get(answer["Location"])
    assert "That was tried too often" in words_of(answer)
    assert f'value="{member.email}"' in answer.content.decode()
    client.post(CODE, {"code": code})
    assert not is_signed_in(client)


def test_old_code_is_said_and_the_address_is_still_there(client: Client, time_machine: TimeMachineFixture) -> None:
    member = MemberFactory()
    code = ask_for_code(client, member.email)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))
    answer = client.post(CODE, {"code": code}, follow=True)
    assert "That code is no good any more. Send yourself a new one." in words_of(answer)
    assert f'value="{member.email}"' in answer.content.decode()
    assert not is_signed_in(client)


def test_code_works_once(client: Client) -> None:
    code = ask_for_code(client, MemberFactory().email)
    client.post(CODE, {"code": code})
    client.post("/accounts/logout/")
    client.post(CODE, {"code": code})
    assert not is_signed_in(client)


def test_code_asked_for_again_is_the_same_while_it_is_good(client: Client, time_machine: TimeMachineFixture) -> None:
    code = ask_for_code(client, MemberFactory().email)
    time_machine.move_to(timezone.now() + timedelta(minutes=14))
    client.post(CODE, {"action": "resend"})
    assert (len(mail.outbox), newest_code()) == (2, code)
    time_machine.move_to(timezone.now() + timedelta(minutes=1, seconds=1))
    client.post(CODE, {"code": code})
    assert not is_signed_in(client)


def test_code_for_signing_up_asked_for_again_is_the_same(client: Client) -> None:
    sign_up(client)
    code = newest_code()
    client.post(ADDRESS_CODE, {"action": "resend"})
    assert (len(mail.outbox), newest_code()) == (2, code)
    client.post(ADDRESS_CODE, {"code": code})
    assert is_signed_in(client)


def test_another_address_gets_another_code(client: Client) -> None:
    first = ask_for_code(client, MemberFactory().email)
    client.post("/accounts/logout/", {"next": SIGN_IN})
    assert ask_for_code(client, MemberFactory().email) != first


def test_code_of_one_browser_does_not_open_another(client: Client) -> None:
    member = MemberFactory()
    code, other = ask_for_code(client, member.email), Client()
    ask_for_code(other, member.email)
    other.post(CODE, {"code": code})
    assert not is_signed_in(other)


def test_second_window_sees_that_the_first_has_signed_in(client: Client) -> None:
    code = ask_for_code(client, MemberFactory().email)
    client.get(SIGN_IN)
    client.post(CODE, {"code": code})
    assert client.post(CODE, {"code": code})["Location"] == "/"
    assert client.get(SIGN_IN)["Location"] == "/"
    assert is_signed_in(client)


@pytest.mark.parametrize(("address", "fields"), [(SIGN_IN, ["login"]), (SIGN_UP, ["email", "display_name"])])
@pytest.mark.parametrize("cookies", [True, False])
def test_form_with_an_unknown_token_comes_back_as_it_was_typed(address: str, fields: list[str], cookies: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    if cookies:
        client.get(address)
    answer = client.post(address, dict.fromkeys(fields, "ana@example.org"))
    assert answer.status_code == 403
    assert ("Please press the button again" if cookies else "Your browser did not send our cookie") in words_of(answer)
    assert answer.content.decode().count('value="ana@example.org"') == len(fields)
    assert mail.outbox == []


def test_password_signs_in_and_a_wrong_one_is_said(client: Client) -> None:
    member = MemberFactory()
    answer = client.post(SIGN_IN, {"login": member.email, "password": "not this one"})
    assert "The address and the password do not go together" in words_of(answer)
    assert "<details open>" in answer.content.decode()
    assert client.post(SIGN_IN, {"login": member.email, "password": PASSWORD})["Location"] == "/"
    assert is_signed_in(client)


def test_forgotten_password_is_replaced_with_a_code(client: Client) -> None:
    member = MemberFactory()
    client.post("/accounts/password/reset/", {"email": member.email.upper()})
    client.post("/accounts/password/reset/confirm/", {"code": newest_code()})
    answer = client.post("/accounts/password/reset/complete/", {"password1": "short"})
    assert "too short" in words_of(answer)
    client.post("/accounts/password/reset/complete/", {"password1": "another long password"})
    assert User.objects.get().check_password("another long password")
    assert mail.outbox[-1].subject == "Your password was changed"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Write a name to show"),
        ("...", "Write a name with at least one letter or number"),
        ("x" * 61, "Make the name shorter. It can have 60 characters"),
        ("MARlT", "Somebody else here is called MARlT. You could write “MARlT B.” or “MARlT from Leeds”"),
        ("Moderator Jo", "“Moderator Jo” sounds like somebody who runs this site. You could write “Jo”"),
        ("Admin", "“Admin” sounds like somebody who runs this site. Write a first name"),
    ],
)
def test_name_that_will_not_do_is_said_with_what_would(client: Client, name: str, sentence: str) -> None:
    MemberFactory(display_name="Marit")
    answer = sign_up(client, name=name)
    assert sentence in words_of(answer).replace("&quot;", '"')
    assert 'value="ana@example.org"' in answer.content.decode()
    assert User.objects.count() == 1


def test_sign_up_that_nobody_finished_frees_name_and_address(client: Client, time_machine: TimeMachineFixture) -> None:
    sign_up(Client())
    assert "Somebody else here is called Ana" in words_of(sign_up(client, email="other@example.org"))
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))
    sign_up(client, email="other@example.org")
    client.post(ADDRESS_CODE, {"code": newest_code()})
    assert list(User.objects.values_list("email", flat=True)) == ["other@example.org"]


def test_unfinished_sign_up_is_finished_by_signing_in(client: Client) -> None:
    sign_up(Client())
    client.post(CODE, {"code": ask_for_code(client, "ana@example.org")})
    assert is_signed_in(client)


def test_member_without_a_proven_address_keeps_name_and_address(client: Client, time_machine: TimeMachineFixture) -> None:
    member = MemberFactory(display_name="Ana", email="ana@example.org")
    member.emailaddress_set.update(verified=False)
    time_machine.move_to(timezone.now() + timedelta(days=1))
    assert "Somebody else here is called Ana" in words_of(sign_up(client))
    assert User.objects.get() == member


ATTEMPTS = {
    "sign in": (SIGN_IN, "login", {}, CODE),
    "sign up": (SIGN_UP, "email", {"display_name": "Bo"}, ADDRESS_CODE),
    "new password": ("/accounts/password/reset/", "email", {}, "/accounts/password/reset/confirm/"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nobody_learns_which_addresses_have_an_account(attempt: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    address, field, fields, code_page = ATTEMPTS[attempt]
    MemberFactory(email="known@example.org")
    seen = []
    for email in ("known@example.org", "other@example.org"):
        client, sent = Client(), len(mail.outbox)
        with CaptureQueriesContext(connection) as queries:
            first = client.post(address, {field: email, **fields})
        page = words_of(client.get(code_page)).replace(email, "ADDRESS")
        wrong = words_of(client.post(code_page, {"code": "000000"})).replace(email, "ADDRESS")
        client.post(code_page, {"action": "resend"})
        seen.append((first.status_code, first["Location"], page, wrong, client.cookies.keys()))
        assert len(mail.outbox) > sent
        assert mail.outbox[sent].to == [email]
        seen[-1] += (sum(sql["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for sql in queries) > 0,)
    assert seen[0] == seen[1]


def test_wrong_password_costs_the_same_hash_for_an_unknown_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    MemberFactory(email="known@example.org")
    hashed, pages = [], []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *typed: (hashed.append(typed[1]), encode(*typed))[1])
    for email in ("known@example.org", "other@example.org"):
        pages.append(words_of(client.post(SIGN_IN, {"login": email, "password": "not this one"})).replace(email, "ADDRESS"))
    assert hashed == ["not this one"] * 2
    assert pages[0] == pages[1]


def test_mail_to_an_unknown_address_holds_nothing_that_was_typed(client: Client) -> None:
    client.post(SIGN_IN, {"login": "buy-pills-now@example.org"})
    message = mail.outbox[0]
    assert message.subject == "There is no account with this address"
    assert "buy-pills" not in message.body + message.alternatives[0].content
    assert "http://localhost:8000/accounts/signup/" in message.body


def test_codes_are_never_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        code = ask_for_code(client, MemberFactory().email)
        client.post(CODE, {"code": other_than(code)})
        client.post(CODE, {"code": code})
    assert is_signed_in(client)
    assert code not in caplog.text.replace(mail.outbox[0].body, "")


def test_too_many_codes_for_one_address_are_refused_in_words(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"request_login_code": "10/h/key"}
    MemberFactory(email="marit@example.org")
    answers = [Client().post(SIGN_IN, {"login": email}) for email in ["marit@example.org", "nobody@example.org"] * 11]
    assert [answer.status_code for answer in answers] == [302] * 20 + [200] * 2
    assert "That was tried too often" in words_of(answers[-1])
    assert words_of(answers[-1]).replace("nobody", "marit") == words_of(answers[-2])


def test_too_many_requests_from_one_place_get_a_page_in_our_frame(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    client.post(SIGN_IN, {"login": "nobody@example.org"})
    answer = client.post(SIGN_IN, {"login": "nobody@example.org"})
    assert answer.status_code == 429
    assert "That was a lot at once." in words_of(answer)


@pytest.mark.parametrize(("proxies", "same"), [(0, True), (1, False)])
def test_limits_count_the_address_that_a_trusted_proxy_names(settings: Any, proxies: int, same: bool) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answers = [
        Client(headers={"x-forwarded-for": f"203.0.113.9, {address}"}).post(SIGN_IN, {"login": "nobody@example.org"})
        for address in ("198.51.100.1", "198.51.100.2")
    ]
    assert (answers[1].status_code == 429) is same


def test_reader_gets_no_cookie_and_nothing_personal(client: Client) -> None:
    for address in ("/", ArticleFactory().get_absolute_url(), "/unanswered/"):
        assert client.get(address).cookies == {}


def test_signing_out_is_a_post(client: Client) -> None:
    client.force_login(MemberFactory())
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_session_that_ends_while_writing_loses_no_word(client: Client) -> None:
    member = MemberFactory()
    client.force_login(member)
    address = f"{ArticleFactory().get_absolute_url()}comment/"
    typed = {"body": "It took us a year.", "member": member.pk, "post": "1"}
    assert f'name="member" value="{member.pk}"' in client.get(address).content.decode()
    client.session.flush()
    del client.cookies["session"]
    answer = client.post(address, typed)
    assert "It took us a year.</textarea>" in answer.content.decode()
    assert not Comment.objects.exists()
    (way,) = re.findall(r'<main.*href="(/accounts/login/[^"]*)"', answer.content.decode(), re.DOTALL)
    client.post(CODE, {"code": ask_for_code(client, member.email)})
    assert client.get(way).status_code == 302
    assert client.post(address, typed).status_code == 302
    assert Comment.objects.get().author == member


def test_name_that_another_takes_at_the_same_moment_is_no_failure(client: Client) -> None:
    def come_first(instance: User, **news: Any) -> None:
        pre_save.disconnect(come_first, sender=User)
        MemberFactory(display_name="ANA")

    pre_save.connect(come_first, sender=User, weak=False)
    answer = sign_up(client)
    assert "Somebody did the same at this moment. Please press the button again" in words_of(answer)
    assert 'value="ana@example.org"' in answer.content.decode()
    assert not User.objects.exists()
    assert mail.outbox == []


def test_newest_code_for_a_password_is_the_one_that_works_and_the_mail_says_so(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    email = MemberFactory().email
    codes = []
    for _ in range(2):
        client.post("/accounts/password/reset/", {"email": email})
        codes.append(newest_code())
    assert "If you ask for another one, only the newest works." in mail.outbox[-1].body
    first, second = (client.post("/accounts/password/reset/confirm/", {"code": code}) for code in codes)
    assert (first.status_code, second["Location"]) == (200, "/accounts/password/reset/complete/")
