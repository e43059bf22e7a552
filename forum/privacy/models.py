"""What people asked about their data. How it is gathered is in ``export``, how it is erased in ``erasure``."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.models import Comment

EXPORT_KEPT = timedelta(days=7)
UNDO_FOR = timedelta(days=7)
KEY_BYTES = 32  # of chance in the name of an export: whoever knows the name has the file
MAX_WORDS_CHARS = 2_000


class AskedByPerson(models.Model):
    """Something that a member or a guest asked for, once at a time."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    guest = models.OneToOneField(Guest, models.CASCADE, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, guest__isnull=False) | Q(user__isnull=False, guest__isnull=True),
                name="%(class)s_is_of_member_or_guest",
            )
        ]

    @property
    def person(self) -> Person:
        """Return who asked."""
        return Person(user=self.user, guest=self.guest)


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


class DataExport(AskedByPerson):
    """A file with everything the site holds on somebody, made by a job and kept for EXPORT_KEPT."""

    key = models.CharField(max_length=64, unique=True, default=_new_key)
    ready_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def path(self) -> Path:
        """Return where the file is, or will be."""
        return exports_folder() / f"{self.key}.zip"

    @property
    def kept_until(self) -> datetime:
        """Return when the file will be deleted; call it on one that is ready."""
        return (self.ready_at or self.requested_at) + EXPORT_KEPT


class ErasureRequest(AskedByPerson):
    """Somebody asked to be forgotten; until ``due_at`` they can undo it."""

    keep_words = models.BooleanField()
    due_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class ThirdPartyRequest(models.Model):
    """Somebody finds themselves, or their child, in a comment that another person wrote."""

    class About(models.TextChoices):
        """Who is named."""

        SELF = "self", _("Me")
        CHILD = "child", _("My child")
        OTHER = "other", _("Somebody I speak for")

    class Wish(models.TextChoices):
        """What should happen."""

        DETAILS = "details", _("Take out the words that show who it is")
        WHOLE = "whole", _("Take the whole comment away")
        OTHER = "other", _("Something else")

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="+", verbose_name=_("comment"))
    about = models.CharField(_("about"), max_length=8, choices=About.choices)
    wish = models.CharField(_("wish"), max_length=8, choices=Wish.choices)
    words = models.TextField(_("in their words"), max_length=MAX_WORDS_CHARS, blank=True)
    email = models.EmailField(_("e-mail for an answer"), blank=True)
    made_at = models.DateTimeField(_("sent"), default=timezone.now)
    answer = models.TextField(_("answer"), max_length=MAX_WORDS_CHARS, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        ordering = ["done_at", "made_at"]
        verbose_name = _("request of somebody named in a comment")
        verbose_name_plural = _("requests of people named in comments")
        indexes = [models.Index("comment", name="third_party_open", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return str(_("Request %(number)d, about comment %(comment)d") % {"number": self.pk, "comment": self.comment_id})


def exports_folder() -> Path:
    """Return the folder of the files; every machine that serves pages or works must share it."""
    return Path(settings.DATA_DIR) / "exports"
