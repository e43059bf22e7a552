"""Signing up through another site. Imported only where SIGN_IN_PROVIDERS names one: allauth's part for it is not there else."""

from typing import Any

from allauth.socialaccount.forms import SignupForm

from .forms import EMAIL_ERRORS, dress


class ProviderSignUpForm(SignupForm):
    """An address and a name to show, filled in from what the other site says."""

    field_order = ["email", "display_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, email={"error_messages": EMAIL_ERRORS})
