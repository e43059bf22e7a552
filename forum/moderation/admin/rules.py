"""The site's own rules in the administration: phrases and domains, tried on the latest comments before they are saved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.discussion.admin.tried import TriedAdmin, TriedForm
from forum.discussion.patterns import PatternError
from forum.discussion.previews import Preview, preview_phrase

from ..links import host_of, registered_domain
from ..models import LinkHost, PhraseRule, RuleAction
from ..previews import preview_domain


class PhraseRuleForm(TriedForm):
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

    def does_something(self, data: dict[str, Any]) -> bool:
        """A note harms nobody."""
        return data.get("action") in (RuleAction.HOLD, RuleAction.REFUSE)


class LinkHostForm(TriedForm):
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

    def does_something(self, data: dict[str, Any]) -> bool:
        """A note harms nobody."""
        return data.get("action") in (RuleAction.HOLD, RuleAction.REFUSE)


@admin.register(PhraseRule)
class PhraseRuleAdmin(TriedAdmin):
    """Phrases."""

    form = PhraseRuleForm
    list_display = ("phrase", "action", "is_active", "note")
    list_filter = ("action", "is_active")
    search_fields = ("phrase", "note")


@admin.register(LinkHost)
class LinkHostAdmin(TriedAdmin):
    """Domains."""

    form = LinkHostForm
    list_display = ("domain", "action", "first_seen", "note")
    list_filter = ("action",)
    search_fields = ("domain",)
    ordering = ("domain",)
