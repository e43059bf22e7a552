"""Care in the administration: comments to read first, the phrases that find them, and the notes beneath comments."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from forum.discussion.admin.dates import age_of, date_words
from forum.discussion.admin.forms import MAX_NOTE_CHARS
from forum.discussion.admin.lists import BoundedPaginator, FilterWithDefault
from forum.discussion.admin.tried import TriedAdmin, TriedForm, say_preview
from forum.discussion.admin.verbs import name_of
from forum.discussion.models import Comment
from forum.discussion.patterns import PatternError, parse_pattern
from forum.discussion.permissions import ANONYMOUS
from forum.discussion.previews import Preview, preview, recent_comments

from .concerns import Concern, find_concerns, make_phrases
from .marks import close_mark
from .models import CareMark, CarePhrase, NotedComment, SafetyNote
from .note_editing import delete_notes, save_note
from .notes import find_article, find_notes, make_notes


class CarePhraseForm(TriedForm):
    """A phrase, tried as it will be used: what is denied or quoted does not count."""

    class Meta:
        model = CarePhrase
        fields = ("phrase", "language", "concern", "is_active")

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Look for the phrase; one that cannot be looked for is told of by the model."""
        try:
            phrases = make_phrases([(parse_pattern(data["phrase"]), Concern.DESPAIR)])
        except PatternError:
            return None
        return preview(
            lambda comment: bool(find_concerns(f"{comment.body}\n\n{comment.subject}", phrases)), recent_comments(timezone.now())
        )


@admin.register(CarePhrase)
class CarePhraseAdmin(TriedAdmin):
    """Phrases of all languages."""

    form = CarePhraseForm
    list_display = ("phrase", "language", "concern", "is_active")
    list_filter = ("language", "concern", "is_active")
    search_fields = ("phrase",)


