"""What django-allauth asks of this site: which words, which mail, which codes. Forms are in ``forms``, pages in ``views``."""

from collections.abc import Callable
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .letters import is_closed, write_letter
from .models import User
from .second_factor import must_keep

# In the session: the code that was made last. It is there for allauth anyway, in a place of each flow.
CODE_KEY = "accounts_code"
# In the session: when they signed in. For this time they are not asked again before something that matters.
PROVEN_KEY = "accounts_proven_at"
PROVEN_FOR_SECONDS = 15 * 60


class AccountAdapter(DefaultAccountAdapter):
    """Members: names, codes, mail."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed"),
        "cannot_remove_primary_email": gettext_lazy("This is the address you sign in with. Give another one first"),
        "duplicate_email": gettext_lazy("This is the address you have now. Write the new one"),
        "email_password_mismatch": gettext_lazy(
            "The address and the password do not go together. Check both, or leave the password empty: then we mail you a code"
        ),
        "email_taken": gettext_lazy("This address cannot be used here. Write another one"),
        "enter_current_password": gettext_lazy("This is not your password of today. Check it, letter by letter"),
        "incorrect_code": gettext_lazy("This is not the code. Check the 6 digits in our newest mail"),
        "incorrect_password": gettext_lazy("This is not your password. Check it, letter by letter"),
        "invalid_login": gettext_lazy("Check the email address. It should look like name@example.org"),
        "rate_limited": gettext_lazy("That was a lot at once. Wait a minute, then try again"),
        "same_as_current": gettext_lazy("This is the address you have now. Write the new one"),
        "too_many_login_attempts": gettext_lazy("That was tried too often. Wait a while, then send yourself a new code"),
    }

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> User:
        """Store the new member under the name they chose. They have no password until they set one."""
        form.fill(user)
        return super().save_user(request, user, form, commit)

    def generate_login_code(self) -> str:
        """Return the code for signing in."""
        return self._repeat_or_make(super().generate_login_code)

    def generate_email_verification_code(self) -> str:
        """Return the code that proves an address."""
        return self._repeat_or_make(super().generate_email_verification_code)

    def _repeat_or_make(self, make: Callable[[], str]) -> str:
        """Return the code that this browser waits for, where it is asked for again, else a new one.

        A first mail that comes late then holds the right code too. A code is good for 15 minutes after its first sending.
        """
        request = context.request
        code = request.session.get(CODE_KEY) if request.POST.get("action") == "resend" else None
        code = code or make()
        request.session[CODE_KEY] = code
        return code

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session, and remember when: just now they proved who they are, in whatever way."""
        super().login(request, user)
        request.session[PROVEN_KEY] = timezone.now().timestamp()

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Tell whether somebody must prove again who they are; not shortly after they signed in."""
        proven_at = context.request.session.get(PROVEN_KEY, 0)
        if timezone.now().timestamp() - proven_at < PROVEN_FOR_SECONDS:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_login_stages(self) -> list[str]:
        """Return the steps of signing in, with our own rule on who is asked for a second one."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "forum.accounts.second_factor.SecondStepStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """Return the ways to prove again who one is, in our words."""
        words = {
            "reauthenticate": _("Use my password"),
            "mfa_reauthenticate": _("Use a code from my app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [way | {"description": words[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return where a changed password leads."""
        return reverse("mfa_index")

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMultiAlternatives:
        """Return the mail that ``letters`` has for what allauth wants to say."""
        letter = write_letter(template_prefix.rpartition("/")[2], context)
        message = EmailMultiAlternatives(letter.subject, letter.as_text(), self.get_from_email(), [email], headers=headers)
        message.attach_alternative(letter.as_html(), "text/html")
        message.kind = "sign-in"  # type: ignore[attr-defined]  # what the queue of mail counts it under
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail; who closed their account gets to know that, whatever they tried."""
        if template_prefix.endswith(("unknown_account", "account_already_exists")) and is_closed(email):
            template_prefix = "account/email/account_closed"
        super().send_mail(template_prefix, email, context)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, apps that show codes, recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": gettext_lazy(
            "Staff need a second step. Set up another one first, then take this one away"
        ),
        "incorrect_code": gettext_lazy("This is not the code. Wait until your app shows the next one, and type that"),
        "unverified_email": gettext_lazy("Prove your email address first"),
        "cannot_generate_recovery_codes": gettext_lazy("Recovery codes go with a passkey or an app. Set up one of those first"),
    }

    def build_totp_svg(self, url: str) -> str:
        """Return a QR code as an SVG element without styles, black on white in every colour scheme."""
        code = qrcode.QRCode()
        code.add_data(url)
        rows = code.get_matrix()
        dots = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
        size = len(rows)
        return format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="240" height="240"'
            ' role="img" aria-label="{words}">'
            '<rect width="{size}" height="{size}" fill="#fff"/><path d="{dots}" fill="#000"/></svg>',
            size=size,
            words=_("QR code for your app"),
            dots=dots,
        )

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second step of staff who must have one."""
        return not must_keep(authenticator)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Return a first name for a new passkey; its owner may write another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which site a passkey is, as the device shows it."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.SITE_NAME}
