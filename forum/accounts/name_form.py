"""The name a new member chooses. Apart from the other forms: django-allauth builds its own forms on top of this one."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .guests import is_name_free
from .models import User
from .names import MAX_NAME_CHARS, explain_taken_name, name_key, tidy_name
from .unproven import forget_unproven


class NameForm(forms.Form):
    """One field: the name that readers see, like nobody else's here."""

    display_name = forms.CharField(
        label=gettext_lazy("Name to show"),
        help_text=gettext_lazy("A first name or a made-up name is best. It does not have to be your real one. Readers see it."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "nickname"}),
        error_messages={"required": gettext_lazy("Write a name to show")},
    )

    def clean_display_name(self) -> str:
        """Refuse a name that does not fit, shows nothing, or looks like that of a member or of staff."""
        name = tidy_name(self.cleaned_data["display_name"])
        if len(name) > MAX_NAME_CHARS:
            raise forms.ValidationError(_("Make the name shorter. It can have %(limit)s characters") % {"limit": MAX_NAME_CHARS})
        if not name_key(name):
            raise forms.ValidationError(_("Write a name with at least one letter or number"))
        forget_unproven(name=name)
        if not is_name_free(name):
            raise forms.ValidationError(explain_taken_name(name, is_name_free, may_be_empty=False))
        return name

    def signup(self, request: HttpRequest, user: User) -> None:
        """Do nothing: the account adapter stores the name together with the rest, so that no member is ever without."""

    def fill(self, user: Any) -> None:
        """Give ``user`` the name of a valid form."""
        User.objects.give_name(user, self.cleaned_data["display_name"])
