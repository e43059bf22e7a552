"""A moderator at the queue: how they like to work, and what the buttons of a card do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists

from forum.accounts.models import User
from forum.discussion.models import Comment
from forum.discussion.responding import decline_change, other_moderators, publish_change, uphold_decision
from forum.discussion.services import Actor, StaleVersionError

from . import services
from .forms import CardForm
from .models import Preference, QueueItem


@dataclass(frozen=True, slots=True)
class Desk:
    """Whether shortcuts are on, and whether nobody else is there to answer for this moderator."""

    shortcuts: bool
    is_alone: bool


def desk_columns(viewer: User) -> dict[str, Exists]:
    """Return what ``read_desk`` needs beside each item of the queue."""
    return {
        "shortcuts": Exists(Preference.objects.filter(moderator=viewer, shortcuts=True)),
        "has_others": Exists(other_moderators(viewer)),
    }


def read_desk(viewer: User, items: Sequence[QueueItem]) -> Desk:
    """Return how ``viewer`` works, from ``items`` read with ``desk_columns``; a query of its own only where there are none."""
    if items:
        first: Any = items[0]
        return Desk(shortcuts=first.shortcuts, is_alone=not first.has_others)
    return Desk(shortcuts=Preference.objects.filter(moderator=viewer, shortcuts=True).exists(), is_alone=False)


def carry_out(form: CardForm, comment: Comment, item: QueueItem | None, moderator: Actor) -> None:
    """Do what the pressed button of a valid ``form`` says. Raises what the services raise; StaleVersionError where it is gone."""
    data = form.cleaned_data
    seen = data["version"]
    match data["do"]:
        case "publish":
            services.publish_comment(comment, actor=moderator, expected_version=seen)
        case "cut":
            services.publish_without_marked(comment, actor=moderator, expected_version=seen)
        case "advertising":
            services.remove_comment(comment, actor=moderator, reason=Comment.Reason.ADVERTISING, expected_version=seen)
        case "ask_change":
            services.remove_comment(comment, actor=moderator, reason=Comment.Reason.PERSONAL_DETAILS, expected_version=seen)
        case "reject":
            about = {"reason": data["reason"], "note": data["note"]}
            services.remove_comment(comment, actor=moderator, expected_version=seen, **about)
        case "publish_change":
            publish_change(comment, actor=moderator, seen=data["seen"])
        case "cut_change":
            services.publish_change_without_marked(comment, actor=moderator, seen=data["seen"])
        case "decline":
            decline_change(comment, actor=moderator, seen=data["seen"], reason=data["reason"], note=data["note"])
        case "uphold":
            uphold_decision(comment, actor=moderator, answer=data["answer"])
        case _ if item is None:
            raise StaleVersionError(comment)
        case "later":
            services.put_off(item)
        case "second":
            services.ask_second(item, actor=moderator)
