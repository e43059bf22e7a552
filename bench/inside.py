"""What the benchmark does inside a site, a function each: ``python -m bench.inside NAME '{"argument": …}'`` prints JSON."""

import json
import sys
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  (the settings come first)
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, F, Max  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from articles.models import Article  # noqa: E402
from forum.accounts.models import User  # noqa: E402
from forum.accounts.staff import add_staff  # noqa: E402
from forum.discussion.arrival import Arrival, sign_opening  # noqa: E402
from forum.discussion.models import Comment, Discussion  # noqa: E402
from forum.discussion.recount import recount_discussion  # noqa: E402
from forum.imports.sample import load_sample  # noqa: E402
from forum.moderation.memory import keep_evidence  # noqa: E402
from forum.site.startup import collect_static_files  # noqa: E402

from .generate import ARRIVED, DEEP_SLUG, LONG_SLUG, NETWORKS, WIDE_SLUG  # noqa: E402

CSRF_SECRET = "b" * 32  # a form sent with it as its token is taken from a browser that has it as its cookie
REPLIES_ON_A_PAGE, THREADS_ON_A_PAGE = 100, 20


def places() -> dict[str, Any]:
    """Return where the odd conversations are, and how many pages they have."""
    root = Comment.objects.filter(discussion__article__slug=DEEP_SLUG, root=None).order_by("-reply_count")[0]
    wide = Discussion.objects.get(article__slug=WIDE_SLUG)
    long = Discussion.objects.select_related("article").get(article__slug=LONG_SLUG)
    return {
        "deep_path": f"/articles/{DEEP_SLUG}/comments/{root.pk}/",
        "deep_pages": -(-root.reply_seq // REPLIES_ON_A_PAGE),
        "wide_pages": -(-wide.root_seq // THREADS_ON_A_PAGE),
        "long_count": long.comment_count,
        "comments": Comment.objects.count(),
    }


def discussion(slug: str) -> int:
    """Return the id of the discussion under an article."""
    return Discussion.objects.values_list("pk", flat=True).get(article__slug=slug)


def text(slug: str) -> str:
    """Return the words of a comment there."""
    return Comment.objects.filter(discussion__article__slug=slug).order_by("pk")[0].body


def bump(slug: str) -> None:
    """Let every kept page of a discussion be made anew."""
    Discussion.objects.filter(article__slug=slug).update(version=F("version") + 1)


def remember_arrivals() -> None:
    """Remember of the latest comments how they came in, as a site does for a month: the open format says nothing of it."""
    latest = Comment.objects.order_by("-pk").only("pk", "discussion")[:ARRIVED]
    now, apart = timezone.now(), timedelta(days=settings.EVIDENCE_DAYS) / ARRIVED
    with transaction.atomic():
        for number, comment in enumerate(latest):
            client_ip = str(ip_address("10.0.0.1") + 256 * (number * 7 % NETWORKS))
            keep_evidence(comment, Arrival(client_ip=client_ip, form_seconds=60), at=now - number * apart)


def moderators(count: int) -> list[str]:
    """Make so many moderators and return the cookies of each, signed in."""
    return [
        _sign_in(add_staff(email=f"moderator{n}@example.org", role="moderator", name=f"Reader{n}").user) for n in range(count)
    ]


def members(count: int) -> list[str]:
    """Make so many members and return the cookies of each, signed in: what they write is public at once."""
    cookies = []
    for number in range(count):
        user = User.objects.filter(email=f"writer{number}@example.org").first()
        if user is None:
            user = User(email=f"writer{number}@example.org")
            user.set_unusable_password()
            User.objects.give_name(user, f"Writer{number}")
            user.save()
        cookies.append(_sign_in(user))
    return cookies


def _sign_in(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF_SECRET}"


def opening() -> str:
    """Return what a form holds that was opened five minutes ago: whoever is faster than a person is held."""
    return sign_opening(timezone.now() - timedelta(minutes=5))


def first_view() -> dict[str, str]:
    """Load the sample into an empty site and return its page and the style sheet, each as hex."""
    collect_static_files()
    article = load_sample()
    if article is None:
        raise ValueError("the site is not empty")
    page = Client(headers={"host": "localhost"}).get(article.get_absolute_url()).content
    return {"page": page.hex(), "sheet": (settings.BASE_DIR / "static" / "site.css").read_bytes().hex()}


def waiting(slug: str, count: int) -> list[list[int]]:
    """Return comments that wait there, each with its version."""
    held = Comment.objects.filter(discussion__article__slug=slug, held=True).order_by("pk")
    return [list(row) for row in held.values_list("pk", "version")[:count]]


def state_of(slug: str) -> dict[str, Any]:
    """Return how many comments are where, and the counts stored about them."""
    row = Discussion.objects.get(article__slug=slug)
    states = dict(Comment.objects.filter(discussion=row).values_list("state").annotate(Count("pk")).order_by())
    return {
        "states": states,
        "total": sum(states.values()),
        "stored": row.comment_count,
        "last_id": Comment.objects.aggregate(last=Max("pk"))["last"],
    }


def check(slug: str) -> dict[str, Any]:
    """Count everything about a discussion again and return what was wrong; nought everywhere is right."""
    row = Discussion.objects.get(article__slug=slug)
    roots = Comment.objects.filter(discussion=row, root=None, position__isnull=False)
    numbers = roots.aggregate(given=Count("position"), distinct=Count("position", distinct=True), highest=Max("position"))
    found = recount_discussion(row.pk)
    return {"wrong": vars(found), "positions": numbers | {"sequence": row.root_seq}}


def deadlocks() -> int:
    """Return how many deadlocks the database has counted since it began; SQLite has none."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def pages(count: int) -> list[str]:
    """Return the addresses of so many articles, spread over the site."""
    slugs = list(Article.objects.published().order_by("pk").values_list("slug", flat=True))
    return [f"/articles/{slug}/" for slug in slugs[:: max(1, len(slugs) // count)][:count]]


TASKS = (
    places, discussion, text, bump, remember_arrivals, moderators, members, opening, first_view, waiting, state_of, check,
    deadlocks, pages,
)  # fmt: skip


def main(name: str, arguments: str = "{}") -> int:
    """Run the function called ``name`` and print what it returns."""
    task = {task.__name__: task for task in TASKS}[name]
    print(json.dumps(task(**json.loads(arguments))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
