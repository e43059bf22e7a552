"""What a person types in a comment form, checked in words to act on. ``writing`` stores it, ``views.forms`` shows the pages."""

import unicodedata
from copy import copy
from string import ascii_letters
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.accounts.guests import is_name_free
from forum.accounts.models import Guest, User
from forum.accounts.names import MAX_NAME_CHARS, explain_taken_name, tidy_name
from forum.accounts.own_forms import RELATION_CHOICES

from .arrival import seconds_since_opening, sign_opening
from .claiming import MAX_EVIDENCE_CHARS
from .details import find_details
from .details_form import DetailsForm
from .editing import text_key
from .markup import render, to_plain
from .models import MAX_BODY_CHARS, MAX_SUBJECT_CHARS, Comment, Draft, PendingChange
from .paragraphs import split_long_blocks
from .words import Words

TEXT_FIELDS = ("subject", "body", "name")
_LETTERS = frozenset(ascii_letters)

MAX_ADDRESS_CHARS = 254  # of RFC 5321, and of the column
MAX_APPEAL_CHARS = 4_000


class WrittenText(forms.CharField):
    """Text of many lines: one kind of line break, no control characters, no spaces around it. Counted as its writer counts."""

    def to_python(self, value: Any) -> str:
        """Return the text as it is stored."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        if text.replace("\n", " ").isprintable():  # nearly always
            return text.strip()
        return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")).strip()


class WrittenLine(forms.CharField):
    """Text of one line, without what cannot be seen (``tidy_name``)."""

    def to_python(self, value: Any) -> str:
        """Return the text as it is stored."""
        return tidy_name(str(value or ""))


class AddressField(forms.EmailField):
    """An e-mail address, told in words to act on where it cannot be one; its domain in small letters, the rest as typed."""

    default_error_messages = {
        "required": gettext_lazy("Write your email address"),
        "invalid": gettext_lazy("Check the email address. It should look like name@example.org"),
        "max_length": gettext_lazy("Check the email address. It is too long"),
    }

    def __init__(self, **options: Any) -> None:
        widget = forms.EmailInput(attrs={"class": "short", "autocomplete": "email", "inputmode": "email"})
        super().__init__(widget=widget, max_length=MAX_ADDRESS_CHARS, **options)

    def to_python(self, value: Any) -> str:
        """Return the address as it is stored."""
        local, at, domain = str(super().to_python(value) or "").rpartition("@")
        return f"{local}{at}{domain.lower()}"


class WordsForm(DetailsForm):
    """The words of a comment and how its writer knows about it. A reply has no field for a title."""

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
    relation = forms.ChoiceField(
        label=gettext_lazy("How do you know about this?"),
        choices=RELATION_CHOICES,
        required=False,
        help_text=gettext_lazy("Shown next to your name. It helps people know who is speaking."),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose one of these answers, or the last one")},
    )
    asks = forms.BooleanField(
        label=gettext_lazy("I am asking something"),
        required=False,
        help_text=gettext_lazy("Then it is listed among the questions that wait for a reply, until somebody answers."),
    )

    def clean_subject(self) -> str:
        """Refuse a title that does not fit."""
        subject: str = self.cleaned_data["subject"]
        if len(subject) > MAX_SUBJECT_CHARS:
            raise forms.ValidationError(
                _("Make the title shorter. It can have %(limit)s characters") % {"limit": MAX_SUBJECT_CHARS}
            )
        return subject

    def clean_body(self) -> str:
        """Refuse what cannot be a comment."""
        return require_body(self.cleaned_data["body"])


class CommentForm(WordsForm):
    """A new comment, or a reply. A member has no fields for name and e-mail.

    A guest known by the link in a mail (``is_by_link``) has none for e-mail: whoever has the link shall not learn the address.
    ``form_key`` names one page of the form, so that sending it twice stores one comment. ``breaks`` and ``alerts`` count only
    where the page before has offered them (``breaks_offered``, ``alerts_offered``).
    """

    field_order = ("subject", "body", "details", "name", "relation", "email")  # errors are listed as the fields stand on the page
    name = WrittenLine(
        label=gettext_lazy("Name to show"),
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "dir": "auto", "autocomplete": "nickname"}),
    )
    email = AddressField(
        label=gettext_lazy("Email for replies"),
        required=False,
        help_text=gettext_lazy(
            "Never shown. We write when your comment is public and when someone answers you. One click stops it. "
            "First we send one mail to confirm the address, with the way back to your comment from any device."
        ),
    )
    alerts = forms.BooleanField(label=gettext_lazy("Email me when it is public and when someone answers"), required=False)
    ask_later = forms.BooleanField(
        label=gettext_lazy("May we ask you in 6 months how it went?"),
        required=False,
        help_text=gettext_lazy("One email, one question. You need not answer. What you tell then stands under your comment."),
    )
    alerts_offered = forms.BooleanField(required=False, widget=forms.HiddenInput)
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)
    opened = forms.CharField(required=False, widget=forms.HiddenInput)
    # Nobody meets this field: it stands inside an element with ``hidden``. Programs that fill in every field do.
    homepage = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    breaks = forms.BooleanField(required=False, widget=forms.HiddenInput)
    breaks_offered = forms.BooleanField(required=False, widget=forms.HiddenInput)
    gone_shown = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        is_reply: bool,
        visitor_name: str,
        member: User | None = None,
        guest: Guest | None = None,
        draft: Draft | None = None,
        is_by_link: bool = False,
    ) -> None:
        initial = {"form_key": _make_key, "opened": sign_opening, "relation": member.relation if member else ""}
        if guest:
            initial |= {"name": guest.display_name, "email": guest.email}
        if draft:
            initial |= {name: getattr(draft, name) for name in ("subject", "body", "name", "relation", "asks")}
        super().__init__(data, initial=initial, auto_id="f-%s")
        self._explain(
            "body",
            _(
                "Say as much or as little as you like. Spelling and punctuation do not matter. You can dictate it. "
                "We keep a draft for 30 days, so you can stop and rest."
            ),
        )
        self._explain(
            "name",
            _(
                "A first name or a made-up name is best. It does not have to be your real one. "
                "If you leave it empty, we write “%(visitor)s”."
            )
            % {"visitor": visitor_name},
        )
        if is_reply:
            del self.fields["subject"]
        if member:
            del self.fields["name"]
        if member or is_by_link:
            del self.fields["email"]

    def _explain(self, name: str, words: str) -> None:
        field = self.fields[name] = copy(self.fields[name])
        field.help_text = words

    def clean_name(self) -> str:
        """Refuse a name that does not fit, or under which somebody would be taken for a member or for staff."""
        name: str = self.cleaned_data["name"]
        if len(name) > MAX_NAME_CHARS:
            raise forms.ValidationError(_("Make the name shorter. It can have %(limit)s characters") % {"limit": MAX_NAME_CHARS})
        if not is_name_free(name):
            raise forms.ValidationError(explain_taken_name(name, is_name_free, may_be_empty=True))
        return name

    def clean_form_key(self) -> UUID:
        """Return the key of this page of the form, a new one where it is missing or not a key."""
        try:
            return UUID(self.cleaned_data["form_key"])
        except ValueError:
            return uuid4()

    def clean_opened(self) -> float | None:
        """Return how many seconds ago the form was opened, None where that is not known."""
        return seconds_since_opening(self.cleaned_data["opened"])

    def words(self) -> Words:
        """Return what is to be stored of a valid form."""
        data = self.cleaned_data
        wants_breaks = data["breaks"] and data["breaks_offered"]
        body = self.settle("body")
        return Words(
            body=split_long_blocks(body) if wants_breaks else body,
            subject=self.settle("subject"),
            name=self.settle("name"),
            relation=data["relation"],
            email=data.get("email", ""),
            asks=data["asks"],
            wants_mail=data["alerts"] if data["alerts_offered"] else bool(data.get("email")),
            wants_asking=data["ask_later"],
        )

    def typed(self) -> Words:
        """Return what a draft keeps of a checked form, valid or not: all text as typed, other answers if they make sense."""
        texts = {name: str(self.fields[name].to_python(self[name].data)) for name in TEXT_FIELDS if name in self.fields}
        data = self.cleaned_data
        return Words(
            body=texts["body"],
            subject=texts.get("subject", ""),
            name=texts.get("name", ""),
            relation=data.get("relation", ""),
            email=data.get("email", ""),
            asks=data.get("asks", False),
        )


class _SharedFields(dict[str, forms.Field]):
    """Fields that no form of a class changes: Django would copy each of them, and its widget, for each form."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


