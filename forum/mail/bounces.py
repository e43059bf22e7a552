"""Bounces that a mail provider reports by webhook, where django-anymail is installed: the address counts as refused."""

from typing import Any

from django.apps import apps

from .addresses import InvalidAddressError, clean_address, mark_refused


def connect() -> None:
    """Listen to Anymail's events, if the operator has chosen a provider that sends them."""
    if apps.is_installed("anymail"):
        from anymail.signals import tracking

        tracking.connect(note_bounce)


def note_bounce(sender: object, event: Any, **kwargs: object) -> None:
    """Mark the address of a mail that came back for good; to be deferred or blocked says nothing about the address."""
    if event.event_type != "bounced" or event.reject_reason not in ("bounced", "invalid") or not event.recipient:
        return
    try:
        mark_refused(clean_address(event.recipient), event.mta_response or event.description or "")
    except InvalidAddressError:
        return
