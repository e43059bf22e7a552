"""What a person types or chooses here."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.discussion.forms import AddressField

from .models import MailChoice
from .services import Choice


class ChoiceForm(forms.Form):
    """How somebody wants mail."""

    pace = forms.ChoiceField(
        label=_("When somebody writes"),
        choices=MailChoice.Pace.choices,
        widget=forms.RadioSelect,
        help_text=_("With “Not for now” we keep what you follow and send nothing. Answers to you still wait on your own page."),
        error_messages={"required": _("Choose one of these answers"), "invalid_choice": _("Choose one of these answers")},
    )
    text = forms.ChoiceField(
        label=_("What stands in an email"),
        choices=[("with", _("The whole text")), ("without", _("Only who wrote, and a link"))],
        widget=forms.RadioSelect,
        help_text=_("Without the text, nobody who sees your mail learns what it is about."),
        error_messages={"required": _("Choose one of these answers"), "invalid_choice": _("Choose one of these answers")},
    )

    def __init__(self, data: Any = None, *, choice: Choice) -> None:
        super().__init__(data, initial={"pace": choice.pace, "text": "with" if choice.with_text else "without"}, auto_id="f-%s")

    @property
    def choice(self) -> Choice:
        """Return what a valid form says."""
        return Choice(self.cleaned_data["pace"], self.cleaned_data["text"] == "with")


class FollowForm(forms.Form):
    """Where somebody without an account wants to be told."""

    email = AddressField(
        label=_("Email"),
        help_text=_("Never shown. We first send one mail to it, to make sure that it is yours. One click stops it."),
    )


class LinkForm(forms.Form):
    """Where the link to somebody's email settings can be sent."""

    email = AddressField(label=_("Email"))
