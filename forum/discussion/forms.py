"""What a person types in a comment form, checked in words to act on. ``writing`` stores it, ``views.forms`` shows the pages."""

import unicodedata
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.accounts.guests import is_name_free
from forum.accounts.models import Guest, Relation, User
from forum.accounts.names import MAX_NAME_CHARS, sounds_like_staff, suggest_names, tidy_name

from .markup import render, to_plain
from .models import MAX_BODY_CHARS, MAX_SUBJECT_CHARS
from .paragraphs import split_long_blocks
from .writing import Words

RELATION_CHOICES = [
    (Relation.SELF.value, gettext_lazy("I live with it")),
    (Relation.CARER.value, gettext_lazy("I care for someone")),
    (Relation.WORK.value, gettext_lazy("I work in health or care")),
    ("", gettext_lazy("I would rather not say")),
]


class WrittenText(forms.CharField):
    """Text of many lines: one kind of line break, no control characters, no spaces around it. Counted as its writer counts."""

    def to_python(self, value: Any) -> str:
        """Return the text as it is stored."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")).strip()


class WrittenLine(forms.CharField):
    """Text of one line, without what cannot be seen (``tidy_name``)."""

    def to_python(self, value: Any) -> str:
        """Return the text as it is stored."""
        return tidy_name(str(value or ""))


class CommentForm(forms.Form):
    """A new comment, or a reply. A member has no fields for name and e-mail; a reply has none for a title.

    ``form_key`` names one page of the form, so that sending it twice stores one comment. ``breaks`` counts only where the page
    before has offered it (``breaks_offered``).
    """

    subject = WrittenLine(label=gettext_lazy("Title"), required=False, widget=forms.TextInput(attrs={"dir": "auto"}))
    body = WrittenText(
        label=gettext_lazy("Your comment"),
        required=False,
        help_text=gettext_lazy(
            "Say as much or as little as you like. Spelling and punctuation do not matter. You can dictate it. "
            "There is no time limit."
        ),
        widget=forms.Textarea(attrs={"rows": 9, "cols": False, "dir": "auto", "autocapitalize": "sentences"}),
    )
    name = WrittenLine(
        label=gettext_lazy("Name to show"),
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "dir": "auto", "autocomplete": "nickname"}),
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("How do you know about this?"),
        choices=RELATION_CHOICES,
        required=False,
        help_text=gettext_lazy("Shown next to your name. It helps people know who is speaking."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these answers, or the last one")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        required=False,
        help_text=gettext_lazy("Never shown on the site. We keep it with your comment. We do not send anything to it."),
        widget=forms.EmailInput(attrs={"class": "short", "autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "invalid": gettext_lazy("Check the email address. It should look like name@example.org"),
            "max_length": gettext_lazy("Check the email address. It is too long"),
        },
    )
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)
    breaks = forms.BooleanField(required=False, widget=forms.HiddenInput)
    breaks_offered = forms.BooleanField(required=False, widget=forms.HiddenInput)
    gone_shown = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, is_reply: bool, visitor_name: str, member: User | None = None, guest: Guest | None = None
    ) -> None:
        initial = {"form_key": str(uuid4()), "relation": member.relation if member else ""}
        if guest:
            initial |= {"name": guest.display_name, "email": guest.email}
        super().__init__(data, initial=initial, auto_id="f-%s")
        self.fields["name"].help_text = _(
            "A first name or a made-up name is best. It does not have to be your real one. "
            "If you leave it empty, we write “%(visitor)s”."
        ) % {"visitor": visitor_name}
        if is_reply:
            del self.fields["subject"]
        if member:
            del self.fields["name"]
            del self.fields["email"]

    def clean_subject(self) -> str:
        """Refuse a title that does not fit."""
        subject: str = self.cleaned_data["subject"]
        if len(subject) > MAX_SUBJECT_CHARS:
            raise forms.ValidationError(
                _("Make the title shorter. It can have %(limit)s characters") % {"limit": MAX_SUBJECT_CHARS}
            )
        return subject

    def clean_body(self) -> str:
        """Refuse a text in which nothing can be seen, and one that is too long, saying by how much."""
        body: str = self.cleaned_data["body"]
        over = len(body) - MAX_BODY_CHARS
        if over > 0:
            raise forms.ValidationError(
                ngettext(
                    "Make your comment shorter by %(over)s character. It can have %(limit)s",
                    "Make your comment shorter by %(over)s characters. It can have %(limit)s",
                    over,
                )
                % {"over": _group(over), "limit": _group(MAX_BODY_CHARS)}
            )
        if not has_visible_words(body):
            raise forms.ValidationError(_("Write your comment. A few words are enough"))
        return body

    def clean_name(self) -> str:
        """Refuse a name that does not fit, or under which somebody would be taken for a member or for staff."""
        name: str = self.cleaned_data["name"]
        if len(name) > MAX_NAME_CHARS:
            raise forms.ValidationError(_("Make the name shorter. It can have %(limit)s characters") % {"limit": MAX_NAME_CHARS})
        if not is_name_free(name):
            raise forms.ValidationError(_say_taken(name))
        return name

    def clean_email(self) -> str:
        """Return the address with its domain in small letters; the part before it may tell them apart."""
        local, at, domain = self.cleaned_data["email"].strip().rpartition("@")
        return f"{local}{at}{domain.lower()}"

    def clean_form_key(self) -> UUID:
        """Return the key of this page of the form, a new one where it is missing or not a key."""
        try:
            return UUID(self.cleaned_data["form_key"])
        except ValueError:
            return uuid4()

    def words(self) -> Words:
        """Return what is to be stored of a valid form."""
        data = self.cleaned_data
        wants_breaks = data["breaks"] and data["breaks_offered"]
        return Words(
            body=split_long_blocks(data["body"]) if wants_breaks else data["body"],
            subject=data.get("subject", ""),
            name=data.get("name", ""),
            relation=data["relation"],
            email=data.get("email", ""),
        )


def has_visible_words(body: str) -> bool:
    """Tell whether anything of ``body`` shows on a page: a lone list mark, spaces and invisible characters do not."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in tidy_name(to_plain(render(body))))


def _group(number: int) -> str:
    return number_format(number, force_grouping=True)


def _say_taken(name: str) -> str:
    suggestions = suggest_names(name, is_name_free)
    if not sounds_like_staff(name):
        first, second = [*suggestions, "", ""][:2]
        if second:
            return _("Somebody else here is called %(name)s. You could write “%(first)s” or “%(second)s”") % {
                "name": name, "first": first, "second": second,
            }  # fmt: skip
        return _("Somebody else here is called %(name)s. Choose another name, or leave this empty") % {"name": name}
    if suggestions:
        return _("“%(name)s” sounds like somebody who runs this site. You could write “%(first)s”, or leave this empty") % {
            "name": name, "first": suggestions[0],
        }  # fmt: skip
    return _("“%(name)s” sounds like somebody who runs this site. Write a first name, or leave this empty") % {"name": name}
