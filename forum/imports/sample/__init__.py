"""The sample: an article, its conversation and help lines, loaded into an empty site so that its first page is not empty.

The words are in the files beside this one; they are the site's own, and every person in them is invented.
"""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from articles.models import Article, Collection, Correction, Source
from articles.services import save_article
from forum.accounts.models import Guest, User
from forum.care.models import SafetyNote
from forum.care.note_editing import save_note
from forum.discussion.correcting import redact_comment
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, begin, compose, lock_place, transition
from forum.site.models import HelpLine, SiteVersion
from forum.topics.arrivals import search_new
from forum.topics.shipped import MOVEMENT_DISORDERS, load_vocabulary

FOLDER = Path(__file__).parent
READ_AFTER = timedelta(hours=3)  # a moderator of the sample reads a comment so long after it was posted
DATE_FORMATS = {"exact": "%Y-%m-%dT%H:%M:%SZ", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


@transaction.atomic
def load_sample() -> Article | None:
    """Load the sample into an empty site and return its article; do nothing and return None where there is an article."""
    if Article.objects.exists():
        return None
    load_vocabulary(MOVEMENT_DISORDERS)
    people = {person["key"]: _make_person(person) for person in _read("people.json")}
    HelpLine.objects.bulk_create(HelpLine(position=position, **line) for position, line in enumerate(_read("help.json"), start=1))
    article = _make_article(people)
    for note in _read("notes.json"):
        _make_note(note, article)
    _Conversation(article.discussion, people).load(_read("conversation.json"))
    search_new()  # whoever tries the site sees all of it at once
    return article


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _make_person(person: dict[str, Any]) -> User:
    user = User.objects.create_user(person["email"], person["name"], is_staff=person["role"] is not None)
    if person["role"]:
        user.groups.add(Group.objects.get(name=person["role"]))
    return user


def _make_article(people: dict[str, User]) -> Article:
    facts = _read("article.json")
    shelf = None
    for title in facts["collection"]:
        shelf, _ = Collection.objects.get_or_create(parent=shelf, title=title, defaults={"slug": slugify(title)})
    published_on = read_date(facts["published_on"], facts["published_precision"])
    return save_article(
        Article(
            collection=shelf,
            writer=people[facts["writer"]],
            body=(FOLDER / "article.md").read_text(encoding="utf-8"),
            status=Article.Status.PUBLISHED,
            published_on=published_on.date() if published_on else None,
            reviewed_on=date.fromisoformat(facts["reviewed_on"]),
            original_url=facts["original_url"] or "",
            **{
                name: facts[name]
                for name in ("slug", "title", "standfirst", "byline", "byline_role", "published_precision", "language")
            },
        ),
        sources=[Source(number=source["number"], title=source["title"], url=source["url"] or "") for source in facts["sources"]],
        corrections=[
            Correction(**correction | {"made_on": date.fromisoformat(correction["made_on"])})
            for correction in facts["corrections"]
        ],
    )


def _make_note(note: dict[str, Any], article: Article) -> None:
    """Store what the editors say beneath comments; what it says is in the article, with its source."""
    made = SafetyNote(article=article, **note | {"phrases": "\n".join(note["phrases"]), "dated_on": article.reviewed_on})
    made.full_clean()
    save_note(made)


def read_date(text: str | None, precision: str) -> datetime | None:
    """Return the first moment of the day, month or year that ``text`` names, or None."""
    return datetime.strptime(text, DATE_FORMATS[precision]).replace(tzinfo=UTC) if text else None


class _Conversation:
    """Posts the sample's comments in their order, through the services that the site itself uses."""

    def __init__(self, discussion: Discussion, people: dict[str, User]) -> None:
        self.discussion = discussion
        self.people = people
        self.moderator = Actor(ActorKind.MODERATOR, people["ines"])
        self.guests: dict[str, Guest] = {}
        self.comments: dict[str, Comment] = {}
        self.sort_at = datetime(discussion.article.created_at.year, 1, 1, tzinfo=UTC)

    def load(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            comment = self._bring_old(record) if record["old_site"] else self._post(record)
            self.comments[record["key"]] = comment

    def _bring_old(self, record: dict[str, Any]) -> Comment:
        posted_at = read_date(record["posted"], record["precision"])
        self.sort_at = posted_at or self.sort_at
        comment = compose(
            discussion=self.discussion,
            parent=None,
            body=record["body"],
            sort_at=self.sort_at,
            posted_at=posted_at,
            posted_precision=record["precision"],
            posted_text=record["posted_text"],
            origin="old site",
            guest=Guest.objects.create(display_name=record["name"]),
            name=record["name"],
            relation=record["relation"],
            subject=record["subject"],
            language=record["language"],
        )
        with transaction.atomic():
            lock_place(comment)
            begin(comment, Comment.State.PUBLISHED, actor=Actor(ActorKind.IMPORT), now=timezone.now())
            SiteVersion.objects.bump()
        return comment

    def _post(self, record: dict[str, Any]) -> Comment:
        posted_at = read_date(record["posted"], record["precision"])
        assert posted_at is not None, record["key"]
        author = self.people[record["member"]] if record["member"] else None
        self.sort_at = posted_at
        comment = post_comment(
            discussion=self.discussion,
            parent=self.comments[record["parent"]] if record["parent"] else None,
            author=author,
            guest=None if author else self._guest(record["name"]),
            name=record["name"],
            body=record["body"],
            subject=record["subject"],
            relation=record["relation"],
            language=record["language"],
            now=posted_at,
        )
        return self._decide(comment, record, posted_at + READ_AFTER)

    def _guest(self, name: str) -> Guest:
        if name not in self.guests:
            self.guests[name] = Guest.objects.create(display_name=name)
        return self.guests[name]

    def _decide(self, comment: Comment, record: dict[str, Any], at: datetime) -> Comment:
        for change in record.get("redactions", ()):
            body = comment.body.replace(change["remove"], change["put"])
            comment = redact_comment(comment, body=body, actor=self.moderator, now=at)
        if record["state"] != Comment.State.HELD and comment.state == Comment.State.HELD:
            comment = transition(comment, Comment.State.PUBLISHED, actor=self.moderator, now=at)
        if record["state"] == Comment.State.WITHDRAWN:
            comment = transition(comment, Comment.State.WITHDRAWN, actor=Actor(ActorKind.WRITER), now=at)
        if record["state"] == Comment.State.REMOVED:
            comment = transition(comment, Comment.State.REMOVED, actor=self.moderator, reason=record["reason"], now=at)
        return comment
