"""The way to a draft from another device: a signed link for guests, mailed on request. A member finds it by signing in there."""

from datetime import datetime
from enum import Enum, auto

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.accounts.links import Purpose, make_link
from forum.accounts.mailings import claim_mailing
from forum.mail.addresses import InvalidAddressError
from forum.mail.letters import Aside, Letter, Link, Paragraph
from forum.mail.sending import send_letters, write_letter

from .models import Draft


class Mailing(Enum):
    """What became of asking for a mail."""

    SENT = auto()
    NOT_AGAIN_TODAY = auto()
    NO_ADDRESS = auto()


def link_to(draft: Draft) -> str:
    """Return the whole address under which ``draft`` opens on another device."""
    if draft.guest is None:
        return settings.SITE_URL + draft.get_absolute_url()
    return settings.SITE_URL + reverse("discussion:draft-by-link", args=[draft.pk, make_link(draft.guest, Purpose.DRAFT)])


@transaction.atomic
def mail_link_to(draft: Draft, *, now: datetime | None = None) -> Mailing:
    """Mail the link to the address of the draft's writer, to one that is not proven at most once a day.

    Anybody can type any address: nothing that was typed is in the mail, nor the title of the article, which may name an illness.
    """
    guest = draft.guest
    address = guest.email if guest else draft.author.email if draft.author else ""
    try:
        message = write_letter(_letter(draft), to=address, kind="draft_link")
    except InvalidAddressError:
        return Mailing.NO_ADDRESS
    if guest and not guest.proven_at and not claim_mailing(address, now or timezone.now()):
        return Mailing.NOT_AGAIN_TODAY
    send_letters([message])
    return Mailing.SENT


def _letter(draft: Draft) -> Letter:
    asked = _("Somebody, probably you, began to write on %(site)s and asked for this link.")
    if draft.guest:
        careful = _("The link is only for you: whoever has it can read your text and send it in your name.")
    else:
        careful = _("Sign in with this address when the page asks who you are.")
    return Letter(
        _("Go on writing on %(site)s") % {"site": settings.SITE_NAME},
        [
            Paragraph(asked % {"site": settings.SITE_NAME}),
            Link(_("Go on writing"), link_to(draft)),
            Aside(_("We keep your text for 30 days after the last change. There is no hurry.")),
        ],
        [Aside(careful), Aside(_("If it was not you, you need do nothing."))],
    )