CommentForm.base_fields = _SharedFields(CommentForm.base_fields)


def _make_key() -> str:
    return str(uuid4())


class UpdateForm(DetailsForm):
    """How it went, in one box."""

    body = WrittenText(
        label=gettext_lazy("How did it go?"),
        required=False,
        help_text=gettext_lazy(
            "A few words are enough. It helped, it did not, something else did: all of it helps those who ask next."
        ),
        widget=forms.Textarea(attrs={"rows": 9, "cols": False, "dir": "auto", "autocapitalize": "sentences"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s")

    def clean_body(self) -> str:
        """Refuse what a comment could not be either."""
        return require_body(self.cleaned_data["body"])


class EditForm(WordsForm):
    """Other words for a comment that is there. ``seen`` stands for the text that the page was opened with (``text_key``).

    ``asked`` says whether the tick for asking was set when the page was opened.
    """

    field_order = ("subject", "body", "details", "relation")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    asked = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, comment: Comment, text: Comment | PendingChange) -> None:
        initial: dict[str, Any] = {"subject": text.subject, "body": text.body, "relation": comment.relation}
        initial |= {"seen": text_key(text), "asks": comment.is_question, "asked": comment.is_question}
        super().__init__(data, initial=initial, auto_id="f-%s")
        self.text = text
        if not comment.is_root:
            del self.fields["subject"]
        if data is not None and comment.state in (Comment.State.PUBLISHED, Comment.State.HELD):
            # They were asked about when it was written.
            self.known = frozenset(detail.key for part in (comment.subject, comment.body) for detail in find_details(part))

    def says_asking(self) -> bool | None:
        """Return whether the writer says that it asks something; None where they leave a tick unset that was not set."""
        asks: bool = self.cleaned_data["asks"]
        return asks if asks or self.cleaned_data["asked"] else None


class AppealForm(forms.Form):
    """Why a moderator should look at a decision again."""

    text = WrittenText(
        label=gettext_lazy("What should we know?"),
        required=False,
        help_text=gettext_lazy("A few words are enough. Only moderators read them."),
        widget=forms.Textarea(attrs={"rows": 6, "cols": False, "dir": "auto", "autocapitalize": "sentences"}),
    )

    def clean_text(self) -> str:
        """Refuse a text in which nothing can be seen, and one that is too long."""
        text: str = self.cleaned_data["text"]
        if len(text) > MAX_APPEAL_CHARS:
            limit = _group(MAX_APPEAL_CHARS)
            raise forms.ValidationError(_("Make it shorter. It can have %(limit)s characters") % {"limit": limit})
        if not tidy_name(text):
            raise forms.ValidationError(_("Write why we should look again. A few words are enough"))
        return text


class AddressForm(forms.Form):
    """Where a link can be sent."""

    email = AddressField(label=gettext_lazy("Email"))


class ClaimForm(forms.Form):
    """How one can tell that somebody wrote an imported comment, in their own words."""

    evidence = forms.CharField(
        label=gettext_lazy("How can we tell that you wrote it?"),
        help_text=gettext_lazy(
            "For example: the address you gave on the old site, the name you used there, or something only the writer knows. "
            "Only moderators read this. Spelling does not matter."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "cols": False, "dir": "auto"}),
        max_length=MAX_EVIDENCE_CHARS,
        error_messages={
            "required": gettext_lazy("Write how we can tell. A sentence is enough"),
            "max_length": gettext_lazy("Make it shorter. It can have %(limit_value)d characters"),
        },
    )


def require_body(body: str) -> str:
    """Return ``body``; refuse a text in which nothing can be seen, and one that is too long, saying by how much."""
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


def has_visible_words(body: str) -> bool:
    """Tell whether anything of ``body`` shows on a page: a lone list mark, spaces and invisible characters do not."""
    if body[:1] in _LETTERS:  # which begins a paragraph, whatever follows; nearly every comment does
        return True
    return any(unicodedata.category(char)[0] in "LNPS" for char in tidy_name(to_plain(render(body))))


def _group(number: int) -> str:
    return number_format(number, force_grouping=True)
