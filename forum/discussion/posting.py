"""Posting: what takes time is done before the transaction begins (``prepare``); the rest takes few statements (``store``).

On SQLite whoever stores keeps every other writer waiting, on PostgreSQL everybody in the same conversation.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forum.accounts.models import Guest, User
from forum.database import written
from forum.database.asked import AskedTogether
from forum.site.models import SiteVersion

from . import events
from .arrival import UNKNOWN_ARRIVAL, Arrival
from .drafts import SAVED_FROM, Page, drop_drafts
from .models import Comment, Discussion
from .screening import Action, CommentRefusedError, Kind, Submission, Verdict, asked_at_once, screen, screen_again
from .services import SOFTWARE, asks_about_approved, begin, compose, count_approved, lock_place, require_open
from .tally import asks_about_person
from .words import Words

_TOGETHER = AskedTogether()  # in the transaction


@dataclass(frozen=True)
class Posting:
    """A comment that is not stored yet, with what was found in it and how it came in."""

    comment: Comment
    verdict: Verdict
    arrival: Arrival
    words: Words


def post_comment(
    *,
    discussion: Discussion,
    body: str,
    author: User | None = None,
    guest: Guest | None = None,
    parent: Comment | None = None,
    name: str = "",
    relation: str = "",
    subject: str = "",
    language: str = "",
    asks: bool = False,
    form_key: UUID | None = None,
    arrival: Arrival = UNKNOWN_ARRIVAL,
    wants_mail: bool = False,
    wants_asking: bool = False,
    is_update: bool = False,
    now: datetime | None = None,
) -> Comment:
    """Store a comment and return it, published or held; what the arguments are, ``prepare`` says.

    A second call with the same ``form_key`` returns the comment of the first. Raises what ``prepare`` and ``store`` raise.
    """
    if form_key and (earlier := Comment.objects.filter(form_key=form_key).first()):
        return earlier
    words = Words(
        body=body, subject=subject, name=name, relation=relation, asks=asks, wants_mail=wants_mail, wants_asking=wants_asking
    )
    posting = prepare(
        words,
        discussion=discussion,
        parent=parent,
        author=author,
        guest=guest,
        language=language,
        form_key=form_key,
        arrival=arrival,
        is_update=is_update,
        now=now,
    )
    with transaction.atomic():
        return store(posting)


def prepare(
    words: Words,
    *,
    discussion: Discussion,
    parent: Comment | None,
    author: User | None,
    guest: Guest | None,
    language: str = "",
    form_key: UUID | None = None,
    arrival: Arrival = UNKNOWN_ARRIVAL,
    is_update: bool = False,
    now: datetime | None = None,
) -> Posting:
    """Read what is to be posted, and store nothing. Call it before the transaction of ``store`` begins.

    The body is Markdown of at most MAX_BODY_CHARS characters; a title counts only without ``parent``. Exactly one of ``author``
    and ``guest`` is given; a guest may be one who is not stored yet. ``is_update``: they say how it went with what ``parent``,
    theirs too, is about. ``now`` is an aware datetime, by default this moment. Raises DiscussionClosedError (ThreadLockedError
    for one thread), and CommentRefusedError for what cannot be a comment here. Sends ``comment_coming``.
    """
    now = now or timezone.now()
    require_open(discussion, author, _root_of(parent))
    submission = submit(words, discussion=discussion, parent=parent, author=author, guest=guest, arrival=arrival, now=now)
    with asked_at_once(submission, *asks_about_approved(author, guest)):
        verdict = screen(replace(submission, approved_count=count_approved(author, guest)))
    if verdict.action == Action.REFUSE:
        raise CommentRefusedError(verdict.refusals)
    comment = compose(
        discussion=discussion,
        parent=parent,
        body=words.body,
        author=author,
        guest=guest,
        name=words.name or (author.display_name if author else ""),
        relation=words.relation,
        subject="" if parent else words.subject,
        mark=_mark_of(author, discussion),
        language=language,
        asks=words.asks,
        posted_at=now,
        sort_at=now,
        created_at=now,
        form_key=form_key,
        is_update=is_update,
    )
    events.comment_coming.send(Comment, comment=comment)
    return Posting(comment, verdict, arrival, words)


def store(posting: Posting, page: Page | None = None) -> Comment:
    """Store what was prepared, in the caller's transaction; return it, published or held. Drafts of its ``page`` go.

    What a moderator may have decided meanwhile is asked again: raises as ``prepare`` does. Sends ``comment_posted`` last.
    """
    comment = posting.comment
    lock_place(comment)
    require_open(comment.discussion, comment.author, comment.root)
    about_draft = ((SAVED_FROM, (page.form_key,)),) if page and page.draft is None else ()
    about_person = asks_about_person(comment.discussion_id, comment.author_id, comment.guest_id)
    with _TOGETHER.at_once(about_person, *about_draft), written.together():
        verdict = posting.verdict
        if comment.guest_id != verdict.submission.guest_id:  # who was not stored when this was prepared
            verdict = replace(verdict, submission=replace(verdict.submission, guest_id=comment.guest_id))
        verdict = screen_again(verdict)
        if verdict.action == Action.REFUSE:
            raise CommentRefusedError(verdict.refusals)
        state = Comment.State.PUBLISHED if verdict.publish else Comment.State.HELD
        begin(comment, state, actor=SOFTWARE, verdict=verdict, now=comment.created_at)
        events.comment_posted.send(
            Comment,
            comment=comment,
            arrival=posting.arrival,
            signals=verdict.signals,
            wants_mail=posting.words.wants_mail,
            wants_asking=posting.words.wants_asking,
        )
        if page:
            drop_drafts(page)
        if comment.listed:
            SiteVersion.objects.note_bump()
    return comment


def submit(
    words: Words,
    *,
    discussion: Discussion,
    parent: Comment | None,
    author: User | None,
    guest: Guest | None,
    arrival: Arrival,
    now: datetime,
) -> Submission:
    """Return what is going to be screened, as ``prepare`` does; how many approved comments there are is not asked here."""
    return Submission(
        kind=Kind.POST,
        body=words.body,
        subject=words.subject,
        name=words.name,
        article=discussion.article,
        parent=parent,
        is_member=author is not None,
        is_staff=bool(author and author.is_staff),
        approved_count=0,
        is_proven=bool(guest and guest.proven_at),
        author_id=author.pk if author else None,
        guest_id=guest.pk if guest else None,
        email=guest.email if guest else "",
        form_seconds=arrival.form_seconds,
        honeypot=arrival.honeypot,
        client_ip=arrival.client_ip,
        now=now,
    )


def _root_of(parent: Comment | None) -> Comment | None:
    return (parent.root or parent) if parent else None


def _mark_of(author: User | None, discussion: Discussion) -> str:
    if author is None:
        return ""
    if author.pk == discussion.article.writer_id:
        return Comment.Mark.ARTICLE_AUTHOR
    return Comment.Mark.STAFF if author.is_staff else ""
