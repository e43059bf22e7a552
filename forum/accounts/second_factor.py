"""Who needs a second step to sign in, who may not give it up, and how staff are led to setting one up."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import User

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_step(user: User) -> bool:
    """Tell whether ``user`` has an app that shows codes, or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exists()


def must_keep(authenticator: Authenticator) -> bool:
    """Tell whether this is the last second step of somebody on the staff, who must have one."""
    user = authenticator.user
    if not (settings.STAFF_SECOND_FACTOR and user.is_staff) or authenticator.type not in SECOND_STEPS:
        return False
    return not Authenticator.objects.filter(user=user, type__in=SECOND_STEPS).exclude(pk=authenticator.pk).exists()


class SecondStepStage(AuthenticateStage):
    """Asks for the second step of those who set up an app, and of staff.

    A member's passkey is one more way in, not one more lock: without it, on another device, a mailed code is enough.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None:
            return False
        wants_one = user.is_staff or Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
        return wants_one and super()._should_handle(request)


def require_second_factor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lead staff without a second step to setting one up before the administration opens, if STAFF_SECOND_FACTOR is on."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.STAFF_SECOND_FACTOR and request.path.startswith(reverse("admin:index")):
            user = request.user
            if user.is_authenticated and user.is_staff and not has_second_step(user):
                messages.warning(request, _("The administration opens once you have a second step: a passkey, or an app."))
                return redirect("mfa_index")
        return get_response(request)

    return answer
