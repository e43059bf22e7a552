"""Mail on its way out, and addresses that no longer take any. Words and addresses are here only until the mail has been sent."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMessage(models.Model):
    """One mail to one address. Once it is sent or refused only the fact stays, without address and words, to be counted."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", _("waiting to be sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("the address takes no mail")
        FAILED = "failed", _("given up")

    kind = models.CharField(_("kind"), max_length=40)
    is_bulk = models.BooleanField(default=False)  # nobody waits for it at the screen: goes after mail that somebody asked for
    recipient = models.CharField(max_length=320, blank=True)
    content = models.JSONField(default=dict)  # what forum.mail.backend.pack() makes
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    is_in_flight = models.BooleanField(default=False)  # a worker has it; still true when it comes back: that worker died
    may_have_arrived = models.BooleanField(_("may have arrived more than once"), default=False)
    last_error = models.CharField(_("last answer of the mail server"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)  # moved ahead by the worker that claims it
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        indexes = [
            models.Index(fields=["state", "is_bulk", "due_at", "id"], name="mail_due_in_order"),  # the worker's look, delivery.py
            models.Index(fields=["finished_at"], name="mail_finished_at"),  # pruning
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "refused"]) | models.Q(recipient="", content={}),
                name="mail_is_forgotten_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class RefusedAddress(models.Model):
    """An address whose mail server said that it does not exist: a keyed hash, so that the table tells nobody who that is."""

    address_hash = models.CharField(max_length=64, primary_key=True)
    answer = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.answer
