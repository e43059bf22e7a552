"""The mails about signing in, in our words. Which is sent when is django-allauth's; nothing here holds what a visitor typed."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from forum.mail.letters import Aside, Code, Letter, Link, Paragraph

from .models import User


def write_letter(kind: str, values: dict[str, Any]) -> Letter:
    """Return the letter for what allauth calls ``kind``."""
    return _LETTERS[kind](values)


def is_closed(email: str) -> bool:
    """Tell whether ``email`` belongs to an account that its member closed."""
    return User.objects.filter(email=email, is_active=False).exists()


def _page(name: str) -> str:
    return settings.SITE_URL + reverse(name)


def _sign_in_code(values: dict[str, Any]) -> Letter:
    return _code_letter(_("Your code for signing in"), values["code"])


def _address_code(values: dict[str, Any]) -> Letter:
    return _code_letter(_("Your code to prove this address"), values["code"])


def _password_code(values: dict[str, Any]) -> Letter:
    return _code_letter(_("Your code for a new password"), values["code"], stays=False)


def _code_letter(subject: str, code: str, *, stays: bool = True) -> Letter:
    """Return a letter with ``code``; one that ``stays`` is the same for whoever asks for it again."""
    if stays:
        valid = _("It is good for 15 minutes. If you ask for it again in that time, you get the same one.")
    else:
        valid = _("It is good for 15 minutes. If you ask for another one, only the newest works.")
    return Letter(
        subject=subject,
        blocks=[
            Paragraph(_("Type or paste this code into the page that waits for it:")),
            Code(code),
            Aside(valid),
            Aside(_("If you did not ask for it, do nothing: without the code nothing happens. Tell it to nobody; we never ask.")),
        ],
    )


def _unknown_account(values: dict[str, Any]) -> Letter:
    return Letter(
        subject=_("There is no account with this address"),
        blocks=[
            Paragraph(
                _("Somebody, perhaps you, wanted to sign in at %(site)s with this address. There is no account with it.")
                % {"site": settings.SITE_NAME}
            ),
            Link(_("Make an account"), _page("account_signup")),
            Aside(_("Perhaps you signed up with another address: then sign in with that one.")),
            Aside(_("If it was not you, do nothing. We keep nothing of it.")),
        ],
    )


def _account_already_exists(values: dict[str, Any]) -> Letter:
    return Letter(
        subject=_("You have an account already"),
        blocks=[
            Paragraph(
                _("Somebody, perhaps you, wanted to sign up at %(site)s with this address. You have an account with it already.")
                % {"site": settings.SITE_NAME}
            ),
            Link(_("Sign in"), _page("account_login")),
            Aside(_("You need no password: we mail you a code. If it was not you, do nothing.")),
        ],
    )


def _account_closed(values: dict[str, Any]) -> Letter:
    return Letter(
        subject=_("Your account is closed"),
        blocks=[
            Paragraph(_("You closed your account at %(site)s, so nobody can sign in with it.") % {"site": settings.SITE_NAME}),
            Paragraph(_("If you want it back, write to us: the people who run the site can open it again.")),
            Link(_("How to reach us"), _page("site:help")),
        ],
    )


def _address_changed(values: dict[str, Any]) -> Letter:
    """Return the last letter to an address: whoever took the account away has its code for signing in mailed elsewhere."""
    return Letter(
        subject=_("You sign in with another address now"),
        blocks=[
            Paragraph(_("Your account has another email address from now on. We do not write to this one any more.")),
            Aside(_("If this was you, you need not do anything.")),
            Paragraph(_("If it was not you, write to us: the people who run the site can give your account back to you.")),
            Link(_("How to reach us"), _page("site:help")),
        ],
    )


def _notice(subject: str, sentence: str) -> Callable[[dict[str, Any]], Letter]:
    """Return what writes a letter that only says what has changed; both texts are translated when it is written."""

    def write(values: dict[str, Any]) -> Letter:
        return Letter(
            subject=_(subject),
            blocks=[
                Paragraph(_(sentence)),
                Aside(_("If this was you, you need not do anything.")),
                Paragraph(_("If it was not you, sign in, end the sessions you do not know, and write to us.")),
                Link(_("See where you are signed in"), _page("usersessions_list")),
            ],
        )

    return write


_LETTERS: dict[str, Callable[[dict[str, Any]], Letter]] = {
    "login_code": _sign_in_code,
    "email_confirmation": _address_code,
    "email_confirmation_signup": _address_code,
    "password_reset_code": _password_code,
    "unknown_account": _unknown_account,
    "account_already_exists": _account_already_exists,
    "account_closed": _account_closed,
    "email_changed": _address_changed,
    "email_confirm": _notice(noop("Your address is proven"), noop("This address belongs to your account.")),
    "email_deleted": _notice(
        noop("An address was taken away"), noop("One of the email addresses of your account was taken away.")
    ),
    "password_changed": _notice(noop("Your password was changed"), noop("The password of your account was changed.")),
    "password_reset": _notice(noop("Your password was changed"), noop("The password of your account was changed.")),
    "password_set": _notice(noop("You have a password now"), noop("You can sign in with a password from now on.")),
    "totp_activated": _notice(
        noop("Signing in takes a second step now"), noop("From now on we ask for a code from your app when you sign in.")
    ),
    "totp_deactivated": _notice(
        noop("Your app is no longer asked for"), noop("We no longer ask for a code from your app when you sign in.")
    ),
    "webauthn_added": _notice(noop("You have a new passkey"), noop("A passkey was added to your account.")),
    "webauthn_removed": _notice(noop("A passkey was taken away"), noop("A passkey of your account was taken away.")),
    "recovery_codes_generated": _notice(
        noop("You have new recovery codes"), noop("New recovery codes were made. The old ones no longer work.")
    ),
    "account_connected": _notice(
        noop("There is a new way to sign in"), noop("Your account was connected with an account of yours at another site.")
    ),
    "account_disconnected": _notice(
        noop("One way to sign in was taken away"), noop("An account of yours at another site was disconnected from your account.")
    ),
}
