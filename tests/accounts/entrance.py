"""What tests do at the door: ask for a code, read it in the mail, sign in; and the pages behind it, ready to be looked at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from tests.accounts.passkeys import give_passkey
from tests.factories import MemberFactory

SIGN_IN, SIGN_UP = "/accounts/login/", "/accounts/signup/"
CODE, ADDRESS_CODE = "/accounts/login/code/confirm/", "/accounts/confirm-email/"
SECOND_STEP = "/accounts/2fa/authenticate/"
SECRET = "JBSWY3DPEHPK3PXP"

# Pages that are only there in the middle of something.
WAITING = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "account_confirm_password_reset_code",
    "account_complete_password_reset",
    "mfa_authenticate",
}
# For whoever is not signed in; the pages for everybody's eyes have them too.
ENTRANCE = {"account_login", "account_signup", "account_reset_password", "account_inactive", "accounts:closed"}
# Answers to a button, or a file.
NO_PAGES = {"accounts:session-end", "mfa_login_webauthn", "mfa_download_recovery_codes"}


def newest_code() -> str:
    """Return the code in the newest mail, the same in both of its parts."""
    message = mail.outbox[-1]
    in_text = re.search(r"^(\d{6})$", message.body, re.MULTILINE)[1]
    assert in_text in message.alternatives[0].content
    return in_text


def is_signed_in(client: Client) -> bool:
    """Tell whether the session of ``client`` has a member."""
    return "_auth_user_id" in client.session


def ask_for_code(client: Client, email: str, **fields: str) -> str:
    """Ask for a code on the page for signing in, and return it."""
    answer = client.post(SIGN_IN, {"login": email, **fields})
    assert answer["Location"].partition("?")[0] == CODE
    return newest_code()


def sign_in(member: User) -> Client:
    """Return a browser in which ``member`` has just signed in with a mailed code."""
    client = Client()
    client.post(CODE, {"code": ask_for_code(client, member.email)})
    assert is_signed_in(client)
    return client


def code_of_app(secret: str = SECRET) -> str:
    """Return what the app with ``secret`` shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def words_of(answer: Any) -> str:
    """Return the text of a page on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@dataclass(frozen=True)
class Visit:
    """A page of an account, and a browser that is in the right place to see it."""

    client: Client
    path: str


def account_visits(names: set[str]) -> Iterator[Visit]:
    """Yield a visit to every page of an account: ``names`` are those of all addresses under /accounts/."""
    owner, newcomer = MemberFactory(), MemberFactory(password=None)
    rich, poor = sign_in(owner), sign_in(newcomer)
    sign_in(owner)
    passkey = give_passkey(owner, name="My telephone")
    TOTP.activate(owner, SECRET)
    RecoveryCodes.activate(owner)
    for name in sorted(names - WAITING - ENTRANCE - NO_PAGES):
        path = reverse(name, args=[passkey.pk] if name in ("mfa_edit_webauthn", "mfa_remove_webauthn") else [])
        seen = [Visit(client, path) for client in (rich, poor) if client.get(path).status_code == 200]
        assert seen, f"nobody sees {path}"
        yield from seen
    yield from _waiting_visits(owner)


def _waiting_visits(owner: User) -> Iterator[Visit]:
    signing_in, signing_up, forgetful, second = Client(), Client(), Client(), Client()
    ask_for_code(signing_in, owner.email)
    yield Visit(signing_in, CODE)
    signing_up.post(SIGN_UP, {"email": "new@example.org", "display_name": "New"})
    yield Visit(signing_up, ADDRESS_CODE)
    forgetful.post("/accounts/password/reset/", {"email": owner.email})
    yield Visit(forgetful, "/accounts/password/reset/confirm/")
    forgetful.post("/accounts/password/reset/confirm/", {"code": newest_code()})
    yield Visit(forgetful, "/accounts/password/reset/complete/")
    second.post(CODE, {"code": ask_for_code(second, owner.email)})
    yield Visit(second, SECOND_STEP)
