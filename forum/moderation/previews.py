"""What a rule about a domain would find among the comments of the last days, before it is used."""

from datetime import datetime, timedelta

from forum.discussion.previews import PREVIEW_DAYS, Preview, preview, recent_comments

from .models import HostMention


def preview_domain(domain: str, *, now: datetime) -> Preview:
    """Return which comments link to a domain."""
    mentions = HostMention.objects.filter(host__domain=domain, comment__created_at__gt=now - timedelta(days=PREVIEW_DAYS))
    linking = set(mentions.values_list("comment", flat=True))
    return preview(lambda comment: comment.pk in linking, recent_comments(now))
