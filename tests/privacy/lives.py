"""Somebody who has left a trace wherever this site can hold one, each trace a word that stands nowhere else."""

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from forum.accounts.ignoring import ignore
from forum.accounts.mailings import claim_mailing
from forum.accounts.naming import rename
from forum.accounts.people import Person
from forum.care.marks import close_mark
from forum.discussion.claiming import Claimer, make_claim
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import appeal
from forum.discussion.models import ActorKind, Comment, Draft, PendingChange
from forum.discussion.services import Actor, transition
from forum.imports.models import ImportedId, ImportRun
from forum.jobs.worker import Worker
from forum.mail.letters import Letter, Paragraph
from forum.mail.sending import send_letters, write_letter
from forum.moderation.batches import prepare_batch, run_batch, start_batch
from forum.moderation.flags import Reporter, flag_comment
from forum.moderation.models import Sanction
from forum.privacy.models import ThirdPartyRequest
from forum.privacy.services import request_export, request_for_third_party
from forum.related.neighbours import begin_again, walk_on
from forum.search.vocabulary import learn
from forum.subscriptions.services import Choice, choose, subscribe
from tests.factories import PASSWORD, ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.topics.vocabularies import make_topic

NAME = "Qwyzzla Vantongeren"
EARLIER_NAME = "Blixenhoeven"
ADDRESS = "qwyzzla@vantongeren-mail.example"
WORDS = "zanzoquux"  # in what is public
SECRETS = ("hargleblonk", "mirfenspoot", "dostraquib", "quentorly", "brastomile", "glimmerwot")  # in what is not, or no more
NOTED = "wubberflang"  # in moderators' notes


@dataclass
class Life:
    """Who it is, and what stands around their words."""

    person: Person
    own_root: Comment
    other_root: Comment
    replies_of_others: list[Comment] = field(default_factory=list)


def live(*, is_member: bool) -> Life:
    """Let somebody write, be decided about, be imported, mailed, exported and asked about."""
    make_topic("whether it helped", "helped")
    person = _make_person(is_member)
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    article = ArticleFactory()
    wrote = {"author": person.user} if person.user else {"guest": person.guest}
    for state, secret in (("rejected", SECRETS[1]), ("withdrawn", SECRETS[2]), ("removed", SECRETS[1])):
        CommentFactory(article=article, name=NAME, body=secret, subject=secret, state=state, **wrote)
    root = CommentFactory(article=article, name=NAME, body=f"First {WORDS}. Yours, {NAME}", subject=f"{WORDS} {NAME}?", **wrote)
    other = CommentFactory(article=article, body="What helped you in the first weeks?")
    theirs = [CommentFactory(parent=root, body="Thank you, that helped me."), CommentFactory(parent=root, body="And me.")]
    mine = CommentFactory(parent=other, name=EARLIER_NAME, body=f"This helped: {WORDS}. I am {SECRETS[0]}.", **wrote)
    redact_comment(mine, body=f"This helped: {WORDS}.", actor=moderator, note=f"{NOTED} took out {SECRETS[0]}")
    CommentFactory(parent=root, name=NAME, body=f"More {WORDS}.", **wrote)
    PendingChange.objects.create(comment=root, body=f"{SECRETS[3]} instead", made_at=timezone.now())
    appeal(Comment.objects.get(state="removed"), text=SECRETS[4])
    Draft.objects.create(discussion=article.discussion, body=SECRETS[5], form_key=uuid4(), updated_at=timezone.now(), **wrote)
    _decide_on_many(CommentFactory(article=article, name=NAME, body=SECRETS[2], state="held", **wrote), moderator)
    hidden = CommentFactory(parent=theirs[0], body="Do not listen to them.")
    transition(hidden, "removed", actor=moderator, reason="unkind", note=f"They mean {NAME}, see above.")
    _look_after(CommentFactory(parent=other, name=NAME, body=f"Some nights I want to die. {WORDS}", **wrote), f"{NOTED}: {NAME}")
    _look_after(CommentFactory(parent=root, body="I have no reason to live."), f"Asked {NAME} to write to them.")
    flag_comment(other, reporter=Reporter(person.user, person.guest), reason="unkind", words=SECRETS[4])
    flag_comment(root, reporter=Reporter(network="203.0.113.9"), reason="personal_details", words=f"{NAME} lives next door.")
    _sanction(person)
    _import(root)
    _note_in_the_administration(person, root)
    send_letters([write_letter(Letter("Hello", [Paragraph(f"{NAME} wrote {WORDS}")]), to=ADDRESS, kind="reply", name=NAME)])
    DBTaskResult.objects.create(
        task_path="forum.mail.jobs.deliver_mail", args_kwargs={"args": [], "kwargs": {}}, backend_name="default",
        status="FAILED", finished_at=timezone.now(), traceback=f"ValueError: {NAME} <{ADDRESS}> {WORDS}",
    )  # fmt: skip
    request_for_third_party(root, about="child", wish="details", words=f"{NAME} is my sister and {NOTED}", email="")
    ThirdPartyRequest.objects.create(comment=other, about="self", wish="whole", words=SECRETS[1], email=ADDRESS)
    claim_mailing(ADDRESS, timezone.now())
    learn()
    begin_again()
    assert walk_on()
    subscribe(person, "replies", root=root)
    subscribe(person, "discussion", discussion=article.discussion)
    choose([person], Choice(with_text=False))
    request_export(person)
    return Life(person, root, other, theirs)