class SafetyNoteForm(TriedForm):
    """A note, tried on the latest public comments, however old they are: it stands beneath all of them."""

    class Meta:
        model = SafetyNote
        fields = ("sentence", "dated_on", "language", "phrases", "link", "paragraph", "is_active")
        widgets = {
            "sentence": forms.Textarea(attrs={"rows": 4, "cols": 80}),
            "phrases": forms.Textarea(attrs={"rows": 12, "cols": 80}),
            "link": AdminTextInputWidget(attrs={"size": 80}),
            "paragraph": AdminTextInputWidget(attrs={"size": 80}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "link" in self.fields and self.instance.article is not None:
            anchor = f"#{self.instance.fragment}" if self.instance.fragment and not self.instance.paragraph else ""
            self.initial["link"] = f"{self.instance.article.get_absolute_url()}{anchor}"

    def clean_link(self) -> str:
        """Return the address, or nothing for that of an article, which the note knows by itself from then on."""
        link: str = self.cleaned_data["link"].strip().removeprefix(settings.SITE_URL)
        path, _hash, anchor = link.partition("#")
        self.instance.article = find_article(path)
        if self.instance.article is None:
            return link
        self.instance.fragment = anchor.partition(":~:")[0]
        return ""

    def find(self, data: dict[str, Any]) -> Preview | None:
        """Look for the phrases in what everybody can read."""
        notes = make_notes([SafetyNote(pk=0, phrases=data["phrases"], language=data["language"])])
        public = Comment.objects.visible_to(ANONYMOUS)
        return preview(lambda comment: bool(find_notes(comment, notes)), public, days=None)

    def does_something(self, data: dict[str, Any]) -> bool:
        """Tell whether it is shown."""
        return bool(data["is_active"])


@admin.register(SafetyNote)
class SafetyNoteAdmin(TriedAdmin):
    """Notes of the editors beneath comments that hold certain words."""

    form = SafetyNoteForm
    list_display = ("sentence", "dated_on", "language", "leads_to", "comment_count", "is_active")
    list_filter = ("language", "is_active")
    list_select_related = ("article",)
    search_fields = ("sentence", "phrases")
    ordering = ("sentence",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SafetyNote]:
        beneath = NotedComment.objects.filter(note=OuterRef("pk")).order_by().values("note").annotate(count=Count("pk"))
        return super().get_queryset(request).annotate(beneath=Coalesce(Subquery(beneath.values("count")), 0))

    @admin.display(description=gettext_lazy("leads to"))
    def leads_to(self, note: SafetyNote) -> str:
        if note.article is None:
            return note.link
        if not note.article.is_published():
            return _("“%(title)s”, which is not public: the note leads nowhere") % {"title": note.article.title}
        if note.is_lost:
            return _("the top of “%(title)s”: its paragraph is no longer there") % {"title": note.article.title}
        return note.article.title

    @admin.display(description=gettext_lazy("comments"), ordering="beneath")
    def comment_count(self, note: SafetyNote) -> int:
        return int(note.beneath)  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: SafetyNote, form: Any, change: bool) -> None:
        """Store the note, and say how much it finds and what happens now."""
        save_note(obj)
        self.message_user(request, say_preview(form.preview))
        if obj.searched_to is not None:
            words = _("All comments are looked through now, in the background. On a large site that takes some minutes.")
            messages.info(request, words)

    def delete_model(self, request: HttpRequest, obj: SafetyNote) -> None:
        delete_notes([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SafetyNote]) -> None:
        delete_notes(queryset)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Name the notes, and not each comment that they stand beneath."""
        return [str(note) for note in objs], {str(self.opts.verbose_name_plural): len(objs)}, set(), []


class ClosingForm(forms.Form):
    """What a moderator did."""

    note = forms.CharField(
        label=gettext_lazy("What was done"),
        help_text=gettext_lazy(
            "A sentence for other moderators. Write no diagnosis, and nothing you would not say to the writer."
        ),
        max_length=MAX_NOTE_CHARS,
        error_messages={"required": gettext_lazy("Write what was done. A few words are enough.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OpenFilter(FilterWithDefault):
    """Those that wait, unless others are asked for; what an import brought waits apart."""

    title = gettext_lazy("state")
    parameter_name = "state"
    default = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("import", _("Open, from an import")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CareMark]) -> QuerySet[CareMark]:
        match self.value():
            case "closed":
                return queryset.exclude(closed_at=None).order_by("-closed_at", "-pk")
            case "import":
                return queryset.filter(closed_at=None, source=CareMark.Source.IMPORT).order_by("-found_at", "-pk")
        return queryset.filter(closed_at=None).exclude(source=CareMark.Source.IMPORT).order_by("-found_at", "-pk")


@admin.register(CareMark)
class CareMarkAdmin(admin.ModelAdmin):
    """Moderators read, do what they can, and write down what that was."""

    list_display = ("by", "concern_words", "found_at", "source", "state", "closed_by")
    list_filter = (OpenFilter,)
    list_select_related = ("comment", "closed_by")
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CareMark | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareMark]:
        """Leave the texts of the comments where they are."""
        return super().get_queryset(request).defer("comment__body", "comment__body_html")

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the form, and the way from a comment."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/close/", view(self.close), name="care_caremark_close"),
            path("of/<int:pk>/", view(self.of_comment), name="care_caremark_of"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("Comment by"))
    def by(self, mark: CareMark) -> str:
        return name_of(mark.comment)

    @admin.display(description=gettext_lazy("What it can mean"))
    def concern_words(self, mark: CareMark) -> str:
        return mark.concern_words

    @admin.display(description=gettext_lazy("The comment is"))
    def state(self, mark: CareMark) -> str:
        return mark.comment.get_state_display()

    @method_decorator(require_safe)
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a comment with what was found in it. The form on the page has an address of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request, _find(object_id), ClosingForm())

    @method_decorator(require_POST)
    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the mark, and lead back to the list."""
        if not self.has_change_permission(request) or not request.user.is_authenticated:
            raise PermissionDenied
        mark, form = _find(pk), ClosingForm(request.POST)
        if not form.is_valid():
            return self._show(request, mark, form, status=400)
        closed = close_mark(mark, moderator=request.user, note=form.cleaned_data["note"].strip())
        if closed.closed_by != request.user:
            messages.warning(request, _("%(who)s closed this before you.") % {"who": closed.closed_by or _("Somebody")})
            return self._show(request, _find(pk), form, status=409)
        messages.success(request, _("Closed. Thank you for looking after %(name)s.") % {"name": name_of(mark.comment)})
        return HttpResponseRedirect(reverse("admin:care_caremark_changelist"))

    @method_decorator(require_safe)
    def of_comment(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lead from a comment to its mark, the open one if there is one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        marks = CareMark.objects.filter(comment=pk).order_by("-pk")
        mark = marks.filter(closed_at=None).first() or marks.first()
        if mark is None:
            messages.info(request, _("Nothing is written down about this comment."))
            return HttpResponseRedirect(reverse("admin:care_caremark_changelist"))
        return HttpResponseRedirect(reverse("admin:care_caremark_change", args=[mark.pk]))

    def _show(self, request: HttpRequest, mark: CareMark, form: ClosingForm, *, status: int = 200) -> HttpResponse:
        comment = mark.comment
        others = CareMark.objects.filter(comment=comment).exclude(pk=mark.pk).select_related("closed_by").order_by("-pk")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Read first: the comment by %(name)s") % {"name": name_of(comment)},
            "mark": mark,
            "comment": comment,
            "is_gone": comment.state == Comment.State.WITHDRAWN,
            "posted": date_words(comment),
            "found": age_of(mark.found_at),
            "words": mark.words.splitlines(),
            "others": others,
            "form": form,
            "can_close": mark.closed_at is None and self.has_change_permission(request),
        }
        return TemplateResponse(request, "admin/care/mark.html", context, status=status)


def _find(pk: int | str) -> CareMark:
    whole = CareMark.objects.select_related("comment__discussion__article", "comment__guest", "comment__author", "closed_by")
    try:
        return whole.get(pk=pk)
    except (CareMark.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error
