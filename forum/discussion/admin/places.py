"""Where a comment stands, corrected from its page: a reply moved to what it answers, a thread closed for replies."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..closing import lock_thread
from ..placing import PlaceError, reattach_comment
from ..services import StaleVersionError, TransitionError
from .forms import PlaceForm
from .page import CommentPage, find_comment
from .verbs import name_of


class PlacesOfComments(CommentPage):
    """What the forms about the place of a comment are sent to."""

    @method_decorator(require_POST)
    def reattach(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move a comment, with all that answers it, to the comment it answers."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        form = PlaceForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
            return HttpResponseRedirect(self.page_url(request, comment))
        try:
            reattach_comment(
                comment, parent=form.cleaned_data["parent"], actor=moderator, expected_version=form.cleaned_data["version"]
            )
            messages.success(request, _("Moved: %(name)s. Links to it lead to its new place.") % {"name": name_of(comment)})
        except PlaceError as error:
            messages.error(request, _("It was not moved: %(why)s.") % {"why": error})
        except StaleVersionError:
            messages.warning(request, _("This comment has changed since you opened it. Look at it again."))
        return HttpResponseRedirect(self.page_url(request, comment))

    @method_decorator(require_POST)
    def lock(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the thread of a root for replies, or open it again."""
        moderator = self.moderator_of(request)
        comment = find_comment(pk)
        locked = request.POST.get("locked") == "yes"
        try:
            lock_thread(comment, locked=locked, actor=moderator)
            messages.success(request, _("Nobody can reply there now.") if locked else _("People can reply there again."))
        except TransitionError:
            messages.error(request, _("Only a whole conversation is closed."))
        return HttpResponseRedirect(self.page_url(request, comment))
