"""From row to mail server: claim a message, hand it over, record what happened, forget it. Called by the job alone.

At least once: when a worker dies between the server's "yes" and the record, the mail goes out again, with the same Message-ID,
and is marked so. A message is claimed by moving ``due_at`` ahead, in a conditional UPDATE that counts; who dies gives it back so.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.utils import timezone

from forum.jobs.definitions import delay_after
from forum.jobs.worker import stop_requested

from .addresses import forget_refusal, is_refused, mark_refused
from .failures import Failure, read_failure
from .models import OutgoingMessage
from .packing import unpack

logger = logging.getLogger("forum.mail")

State = OutgoingMessage.State

TRIED_FOR = timedelta(days=4)  # RFC 5321, 4.5.4.1: at least 4 to 5 days
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=1)
CLAIM = timedelta(minutes=10)  # far longer than one mail can take: every wait for the server ends after EMAIL_TIMEOUT
PAGE_ROWS = 20  # read at a time, so that a sign-in code overtakes ten thousand alerts within half a second


def deliver_due(budget: timedelta) -> bool:
    """Send what is due, over one connection, for at most ``budget``; return whether more may be due.

    Stops early when the worker is to end, or when the mail server takes nothing at the moment. A server that hangs up after
    some mails is asked again at once; one that takes none, at the next turn.
    """
    has_sent = False
    end = time.monotonic() + budget.total_seconds()
    connection: BaseEmailBackend = get_connection(settings.MAIL_TRANSPORT)
    try:
        for message in _claims():
            failure = _send(message, connection)
            if failure is None:
                _record_sent(message)
                has_sent = True
            else:
                _record_failure(message, failure)
                if failure.is_server_down:
                    return has_sent
            if time.monotonic() >= end or stop_requested():
                return True
        return False
    finally:
        _close(connection)


def _due(now: datetime) -> Q:
    """Return the condition of messages whose time has come, those included that a clock set back would keep for later."""
    return Q(state=State.WAITING) & (Q(due_at__lte=now) | Q(due_at__gt=now + LONGEST_DELAY + CLAIM))


def _claims() -> Iterator[OutgoingMessage]:
    """Yield due messages one by one, each claimed for this worker; what somebody waits for comes first."""
    while True:
        page = list(
            OutgoingMessage.objects.filter(_due(timezone.now()))
            .order_by("is_bulk", "due_at", "id")
            .values_list("id", "due_at", "is_in_flight")[:PAGE_ROWS]
        )
        if not page:
            return
        for pk, due_at, was_in_flight in page:
            claimed_until = timezone.now() + CLAIM
            mine = {"pk": pk, "state": State.WAITING}
            changes = {"due_at": claimed_until, "is_in_flight": True, "attempts": F("attempts") + 1}
            if was_in_flight:  # its worker died with it in hand
                changes["may_have_arrived"] = True
            if not OutgoingMessage.objects.filter(**mine, due_at=due_at).update(**changes):
                continue
            # Read only now: it may have been deleted since the page was read, with the person it was for.
            yield from OutgoingMessage.objects.filter(**mine, due_at=claimed_until)


def _send(message: OutgoingMessage, connection: BaseEmailBackend) -> Failure | None:
    """Hand one message over; return how that failed, or None."""
    if message.is_bulk and is_refused(message.recipient):
        return Failure(message.last_error, is_permanent=True, is_address_dead=True)
    is_open = False
    try:
        connection.open()
        is_open = True
        connection.send_messages([unpack(message.content)])
    except Exception as error:  # whatever a transport raises: nothing may keep the other mail from going out
        failure = read_failure(error)
        return failure if is_open else Failure(failure.note, is_server_down=True)
    return None


def _record_sent(message: OutgoingMessage) -> None:
    _record(message, state=State.SENT, recipient="", content={}, last_error="", finished_at=timezone.now())
    if not message.is_bulk:
        forget_refusal(message.recipient)


def _record_failure(message: OutgoingMessage, failure: Failure) -> None:
    """Write when to try again, or that nobody will."""
    now = timezone.now()
    may_have_arrived = message.may_have_arrived or failure.may_have_arrived
    changes = {"last_error": failure.note, "may_have_arrived": may_have_arrived, "finished_at": now}
    if failure.is_address_dead:
        mark_refused(message.recipient, failure.note)
        _record(message, **changes, state=State.REFUSED, recipient="", content={})
    elif failure.is_permanent or now - message.created_at > TRIED_FOR:
        _record(message, **changes, state=State.FAILED)
    else:
        delay = delay_after(message.attempts, first=FIRST_DELAY, longest=LONGEST_DELAY)
        _record(message, **changes | {"finished_at": None}, due_at=now + delay)
    logger.warning("Mail %d was not sent, attempt %d: %s", message.pk, message.attempts, failure.note)


def _record(message: OutgoingMessage, **changes: object) -> None:
    """Write how the attempt ended, unless another worker has taken the message over since."""
    mine = OutgoingMessage.objects.filter(pk=message.pk, state=State.WAITING, due_at=message.due_at)
    mine.update(is_in_flight=False, **changes)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:  # every mail is recorded by now; a server that hangs up first changes nothing
        logger.info("The mail server closed the connection: %s", type(error).__name__)
