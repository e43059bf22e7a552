"""The EMAIL_BACKEND: whatever sends through ``django.core.mail`` writes rows in its caller's transaction; a job sends them.

What happens to a row is in ``delivery.py``.
"""

from collections.abc import Iterable, Sequence
from email.utils import formatdate, make_msgid

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from .addresses import clean_address
from .jobs import deliver_mail
from .models import OutgoingMessage
from .packing import pack, unpack

BATCH_ROWS = 500


class QueueingBackend(BaseEmailBackend):
    """Stores mail, one row for each address, and enqueues one job for all of it.

    A message to several people goes to each alone: nobody sees another's address. A message that could not be written as one,
    for a line break in a header above all, is refused here, where the caller still can do something.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the messages and return their number; raises ValueError for one that cannot be sent to anybody."""
        rows = pack_messages(email_messages)
        if not rows:
            return 0
        queue_rows(rows)
        return len(email_messages)


def pack_messages(messages: Iterable[EmailMessage]) -> list[OutgoingMessage]:
    """Return the rows of ``messages`` in their order, one for each address, not stored yet; raises ValueError as above.

    All the work is here: whoever stores other rows with them does this before the transaction begins.
    """
    return [row for message in messages for row in _rows_of(message)]


@transaction.atomic
def queue_rows(rows: list[OutgoingMessage]) -> None:
    """Store what ``pack_messages`` returned, and enqueue one job for it: a constant number of queries for each BATCH_ROWS."""
    OutgoingMessage.objects.bulk_create(rows, batch_size=BATCH_ROWS)
    deliver_mail.enqueue()


def _rows_of(message: EmailMessage) -> Iterable[OutgoingMessage]:
    headers = {
        "Message-ID": make_msgid(domain=settings.MAIL_DOMAIN),  # kept through all attempts: a second copy can be told
        "Date": formatdate(),
        "Auto-Submitted": "auto-generated",  # RFC 3834: answering machines stay silent
    } | message.extra_headers
    for address in message.recipients():
        content = pack(message, headers=headers, to=str(address))
        unpack(content).message()  # raises for header injection
        yield OutgoingMessage(
            kind=getattr(message, "kind", "other"),
            is_bulk="List-Id" in headers,
            recipient=clean_address(str(address)),
            content=content,
        )
