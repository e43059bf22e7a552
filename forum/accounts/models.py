"""Members and guests. What they wrote is in ``forum.discussion``; roles are in ``roles``, names in ``names``."""

from itertools import count
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.database import BIGGEST_ID
from forum.database.compiled import CompiledObjects

from .names import MAX_KEY_CHARS, MAX_NAME_CHARS, MAX_SLUG_CHARS, make_slug, name_key

SLUGS_AT_ONCE = 20  # asked for in one query


class UserManager(BaseUserManager["User"]):
    """Makes members; the address is kept in small letters."""

    def create_user(self, email: str, display_name: str, password: str | None = None, **fields: Any) -> "User":
        """Store a member and return it. Without ``password`` they sign in by mailed code only."""
        user = self.model(email=email.strip().lower(), **fields)
        self.give_name(user, display_name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def give_name(self, user: "User", display_name: str) -> None:
        """Give ``user`` a name, checked before, and the address that goes with it; the caller stores them.

        A member who had another name is renamed by ``naming.rename``, which keeps the old address.
        """
        user.slug = self.free_slug(display_name, user)
        user.display_name, user.name_key = display_name, name_key(display_name)

    def free_slug(self, display_name: str, user: "User") -> str:
        """Return the address for a name: with a number where without one it leads, or once led, to another member."""
        base = make_slug(display_name)
        for start in count(1, SLUGS_AT_ONCE):
            slugs = [base if number == 1 else f"{base}-{number}" for number in range(start, start + SLUGS_AT_ONCE)]
            taken = set(self.exclude(pk=user.pk).filter(slug__in=slugs).values_list("slug", flat=True))
            taken |= set(OldName.objects.exclude(user=user.pk).filter(slug__in=slugs).values_list("slug", flat=True))
            if free := next((slug for slug in slugs if slug not in taken), ""):
                return free
        raise AssertionError("numbers do not end")

    def get(self, *args: Any, **kwargs: Any) -> "User":
        """Return the one member that this describes. By their key alone each request of a member asks: that is compiled once."""
        pk = kwargs.get("pk") if not args and len(kwargs) == 1 else None
        is_plain = type(self) is UserManager and self.model is User and not self._db
        found = _MEMBER(pk) if is_plain and type(pk) is int and 0 < pk <= BIGGEST_ID else []
        return found[0] if found else super().get(*args, **kwargs)

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
    slug = models.CharField(max_length=MAX_SLUG_CHARS + 8, unique=True, editable=False)  # of the page at /members/<slug>/
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices, blank=True)
    reading = models.CharField(max_length=40, blank=True, editable=False)  # text size, spacing, colours; empty: never chosen
    language = models.CharField(max_length=16, blank=True, editable=False)  # of the pages; empty: as the browser asks
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

    def get_absolute_url(self) -> str:
        """Return the page with what this member wrote."""
        return reverse("discussion:member", args=[self.slug])


_MEMBER = CompiledObjects(User, lambda pk: User.objects.filter(pk=pk))


class OldName(models.Model):
    """A name that a member had before. Its address leads to them for ever; the name itself comes free at ``kept_until``."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_names")
    slug = models.CharField(max_length=MAX_SLUG_CHARS + 8, unique=True)
    name_key = models.CharField(max_length=MAX_KEY_CHARS, db_index=True)
    given_up_at = models.DateTimeField()
    kept_until = models.DateTimeField()  # until then nobody else may take a name that looks like it

    def __str__(self) -> str:
        return self.slug


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


class RateCount(models.Model):
    """How often somebody did something in one window of time (``limits``); ``hash`` is keyed and holds the window."""

    hash = models.BigIntegerField(primary_key=True)
    count = models.PositiveIntegerField()
    ends = models.BigIntegerField(db_index=True)  # of the window, in seconds since 1970

    def __str__(self) -> str:
        return str(self.count)


class Ignore(models.Model):
    """A member does not want to read somebody: that person's comments are folded to a line, for this member alone."""

    member = models.ForeignKey(User, models.CASCADE, related_name="ignores")
    author = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    guest = models.ForeignKey(Guest, models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("member", "author", name="ignore_member_once", condition=models.Q(author__isnull=False)),
            models.UniqueConstraint("member", "guest", name="ignore_guest_once", condition=models.Q(guest__isnull=False)),
            models.CheckConstraint(
                condition=models.Q(author__isnull=True, guest__isnull=False) | models.Q(author__isnull=False, guest__isnull=True),
                name="ignore_is_of_member_or_guest",
            ),
            models.CheckConstraint(condition=~models.Q(author=models.F("member")), name="ignore_is_of_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.author or self.guest}"
