"""The pages about one's own account. Most are django-allauth's, dressed in ``templates/account`` and ``templates/mfa``."""

from typing import Any

from allauth.account import views as allauth_views
from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import FormView

from .browsers import describe_browser
from .closing import close_account
from .forms import EMAIL_KEY
from .models import User


class SignInView(allauth_views.LoginView):
    """The page for signing in. The address that this browser used last stands in the field."""

    def get_initial(self) -> dict[str, Any]:
        """Return what the fields hold at first."""
        return {"login": self.request.session.get(EMAIL_KEY, "")} | super().get_initial()


class SignUpView(allauth_views.SignupView):
    """The page for signing up."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Store the member; show the form again where another took the name or the address at the same moment."""
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            del self._cached_form
            again = self.get_form()
            if again.is_valid():
                again.add_error(None, _("Somebody did the same at this moment. Please press the button again"))
            return self.form_invalid(again)


class SessionsView(ListUserSessionsView):
    """The browsers in which a member is signed in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give each session ``words`` for its browser."""
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.words = describe_browser(session.user_agent)
        return context


def say_when_over(view: Any) -> Any:
    """Wrap the view of a page that waits for a code: when that code is no good any more, the next page says so."""

    @never_cache
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        is_over = response.status_code == 302 and response["Location"].partition("?")[0] in (
            reverse("account_login"),
            reverse("account_reset_password"),
        )
        if is_over and request.user.is_anonymous and not len(messages.get_messages(request)):
            messages.error(request, _("That code is no good any more. Send yourself a new one."))
        return response

    return answer


def show_form_again(request: HttpRequest, *, view_name: str, cookie_missing: bool) -> HttpResponseBase | None:
    """Return the page for signing in or up with what was typed, after a failed check of the form token; None for other pages."""
    views: dict[str, type[FormView]] = {"account_login": SignInView, "account_signup": SignUpView}
    view = views.get(view_name)
    if view is None:
        return None
    typed = {name: request.POST[name] for name in ("login", "email", "display_name") if name in request.POST}
    why = {"token_failed": True, "cookie_missing": cookie_missing}
    request.method = "GET"
    response = view.as_view(initial=typed, extra_context=why)(request)
    response.status_code = 403 if response.status_code == 200 else response.status_code
    return response


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what one can do about one's account."""
    return render(request, "accounts/home.html")


@never_cache
@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one other browser of the member."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.is_current():
        logout(request)
        return redirect("/")
    session.end()
    messages.success(request, _("That browser is signed out."))
    return redirect("usersessions_list")


@never_cache
@login_required
@reauthentication_required(app="allauth.account")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Ask whether the account should be closed, or close it. Staff hand their work over first."""
    member = request.user
    if request.method != "POST" or not isinstance(member, User) or member.is_staff:
        return render(request, "accounts/close.html")
    close_account(member)
    logout(request)
    return redirect("accounts:closed")


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Say that the account is closed, and what stays."""
    return render(request, "accounts/closed.html")
