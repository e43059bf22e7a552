"""Mail to an address that somebody typed, and to its owner once it is proven. Nothing that was typed stands in the former."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.accounts.links import Purpose, make_link
from forum.accounts.mailings import claim_mailing
from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.accounts.proven import people_with
from forum.discussion.letters import mine_path
from forum.mail.addresses import InvalidAddressError
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph
from forum.mail.sending import send_letters, write_letter

from .kinds import ADDRESS_PROVEN, EMAILS_LINK, FOLLOW_PROOF, MailKind, emails_url, write_mail
from .models import Delivery


def send_follow_proof(guest: Guest, now: datetime) -> bool:
    """Mail the button that proves the address of somebody who wants to be told; return whether a mail goes out now."""
    site = settings.SITE_NAME
    path = reverse("discussion:mine-prove", args=[make_link(guest, Purpose.PROVE)])
    letter = Letter(
        _("Is this your address?"),
        [
            Paragraph(
                _("Somebody asked on %(site)s to be told when something new is written, and gave this address.") % {"site": site}
            ),
            Paragraph(_("If that was you:")),
            Link(_("Confirm that this is your address"), settings.SITE_URL + path),
            Aside(_("The link opens a page with one button. We write to you only after you have pressed it.")),
        ],
        [Aside(_("If it was not you, do nothing. We write at most once a day, and only when somebody types this address."))],
    )
    return _send_to_typed(guest.email, letter, FOLLOW_PROOF, now)


def send_emails_link(address: str, now: datetime) -> bool:
    """Mail ``address`` the way to its email settings, if somebody has proven it; return whether a mail goes out now."""
    people = people_with(address)
    if not people:
        return False
    person = people[0]
    letter = Letter(
        _("Your emails from %(site)s") % {"site": settings.SITE_NAME},
        [
            Paragraph(_("You asked for the link to the page where you choose which emails you get, and stop them.")),
            Link(_("Choose or stop emails"), emails_url(person)),
        ],
        [Aside(_("If it was not you who asked, you need do nothing."))],
    )
    return _send_to_typed(person.proven_address, letter, EMAILS_LINK, now)


def welcome(guest: Guest) -> None:
    """Tell ``guest``, who has just proven their address, what comes to it from now on, and how to stop it."""
    person = Person(guest=guest)
    blocks: list[Block] = [
        Paragraph(_("Thank you. From now on we write to this address when there is news for you.")),
        Paragraph(_("It may take years until somebody answers. We write to you then too. There is nothing you need to do.")),
    ]
    if Delivery.objects.filter(guest=guest, reason="replies", seen_at=None).exists():
        blocks.append(Paragraph(_("Somebody has answered you already. You find it on your page.")))
    blocks.append(Link(_("See what you wrote, and the answers"), settings.SITE_URL + mine_path(guest)))
    footer: list[Block] = [
        Aside(_("Keep this mail. The link is only for you: whoever has it can read your comments, and change them for 30 days.")),
        Links([Link(_("Choose or stop emails"), emails_url(person))]),
    ]
    send_letters([write_mail(ADDRESS_PROVEN, Letter(_("Your address is confirmed"), blocks, footer), person=person)])


@transaction.atomic
def _send_to_typed(address: str, letter: Letter, kind: MailKind, now: datetime) -> bool:
    try:
        message = write_letter(letter, to=address, kind=kind.name)
    except InvalidAddressError:
        return False
    if not claim_mailing(address, now):
        return False
    send_letters([message])
    return True
