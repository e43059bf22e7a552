"""What a moderator does in tests of the administration."""

from typing import Any

from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from forum.discussion.models import Comment

LIST = reverse("admin:discussion_comment_changelist")
BULK = reverse("admin:discussion_comment_bulk")
LOG = reverse("admin:discussion_decision_changelist")


def page_of(comment: Comment) -> str:
    """Return the address of the page of ``comment``."""
    return reverse("admin:discussion_comment_change", args=[comment.pk])


def sign_in(user: User) -> Client:
    """Return a browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, comment: Comment, verb: str, *, step: str = "decide", **typed: Any) -> Any:
    """Press a button on the page of ``comment`` as it was when it was read, and return where that leads."""
    address = reverse(f"admin:discussion_comment_{step}", args=[comment.pk])
    return client.post(address, {"verb": verb, "version": comment.version} | typed, follow=True)
