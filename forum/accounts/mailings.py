"""How often an address is written to because somebody typed it: once a day, whoever types it, wherever. Words are not here."""

from datetime import datetime, timedelta

from forum.mail.addresses import keyed_hashes

from .models import AddressMailing

MAILED_AGAIN_AFTER = timedelta(days=1)
BATCH_ROWS = 1000


def claim_mailing(address: str, now: datetime) -> bool:
    """Tell whether ``address`` may be written to now; if so, it may not be again for MAILED_AGAIN_AFTER.

    Of two requests at once one is told so. Call it in the transaction that stores the mail.
    """
    hashes = _hashes(address)
    known = AddressMailing.objects.filter(address_hash__in=hashes)
    if known.filter(sent_at__gt=now - MAILED_AGAIN_AFTER).exists():
        return False
    if known.filter(sent_at__lte=now - MAILED_AGAIN_AFTER).update(sent_at=now):
        return True
    _row, is_new = AddressMailing.objects.get_or_create(address_hash=hashes[0], defaults={"sent_at": now})
    return is_new


def forget_mailings(now: datetime) -> None:
    """Delete what no longer holds anything back."""
    old = AddressMailing.objects.filter(sent_at__lte=now - MAILED_AGAIN_AFTER).order_by("sent_at")
    while hashes := list(old.values_list("pk", flat=True)[:BATCH_ROWS]):
        AddressMailing.objects.filter(pk__in=hashes, sent_at__lte=now - MAILED_AGAIN_AFTER).delete()


def forget_mailing(address: str) -> None:
    """Forget that ``address`` was written to: its person is erased."""
    AddressMailing.objects.filter(address_hash__in=_hashes(address)).delete()


def _hashes(address: str) -> list[str]:
    return keyed_hashes(address, purpose="accounts.mailing")
