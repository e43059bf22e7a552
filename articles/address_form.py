"""An old address as it is typed in the administration: checked, and tried on examples before it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .address_patterns import is_pattern
from .models import OldAddress
from .old_addresses import GONE, choose, find_title, is_taken, is_there, lead, read_known

PREVIEW = "_preview"  # the button that stores nothing
MOST_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of one address; ``target`` is empty where it leads nowhere."""

    asked: str
    words: str
    target: str = ""


class OldAddressForm(forms.ModelForm):
    """One old address, with others to try it on; those are not stored."""

    examples = forms.CharField(
        label=gettext_lazy("Addresses to try"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=gettext_lazy("Old addresses, one a line, with or without the name of the old site. They are not stored."),
    )
    trials: tuple[Trial, ...] = ()

    class Meta:
        model = OldAddress
        fields = ("path", "target")
        widgets = {name: forms.TextInput(attrs={"size": 80}) for name in ("path", "target")}

    def _post_clean(self) -> None:
        """Check what the model found well-formed against the pages of today, and show what it would do if that is asked."""
        super()._post_clean()  # type: ignore[misc]  # Django's own, between clean() and the end
        if self.errors:
            return
        path, target = self.instance.path, self.instance.target
        if not is_pattern(path) and is_taken(path):
            self.add_error("path", _("There is a page at this address today. It answers before any old address does."))
        elif target and "{" not in target and not is_there(target):
            self.add_error("target", _("There is nothing at this address. Look again, or publish the article first."))
        elif PREVIEW in self.data:
            examples = self.cleaned_data["examples"].split() or ([] if is_pattern(path) else [path])
            self.trials = tuple(self._try(examples[:MOST_EXAMPLES]))
            words = _("Nothing is stored yet.") if examples else _("Write some old addresses to try this one on.")
            # An error of its own is the admin's way of showing a form again with everything typed.
            self.add_error(None, words)

    def _try(self, examples: Iterable[str]) -> Iterable[Trial]:
        old, target = self.instance.path, self.instance.target
        for asked in examples:
            parts = urlsplit(asked)
            path, query = unquote(parts.path), parts.query
            known = read_known(path, query)
            known.pop(self.initial.get("path", ""), None)
            answering, led = next(choose(known | {old: target}, path, query), ("", None))
            if is_taken(path):
                yield Trial(asked, _("There is a page at this address today, and it answers itself."))
            elif led is None:
                would = lead(old, target, path, query) or ""
                yield Trial(
                    asked, _("There is nothing where it leads.") if would else _("It says nothing of this address."), would
                )
            elif answering != old:
                yield Trial(asked, _("Another old address answers: %(path)s.") % {"path": answering}, led)
            elif led == GONE:
                yield Trial(asked, _("It says that what stood there is gone."))
            else:
                page = find_title(led)
                yield Trial(asked, _("It leads to “%(title)s”.") % {"title": page} if page else _("It leads there."), led)
