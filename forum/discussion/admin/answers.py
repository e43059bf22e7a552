"""The answers to what writers ask for, given on the page of the comment."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..editing import NotChangeableError
from ..responding import OwnDecisionError, decline_change, publish_change, uphold_decision
from ..services import StaleVersionError
from .forms import AnswerForm, ChangeForm
from .page import CONFLICT, CommentPage, find_comment
from .verbs import name_of


class AnswersToWriters(CommentPage):
    """What the forms about a change and about a second look are sent to."""

    @method_decorator(require_POST)
    def decide_change(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish the change that waits, or keep the earlier text and say why."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        form = ChangeForm(request.POST)
        if not form.is_valid():
            return self.show(request, comment, change_form=form, status=400)
        data = form.cleaned_data
        try:
            if data["answer"] == ChangeForm.PUBLISH:
                publish_change(comment, actor=moderator, seen=data["seen"], note=data["note"])
                done = _("Change published: %(name)s.")
            else:
                decline_change(comment, actor=moderator, seen=data["seen"], reason=data["reason"], note=data["note"])
                done = _("Earlier text kept: %(name)s.")
        except StaleVersionError:
            messages.warning(request, _("This change is not the one you read: read it again before you decide."))
            return self.show(request, find_comment(pk), status=CONFLICT)
        messages.success(request, done % {"name": name_of(comment)})
        return HttpResponseRedirect(self.page_url(request, comment))

    @method_decorator(require_POST)
    def uphold(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell the writer that it stays as it is. Any other decision about the comment answers them too."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.show(request, comment, answer_form=form, status=400)
        try:
            uphold_decision(comment, actor=moderator, answer=form.cleaned_data["answer"])
        except NotChangeableError:
            messages.warning(request, _("Somebody has answered this in the meantime."))
            return self.show(request, find_comment(pk), status=CONFLICT)
        except OwnDecisionError:
            messages.warning(request, _("You decided this. Another moderator answers the question about it."))
            return self.show(request, comment, answer_form=form, status=CONFLICT)
        messages.success(request, _("Answered: %(name)s.") % {"name": name_of(comment)})
        return HttpResponseRedirect(self.page_url(request, comment))
