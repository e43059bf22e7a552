"""Deciding on many comments at once: a page that asks once more, then one transition a comment under one batch number."""

from dataclasses import dataclass, field
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ..models import Comment
from ..services import Actor, StaleVersionError, TransitionError, transition
from .base import ModeratedAdmin
from .forms import MAX_CHOSEN, BulkForm
from .lists import excerpt_of, with_excerpts
from .verbs import Verb, name_of

EXCERPT_CHARS = 100
MAX_NAMED = 20  # comments that were left as they are, named in the message


@dataclass
class Outcome:
    """What came of a decision on many: how many changed, and who was left, each as "name (state)"."""

    changed: int = 0
    left: list[str] = field(default_factory=list)


def decide_on_all(verb: Verb, chosen: dict[int, int], *, actor: Actor, reason: str, note: str) -> Outcome:
    """Take every comment of ``chosen`` (id → version that was seen) through ``verb``, each in a transaction of its own.

    One for all would lock the discussions of a thousand comments until the last of them is done.
    """
    batch = uuid4()
    outcome = Outcome()
    comments = Comment.objects.only("name", "state", "discussion_id", "root_id", "parent_id").in_bulk(list(chosen))
    for pk, comment in sorted(comments.items()):
        try:
            transition(comment, verb.to, actor=actor, reason=reason, note=note, batch=batch, expected_version=chosen[pk])
            outcome.changed += 1
        except (StaleVersionError, TransitionError):
            comment.refresh_from_db(fields=["state"])
            outcome.left.append(_name_with_state(comment))
    return outcome


class BulkDecisions(ModeratedAdmin):
    """The list's actions lead to ``ask_about_many``; its form comes to ``decide_on_many``."""

    def ask_about_many(self, request: HttpRequest, queryset: QuerySet[Comment], verb: Verb) -> HttpResponse:
        """Show what was chosen, what stands below it and what cannot be changed, and ask for the reason."""
        self.moderator_of(request)
        rows = list(queryset[: MAX_CHOSEN + 1])
        if len(rows) > MAX_CHOSEN:
            messages.warning(request, _("Only the first %(limit)d are taken at once.") % {"limit": MAX_CHOSEN})
        possible = [row for row in rows[:MAX_CHOSEN] if verb.is_possible(row.state)]
        left = [row for row in rows[:MAX_CHOSEN] if not verb.is_possible(row.state)]
        if not possible:
            messages.warning(request, _tell_left([_name_with_state(row) for row in left]))
            return HttpResponseRedirect(request.get_full_path())
        chosen = " ".join(f"{row.pk}:{row.version}" for row in possible)
        return self._ask(request, verb, BulkForm(initial={"verb": verb.name, "chosen": chosen}), possible, left)

    @method_decorator(require_POST)
    def decide_on_many(self, request: HttpRequest) -> HttpResponse:
        """Carry out what was confirmed, and tell what was left."""
        moderator = self.moderator_of(request)
        form = BulkForm(request.POST)
        if not form.is_valid():
            if "chosen" in form.cleaned_data and "verb" in form.cleaned_data:
                rows = with_excerpts(Comment.objects.filter(pk__in=form.cleaned_data["chosen"]).order_by("pk"))
                return self._ask(request, form.chosen_verb, form, list(rows), [], status=400)
            messages.error(request, _("Choose the comments again."))
            return HttpResponseRedirect(self.list_url(request))
        data, verb = form.cleaned_data, form.chosen_verb
        outcome = decide_on_all(verb, data["chosen"], actor=moderator, reason=data["reason"], note=data["note"])
        if outcome.changed:
            words = ngettext("%(done)s: %(count)d comment.", "%(done)s: %(count)d comments.", outcome.changed)
            messages.success(request, words % {"done": verb.done, "count": outcome.changed})
        if outcome.left:
            messages.warning(request, _tell_left(outcome.left))
        return HttpResponseRedirect(self.list_url(request))

    def _ask(
        self,
        request: HttpRequest,
        verb: Verb,
        form: BulkForm,
        possible: list[Comment],
        left: list[Comment],
        status: int = 200,
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "title": _("%(verb)s: are you sure?") % {"verb": verb.label},
            "verb": verb,
            "form": form,
            "rows": [{"comment": row, "name": name_of(row), "words": excerpt_of(row, EXCERPT_CHARS)} for row in possible],
            "reply_total": sum(row.reply_count for row in possible),
            "left": [_name_with_state(row) for row in left],
            "list_url": self.list_url(request),
        }
        return TemplateResponse(request, "admin/discussion/comment/confirm.html", context, status=status)


def _name_with_state(comment: Comment) -> str:
    return _("%(name)s (%(state)s)") % {"name": name_of(comment), "state": comment.get_state_display().lower()}


def _tell_left(names: list[str]) -> str:
    named = ", ".join(names[:MAX_NAMED])
    more = len(names) - MAX_NAMED
    if more > 0:
        words = ngettext("%(names)s and %(count)d other", "%(names)s and %(count)d others", more)
        named = words % {"names": named, "count": more}
    return _("Left as they are: %(names)s.") % {"names": named}
