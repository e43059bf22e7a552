"""Drafts: what somebody has begun to write, kept for KEPT_FOR, one for each person and place. Pages are in ``views.drafts``.

A draft is saved from a page of the form, which has a key. A page may save over what it saved itself, and over what it has shown
(``seen``, a version); what another page saved meanwhile is never written over, nor dropped when a comment is posted.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from forum.accounts.models import Guest, User
from forum.database.asked import Asked
from forum.database.compiled import CompiledObjects

from .models import Comment, Discussion, Draft
from .permissions import Viewer
from .words import Words

KEPT_FOR = timedelta(days=30)
# Five times what a comment can have: a text that has to be shortened first is kept too. Above that it is no comment.
MAX_DRAFT_CHARS = 100_000
BATCH_ROWS = 1000  # a write transaction stays short, so that people can post meanwhile


class DraftTooLongError(Exception):
    """The text has more than MAX_DRAFT_CHARS characters."""


class DraftElsewhereError(Exception):
    """Another page has saved other words since; ``draft`` holds them."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


def drafts_of(viewer: Viewer) -> QuerySet[Draft]:
    """Return the drafts of this person, the latest first: a member's, and those of the guest of their browser."""
    drafts = Draft.objects.select_related("discussion__article", "parent").order_by("-updated_at", "-pk")
    return drafts.filter(_whose(viewer))


def find_draft(viewer: Viewer, *, discussion: Discussion, parent: Comment | None) -> Draft | None:
    """Return this person's latest draft for a place: a member's own, or what the guest of their browser left there.

    So what was saved after a session had ended is found again after signing in.
    """
    found = _OF_MEMBER(viewer.user_id, discussion.pk) if viewer.user_id is not None else []
    found += _OF_GUEST(viewer.guest_id, discussion.pk) if viewer.guest_id is not None else []
    here = [draft for draft in found if draft.parent_id == (parent.pk if parent else None)]
    return max(here, key=lambda draft: draft.updated_at, default=None)


_OF_MEMBER = CompiledObjects(Draft, lambda pk, discussion: Draft.objects.filter(author=pk, discussion=discussion))
_OF_GUEST = CompiledObjects(Draft, lambda pk, discussion: Draft.objects.filter(guest=pk, discussion=discussion))


def _whose(viewer: Viewer) -> Q:
    whose = Q(pk__in=[])  # nobody's: costs no query
    if viewer.user_id is not None:
        whose |= Q(author=viewer.user_id)
    if viewer.guest_id is not None:
        whose |= Q(guest=viewer.guest_id)
    return whose


@transaction.atomic
def save_draft(
    words: Words,
    *,
    discussion: Discussion,
    parent: Comment | None,
    author: User | None,
    guest: Guest | None,
    draft: Draft | None,
    form_key: UUID,
    seen: int = 0,
    now: datetime | None = None,
) -> Draft:
    """Keep ``words`` as the draft of ``author`` or ``guest`` (exactly one) for a place; return it.

    ``draft`` is what ``find_draft`` found; a guest's becomes the member's if they have no other there. Raises DraftTooLongError,
    DraftElsewhereError where another page saved other words since version ``seen``, and Draft.DoesNotExist where ``draft`` was
    posted or deleted since.
    """
    if len(words.body) + len(words.subject) + len(words.name) > MAX_DRAFT_CHARS:
        raise DraftTooLongError
    texts = {name: getattr(words, name) for name in ("subject", "body", "name", "relation", "asks")}
    saved: dict[str, Any] = texts | {"form_key": form_key, "updated_at": now or timezone.now()}
    place = {"author": author, "guest": guest, "discussion": discussion, "parent": parent}
    if draft is None:
        draft, is_new = Draft.objects.get_or_create(**place, defaults=saved)
        if is_new:
            return draft
    if author and draft.author_id is None and not Draft.objects.filter(**place).exists():
        saved |= {"author": author, "guest": None}
    is_free = Draft.objects.filter(Q(form_key=form_key) | Q(version=seen), pk=draft.pk)
    if not is_free.update(**saved, version=F("version") + 1):
        draft.refresh_from_db()
        if any(getattr(draft, name) != text for name, text in texts.items()):
            raise DraftElsewhereError(draft)
    draft.refresh_from_db()
    return draft


class Page(NamedTuple):
    """A page of the form that is sent: its key, the draft that ``find_draft`` found, and which version of it the page knew."""

    form_key: UUID
    draft: Draft | None = None
    seen: int = 0


def drop_drafts(page: Page) -> None:
    """Delete what the page has saved from which a comment is posted, and its draft unless another page saved other words since.

    By the key of the page and not by its writer: a guest's first save may be so late that the comment is somebody else's.
    """
    posted = Q(form_key=page.form_key)
    if page.draft is not None:
        posted |= Q(pk=page.draft.pk, version=page.seen)
    elif not SAVED_FROM(page.form_key):
        return
    if rows := list(Draft.objects.filter(posted).values_list("pk", "guest_id")):
        Draft.objects.filter(posted, pk__in=[pk for pk, _ in rows]).delete()
        _forget_guests([guest_id for _, guest_id in rows if guest_id])


SAVED_FROM = Asked(lambda form_key: Draft.objects.filter(form_key=form_key).values_list("pk")[:1])


@transaction.atomic
def discard_draft(draft: Draft) -> None:
    """Delete ``draft`` as its writer asks, and a guest of whom nothing is left."""
    draft.delete()
    _forget_guests([draft.guest_id] if draft.guest_id else [])


@transaction.atomic
def adopt_draft(draft: Draft, *, author: User | None, guest: Guest | None) -> Draft:
    """Give ``draft`` to whom the browser knows in which its link was opened.

    Raises DraftElsewhereError if they have one of their own at its place.
    """
    viewer = Viewer(user_id=author.pk if author else None, guest_id=guest.pk if guest else None)
    if other := find_draft(viewer, discussion=draft.discussion, parent=draft.parent):
        raise DraftElsewhereError(other)
    former = draft.guest_id
    draft.author, draft.guest = author, guest
    draft.save(update_fields=["author", "guest"])
    _forget_guests([former] if former else [])
    return draft


def purge_drafts(now: datetime) -> int:
    """Delete drafts that nobody has touched for KEPT_FOR, and guests of whom nothing is left; return how many drafts."""
    count = 0
    old = Draft.objects.filter(updated_at__lt=now - KEPT_FOR)
    while rows := list(old.order_by("updated_at").values_list("pk", "guest_id")[:BATCH_ROWS]):
        with transaction.atomic():
            # Still asked for its age: its writer may have come back this moment.
            count += old.filter(pk__in=[pk for pk, _ in rows]).delete()[0]
            _forget_guests([guest_id for _, guest_id in rows if guest_id])
    return count


def _forget_guests(ids: list[int]) -> None:
    """Delete those of these guests who never posted and keep no draft: their row, and an address in it, was for the draft."""
    Guest.objects.filter(pk__in=ids, proven_at=None, comments=None, drafts=None).delete()
