"""The forms for signing in and for keeping one's ways of signing in: django-allauth's, with our words and nothing asked twice.

The name of a new member is in ``name_form``: it belongs to every way of signing up.
"""

from typing import Any

from allauth.account import forms as account
from allauth.account.fields import PasswordField
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from .unproven import forget_unproven

# In the session: the address typed last, so that nobody types it again after an old or wrong code.
EMAIL_KEY = "accounts_email"

EMAIL_ERRORS = {
    "required": _("Write your email address"),
    "invalid": _("Check the email address. It should look like name@example.org"),
}
PASSWORD_HINT = _("At least 10 characters. A few words in a row are easy to keep: they may have spaces.")


def dress(form: forms.Form, **words: dict[str, Any]) -> None:
    """Give fields our width, no words inside them, and what ``words`` has for a field by its name: label, hint, errors, attrs."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["class"] = "short"
        changes = dict(words.get(name, {}))
        field.error_messages |= changes.pop("error_messages", {})
        field.widget.attrs |= changes.pop("attrs", {})
        for attribute, value in changes.items():
            setattr(field, attribute, value)


def dress_code(form: forms.Form, hint: Any) -> None:
    """Make ``code`` a field that telephones fill in themselves."""
    attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
    errors = {"required": _("Type or paste the code")}
    dress(form, code={"label": _("Code"), "help_text": hint, "attrs": attrs, "error_messages": errors})


class SignInForm(account.LoginForm):
    """An address; with a password for those who have one, else a code goes out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField(required=False, autocomplete="current-password")
        dress(
            self,
            login={"label": _("Email"), "error_messages": EMAIL_ERRORS},
            password={"label": _("Password"), "help_text": _("If you leave it empty, we mail you a code.")},
        )

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Begin to sign in, and keep the address for this browser."""
        request.session[EMAIL_KEY] = self.cleaned_data["login"]
        return super().login(request, redirect_url)


class SignUpForm(account.SignupForm):
    """An address and a name to show."""

    field_order = ["email", "display_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("Never shown to anybody. We mail a code to it when you sign in.")
        dress(self, email={"label": _("Email"), "help_text": hint, "error_messages": EMAIL_ERRORS})

    def clean_email(self) -> str:
        """Return the address; who tried it before and never proved it does not stand in the way."""
        forget_unproven(email=self.cleaned_data["email"])
        return super().clean_email()


class SignInCodeForm(account.ConfirmLoginCodeForm):
    """The mailed code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits, from our newest mail. They are good for 15 minutes."))


class AddressCodeForm(account.ConfirmEmailVerificationCodeForm):
    """The code that proves an address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits, from our newest mail. They are good for 15 minutes."))


class PasswordCodeForm(account.ConfirmPasswordResetCodeForm):
    """The code that opens the way to a new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits, from our newest mail. They are good for 15 minutes."))


class NewAddressForm(account.AddEmailForm):
    """Another address to sign in with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("We mail a code to it. Until you type that code, your address stays as it is.")
        dress(self, email={"label": _("New email"), "help_text": hint, "error_messages": EMAIL_ERRORS})


class NewPasswordForm(account.ResetPasswordKeyForm):
    """A password, typed once: it can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        dress(self, password1=_new_password())


class SetPasswordForm(account.SetPasswordForm):
    """A first password, typed once: it can be shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        dress(self, password1=_new_password())


class ChangePasswordForm(account.ChangePasswordForm):
    """Another password; the one of today shows that it is really them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        errors = {"required": _("Type your password of today")}
        today = {"label": _("Your password of today"), "help_text": "", "error_messages": errors}
        dress(self, oldpassword=today, password1=_new_password())


class ForgottenPasswordForm(account.ResetPasswordForm):
    """The address of whoever forgot their password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, email={"label": _("Email"), "error_messages": EMAIL_ERRORS})


class PasswordAgainForm(account.ReauthenticateForm):
    """The password, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, password={"label": _("Password"), "help_text": "", "error_messages": {"required": _("Type your password")}})


class SecondStepForm(mfa.AuthenticateForm):
    """A code from an app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits from your app. A recovery code of 8 digits is good too."))


class SecondStepAgainForm(mfa.ReauthenticateForm):
    """A code from an app, or a recovery code, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits from your app. A recovery code of 8 digits is good too."))


class NewAppForm(ActivateTOTPForm):
    """The first code that a new app shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress_code(self, _("6 digits. Your app shows new ones every 30 seconds; those just gone are good too."))


class NewPasskeyForm(AddWebAuthnForm):
    """A name for a new passkey. What the device makes comes in a hidden field: always one that needs no address to sign in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"] = forms.BooleanField(initial=True, widget=forms.HiddenInput)
        hint = _("So that you know it again: for example the device it is on.")
        dress(self, name={"label": _("Name of the passkey"), "help_text": hint})


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, name={"label": _("Name of the passkey"), "error_messages": {"required": _("Write a name")}})


def _new_password() -> dict[str, Any]:
    return {"label": _("New password"), "help_text": PASSWORD_HINT, "error_messages": {"required": _("Type a new password")}}
