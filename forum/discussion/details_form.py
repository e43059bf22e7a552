"""The part of a form that asks about personal details before anything is public. What counts as one is in ``details``."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .details import Detail, DetailChoice, find_details, leave_out, mark_in_html, take_out

SEARCHED = ("subject", "body", "name")


class DetailsForm(forms.Form):
    """Asks what to do with personal details in the fields SEARCHED. It never forbids any: who wants to keep them is asked once.

    ``details_shown`` brings back which of them the page has named, so that nobody decides about what they were not told of.
    Those in ``known`` (``Detail.key``) are not asked about.
    """

    details = forms.ChoiceField(
        label=gettext_lazy("This looks like personal details"),
        choices=DetailChoice.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these answers")},
    )
    details_shown = forms.CharField(required=False, widget=forms.HiddenInput)
    known: frozenset[str] = frozenset()

    def clean(self) -> dict[str, Any]:
        """Look for details, and ask for an answer that fits what is there now."""
        data = super().clean() or self.cleaned_data
        self.found_in = {name: found for name in SEARCHED if (found := self._find(data.get(name) or ""))}
        shown = set(data.get("details_shown", "").split())
        choice = data.get("details", "")
        if not self.found_in or "details" in self.errors:
            return data
        if not choice:
            self.add_error("details", _("Choose what to do with the personal details"))
        elif choice == DetailChoice.CHANGED:
            self.add_error("details", _("Something is still there. Change it in your text, or choose another answer"))
        elif any(detail.key not in shown for detail in self.found):
            self.add_error("details", _("There is something more now. Look at the list and press the button again"))
        return data

    @property
    def found(self) -> list[Detail]:
        """Return the details that were found, each of them once; none before the form is checked."""
        every = [detail for found in getattr(self, "found_in", {}).values() for detail in found]
        return list({detail.key: detail for detail in every}.values())

    @property
    def found_keys(self) -> str:
        """Return what stands for them in the next sending."""
        return " ".join(detail.key for detail in self.found)

    def settle(self, name: str) -> str:
        """Return the text of a checked field as it is to be stored: without the details, if they are to be taken out.

        A name shows no gap: what is left of it stays.
        """
        text: str = self.cleaned_data.get(name) or ""
        if not self._leaves_out:
            return text
        found = self.found_in.get(name, ())
        return take_out(text, found) if name == "name" else leave_out(text, found)

    def mark(self, name: str, html: str) -> str:
        """Return the safe ``html`` of what ``settle`` returned with the details marked that are still in it."""
        return html if self._leaves_out else mark_in_html(html, self.found_in.get(name, ()))

    @property
    def _leaves_out(self) -> bool:
        return self.cleaned_data.get("details") == DetailChoice.REDACT

    def _find(self, text: str) -> Sequence[Detail]:
        return [detail for detail in find_details(text) if detail.key not in self.known]
