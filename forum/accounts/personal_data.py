"""What is held on a person here: their row, their sessions, what the administration's log says of them.

``MODELS`` are the tables this module answers for. Erasing is called last, when no other app holds a row of the person.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CASCADE, ForeignObjectRel, ProtectedError

from .mailings import forget_mailing
from .models import Guest, User
from .people import Person

PROVIDER_MODELS = ["socialaccount.SocialAccount", "socialaccount.SocialToken"]
MODELS = [
    "accounts.User",
    "accounts.Guest",
    "accounts.AddressMailing",
    "accounts.OldName",
    "accounts.Ignore",
    "sessions.Session",
    "admin.LogEntry",
    "account.EmailAddress",
    "account.EmailConfirmation",
    "mfa.Authenticator",
    "usersessions.UserSession",
    *(PROVIDER_MODELS if apps.is_installed("allauth.socialaccount") else []),
]


def export(person: Person) -> dict[str, Any]:
    """Return the row, where they are signed in, and what they did in the administration."""
    if person.user is None:
        return {"guest": _values(person.row, "display_name", "email", "proven_at", "created_at")}
    user = person.user
    return {
        "member": _values(
            user, "display_name", "email", "relation", "reading", "language", "date_joined", "last_login", "is_staff", "is_active"
        ),
        "addresses_of_earlier_names": list(user.old_names.order_by("pk").values("slug", "given_up_at", "kept_until")),
        "people_whose_comments_are_folded": [
            {"name": str(entry.author or entry.guest), "since": entry.made_at}
            for entry in user.ignores.select_related("author", "guest").order_by("pk")
        ],
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "addresses": list(EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary")),
        "ways_to_sign_in": list(
            Authenticator.objects.filter(user=user).order_by("pk").values("type", "created_at", "last_used_at")
        ),
        "accounts_elsewhere": _accounts_elsewhere(user),
        "browsers": list(UserSession.objects.filter(user=user).order_by("pk").values("user_agent", "created_at", "last_seen_at")),
        "signed_in_until": [session.expire_date for session in _sessions_of(user)],
        "acts_in_the_administration": list(
            LogEntry.objects.filter(user=user).order_by("pk").values("action_time", "object_repr", "action_flag")
        ),
    }


@transaction.atomic
def erase(person: Person, *, keep_words: bool) -> None:
    """Delete the row of the person; that of somebody who decided or wrote for the site stays, without name and address."""
    row = person.row
    for address in person.addresses:
        forget_mailing(address)
        if person.proven_address:  # others may have typed it; they have proven nothing
            Guest.objects.filter(email__iexact=address, proven_at=None).update(email="")
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk))
    about.update(object_repr="", change_message="")
    if person.user is None:
        Guest.objects.filter(pk=row.pk).delete()
        return
    end_sessions(person.user)
    if person.user.is_staff or LogEntry.objects.filter(user=person.user).exists():
        anonymise_account(person.user)
        return
    try:
        User.objects.filter(pk=row.pk).delete()
    except ProtectedError:  # what they decided as a moderator stays in the log, and the log names its actor
        anonymise_account(person.user)


@transaction.atomic
def anonymise_account(user: User) -> None:
    """Take from ``user`` all that says who they were, every way to sign in, and every row that would go if theirs did."""
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.on_delete is not CASCADE:
            continue
        if relation.related_model is not LogEntry:  # what they did in the administration stays, as what they decided
            relation.related_model._base_manager.filter(**{relation.field.name: user}).delete()
    known = f"Former {'moderator' if user.is_staff else 'member'} {user.pk}"
    user.email, user.relation, user.reading, user.language = f"former-{user.pk}@erased.invalid", "", "", ""
    User.objects.give_name(user, known)
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()


def end_sessions(user: User) -> None:
    """Sign ``user`` out everywhere."""
    for session in _sessions_of(user):
        session.delete()


def _sessions_of(user: User) -> list[Session]:
    """Return the sessions of ``user``: whose one is stands inside it, so all are opened."""
    key = str(user.pk)
    return [session for session in Session.objects.iterator(1000) if session.get_decoded().get(SESSION_KEY) == key]


def _accounts_elsewhere(user: User) -> list[dict[str, Any]]:
    if not apps.is_installed("allauth.socialaccount"):
        return []
    model: Any = apps.get_model(PROVIDER_MODELS[0])
    accounts = model.objects.filter(user=user).order_by("pk")
    return list(accounts.values("provider", "uid", "extra_data", "date_joined", "last_login"))


def _values(row: object, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}
