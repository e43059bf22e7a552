"""What a moderator sends from the queue, and a reader from the page of a report. The forms check; services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.discussion.admin.forms import MAX_NOTE_CHARS
from forum.discussion.forms import WrittenText
from forum.discussion.models import Comment, Lane

from .flags import MAX_WORDS_CHARS
from .models import Batch, Flag

REASON_CHOICES = [("", _("Choose a reason")), *Comment.Reason.choices]
LANE_CHOICES = [("", _("All")), *Lane.choices]


class CardForm(forms.Form):
    """A verb on one card as it was when it was read, and where in the queue the moderator is."""

    COMMENT_VERBS = ("publish", "cut", "advertising", "ask_change", "reject", "later", "second")
    REQUEST_VERBS = ("publish_change", "cut_change", "decline", "uphold")
    WITH_REASON = ("reject", "decline")

    do = forms.ChoiceField(choices=[(verb, verb) for verb in (*COMMENT_VERBS, *REQUEST_VERBS)])
    version = forms.IntegerField()
    seen = forms.CharField(max_length=64, required=False)  # of a change: the words that were read
    reason = forms.ChoiceField(choices=REASON_CHOICES, required=False)
    note = forms.CharField(max_length=MAX_NOTE_CHARS, required=False)
    answer = forms.CharField(max_length=MAX_NOTE_CHARS, required=False)
    lane = forms.ChoiceField(choices=LANE_CHOICES, required=False)
    after = forms.CharField(max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the writer will be told one, and for words where they asked for an answer."""
        data = super().clean() or self.cleaned_data
        if data.get("do") in self.WITH_REASON and "reason" not in self.errors and not data.get("reason"):
            self.add_error("reason", _("Choose a reason. The writer is told it."))
        if data.get("do") == "uphold" and "answer" not in self.errors and not data.get("answer"):
            self.add_error("answer", _("Write a few words. The writer who asked reads them."))
        return data

    @property
    def typed(self) -> str:
        """Return the words that the moderator wrote, to be given back."""
        return str(self.data.get("answer") or self.data.get("note") or "").strip()


class BatchForm(forms.Form):
    """Which comments, and what to do with them: leads to the preview, where nothing has been done yet."""

    verb = forms.ChoiceField(choices=Batch.Verb.choices)
    scope = forms.ChoiceField(choices=Batch.Scope.choices)
    about = forms.IntegerField(required=False)
    host = forms.CharField(max_length=253, required=False)

    def clean_host(self) -> str:
        """Return the host in small letters."""
        return self.cleaned_data["host"].strip().lower()


class StartForm(forms.Form):
    """Yes to a preview: the reason that writers are told, where the verb takes one, and a note."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=REASON_CHOICES,
        required=False,
        help_text=_("The writers are told this reason. So are readers, where replies stand below."),
    )
    note = forms.CharField(
        label=_("Note for moderators (optional)"),
        max_length=MAX_NOTE_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if batch.verb == Batch.Verb.REMOVE:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class FlagForm(forms.Form):
    """What worries a reader about a comment."""

    reason = forms.ChoiceField(
        label=_("What worries you?"),
        choices=Flag.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what worries you"), "invalid_choice": _("Choose one of these answers")},
    )
    words = WrittenText(
        label=_("Anything else that we should know?"),
        required=False,
        help_text=_("Only moderators read this. Spelling does not matter."),
        widget=forms.Textarea(attrs={"rows": 4, "cols": False, "dir": "auto", "autocapitalize": "sentences"}),
        max_length=MAX_WORDS_CHARS,
        error_messages={"max_length": _("Make it shorter. It can have %(limit_value)d characters")},
    )
    # The browser's own limit would cut what somebody pastes, without a word.
    words.widget.attrs.pop("maxlength", None)
