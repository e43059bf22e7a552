"""The letters about somebody's own data. They go to proven addresses only, and hold no name and no words."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from forum.accounts.links import Purpose, make_link
from forum.accounts.people import Person
from forum.mail.letters import Aside, Letter, Link, Links, Paragraph, Quote
from forum.mail.sending import send_letters, write_letter

from .models import DataExport, ErasureRequest, ThirdPartyRequest

LAST_LETTER = "erasure-done"


def tell_export_is_ready(export: DataExport) -> None:
    """Mail where the file is."""
    kept = _("It works until %(day)s, then we delete the file.") % {"day": day_of(export.kept_until)}
    letter = Letter(
        _("Your data is ready"),
        [
            Paragraph(_("You asked for everything we hold on you. It is one file: a page to read, and the same for programs.")),
            Link(_("Get the file"), _absolute(reverse("privacy:file", args=[export.key]))),
            Paragraph(_("Whoever has this link can open the file, so do not pass it on.") + " " + kept),
        ],
    )
    _send(letter, export.person.proven_address, "export-ready")


def tell_erasure_is_coming(request: ErasureRequest) -> None:
    """Mail when it will be done, and how to undo it: by a link for guests, by signing in for members."""
    person = request.person
    if person.guest:
        undo = _("If it was you who asked, there is nothing to do. If not, undo it: the link leads to one button.")
    else:
        undo = _("If it was you who asked, there is nothing to do. If not, sign in and undo it: the page has one button for it.")
    letter = Letter(
        _("You asked us to erase your data"),
        [
            Paragraph(_("We will do it on %(day)s. Until then you can change your mind.") % {"day": day_of(request.due_at)}),
            Link(_("Undo"), erase_address(person)),
            Paragraph(undo),
        ],
    )
    _send(letter, person.proven_address, "erasure-asked")


def tell_erasure_is_done(address: str, *, keep_words: bool) -> None:
    """Mail that it is done, to an address that is known nowhere else by now; sent, it is forgotten too."""
    kept = _("Your words stay, without your name.") if keep_words else _("Your words are gone as well.")
    letter = Letter(
        _("Your data is erased"),
        [
            Paragraph(_("As you asked, we have erased what we held on you.") + " " + kept),
            Paragraph(_("This is the last mail from us. Your address is deleted as soon as this has been sent.")),
        ],
    )
    _send(letter, address, LAST_LETTER)


def answer_third_party(request: ThirdPartyRequest) -> None:
    """Mail a moderator's answer to somebody who was named in a comment. Nothing that they typed is in it."""
    letter = Letter(
        _("Our answer to what you wrote to us"),
        [
            Paragraph(_("You wrote to us about a comment on %(site)s. A moderator answers:") % {"site": settings.SITE_NAME}),
            Quote(request.answer),
            Links([Link(_("How to reach us"), _absolute(reverse("site:help")))]),
        ],
        [Aside(_("Please do not answer this email. Nobody would see it. We have forgotten your address by now."))],
    )
    _send(letter, request.email, "third-party-answer")


def erase_address(person: Person) -> str:
    """Return the address of the page on which ``person`` asks for erasure and undoes it."""
    if person.guest is None:
        return _absolute(reverse("privacy:erase"))
    return _absolute(reverse("privacy:erase-by-link", args=[make_link(person.guest, Purpose.MINE)]))


def day_of(moment: datetime) -> str:
    """Return the day of ``moment`` as pages and letters write it."""
    return date_format(localtime(moment), "j F Y")


def _send(letter: Letter, address: str, kind: str) -> None:
    if address:
        send_letters([write_letter(letter, to=address, kind=kind)])


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