def _look_after(comment: Comment, note: str) -> None:
    """Close the mark of somebody at risk."""
    close_mark(comment.care_marks.get(), moderator=ModeratorFactory(), note=note)


def _make_person(is_member: bool) -> Person:
    if not is_member:
        return Person(guest=GuestFactory(display_name=NAME, email=ADDRESS, proven_at=timezone.now()))
    user = rename(MemberFactory(display_name=EARLIER_NAME, email=ADDRESS), NAME)
    ignore(user, author=ignore(MemberFactory(), author=user).member)
    make_claim(CommentFactory(origin="serendip"), claimer=Claimer(member=user), evidence=SECRETS[0])
    assert Client().login(username=ADDRESS, password=PASSWORD)
    return Person(user=user)


def _sanction(person: Person) -> None:
    """Sanctions that touch nothing they wrote: they are made last, and hold only for the future."""
    lasting = {"action": "hold", "reason": "other", "until": "2099-01-01"}
    Sanction.objects.create(
        kind="member" if person.user else "guest", member=person.user, guest=person.guest, note=NOTED, **lasting
    )
    Sanction.objects.create(kind="address", value=ADDRESS, note=f"{NAME} again", **lasting)


def _decide_on_many(comment: Comment, moderator: Actor) -> None:
    batch = prepare_batch(moderator=moderator, verb="remove", scope="writer", about=comment)
    start_batch(batch, reason="other", note=f"{NOTED}: {NAME} at {ADDRESS}")
    batch.items.exclude(comment=comment).delete()  # the others stay as they are
    batch.refresh_from_db()
    run_batch(batch)


def _import(comment: Comment) -> None:
    run = ImportRun.objects.create(
        file_name="page.txt", file_hash="0" * 64, format="serendip", started_at=datetime(2026, 1, 1, tzinfo=UTC),
        problems=[{"line": 3, "sentence": f"“{NAME}” stands above no text."}, {"line": 9, "sentence": "an odd line"}],
    )  # fmt: skip
    ImportedId.objects.create(run=run, source="old-page", source_id="comment-1", comment=comment)
    Comment.objects.filter(pk=comment.pk).update(origin="serendip", origin_note=f"Submitted by {NAME} on a Monday")


def _note_in_the_administration(person: Person, comment: Comment) -> None:
    actor = ModeratorFactory()
    for row in (comment, person.user or person.guest):
        LogEntry.objects.create(
            user=actor, content_type=ContentType.objects.get_for_model(row), object_id=str(row.pk), object_repr=NAME,
            action_flag=CHANGE, change_message=f"Changed {ADDRESS}",
        )  # fmt: skip


def work() -> None:
    """Do what is due, as a worker does."""
    Worker(rhythms=[]).run_due()


def read_database() -> bytes:
    """Return all that the database holds: on SQLite its files byte by byte, on PostgreSQL every row of every table."""
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        parts = [part for part in path.parent.glob(f"{path.name}*") if part.is_file()]
        # By another process: closing a file drops every lock that this one holds on it, those of SQLite too.
        return subprocess.run(["cat", *parts], check=True, capture_output=True).stdout
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows).encode()


def read_data_folder() -> bytes:
    """Return all files of the data folder but the database, names included."""
    files = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return b"".join(str(path).encode() + path.read_bytes() for path in files)
