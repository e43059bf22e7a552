"""The form at /reading/: how a reader wants the pages to look."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .reading import ReadingSettings


class ReadingForm(forms.Form):
    """Text size, spacing and colours; the values are those of ``ReadingSettings.CHOICES``."""

    text = forms.ChoiceField(
        label=_("Text size"),
        choices=[("normal", _("100 %, as your device sets it")), ("large", _("125 %")), ("larger", _("150 %"))],
        widget=forms.RadioSelect,
    )
    space = forms.ChoiceField(
        label=_("Spacing"),
        choices=[("normal", _("Normal")), ("loose", _("Loose: more room between lines, words and letters"))],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        choices=[
            ("device", _("As my device")),
            ("light", _("Light: dark letters on a pale page")),
            ("dark", _("Dark: pale letters on a dark page")),
        ],
        widget=forms.RadioSelect,
    )

    def chosen(self) -> ReadingSettings:
        """Return what was chosen; call it on a valid form."""
        return ReadingSettings(**{name: self.cleaned_data[name] for name in ReadingSettings.CHOICES})
