"""How tests look at pages as the guest whose browser it is."""

import re

from django.conf import settings
from django.core import signing
from django.test import Client

from forum.accounts.guests import COOKIE_SALT
from forum.accounts.models import Guest
from forum.mail.models import OutgoingMessage


def visit_as(guest: Guest) -> Client:
    """Return a browser that knows ``guest`` by cookie."""
    client = Client()
    client.cookies[settings.GUEST_COOKIE_NAME] = signing.dumps([guest.pk, guest.link_counter], salt=COOKIE_SALT)
    return client


def links_in_mail(kind: str = "way_back") -> list[str]:
    """Return the paths of all links in the latest mail of a kind, in their order."""
    message = OutgoingMessage.objects.filter(kind=kind).order_by("-pk").first()
    assert message, "no mail was written"
    return re.findall(re.escape(settings.SITE_URL) + r"(/\S+)", message.content["body"])


def words_of(answer: object) -> str:
    """Return the words of a page without its tags, on one line."""
    html = answer.content.decode()  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]).split())
