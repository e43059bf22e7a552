"""Sites of chance: everything that the open format can tell happens somewhere in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from articles.models import Article, Correction, OldAddress, Source
from articles.services import save_article
from forum.discussion.closing import lock_thread
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import appeal
from forum.discussion.models import ActorKind, Comment, Discussion, PendingChange, Revision, Signal
from forum.discussion.placing import PlaceError, reattach_comment
from forum.discussion.services import Actor, transition
from forum.imports.models import ImportedId, ImportRun
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

WORDS = [
    "It helped us.", "Nothing", "Does it help?", "*Slowly*.", "\u2028", "1. wait", "2. look\n", "> quoted", "<b>bold</b>",
    "caf\xe9", "\U0001f642", "https://example.org/a_b?c=d&e=f", "[a](https://example.org)", "\\", "_x_", "\x85", "tab\there",
    "\n\n",
]  # fmt: skip
STATES = ("held", "published", "published", "published", "hidden", "removed", "rejected", "withdrawn", "erased")
PRECISIONS = ("exact", "day", "month", "year", "before", "unknown")


def fill(seed: int, *, size: int = 40) -> None:
    """Fill an empty site by chance; the same ``seed`` gives the same, but for moments."""
    chance = Random(seed)
    moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
    shelf = CollectionFactory(parent=CollectionFactory(description="A shelf."))
    articles = [_make_article(chance, shelf if chance.random() < 0.5 else None) for _ in range(3)]
    OldAddress.objects.create(path="/old/", target=articles[0].get_absolute_url())
    OldAddress.objects.create(path="/gone/*", target="")
    people: list[dict[str, Any]] = [{"author": MemberFactory()}, {"guest": GuestFactory()}, {"author": moderator.user}]
    run = ImportRun.objects.create(file_name="old", format="disqus", started_at=datetime(2020, 1, 1, tzinfo=UTC))
    comments: list[Comment] = []
    for number in range(size):
        parent = chance.choice(comments) if comments and chance.random() < 0.6 else None
        if parent:
            parent.refresh_from_db()  # it may have been moved
        comment = CommentFactory(**_draw(chance, parent, chance.choice(articles), people))
        comments.append(comment)
        if chance.random() < 0.2:
            ImportedId.objects.create(run=run, source="disqus:old", source_id=f"n{number}", comment=comment)
            Comment.objects.filter(pk=comment.pk).update(origin="disqus", origin_note="printed above")
        _change(chance, comment, comments, moderator)
    for comment in comments:
        if comment.is_root and chance.random() < 0.1 and Comment.objects.filter(pk=comment.pk, root=None).exists():
            lock_thread(comment, locked=True, actor=moderator)
    Discussion.objects.filter(article=articles[1]).update(state=chance.choice(Discussion.State.values))
    Article.objects.filter(pk=articles[2].pk).update(status=chance.choice(["draft", "published"]))


def _make_article(chance: Random, shelf: Any) -> Article:
    article = ArticleFactory(
        collection=shelf, original_url=chance.choice(["", "https://old.example/page?id=7"]), byline_role="student",
        reviewed_on=chance.choice([None, date(2020, 5, 6)]), published_precision=chance.choice(["day", "month", "year"]),
        body="# Head\n\nText[^1] and more.", language=chance.choice(["en-GB", "de"]),
    )  # fmt: skip
    return save_article(
        article,
        sources=[
            Source(number=1, title="A book"),
            Source(number=3, title="A page", url="https://example.org/", broken_since=date(2021, 1, 1)),
        ],
        corrections=[Correction(made_on=date(2020, 1, 2), text="It was 2.", quote="2")],
    )  # fmt: skip


def _draw(chance: Random, parent: Comment | None, article: Article, people: list[dict[str, Any]]) -> dict[str, Any]:
    body = "Words " + " ".join(chance.choice(WORDS) for _ in range(chance.randrange(30)))
    drawn: dict[str, Any] = {
        "body": body,
        "state": chance.choice(STATES),
        "reason": chance.choice(["", "advertising", "unkind"]),
        "posted_at": datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=250 * chance.randrange(3_000_000_000)),
        "posted_precision": chance.choice(PRECISIONS),
        "posted_text": chance.choice(["", "prior to 2007"]),
        "relation": chance.choice(["", "self", "carer", "work"]),
        "language": chance.choice(["", "", "de"]),
    }  # fmt: skip
    drawn |= {"parent": parent} if parent else {"article": article, "subject": chance.choice(["", "A title"])}
    # What a member writes may be public at once, and then nobody can decline it.
    if chance.random() < 0.5 and drawn["state"] not in ("held", "rejected"):
        drawn |= chance.choice(people)
    return drawn


def _change(chance: Random, comment: Comment, comments: list[Comment], moderator: Actor) -> None:
    """Let something happen to a comment, or to another one."""
    now = datetime(2025, 3, 4, tzinfo=UTC)
    what = chance.randrange(9)
    if what == 0 and comment.state not in ("erased", "withdrawn"):
        redact_comment(comment, body=f"{comment.body} …", actor=moderator, note="a name", now=now)
    elif what == 1 and comment.state in ("removed", "rejected"):
        appeal(comment, text="Look again?")
    elif what == 2 and comment.state == "published":
        PendingChange.objects.create(comment=comment, body="Other words", made_at=now, declined_at=chance.choice([None, now]))
    elif what == 3:
        Signal.objects.create(
            comment=comment, code="link", lane="advertising", strength="weak", sentence="It links.", spans=[[0, 2]], made_at=now
        )
    elif what == 4:
        Revision.objects.create(comment=comment, subject="was", body="Before", written_at=None, replaced_at=now)
    elif what == 5 and comment.state == "removed":
        decision = comment.decisions.filter(to_state="removed").get()
        batch = UUID(int=chance.getrandbits(128))
        transition(comment, "published", actor=moderator, undoes=decision, batch=batch, now=decision.at)
    elif what in (6, 7):
        others = [other for other in comments if other.discussion_id == comment.discussion_id and other != comment]
        parent = chance.choice([*others, None])
        if parent:
            parent.refresh_from_db()
        try:
            reattach_comment(comment, parent=parent, actor=moderator, now=now)
        except PlaceError:
            return
