"""The form at /settings/."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from .models import Relation, User
from .names import MAX_NAME_CHARS, explain_taken_name, name_key, sounds_like_staff, tidy_name
from .naming import is_held
from .unproven import forget_unproven

# In the words of whoever answers; next to a name stand those of Relation.
RELATION_CHOICES = [
    (Relation.SELF.value, gettext_lazy("I live with it")),
    (Relation.CARER.value, gettext_lazy("I care for someone")),
    (Relation.WORK.value, gettext_lazy("I work in health or care")),
    ("", gettext_lazy("I would rather not say")),
]


class SettingsForm(forms.Form):
    """The name to show, the role beside it, and the language of the pages where there is more than one."""

    display_name = forms.CharField(
        label=gettext_lazy("Name to show"),
        help_text=gettext_lazy(
            "What you have written keeps the name you had then. Links to your page go on working. "
            "Nobody else can take your old name for two years."
        ),
        widget=forms.TextInput(attrs={"class": "short", "dir": "auto", "autocomplete": "nickname"}),
        error_messages={"required": gettext_lazy("Write a name to show")},
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("How do you know about this?"),
        choices=RELATION_CHOICES,
        required=False,
        help_text=gettext_lazy("Shown on your page, and next to your name where you do not say something else."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these answers, or the last one")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the pages"),
        required=False,
        help_text=gettext_lazy("What people wrote stays in the language they wrote it in."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these languages")},
    )

    def __init__(self, data: Any = None, *, member: User) -> None:
        self.member, self.former_name = member, member.display_name
        initial = {"display_name": member.display_name, "relation": member.relation, "language": member.language}
        super().__init__(data, initial=initial, auto_id="f-%s")
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        else:
            names = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]
            self.fields["language"].choices = [*names, ("", _("As my browser asks"))]  # type: ignore[attr-defined]

    def clean_display_name(self) -> str:
        """Refuse a name that does not fit, shows nothing, or looks like that of somebody else or of staff."""
        name = tidy_name(self.cleaned_data["display_name"])
        if len(name) > MAX_NAME_CHARS:
            raise forms.ValidationError(_("Make the name shorter. It can have %(limit)s characters") % {"limit": MAX_NAME_CHARS})
        if not name_key(name):
            raise forms.ValidationError(_("Write a name with at least one letter or number"))
        forget_unproven(name=name)
        if name != self.former_name and not _is_free_for(name, self.member):
            raise forms.ValidationError(tell_taken(name, self.member))
        return name


def _is_free_for(name: str, member: User) -> bool:
    return (member.is_staff or not sounds_like_staff(name)) and not is_held(name, besides=member)


def tell_taken(name: str, member: User) -> str:
    """Return the sentence for a member who cannot have ``name``: why, and what they could write."""
    return explain_taken_name(name, lambda other: _is_free_for(other, member), may_be_empty=False)
