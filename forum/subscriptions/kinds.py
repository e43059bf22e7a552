"""Every kind of mail that this app writes: the word it is counted by, the list it belongs to, and how a letter becomes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from forum.accounts.links import Purpose, make_link
from forum.accounts.people import Person
from forum.mail.letters import Letter
from forum.mail.sending import LetterMessage, MailingList, write_letter


@dataclass(frozen=True)
class MailKind:
    """``name`` is what mail is counted by, also in the README; with ``is_list`` it comes unasked and stops with one click."""

    name: str
    is_list: bool = True


REPLY = MailKind("reply")  # somebody answered
FOLLOWED = MailKind("followed")  # something new in a conversation, or under an article
DIGEST = MailKind("digest")  # the same of a week, in one
OWN_COMMENT = MailKind("own-comment")  # what was decided about one's own comment
HOW_IT_WENT = MailKind("how-it-went")  # half a year after a comment, to its writer: how did it go?
FOLLOW_PROOF = MailKind("follow-proof", is_list=False)  # is this your address?
ADDRESS_PROVEN = MailKind("address-proven", is_list=False)  # yes, it is
EMAILS_LINK = MailKind("emails-link", is_list=False)  # the way to one's email settings
KINDS = (REPLY, FOLLOWED, DIGEST, OWN_COMMENT, HOW_IT_WENT, FOLLOW_PROOF, ADDRESS_PROVEN, EMAILS_LINK)


def emails_url(person: Person, subscription_ids: Sequence[int] = ()) -> str:
    """Return the address of the page with all that ``person`` is told, and one button first: to stop these, or everything."""
    token = make_link(person.row, Purpose.EMAILS, *subscription_ids)
    return settings.SITE_URL + reverse("subscriptions:emails-by-link", args=[token])


def write_mail(
    kind: MailKind,
    letter: Letter,
    *,
    person: Person,
    subscription_ids: Sequence[int] = (),
    message_id: str = "",
    conversation: str = "",
) -> LetterMessage:
    """Return ``letter`` as a mail of ``kind`` to the proven address of ``person``.

    A mail program's own Stop button stops the subscriptions with these ids, everything without any.
    """
    stop_url = emails_url(person, subscription_ids) if kind.is_list else ""
    return write_letter(
        letter,
        to=person.proven_address,
        kind=kind.name,
        message_id=message_id,
        conversation=conversation,
        mailing_list=MailingList(kind.name, stop_url) if kind.is_list else None,
    )
