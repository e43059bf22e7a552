"""What a moderator fills in. The forms check; ``services`` decides."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..markup import render
from ..models import MAX_BODY_CHARS, MAX_SUBJECT_CHARS, Comment
from .verbs import VERBS, Verb

MAX_NOTE_CHARS = 2_000
MAX_CHOSEN = 1_000  # comments decided on at once: some ten seconds of work


class ReasonAndNote(forms.Form):
    """Why; the note is read by moderators only."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Comment.Reason.choices],
        required=False,
        help_text=_("The writer is told this reason. So are readers, where replies stand below."),
    )
    note = forms.CharField(
        label=_("Note for moderators (optional)"),
        max_length=MAX_NOTE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    verb = forms.ChoiceField(choices=[(name, verb.label) for name, verb in VERBS.items()], widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the writer will be told one, and drop it where not."""
        data = super().clean() or self.cleaned_data
        verb = VERBS.get(data.get("verb", ""))
        if verb and verb.needs_reason and not data.get("reason"):
            self.add_error("reason", _("Choose a reason. The writer is told it."))
        if verb and not verb.takes_reason:
            data["reason"] = ""
        return data

    @property
    def chosen_verb(self) -> Verb:
        return VERBS[self.cleaned_data["verb"]]


class DecisionForm(ReasonAndNote):
    """One comment, as it was when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BulkForm(ReasonAndNote):
    """Many comments: ``chosen`` is "id:version id:version …", one field, for Django takes at most a thousand."""

    chosen = forms.CharField(widget=forms.HiddenInput)

    def clean_chosen(self) -> dict[int, int]:
        """Return the version that was seen of each id."""
        try:
            pairs = [pair.split(":") for pair in self.cleaned_data["chosen"].split()]
            chosen = {int(pk): int(version) for pk, version in pairs}
        except ValueError as error:
            raise forms.ValidationError(_("Choose the comments again.")) from error
        if len(chosen) > MAX_CHOSEN:
            raise forms.ValidationError(_("Choose at most %(limit)d comments at once."), params={"limit": MAX_CHOSEN})
        return chosen


class ChangeForm(forms.Form):
    """The answer to a change by the writer. ``seen`` stands for the change as it was read (``text_key``)."""

    PUBLISH, KEEP = "publish", "keep"

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *Comment.Reason.choices],
        required=False,
        help_text=_("Only to keep the earlier text. The writer is told this reason."),
    )
    note = forms.CharField(
        label=_("Note for moderators (optional)"),
        max_length=MAX_NOTE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    answer = forms.ChoiceField(choices=[(PUBLISH, PUBLISH), (KEEP, KEEP)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "change_%s"} | kwargs))

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the writer will be told one."""
        data = super().clean() or self.cleaned_data
        if data.get("answer") == self.KEEP and not data.get("reason"):
            self.add_error("reason", _("Choose a reason. The writer is told it."))
        return data


class AnswerForm(forms.Form):
    """Why a decision stays as it is, for the writer who asked for a second look."""

    answer = forms.CharField(
        label=_("To the writer"),
        max_length=MAX_NOTE_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They read these words. Any other decision about the comment answers them too."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "answer_%s"} | kwargs))


class RedactionForm(forms.Form):
    """The text without the details."""

    subject = forms.CharField(label=_("Title"), max_length=MAX_SUBJECT_CHARS, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=MAX_BODY_CHARS,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Write the kind of thing you took out in square brackets: [name of a school]. Leave the other words as they are."
        ),
    )
    note = forms.CharField(
        label=_("Note for moderators (optional)"),
        max_length=MAX_NOTE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, comment: Comment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comment = comment
        if not comment.is_root:
            del self.fields["subject"]

    def clean_body(self) -> str:
        """Refuse a text of which nothing would be shown."""
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        if not render(body):
            raise forms.ValidationError(_("Leave at least a word."))
        return body

    def clean(self) -> dict[str, Any]:
        """Refuse to store the same text again."""
        data = super().clean() or self.cleaned_data
        same_subject = data.get("subject", self.comment.subject) == self.comment.subject
        if not self.errors and same_subject and data["body"] == self.comment.body:
            self.add_error("body", _("Nothing was taken out: the text is the same."))
        return data


class PlaceForm(forms.Form):
    """What a comment answers: a number, or an address copied from the page; empty for a thread of its own."""

    parent = forms.CharField(
        label=_("The comment it answers"),
        max_length=300,
        required=False,
        help_text=_("Its link, copied from the page, or its number. Leave it empty to begin a conversation of its own."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_parent(self) -> Comment | None:
        """Return the comment that is meant."""
        typed = self.cleaned_data["parent"].strip()
        if not typed:
            return None
        found = re.search(r"comment-(\d{1,18})$|/comments/(\d{1,18})/?$|^(\d{1,18})$", typed)
        number = next(filter(None, found.groups()), "") if found else ""
        parent = Comment.objects.filter(pk=number).first() if number else None
        if parent is None:
            raise forms.ValidationError(_("There is no comment with this link or number."))
        return parent
