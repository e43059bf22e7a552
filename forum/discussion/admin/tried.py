"""A rule about words in the administration: tried on the comments that are here before it is saved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..previews import Preview

PREVIEW = "_preview"  # the button that saves nothing


def say_preview(preview: Preview) -> str:
    """Return in a sentence what a rule finds."""
    words = {"found": preview.found, "days": preview.days, "read": preview.read}
    if preview.days is None:
        one, more = (
            _("It finds %(found)s comment of the latest %(read)s."),
            _("It finds %(found)s comments of the latest %(read)s."),
        )
        return (one if preview.found == 1 else more) % words
    return (
        ngettext(
            "It finds %(found)s comment of the last %(days)s days (%(read)s were read).",
            "It finds %(found)s comments of the last %(days)s days (%(read)s were read).",
            preview.found,
        )
        % words
    )


class TriedForm(forms.ModelForm):
    """A rule that is tried each time it is sent; one that finds too much is asked about."""

    is_meant = forms.BooleanField(
        label=gettext_lazy("Save it although it finds so much"), required=False, help_text=gettext_lazy("Only asked if it does.")
    )
    preview: Preview | None = None

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Return what the rule would find, None where it cannot be tried."""
        raise NotImplementedError

    def does_something(self, data: dict[str, Any]) -> bool:
        """Tell whether the rule does so much that finding a fifth of all comments must be meant."""
        return True

    def clean(self) -> dict[str, Any]:
        """Try the rule."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        self.preview = self.find(data)
        if self.preview and PREVIEW in self.data:
            # An error of its own is the admin's way of showing a form again with everything typed.
            self.add_error(None, " ".join([_("Nothing is saved yet."), say_preview(self.preview)]))
            return data
        if self.preview and self.preview.finds_too_much and self.does_something(data) and not data.get("is_meant"):
            sentence = _("This finds %(found)s of the last %(read)s comments. If you mean it, tick the box below.")
            self.add_error(None, sentence % {"found": self.preview.found, "read": self.preview.read})
        return data


class TriedAdmin(admin.ModelAdmin):
    """The pages of such rules: with a button that shows what a rule would find."""

    change_form_template = "admin/discussion/tried_form.html"
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say how much the rule finds."""
        super().save_model(request, obj, form, change)
        if form.preview:
            self.message_user(request, say_preview(form.preview))
