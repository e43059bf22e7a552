"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscriptionsConfig(AppConfig):
    """Telling people what they asked to be told: an answer, even years later; what became of their own comments."""

    name = "forum.subscriptions"
    label = "subscriptions"
    verbose_name = _("Subscriptions")

    def ready(self) -> None:
        from forum.accounts.events import address_proven
        from forum.discussion.events import (
            comment_anonymised,
            comment_edited,
            comment_moved,
            comment_posted,
            comment_published,
            comment_state_changed,
            writer_answered,
        )

        from . import receivers

        comment_posted.connect(receivers.follow_own, dispatch_uid="subscriptions.follow_own")
        comment_posted.connect(receivers.note_answer, dispatch_uid="subscriptions.note_answer")
        comment_moved.connect(receivers.follow_move, dispatch_uid="subscriptions.follow_move")
        comment_published.connect(receivers.alert, dispatch_uid="subscriptions.alert")
        comment_state_changed.connect(receivers.follow_state, dispatch_uid="subscriptions.follow_state")
        comment_edited.connect(receivers.follow_words, dispatch_uid="subscriptions.follow_edit")
        comment_anonymised.connect(receivers.follow_words, dispatch_uid="subscriptions.follow_anonymised")
        for event in (comment_state_changed, comment_edited, writer_answered):
            event.connect(receivers.tell_decision, dispatch_uid="subscriptions.tell_decision")
        address_proven.connect(receivers.welcome, dispatch_uid="subscriptions.welcome")
