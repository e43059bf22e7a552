"""From a form to a stored comment or a draft: whose it is, and that one sending is one comment. States are in ``services``."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from forum.accounts.guests import foresee_guest, keep_guest_of_draft, store_guest
from forum.accounts.models import Guest, User
from forum.database.asked import Asked, Call
from forum.database.compiled import CompiledObjects

from .arrival import UNKNOWN_ARRIVAL, Arrival
from .drafts import Page, drop_drafts, save_draft
from .letters import send_way_back
from .models import Comment, Discussion, Draft
from .posting import Posting, prepare, store, submit
from .screening import asked_at_once
from .services import asks_about_approved, lock_discussion
from .words import Words

REPEATED_WITHIN = timedelta(days=1)


def send_comment(
    words: Words,
    *,
    discussion: Discussion,
    parent: Comment | None,
    visitor_name: str,
    member: User | None = None,
    guest: Guest | None = None,
    form_key: UUID | None = None,
    draft: Draft | None = None,
    seen: int = 0,
    arrival: Arrival = UNKNOWN_ARRIVAL,
    now: datetime | None = None,
) -> Comment:
    """Store what a member, or a guest (``guest`` if known by cookie), typed; return the comment. ``draft`` goes with it.

    The same words sent twice from one page (``form_key``) are one comment, also when both arrive at once; so are those sent again
    within REPEATED_WITHIN from a page opened anew, as browsers do on the way back. Other words are another comment.
    A guest whose address is not proven is mailed the way back. Raises DiscussionClosedError and CommentRefusedError.
    """
    now = now or timezone.now()
    key = _key_of_sending(form_key, words, discussion, parent, member) if form_key else None
    page = Page(form_key, draft, seen) if form_key else None
    named = replace(words, name=member.display_name if member else words.name or visitor_name)
    writer = None if member else foresee_guest(guest, name=words.name, email=words.email)
    place: dict[str, Any] = {"discussion": discussion, "parent": parent, "author": member, "guest": writer}
    place |= {"arrival": arrival, "now": now}
    about_earlier = _asks_about_earlier(key, words.body, member or guest, now)
    with asked_at_once(submit(named, **place), *about_earlier, *asks_about_approved(member, writer)):
        posting = _find_earlier(about_earlier, key, discussion, parent) or prepare(named, form_key=key, **place)
    try:
        with transaction.atomic():
            if not isinstance(posting, Comment):
                return _store(posting, guest, page)
            if page:
                drop_drafts(page)
            return posting
    except IntegrityError:
        # The other sending was a moment faster; what this one stored, a guest included, is undone.
        earlier = _find_sent(key)
        if earlier is None:
            raise
        return earlier


def _store(posting: Posting, guest: Guest | None, page: Page | None) -> Comment:
    """Store what was prepared on ``page``, and its guest, who was ``guest`` until now."""
    comment = posting.comment
    if keeper := comment.guest:
        store_guest(keeper, guest)
        comment.guest = keeper  # who may have got an id
        if keeper.email and not keeper.proven_at:
            send_way_back(keeper, now=comment.created_at)
    return store(posting, page)


def keep_draft(
    words: Words,
    *,
    discussion: Discussion,
    parent: Comment | None,
    member: User | None,
    guest: Guest | None,
    draft: Draft | None,
    form_key: UUID,
    seen: int = 0,
    is_deliberate: bool = True,
    now: datetime | None = None,
) -> Draft | None:
    """Keep what a member, or a guest (``guest`` if known by cookie), has typed so far; return the draft.

    Returns None where there is nothing to keep: no words, or the same ones were posted from this page a moment ago. Raises
    DraftTooLongError and DraftElsewhereError. ``is_deliberate`` is false where nobody pressed a button.
    """
    if not words.body and not words.subject:
        return None
    key = _key_of_sending(form_key, words, discussion, parent, member)
    if _find_sent(key):
        return None

    def save(known: Draft | None) -> Draft:
        with transaction.atomic():
            return save_draft(
                words,
                discussion=discussion,
                parent=parent,
                author=member,
                guest=None if member else keep_guest_of_draft(guest, email=words.email, is_deliberate=is_deliberate),
                draft=known,
                form_key=form_key,
                seen=seen,
                now=now,
            )

    try:
        kept = save(draft)
    except Draft.DoesNotExist:  # posted or deleted since it was found
        kept = save(None)
    with transaction.atomic():
        lock_discussion(discussion)  # whoever posts from this page meanwhile holds it since before they looked for drafts
        sent = _find_sent(key)
    if sent:
        drop_drafts(Page(form_key))
        return None
    return kept


def _find_sent(key: UUID | None) -> Comment | None:
    return next(iter(_SENT(key)), None) if key else None


def _find_earlier(asked: Sequence[Call], key: UUID | None, discussion: Discussion, parent: Comment | None) -> Comment | None:
    """Return what was sent under ``key``; else what the same person sent lately with the same words to the same place.

    The latter only where it was not taken back, and published or may be.
    """
    found = sorted((pk, place, parent_id, sent_as) for call, values in asked for pk, place, parent_id, sent_as in call(*values))
    here = discussion.pk, parent.pk if parent else None
    chosen = next((pk for pk, *_place, sent_as in found if key and sent_as and UUID(sent_as) == key), None)
    chosen = chosen or next((pk for pk, *place, _sent_as in found if tuple(place) == here), None)
    return Comment.objects.filter(pk=chosen).first() if chosen else None


def _asks_about_earlier(key: UUID | None, body: str, writer: User | Guest | None, now: datetime | None) -> list[Call]:
    if writer is None:
        return [(_SENT_AS, (key,))] if key else []
    question = _EARLIER_BY_MEMBER if isinstance(writer, User) else _EARLIER_BY_GUEST
    since = (now or timezone.now()) - REPEATED_WITHIN
    return [(question, (key or _NO_KEY, writer.pk, body, since))]


def _ask_earlier(
    writer: str, key: UUID, pk: int, body: str, since: datetime
) -> "QuerySet[Comment, tuple[int, int, int | None, UUID | None]]":
    """Ask for what has ``key``, and for what a person wrote since then with these words, wherever: by their index alone."""
    known = Comment.objects.filter(**{writer: pk}, created_at__gt=since, body=body)
    repeated = known.filter(state__in=(Comment.State.HELD, Comment.State.PUBLISHED))
    # Two reads in one: an OR of the conditions is planned badly on PostgreSQL.
    return _ask_sent(key).union(repeated.values_list(*_SENDING), all=True)


def _ask_sent(key: UUID) -> "QuerySet[Comment, tuple[int, int, int | None, UUID | None]]":
    return Comment.objects.filter(form_key=key).values_list(*_SENDING)


_NO_KEY = UUID(int=0)
_SENT = CompiledObjects(Comment, lambda key: Comment.objects.filter(form_key=key))
_SENDING = ("pk", "discussion", "parent", "form_key")
_SENT_AS = Asked(_ask_sent)
_EARLIER_BY_MEMBER, _EARLIER_BY_GUEST = Asked(partial(_ask_earlier, "author")), Asked(partial(_ask_earlier, "guest"))


def _key_of_sending(form_key: UUID, words: Words, discussion: Discussion, parent: Comment | None, member: User | None) -> UUID:
    place = (discussion.pk, parent.pk if parent else 0, member.pk if member else 0)
    return uuid5(form_key, "\n".join([*map(str, place), words.subject, words.body]))
