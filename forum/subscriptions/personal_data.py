"""What is held on a person here: what they follow, how they want mail, of what they were told."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from forum.accounts.people import Person
from forum.discussion.models import Comment

from .alerts import delay, drop_waiting
from .jobs import tell_readers
from .models import Delivery, MailChoice, Subscription

MODELS = ["subscriptions.Subscription", "subscriptions.MailChoice", "subscriptions.Delivery"]


def export(person: Person) -> dict[str, Any]:
    """Return what they follow and stopped, how they want mail, and of which comments they were told."""
    mine = person.rows()
    rows = Subscription.objects.filter(mine).select_related("root__discussion__article", "discussion__article").order_by("pk")
    choice = MailChoice.objects.filter(mine).first()
    return {
        "followed": [
            {
                "what": str(row.get_kind_display()),
                "article": article.title if (article := _article_of(row)) else "",
                "conversation": f"{settings.SITE_URL}{row.root.get_absolute_url()}" if row.root else "",
                "since": row.made_at,
                "stopped_at": row.stopped_at,
            }
            for row in rows
        ],
        "emails": {"when": str(choice.get_pace_display()), "with_text": choice.with_text} if choice else {},
        "told_of": list(Delivery.objects.filter(mine).order_by("pk").values("comment_id", "reason", "made_at", "seen_at")),
    }


def erase(person: Person, *, keep_words: bool) -> None:
    """Delete all of it, and mail on its way to others that holds the person's words or name.

    Words that stay are told of later, without the name.
    """
    now = timezone.now()
    written = Comment.objects.filter(person.rows("author")).order_by("pk")
    waiting = Delivery.objects.filter(comment__in=written, message__state="waiting")
    for comment_id in list(waiting.values_list("comment", flat=True).distinct()):
        drop_waiting(comment_id)
        tell_readers.using(run_after=now + delay()).enqueue(comment_id)
    for model in (Delivery, MailChoice, Subscription):
        model._default_manager.filter(person.rows()).delete()


def _article_of(row: Subscription) -> Any:
    discussion = row.discussion or (row.root.discussion if row.root else None)
    return discussion.article if discussion else None
