"""Forgetting a writer for good: their comments go, or stay as words that nobody in particular wrote. Threads read on either way.

Taking one comment back is in ``services``; when a person's turn comes is for ``forum.privacy``.
"""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from forum.accounts.models import Guest
from forum.accounts.people import Person, take_out

from . import events, markup
from .append_only import blank_notes, opened_decisions
from .models import ActorKind, Comment, Decision, DiscussionPerson, Draft, PendingChange
from .services import Actor, lock_comment, show_change, transition
from .tally import count_for_guest

# What of somebody's words stays where they asked to keep them: what is public, or may become so without them.
KEPT_STATES = (Comment.State.PUBLISHED, Comment.State.HELD, Comment.State.HIDDEN)
BATCH_ROWS = 500
WRITER = Actor(ActorKind.WRITER)


def forget_writer(person: Person, *, keep_words: bool) -> None:
    """Take ``person`` out of all conversations. May be called again after it stopped in the middle."""
    names = names_of(person)
    _forget_in_notes(person, names)
    for thread in _threads_of(person):
        stand_in: Guest | None = None
        for comment in Comment.objects.filter(person.rows("author"), Q(pk=thread) | Q(root=thread)).order_by("pk"):
            if not keep_words or comment.state not in KEPT_STATES:
                erase_comment(comment)
                continue
            if stand_in is None or comment.origin:  # an imported comment has a guest of its own
                stand_in = Guest.objects.create(created_at=comment.created_at)
            anonymise_comment(comment, stand_in, names=names)
    if person.user is not None:
        with opened_decisions():
            Decision.objects.filter(who=person.user).exclude(actor_kind=ActorKind.MODERATOR).update(who=None)
    Draft.objects.filter(person.rows("author")).delete()
    DiscussionPerson.objects.filter(person.rows("author"), comment_count=0).delete()


def names_of(person: Person) -> set[str]:
    """Return every name under which ``person`` wrote, and their addresses."""
    shown = Comment.objects.filter(person.rows("author")).order_by().values_list("name", flat=True).distinct()
    return {person.name, *person.addresses, *shown} - {""}


@transaction.atomic
def erase_comment(comment: Comment, *, actor: Actor = WRITER) -> None:
    """Leave nothing of ``comment`` but its place, where replies need it."""
    if comment.state != Comment.State.ERASED:
        transition(comment, Comment.State.ERASED, actor=actor)
    _forget_in_log(comment)


@transaction.atomic
def anonymise_comment(comment: Comment, stand_in: Guest, *, names: set[str]) -> None:
    """Leave the words of ``comment``, and take from it who wrote them: ``names`` are taken out of the words as well.

    ``stand_in`` is a guest without a name, one for each thread: there, a question and what its writer added still belong to one
    person, so that nobody counts as having answered themselves. Nothing ties the stand-ins of two threads to each other.
    """
    discussion, comment = lock_comment(comment)
    if comment.public:
        count_for_guest(discussion, comment, stand_in)
    comment.signals.all().delete()  # their sentences quote words and the name
    comment.author, comment.guest = None, stand_in
    comment.name = comment.mark = comment.origin_note = ""
    comment.form_key = None
    instead = _("[name taken out]")
    comment.subject = take_out(comment.subject, names, instead)[: Comment._meta.get_field("subject").max_length]
    if (body := take_out(comment.body, names, instead)) != comment.body:
        comment.body, comment.body_html, comment.render_version = body, markup.render(body), markup.RENDER_VERSION
    comment.version += 1
    comment.save(
        update_fields=[
            "author", "guest", "name", "mark", "origin_note", "form_key", "subject", "body", "body_html", "render_version",
            "version",
        ]
    )  # fmt: skip
    comment.revisions.all().delete()
    comment.appeals.all().delete()
    PendingChange.objects.filter(comment=comment).delete()
    blank_notes(comment)
    _forget_in_log(comment)
    events.comment_anonymised.send(Comment, comment=comment)
    if comment.listed:
        show_change(discussion, comment)


def _threads_of(person: Person) -> Iterator[int]:
    """Yield the ids of the threads in which the person wrote; read in parts, for each part is gone when the next is read."""
    mine = Comment.objects.filter(person.rows("author")).order_by("pk")
    while found := list(mine.values_list("root_id", "pk")[:BATCH_ROWS]):
        yield from dict.fromkeys(root or pk for root, pk in found)


def _forget_in_log(comment: Comment) -> None:
    """Blank what the administration's own log says of ``comment``."""
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Comment), object_id=str(comment.pk))
    about.update(object_repr=str(comment.pk), change_message="")


def _forget_in_notes(person: Person, names: set[str]) -> None:
    """Take the person's names and addresses out of notes on what others wrote in the same discussions."""
    discussions = Comment.objects.filter(person.rows("author")).values("discussion")
    noted = Decision.objects.filter(comment__discussion__in=discussions).exclude(note="")
    for decision in list(noted.only("pk", "note").iterator(BATCH_ROWS)):
        if (note := take_out(decision.note, names, _("[name taken out]"))) != decision.note:
            with opened_decisions():
                Decision.objects.filter(pk=decision.pk).update(note=note)
