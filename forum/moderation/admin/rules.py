"""The site's own rules in the administration: phrases and domains, tried on the latest comments before they are saved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..links import host_of, registered_domain
from ..models import LinkHost, PhraseRule, RuleAction
from ..patterns import PatternError
from ..previews import PREVIEW_DAYS, Preview, preview_domain, preview_phrase

PREVIEW = "_preview"  # the button that saves nothing


def say_preview(preview: Preview) -> str:
    """Return in a sentence what a rule finds."""
    return ngettext(
        "It finds %(found)s comment of the last %(days)s days (%(read)s were read).",
        "It finds %(found)s comments of the last %(days)s days (%(read)s were read).",
        preview.found,
    ) % {"found": preview.found, "days": PREVIEW_DAYS, "read": preview.read}


class RuleForm(forms.ModelForm):
    """A rule that is tried on the comments of the last days each time it is sent; one that finds too much is asked about."""

    is_meant = forms.BooleanField(
        label=gettext_lazy("Save it although it finds so much"), required=False, help_text=gettext_lazy("Only asked if it does.")
    )
    preview: Preview | None = None

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Return what the rule would find, None where it cannot be tried."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Try the rule. A note harms nobody; what holds or refuses a fifth of all comments is asked about."""
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        self.preview = self.find(data)
        if self.preview and PREVIEW in self.data:
            # An error of its own is the admin's way of showing a form again with everything typed.
            self.add_error(None, " ".join([_("Nothing is saved yet."), say_preview(self.preview)]))
            return data
        acts = data.get("action") in (RuleAction.HOLD, RuleAction.REFUSE)
        if self.preview and self.preview.finds_too_much and acts and not data.get("is_meant"):
            sentence = _("This finds %(found)s of the last %(read)s comments. If you mean it, tick the box below.")
            self.add_error(None, sentence % {"found": self.preview.found, "read": self.preview.read})
        return data


class PhraseRuleForm(RuleForm):
    """A phrase."""

    class Meta:
        model = PhraseRule
        fields = ("phrase", "action", "note", "is_active")

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Try the phrase; one that cannot be looked for is told of by the model."""
        try:
            return preview_phrase(data["phrase"], now=timezone.now())
        except PatternError:
            return None


class LinkHostForm(RuleForm):
    """A domain, typed in whatever form."""

    class Meta:
        model = LinkHost
        fields = ("domain", "action", "note")

    def clean_domain(self) -> str:
        """Return the part of what was typed that somebody registered."""
        host = host_of(self.cleaned_data["domain"].strip())
        if not host:
            raise forms.ValidationError(_("Write a domain such as example.org."))
        return registered_domain(host)

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Look which comments link to it."""
        return preview_domain(data["domain"], now=timezone.now())


class RuleAdmin(admin.ModelAdmin):
    """What the two kinds of rules share: the button that shows what a rule would find."""

    change_form_template = "admin/moderation/rule_form.html"
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say how much of the last days the rule finds."""
        super().save_model(request, obj, form, change)
        if form.preview:
            self.message_user(request, say_preview(form.preview))


@admin.register(PhraseRule)
class PhraseRuleAdmin(RuleAdmin):
    """Phrases."""

    form = PhraseRuleForm
    list_display = ("phrase", "action", "is_active", "note")
    list_filter = ("action", "is_active")
    search_fields = ("phrase", "note")


@admin.register(LinkHost)
class LinkHostAdmin(RuleAdmin):
    """Domains."""

    form = LinkHostForm
    list_display = ("domain", "action", "first_seen", "note")
    list_filter = ("action",)
    search_fields = ("domain",)
    ordering = ("domain",)
