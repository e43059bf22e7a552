"""What a comment is said to be about, as its writer and moderators see it and correct it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.database import BIGGEST_ID
from forum.discussion.models import Comment

from .arrivals import search_if_new
from .models import By, Mention, Standing, Topic
from .pages import KINDS
from .texts import text_of_comment, words_at

MOST_ADDED = 10  # topics that a writer may add: a comment about everything is about nothing


class CorrectionForm(forms.Form):
    """A tick for every topic that a comment is, or was, about, and one more topic. What the page did not show stays as it is."""

    about = forms.MultipleChoiceField(
        label=gettext_lazy("This comment is about"), required=False, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    add = forms.ChoiceField(label=gettext_lazy("Add a topic"), required=False)

    def __init__(self, data: Any = None, *, comment: Comment, by: By, **kwargs: Any) -> None:
        search_if_new(comment)
        mentions = list(Mention.objects.filter(comment=comment, topic__is_active=True).select_related("topic"))
        mentions.sort(key=lambda mention: mention.topic.name.casefold())
        fixed = [mention for mention in mentions if by == By.WRITER and mention.corrected_by == By.MODERATOR]
        free = [mention for mention in mentions if mention not in fixed]
        self.kept = [mention.topic.name for mention in fixed if mention.standing != Standing.DENIED]
        self.denied = [mention.topic.name for mention in fixed if mention.standing == Standing.DENIED]
        self.comment = comment
        shown = [str(mention.topic_id) for mention in free]
        initial = {"about": [str(one.topic_id) for one in free if one.standing != Standing.DENIED], "seen": shown}
        super().__init__(data, initial=initial, auto_id="f-%s", **kwargs)
        text = text_of_comment(comment)
        known = {str(mention.topic_id): _tell(mention, text) for mention in free}
        self.fields["about"].choices = list(known.items())  # type: ignore[attr-defined]
        self.fields["seen"].choices = list(known.items())  # type: ignore[attr-defined]
        added = sum(mention.standing == Standing.ADDED for mention in mentions)
        others = Topic.objects.filter(is_active=True).exclude(pk__in=[mention.topic_id for mention in mentions])
        if by == By.WRITER and added >= MOST_ADDED:
            others = others.none()
        self.fields["add"].choices = _by_kind(others)  # type: ignore[attr-defined]

    def topic_ids(self) -> set[int]:
        """Return what the comment is about, as it was sent; found meanwhile, or not shown on the page, it stays."""
        data = {name: {int(pk) for pk in self.cleaned_data[name]} for name in ("about", "seen")}
        stored = Mention.objects.filter(comment=self.comment).exclude(standing=Standing.DENIED)
        now = set(stored.values_list("topic", flat=True))
        added = {int(self.cleaned_data["add"])} if self.cleaned_data["add"] else set()
        return (now - (data["seen"] - data["about"])) | data["about"] | added


def find_comment(pk: int) -> Comment | None:
    """Return a comment that has words, with what pages name of it."""
    rows = Comment.objects.select_related("discussion__article", "author", "guest").exclude(state=Comment.State.ERASED)
    return rows.filter(pk=pk).first() if pk <= BIGGEST_ID else None


def _tell(mention: Mention, text: str) -> str:
    """Return the name of a topic, with the words by which it was found."""
    words = words_at(text, mention.spans)
    if not words:
        return mention.topic.name
    return _("%(topic)s (found by: %(words)s)") % {"topic": mention.topic.name, "words": ", ".join(words)}


def _by_kind(topics: Iterable[Topic]) -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    for topic in topics:
        groups[topic.kind].append((str(topic.pk), capfirst(topic.name)))
    return [("", _("None")), *((str(KINDS[kind]), found) for kind, found in groups.items() if found)]
