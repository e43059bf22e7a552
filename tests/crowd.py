"""A site as big as a database must be before its plans tell anything: tens of thousands of comments, made in bulk.

Rows are written as the services would have left them; only the words are the same few over and over.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection

from articles.models import Article
from forum.accounts.models import Guest, User
from forum.discussion import markup
from forum.discussion.models import ActorKind, Comment, Decision, Discussion, DiscussionPerson, Lane, Signal, Strength
from forum.moderation.models import RANKS, Evidence, QueueItem

_S = Comment.State
FIRST_DAY = datetime(2004, 3, 1, 9, tzinfo=UTC)
# As long as comments are: what a row weighs decides what a database thinks of reading them all.
BODY = """My husband had his stroke in the spring, and since then his calf pulls tight at night until he wakes.

We have tried warm baths, *slow* stretching before bed and a splint that he cannot bear for more than an hour. The therapist
comes twice a week and says that it takes months. Some nights are good, some are not, and we have not found out what makes the
difference. He sleeps better on his side with a cushion between the knees. Did that help anyone here, and for how long? I read
every answer, also the old ones, and I thank you for each of them."""
BODY_HTML = markup.render(BODY)
# Of a thousand comments; the rest are public.
SHARES = {_S.HELD: 12, _S.REMOVED: 20, _S.HIDDEN: 4, _S.REJECTED: 8, _S.WITHDRAWN: 4}
GUESTS, MEMBERS = 4_000, 50


@dataclass(frozen=True)
class Crowd:
    """The rows that stand for all: a discussion of many threads, one with a long thread, a member and a moderator."""

    wide: Discussion
    deep: Discussion
    thread: Comment
    member: User
    guest: Guest
    moderator: User


def gather_crowd(comments: int = 25_000, *, discussions: int = 1_200, seed: int = 20) -> Crowd:
    """Fill an empty database with ``comments`` comments, a tenth of them in one discussion and a tenth in one thread.

    Then let the database look at what it has (ANALYZE).
    """
    chance = random.Random(seed)
    talks = _make_discussions(discussions)
    guests = Guest.objects.bulk_create((Guest(display_name=f"Guest {n}") for n in range(GUESTS)), 1_000)
    members = User.objects.bulk_create(
        User(
            email=f"member{n}@example.org",
            display_name=f"Member {n}",
            name_key=f"member {n}",
            slug=f"member-{n}",
            is_staff=n == 0,
        )
        for n in range(MEMBERS)
    )
    maker = _Maker(chance, guests, members)
    tenth = comments // 10
    wide, deep, *rest = talks
    roots = [maker.root(wide, position) for position in range(1, tenth + 1)]
    roots.append(maker.root(deep, 1))
    shares = [(comments - 2 * tenth) // 2 // len(rest)] * len(rest)
    roots += [maker.root(talk, position) for talk, share in zip(rest, shares, strict=True) for position in range(1, share + 1)]
    Comment.objects.bulk_create(roots, 500)
    thread = next(root for root in roots if root.discussion_id == deep.pk)
    replies = list(maker.replies(thread, tenth))
    others = [root for root in roots if root.public and root.discussion_id not in (wide.pk, deep.pk)]
    while len(roots) + len(replies) < comments:
        replies += maker.replies(others.pop(chance.randrange(len(others))), chance.choice((1, 1, 2, 4, 9)))
    Comment.objects.bulk_create(replies, 500)
    everything = [*roots, *replies]
    _tell_roots(roots, replies)
    _tell_discussions(talks, everything)
    _decide(everything, members[0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Crowd(wide, deep, thread, members[1], guests[0], members[0])


def _make_discussions(count: int) -> list[Discussion]:
    articles = Article.objects.bulk_create(
        Article(
            slug=f"article-{n}",
            title=f"Living with stiff muscles {n}",
            standfirst="What helps, and what does not.",
            body="The first paragraph.",
            body_html="<p>The first paragraph.</p>",
            status="draft" if n % 100 == 50 else "published",
            published_at=FIRST_DAY + timedelta(days=n),
            published_on=FIRST_DAY.date(),
        )
        for n in range(count)
    )
    return Discussion.objects.bulk_create(
        Discussion(article=article, state="hidden" if n % 100 == 60 else "open") for n, article in enumerate(articles)
    )


class _Maker:
    """Makes comments one after the other, some hours apart."""

    def __init__(self, chance: random.Random, guests: list[Guest], members: list[User]) -> None:
        self.chance, self.guests, self.members = chance, guests, members
        self.at = FIRST_DAY

    def root(self, discussion: Discussion, position: int) -> Comment:
        row = self._make(discussion)
        row.position = position if row.public else None
        row.subject = "At night" if position % 7 == 0 else ""
        return row

    def replies(self, root: Comment, count: int) -> Iterator[Comment]:
        for _number in range(count):
            row = self._make(root.discussion)
            row.root = row.parent = root
            if row.public:
                root.reply_seq += 1
                row.reply_index = root.reply_seq
            yield row

    def _make(self, discussion: Discussion) -> Comment:
        self.at += timedelta(hours=self.chance.randint(1, 10))
        state = self.chance.choices([_S.PUBLISHED, *SHARES], [1_000 - sum(SHARES.values()), *SHARES.values()])[0]
        is_public, is_members = state == _S.PUBLISHED, self.chance.random() < 0.1
        asks = self.chance.random() < 0.3
        return Comment(
            discussion=discussion,
            author=self.chance.choice(self.members) if is_members else None,
            guest=None if is_members else self.chance.choice(self.guests),
            name="Somebody",
            body=BODY,
            body_html=BODY_HTML,
            render_version=markup.RENDER_VERSION,
            state=state,
            public=is_public,
            listed=is_public,
            held=state == _S.HELD,
            is_question=asks,
            waiting=is_public and asks and self.chance.random() < 0.7,
            reason=Comment.Reason.OTHER if state in (_S.REMOVED, _S.REJECTED, _S.HIDDEN) else "",
            posted_at=self.at,
            sort_at=self.at,
            active_at=self.at,
            created_at=self.at,
            published_at=self.at if is_public else None,
        )


def _tell_roots(roots: list[Comment], replies: list[Comment]) -> None:
    by_root: dict[int, list[Comment]] = {}
    for reply in replies:
        if reply.public:
            by_root.setdefault(reply.root_id or 0, []).append(reply)
    answered = [root for root in roots if root.pk in by_root]
    for root in answered:
        listed = by_root[root.pk]
        root.reply_count, root.last_reply_at = len(listed), listed[-1].sort_at
        root.active_at = max(root.sort_at, listed[-1].sort_at)
        root.preview1_id, root.last_reply_id = listed[0].pk, listed[-1].pk
        root.preview2_id = listed[1].pk if len(listed) > 1 else None
    names = ["reply_seq", "reply_count", "last_reply_at", "active_at", "preview1_id", "preview2_id", "last_reply_id"]
    Comment.objects.bulk_update(answered, names, 200)


def _tell_discussions(talks: list[Discussion], comments: list[Comment]) -> None:
    by_talk: dict[int, list[Comment]] = {talk.pk: [] for talk in talks}
    people: dict[tuple[int, int | None, int | None], int] = {}
    for comment in comments:
        by_talk[comment.discussion_id].append(comment)
        if comment.public:
            writer = (comment.discussion_id, comment.author_id, comment.guest_id)
            people[writer] = people.get(writer, 0) + 1
    for talk in talks:
        public = [comment for comment in by_talk[talk.pk] if comment.public]
        talk.comment_count, talk.waiting_count = len(public), sum(comment.waiting for comment in public)
        talk.root_seq = max((comment.position or 0 for comment in public), default=0)
        talk.people_count = len({(comment.author_id, comment.guest_id) for comment in public})
        talk.last_comment_at = max((comment.sort_at for comment in public), default=None)
        talk.active_at = talk.last_comment_at or talk.active_at
    Discussion.objects.bulk_update(
        talks, ["comment_count", "waiting_count", "root_seq", "people_count", "last_comment_at", "active_at"], 200
    )
    DiscussionPerson.objects.bulk_create(
        (
            DiscussionPerson(discussion_id=talk, author_id=author, guest_id=guest, comment_count=count)
            for (talk, author, guest), count in people.items()
        ),
        1_000,
    )


def _decide(comments: list[Comment], moderator: User) -> None:
    def decisions() -> Iterator[Decision]:
        for comment in comments:
            first = _S.PUBLISHED if comment.public else _S.HELD
            about = {"comment": comment, "at": comment.created_at}
            yield Decision(actor_kind=ActorKind.SOFTWARE, from_state="", to_state=first, **about)
            if comment.state not in (first, _S.HELD):
                yield Decision(
                    actor_kind=ActorKind.MODERATOR,
                    who=moderator,
                    from_state=first,
                    to_state=comment.state,
                    reason=comment.reason,
                    **about,
                )

    made = decisions()
    while part := list(islice(made, 1_000)):
        Decision.objects.bulk_create(part)
    late = [Evidence(comment=comment, network=f"192.0.2.{comment.pk % 200}", at=comment.created_at) for comment in comments[::9]]
    Evidence.objects.bulk_create(late, 1_000)
    held = [comment for comment in comments if comment.held]
    Signal.objects.bulk_create(
        (
            Signal(
                comment=comment,
                code="first",
                lane=Lane.FIRST,
                strength=Strength.WEAK,
                sentence="The first comment.",
                made_at=comment.created_at,
            )
            for comment in held
        ),
        1_000,
    )
    QueueItem.objects.bulk_create(
        (
            QueueItem(
                comment=comment, lane=Lane.FIRST, rank=RANKS[Lane.FIRST], since=comment.created_at, place_at=comment.created_at
            )
            for comment in held
        ),
        1_000,
    )
