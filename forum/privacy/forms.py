"""What people fill in about data: how to be erased, and that a comment is about them."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.discussion.models import Comment
from forum.discussion.permissions import ANONYMOUS

from .models import MAX_WORDS_CHARS, ThirdPartyRequest

LARGEST_ID = 2**63 - 1
# "…#comment-12" before all else, for the rest of that address names the thread; "…/comments/12/"; or the number alone.
COMMENT_ADDRESSES = [
    re.compile(pattern, re.ASCII) for pattern in (r"#comment-(\d{1,19})$", r"/comments/(\d{1,19})/?(?:$|[?#])", r"^(\d{1,19})$")
]
OPTIONAL = frozenset({"words", "email"})


class ErasureForm(forms.Form):
    """The one choice: with or without the words. Nothing is chosen beforehand."""

    words = forms.ChoiceField(
        label=gettext_lazy("What should happen to what you wrote?"),
        choices=[
            ("keep", gettext_lazy("Keep my words, without my name. Others may still find help in them.")),
            ("remove", gettext_lazy("Remove my words too. Where people replied, a line says that a comment was erased.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what should happen to what you wrote")},
    )

    @property
    def keep_words(self) -> bool:
        """Return the choice; call it on a valid form."""
        return self.cleaned_data["words"] == "keep"


class AboutMeForm(forms.Form):
    """Somebody is named in a comment that is not theirs."""

    comment = forms.CharField(
        label=gettext_lazy("Which comment?"),
        help_text=gettext_lazy("Its address. You find it under “More” below the comment, as “Link to this comment”."),
        max_length=400,
        error_messages={"required": gettext_lazy("Say which comment it is: paste its address")},
    )
    about = forms.ChoiceField(
        label=gettext_lazy("Who is it about?"),
        choices=ThirdPartyRequest.About.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose who it is about")},
    )
    wish = forms.ChoiceField(
        label=gettext_lazy("What should happen?"),
        choices=ThirdPartyRequest.Wish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what should happen")},
    )
    words = forms.CharField(
        label=gettext_lazy("Anything we should know"),
        help_text=gettext_lazy("For example, which words show who it is. Only moderators read this."),
        max_length=MAX_WORDS_CHARS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Email for an answer"),
        help_text=gettext_lazy("We use it once, for the answer, and then delete it."),
        required=False,
        error_messages={"invalid": gettext_lazy("Check the email address. It should look like name@example.org")},
    )

    def clean_comment(self) -> Comment:
        """Return the public comment whose address or number was given."""
        found = filter(None, (address.search(self.cleaned_data["comment"]) for address in COMMENT_ADDRESSES))
        pk = next((int(match[1]) for match in found), 0)
        visible = Comment.objects.visible_to(ANONYMOUS).select_related("discussion__article")
        comment = visible.filter(pk=pk).first() if pk <= LARGEST_ID else None
        if comment is None:
            raise ValidationError(_("We find no public comment at this address. Copy it again from “Link to this comment”"))
        return comment
