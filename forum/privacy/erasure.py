"""Forgetting a person. What is forgotten is said in each ``personal_data.py``; asking for it and undoing it, in ``services``."""

import logging

from django.db import connection, transaction
from django.db.models import F

from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.accounts.personal_data import end_sessions
from forum.accounts.proven import others_of

from . import letters
from .models import ErasureRequest
from .registry import find_modules

logger = logging.getLogger("forum.privacy")


class JournalBusyError(Exception):
    """Somebody reads an older state of the database, so its journal cannot be emptied now."""


def erase_person(request: ErasureRequest) -> None:
    """Do what was asked. After a crash in the middle it is called again and goes on; the request is the last thing to go."""
    person = request.person
    address = person.proven_address
    *others, people = find_modules()
    for guest in others_of(person):
        _shut_out(guest)
        for module in (*others, people):
            module.erase(guest, keep_words=request.keep_words)
    _shut_out(person)
    for module in others:
        module.erase(person, keep_words=request.keep_words)
    with transaction.atomic():
        request.delete()
        people.erase(person, keep_words=request.keep_words)
        letters.tell_erasure_is_done(address, keep_words=request.keep_words)
    logger.info("A person was erased.")


def empty_journal() -> None:
    """On SQLite, empty the write-ahead log, in which erased rows stand until it is written anew. Raises JournalBusyError.

    Deleted rows in the file itself are overwritten at once (``secure_delete`` in the settings). PostgreSQL cleans up by itself.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
    if row and row[0]:
        raise JournalBusyError


def _shut_out(person: Person) -> None:
    """Let nobody write as ``person`` any more, so that nothing new appears while the old is taken away."""
    if person.user is not None:
        User.objects.filter(pk=person.user.pk).update(is_active=False)
        end_sessions(person.user)
    else:
        Guest.objects.filter(pk=person.row.pk).update(link_counter=F("link_counter") + 1)
