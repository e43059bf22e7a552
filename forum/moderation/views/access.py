"""Who may come in: what the administration asks of everybody there, and the right to moderate."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from forum.accounts.models import User
from forum.discussion.models import ActorKind
from forum.discussion.services import Actor

View = Callable[..., HttpResponse]


def moderators_only(view: View) -> View:
    """Let moderators in; others are led to the login, or are told that they cannot see this."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        moderator_of(request)
        return view(request, *args, **kwargs)

    return admin.site.admin_view(guarded)


def moderator_of(request: HttpRequest) -> Actor:
    """Return who decides; raise PermissionDenied for anybody who may not."""
    if not isinstance(request.user, User) or not request.user.has_perm("discussion.moderate_comment"):
        raise PermissionDenied
    return Actor(ActorKind.MODERATOR, request.user)


def user_of(request: HttpRequest) -> User:
    """Return the moderator as a member."""
    actor = moderator_of(request)
    assert actor.user is not None
    return actor.user


def page_context(request: HttpRequest, title: object, **context: Any) -> dict[str, Any]:
    """Return what every page in the administration needs, and ``context``."""
    return admin.site.each_context(request) | {"title": title} | context
