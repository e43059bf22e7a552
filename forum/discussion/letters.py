"""Mail with the way back for guests. Anybody could have typed the address: no name and no words of theirs are in it."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forum.accounts.guests import find_guests_by_address
from forum.accounts.links import Purpose, make_link
from forum.accounts.mailings import claim_mailing
from forum.accounts.models import Guest
from forum.mail.addresses import InvalidAddressError
from forum.mail.letters import Aside, Block, Letter, Link, Links, Paragraph
from forum.mail.sending import send_letters, write_letter

MOST_LINKS = 10  # in one mail: whoever typed an address in so many browsers


def mine_path(guest: Guest) -> str:
    """Return the path of the page that shows ``guest`` all they wrote, in whatever browser."""
    return reverse("discussion:mine-by-link", args=[make_link(guest, Purpose.MINE)])


def send_way_back(guest: Guest, *, now: datetime | None = None) -> bool:
    """Mail ``guest`` their links, at most once a day for each address; return whether a mail goes out now."""
    site = settings.SITE_NAME
    if guest.proven_at:
        letter = Letter(
            _("Your way back to what you wrote on %(site)s") % {"site": site},
            [Paragraph(_("You asked for a link to what you wrote.")), _mine_link(guest, _("See what you wrote"))],
            [Aside(_keep_words()), Aside(_stranger_words())],
        )
    else:
        prove = reverse("discussion:mine-prove", args=[make_link(guest, Purpose.PROVE)])
        letter = Letter(
            _("Your way back to what you wrote on %(site)s") % {"site": site},
            [
                Paragraph(_("Somebody wrote a comment on %(site)s and gave this address. If that was you:") % {"site": site}),
                Link(_("Confirm that this is your address"), settings.SITE_URL + prove),
                Paragraph(_("On the next page there is your way back. There you can also change your comment or take it back.")),
                Links([_mine_link(guest, _("Go there without confirming"))]),
            ],
            [Aside(_keep_words()), Aside(_stranger_words())],
        )
    return _send(guest.email, letter, now)


def send_lost_links(address: str, *, now: datetime | None = None) -> bool:
    """Mail ``address`` the links of the guests who gave it, if there are any; return whether a mail goes out now."""
    guests = list(find_guests_by_address(address).filter(comments__isnull=False).distinct()[:MOST_LINKS])
    return bool(guests) and _send(guests[0].email, _lost_letter(guests), now)


def _lost_letter(guests: Sequence[Guest]) -> Letter:
    blocks: list[Block] = [Paragraph(_("Somebody, probably you, asked for a link to what was written with this address."))]
    if len(guests) == 1:
        blocks.append(_mine_link(guests[0], _("See what you wrote")))
    else:
        days = [date_format(timezone.localdate(guest.created_at), "j F Y") for guest in guests]
        blocks.append(Paragraph(_("It was written in more than one browser, so there is more than one link.")))
        blocks += [
            _mine_link(guest, _("See what was written from %(date)s") % {"date": day})
            for guest, day in zip(guests, days, strict=True)
        ]
    return Letter(
        _("Your way back to what you wrote on %(site)s") % {"site": settings.SITE_NAME},
        blocks,
        [Aside(_keep_words()), Aside(_stranger_words())],
    )


def _mine_link(guest: Guest, words: str) -> Link:
    return Link(words, settings.SITE_URL + mine_path(guest))


def _keep_words() -> str:
    return _("Keep this mail. The link is only for you: whoever has it can read your comments, and change them for 30 days.")


def _stranger_words() -> str:
    return _("If it was not you, you need do nothing. We write at most once a day, and only when somebody types this address.")


@transaction.atomic
def _send(address: str, letter: Letter, now: datetime | None) -> bool:
    try:
        message = write_letter(letter, to=address, kind="way_back")
    except InvalidAddressError:
        return False
    if not claim_mailing(address, now or timezone.now()):
        return False
    send_letters([message])
    return True
