"""What a rule about a domain, or a sanction, would find among the comments of the last days, before it is used."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db.models import Q

from forum.discussion.models import Comment
from forum.discussion.previews import PREVIEW_DAYS, Preview, preview, recent_comments

from .models import Evidence, HostMention, Sanction
from .targets import Target

ADDRESSES_READ = 50_000  # the latest of them
READ_AT_ONCE = 500


def preview_domain(domain: str, *, now: datetime) -> Preview:
    """Return which comments link to a domain."""
    mentions = HostMention.objects.filter(host__domain=domain, comment__created_at__gt=now - timedelta(days=PREVIEW_DAYS))
    linking = set(mentions.values_list("comment", flat=True))
    return preview(lambda comment: comment.pk in linking, recent_comments(now))


def preview_sanction(kind: str, about: Target, *, now: datetime) -> Preview:
    """Return which comments a sanction for ``about`` would have held or refused; those of staff are none of them."""
    recent = Comment.objects.filter(created_at__gt=now - timedelta(days=PREVIEW_DAYS), origin="").exclude(author__is_staff=True)
    match kind:
        case Sanction.Kind.MEMBER:
            recent = recent.filter(author=about.member)
        case Sanction.Kind.GUEST:
            recent = recent.filter(guest=about.guest)
        case Sanction.Kind.ADDRESS:
            recent = recent.filter(Q(author__email=about.value) | Q(guest__email__iexact=about.value))
        case Sanction.Kind.DOMAIN:
            ends = [f"@{about.value}", f".{about.value}"]
            theirs = [Q(**{f"{who}__email__iendswith": end}) for who in ("author", "guest") for end in ends]
            recent = recent.filter(theirs[0] | theirs[1] | theirs[2] | theirs[3])
        case _:
            return _preview_network(about.value, now)
    caught = set(recent.values_list("pk", flat=True))
    return preview(lambda comment: comment.pk in caught, recent_comments(now))


def _preview_network(text: str, now: datetime) -> Preview:
    network = ip_network(text)
    came = Evidence.objects.filter(at__gt=now - timedelta(days=PREVIEW_DAYS), client_ip__isnull=False)
    rows = came.exclude(comment__author__is_staff=True).order_by("-pk").values_list("pk", "client_ip")[:ADDRESSES_READ]
    caught = {pk for pk, address in rows.iterator(READ_AT_ONCE) if address and ip_address(address) in network}
    return preview(lambda comment: comment.pk in caught, recent_comments(now))
