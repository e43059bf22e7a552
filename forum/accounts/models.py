"""Members and guests. What they wrote is in ``forum.discussion``; roles are in ``roles``, names in ``names``."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .names import MAX_NAME_CHARS, name_key


class UserManager(BaseUserManager["User"]):
    """Makes members; the address is kept in small letters."""

    def create_user(self, email: str, display_name: str, password: str | None = None, **fields: Any) -> "User":
        """Store a member and return it. Without ``password`` they sign in by mailed code only."""
        user = self.model(email=email.strip().lower(), display_name=display_name, name_key=name_key(display_name), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the member with this address, however it is typed."""
        return self.get(email=(username or "").strip().lower())


class Relation(models.TextChoices):
    """How a writer knows about the subject, in their own choice; shown next to the name."""

    SELF = "self", _("living with it")
    CARER = "carer", _("caring for someone")
    WORK = "work", _("says they work in care")


class User(AbstractBaseUser, PermissionsMixin):
    """A member. No real name is asked; the e-mail address is how they sign in and is never shown."""

    email = models.EmailField(_("e-mail"), unique=True)
    display_name = models.CharField(_("name to show"), max_length=MAX_NAME_CHARS)
    name_key = models.CharField(max_length=MAX_NAME_CHARS * 4, editable=False)
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices, blank=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("here since"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint("name_key", name="member_names_do_not_look_alike"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="member_email_is_in_small_letters"),
        ]

    def __str__(self) -> str:
        return self.display_name


class Guest(models.Model):
    """Somebody who writes without an account, bound to a signed cookie and to links; a row a person, or an imported comment."""

    display_name = models.CharField(max_length=MAX_NAME_CHARS, blank=True)
    email = models.EmailField(blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)  # when a mailed link was confirmed by its button; never by typing
    link_counter = models.PositiveIntegerField(default=0)  # part of every signed link and cookie: +1 revokes the old ones
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # However it is typed: somebody who has lost their link types the address again.
        indexes = [models.Index(Lower("email"), name="guest_by_address", condition=~models.Q(email=""))]

    def __str__(self) -> str:
        return self.display_name


class AddressMailing(models.Model):
    """When an address was last written to because somebody typed it: a keyed hash, so that the table tells nobody who that is."""

    address_hash = models.CharField(max_length=64, primary_key=True)
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.sent_at:%Y-%m-%d}"
