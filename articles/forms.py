"""What an author types in the admin: help in plain words, and whether text, sources and corrections fit together."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from .markup import Problem, check_article
from .models import Article, Collection, Correction, Source

MAX_PREVIEW_ROWS = 500  # more sources or corrections than that were not typed by a person


class ShelfField(forms.ModelChoiceField):
    """A choice of collections, each shown with those that it is part of."""

    def label_from_instance(self, obj: Collection) -> str:
        return obj.path_label()


class AddressField(forms.URLField):
    """An address; one typed without its scheme is taken for https."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


class ArticleForm(forms.ModelForm):
    """An article; its text asks for a preview as it is typed, where scripts run."""

    class Meta:
        model = Article
        fields = "__all__"  # noqa: DJ007 - body_html and version are not editable
        field_classes = {"original_url": AddressField}
        widgets = {
            "standfirst": forms.Textarea(attrs={"rows": 3, "cols": 100}),
            "body": forms.Textarea(
                attrs={
                    "rows": 30,
                    "cols": 100,
                    "hx-post": reverse_lazy("admin:articles_article_preview"),
                    "hx-trigger": "load, input delay:800ms from:closest form",
                    "hx-target": "#body-preview",
                    "hx-sync": "this:replace",
                }
            ),
        }
        help_texts = {
            "slug": _("The last part of the address. If you change it later, the old address leads to the new one."),
            "standfirst": _("One or two sentences under the title: what the article is about, and for whom."),
            "body": _(
                "Leave an empty line between paragraphs. ## begins a heading, **two stars** make bold, a line beginning with - "
                "is part of a list, [words](https://…) is a link. [^3] cites source 3 below. Pictures are shown as links."
            ),
            "byline": _("The name as readers shall see it. It need not be an account here."),
            "byline_role": _("As it reads after the name: “as a student”, “who works in care”."),
            "writer": _("If the writer can sign in here. Only people who work here can be chosen."),
            "submitted_by": _("Who sent it in, if that was somebody else."),
            "language": _("A language code, such as en-GB or ar. Screen readers need it to speak the text well."),
            "status": _("Readers see an article only while it is published. You can go back to draft; nothing is lost."),
            "published_on": _("Leave empty what is not known. If only the year is known, choose any day of it and say so."),
            "reviewed_on": _("The last day on which somebody made sure that the text still holds."),
            "original_url": _("Where it stood first, if that was another site."),
        }


class SourceForm(forms.ModelForm):
    """One source."""

    class Meta:
        model = Source
        fields = "__all__"  # noqa: DJ007 - all of it is the author's
        field_classes = {"url": AddressField, "saved_copy_url": AddressField}
        widgets = {"title": forms.Textarea(attrs={"rows": 2, "cols": 80})}
        help_texts = {
            "title": _("Who, what, where, when: enough to find it in a library."),
            "url": _("Leave empty what was only printed."),
            "saved_copy_url": _("A copy in a web archive, for the day when the link stops working."),
            "broken_since": _("Readers are then led to the saved copy."),
        }


class CorrectionForm(forms.ModelForm):
    """One correction."""

    class Meta:
        model = Correction
        fields = "__all__"  # noqa: DJ007 - all of it is the author's
        widgets = {"text": forms.Textarea(attrs={"rows": 3, "cols": 80}), "quote": forms.TextInput(attrs={"size": 80})}


class SourceFormSet(BaseInlineFormSet):
    """The sources of an article: every citation in the text must find its own."""

    def clean(self) -> None:
        """Refuse a text that cites a source which is not there, and name it."""
        super().clean()
        findings = check_article(self.instance.body, [number for number in _values(self, "number") if number])
        missing = [finding.sentence for finding in findings if finding.problem is Problem.MISSING_SOURCE]
        if missing:
            raise ValidationError(missing)


class CorrectionFormSet(BaseInlineFormSet):
    """The corrections of an article: what they quote must stand in the text."""

    def clean(self) -> None:
        """Say at its field which quote is not in the text."""
        super().clean()
        findings = check_article(self.instance.body, (), [quote for quote in _values(self, "quote") if quote])
        lost = {finding.about: finding.sentence for finding in findings if finding.problem is Problem.LOST_QUOTE}
        for form in self.forms:
            sentence = lost.get(form.cleaned_data.get("quote", "")) if hasattr(form, "cleaned_data") else None
            if sentence and form not in self.deleted_forms:
                form.add_error("quote", sentence)


class PreviewForm(forms.ModelForm):
    """The fields of an article that its page shows."""

    class Meta:
        model = Article
        fields = (
            *("title", "standfirst", "body", "collection", "byline", "byline_role", "submitted_by", "language"),
            *("published_on", "published_precision", "reviewed_on", "original_url"),
        )
        field_classes = {"original_url": AddressField}


class SourcePreviewForm(forms.ModelForm):
    """One source, as its row in the admin names its fields."""

    class Meta:
        model = Source
        fields = ("number", "title", "url", "saved_copy_url", "broken_since")
        field_classes = {"url": AddressField, "saved_copy_url": AddressField}


class CorrectionPreviewForm(forms.ModelForm):
    """One correction, as its row in the admin names its fields."""

    class Meta:
        model = Correction
        fields = ("made_on", "text", "quote")


def read_preview(data: QueryDict) -> tuple[Article, list[Source], list[Correction]]:
    """Return what the form of an article holds at this moment, complete or not; nothing of it is stored."""
    form = PreviewForm(data, instance=Article(body=""))
    form.full_clean()
    sources = [source for source in _read_rows(data, "sources", SourcePreviewForm) if source.number]
    corrections = [correction for correction in _read_rows(data, "corrections", CorrectionPreviewForm) if correction.made_on]
    return form.instance, sorted(sources, key=lambda source: source.number), corrections


def kept_rows(formset: BaseInlineFormSet) -> list[Any]:
    """Return the rows that ``formset`` leaves the article with: those that stay as they were, too."""
    rows = [*formset.initial_forms, *(form for form in formset.extra_forms if form.has_changed())]
    return [form.instance for form in rows if form not in formset.deleted_forms]


def _read_rows(data: QueryDict, prefix: str, form_class: type[forms.ModelForm]) -> Iterator[Any]:
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    for index in range(min(int(total), MAX_PREVIEW_ROWS) if total.isdecimal() else 0):
        form = form_class(data, prefix=f"{prefix}-{index}")
        form.full_clean()
        if not data.get(f"{prefix}-{index}-DELETE"):
            yield form.instance


def _values(formset: BaseInlineFormSet, field: str) -> list[Any]:
    """Return one field of every row that stays; a row with errors gives what could be read."""
    return [
        form.cleaned_data.get(field)
        for form in formset.forms
        if hasattr(form, "cleaned_data") and form not in formset.deleted_forms
    ]
