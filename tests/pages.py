"""Every public page, found from the addresses of the site, and how a page is judged: by axe, by vnu, by its width.

A new address without an example here fails the tests that visit pages.
"""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page

from articles.models import Article
from forum.accounts.guests import remember_guest
from forum.accounts.links import Purpose, make_link
from forum.accounts.models import Guest
from forum.accounts.people import Person
from forum.discussion.answering import answer_path
from forum.discussion.editing import appeal, edit_comment
from forum.discussion.models import ActorKind, Comment
from forum.discussion.paging import write_keyset
from forum.discussion.services import Actor
from forum.discussion.updates import post_update, update_path
from forum.imports.sample import load_sample
from forum.related.neighbours import walk_on
from forum.search.vocabulary import learn
from forum.subscriptions.kinds import emails_url
from forum.subscriptions.services import stop, subscribe
from forum.topics.searching import search_all
from tests.accounts.entrance import ENTRANCE
from tests.factories import STEPS, ArticleFactory, CommentFactory, GuestFactory

ROOT = Path(__file__).resolve().parent.parent
VNU = ROOT / "tests" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

PLAIN_TEXT = {"site:healthz", "site:readyz", "site:metrics", "site:robots", "site:sitemap", "site:sitemap-part"}
FILES = {"privacy:file", "discussion:feed", "discussion:article-feed", "discussion:thread-feed", "api:description"}
JSON = {"api:articles", "api:article", "api:comments", "api:comment"}
REDIRECTS = {"subscriptions:open-answer", "discussion:comment", "discussion:year"}
# Of one person's own rows: visited where their journeys are tested.
PERSONAL = {"discussion:draft", "discussion:draft-discard", "discussion:draft-mail", "discussion:draft-by-link"}
# ``tests.member_pages``
MEMBERS_ONLY = {"discussion:attach", "discussion:comment-ignore", "own:settings", "own:show-again", "duty:choices"}

# Something, nothing, and a narrowed search.
BY_TOPIC = ("/topics/walking/?with=son-or-daughter", "/unanswered/?topic=spasticity", "/unanswered/?topic=wheelchair")
SEARCHES = ("/search/?q=how+long", "/search/?q=zzzzz", "/search/?q=it+takes&only=comments&year=2010")

# All that axe tests by default, the contrast of AAA, and targets big enough for a finger that trembles.
AXE_RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}
AXE_SCRIPT = Axe().axe_script
# Of all these, what colours decide. The others find the same in light and in dark.
COLOUR_RULES = ("color-contrast", "color-contrast-enhanced", "link-in-text-block")


@dataclass(frozen=True)
class Sample:
    """The sample site, and the rows of it that stand for all."""

    article: Article
    thread: Comment
    question: Comment

    @classmethod
    def load(cls) -> "Sample":
        """Load the sample into the empty database of a test."""
        article = load_sample()
        learn()
        walk_on()  # what is near to each conversation stands below it
        assert article is not None
        search_all()
        threads = Comment.objects.filter(public=True, root=None)
        question = Comment.objects.filter(waiting=True).first()
        return cls(article, threads.order_by("-reply_count")[0], question or threads[0])

    @property
    def link(self) -> str:
        """Return the signed part of the link to what the writer of the question wrote."""
        return make_link(self.question.guest, Purpose.MINE)

    def arguments_of(self, name: str) -> list[dict[str, object]]:
        """Return the arguments of the address ``name``, once for each page worth a look."""
        slug = self.article.slug
        examples: dict[str, list[dict[str, object]]] = {
            "articles:article": [{"slug": slug}],
            "articles:collection": [{"slug": self.article.collection.slug}],
            "discussion:comment-new": [{"slug": slug}],
            "discussion:comment-reply": [{"pk": self.question.pk}],
            # As strangers see them; what writers see is in ``OwnPages``.
            "discussion:comment-edit": [{"pk": self.question.pk}],
            "discussion:comment-withdraw": [{"pk": self.question.pk}],
            "discussion:comment-appeal": [{"pk": self.question.pk}],
            "discussion:answer": [{"token": "cut-off"}],
            "discussion:update": [{"token": "cut-off"}],
            "discussion:mine-by-link": [{"token": "cut-off"}],
            "discussion:mine-prove": [{"token": "cut-off"}],
            "discussion:comment-claim": [{"pk": Comment.objects.filter(public=True).exclude(origin="")[:1].get().pk}],
            "moderation:flag": [{"pk": self.question.pk}],
            "discussion:member": [{"slug": Comment.objects.filter(public=True, author__isnull=False)[:1].get().author.slug}],
            "discussion:thread": [{"slug": slug, "pk": self.thread.pk}],
            "topics:comment": [{"pk": self.question.pk}],
            # Much, a question that waits, and nothing.
            "topics:topic": [{"slug": "walking"}, {"slug": "spasticity"}, {"slug": "wheelchair"}],
            "subscriptions:emails-by-link": [{"token": "cut-off"}],
            "duty:choices-by-link": [{"token": "cut-off"}],
            "subscriptions:follow-article": [{"slug": slug}],
            "subscriptions:follow-thread": [{"pk": self.question.thread_id}],
            "privacy:data-by-link": [{"token": self.link}],
            "privacy:erase-by-link": [{"token": self.link}],
        }
        return examples.get(name, [{}])

    def paths(self) -> list[str]:
        """Return the path of every public page, its views by query, and a page that does not exist."""
        found = [reverse(name, kwargs=kwargs) for name in _names() for kwargs in self.arguments_of(name)]
        article = self.article.get_absolute_url()
        queries = [f"{article}?order=newest", f"{article}?order=waiting", *SEARCHES, *BY_TOPIC]
        return [*found, *queries, "/there-is-no-such-page/"]


@dataclass(frozen=True)
class OwnPages:
    """A guest with a comment in every state, and the pages that only they see."""

    guest: Guest
    comments: dict[str, Comment]

    @classmethod
    def write(cls) -> "OwnPages":
        """Write the comments; a change of the public one waits, and of the removed one a second look was asked for."""
        guest = GuestFactory(display_name="Joan", email="joan@example.org")
        article = ArticleFactory(title="Living with stiff muscles")
        states = [state for state in STEPS if state != "erased"]
        comments = {state: CommentFactory(article=article, guest=guest, name="Joan", state=state) for state in states}
        edit_comment(
            comments["published"], body="It took us *longer*.", subject="", relation="carer", actor=Actor(ActorKind.WRITER)
        )
        appeal(comments["removed"], text="It was about me.")
        return cls(guest, comments)

    @property
    def cookie(self) -> dict[str, str]:
        """Return the name and the value of the cookie by which a browser is the guest's."""
        return cookie_of(self.guest)

    def paths(self) -> list[str]:
        """Return the path of every page that is theirs."""
        found = [reverse("discussion:mine"), f"{reverse('discussion:mine')}?sent"]
        with time_machine.travel(timezone.now() - timedelta(days=31)):
            found += self._links()
        found += self._links()
        for name in ("comment-edit", "comment-withdraw", "comment-appeal"):
            found += [reverse(f"discussion:{name}", args=[comment.pk]) for comment in self.comments.values()]
        found.append(reverse("topics:comment", args=[self.comments["published"].pk]))
        return [*found, *self._emails(), self.comments["published"].discussion.article.get_absolute_url()]

    def _emails(self) -> list[str]:
        person, root = Person(guest=self.guest), self.comments["published"]
        rows = [
            subscribe(person, "own"),
            subscribe(person, "replies", root=root),
            subscribe(person, "discussion", discussion=root.discussion),
        ]
        stopped = stop([person], [subscribe(person, "thread", root=root).pk])
        path = emails_url(person, [rows[1].pk]).removeprefix(settings.SITE_URL)
        reply = CommentFactory(parent=root)
        with time_machine.travel(timezone.now() - timedelta(days=31)):
            answered = f"{answer_path(self.guest, reply)}?sent"
        follow = [
            f"{reverse('subscriptions:follow-article', args=[root.discussion.article.slug])}{query}"
            for query in ("", "?followed", "?sent")
        ]
        told = CommentFactory(article=root.discussion.article, guest=self.guest, name="Joan")
        telling = [update_path(person, comment) for comment in (root, told, self.comments["removed"])]
        subscribe(person, "outcome", root=told)
        post_update(Comment.objects.select_related("discussion__article", "guest").get(pk=told.pk), body="It went *well*.")
        return [*telling, path, f"{path}?stopped={write_keyset(stopped, 1)}", reverse("subscriptions:emails"), answered, *follow]

    def _links(self) -> list[str]:
        names = {Purpose.MINE: "mine-by-link", Purpose.PROVE: "mine-prove"}
        return [reverse(f"discussion:{name}", args=[make_link(self.guest, purpose)]) for purpose, name in names.items()]


def cookie_of(guest: Guest) -> dict[str, str]:
    """Return the name and the value of the cookie by which a browser is the guest's."""
    response = HttpResponse()
    remember_guest(response, guest)
    return {"name": settings.GUEST_COOKIE_NAME, "value": response.cookies[settings.GUEST_COOKIE_NAME].value}


def _names() -> list[str]:
    """Return the names of all addresses that show a page to the public."""
    unseen = PLAIN_TEXT | FILES | JSON | REDIRECTS | PERSONAL | MEMBERS_ONLY | (account_names() - ENTRANCE)
    return sorted(set(_names_in(get_resolver().url_patterns, "")) - unseen)


def account_names() -> set[str]:
    """Return the names of all addresses under /accounts/; ``account_visits`` shows the pages for those who are signed in."""
    (accounts,) = (pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) == "accounts/")
    return set(_names_in(accounts.url_patterns, ""))


def _names_in(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "admin/":
                yield from _names_in(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name and not str(pattern.pattern).startswith("admin/"):
            yield f"{space}{pattern.name}"


def read_robots_rules(text: str) -> Callable[[str], bool]:
    """Return what tells whether a robot may visit a path, by the rules for all robots in a robots.txt (RFC 9309 §2.2)."""
    rules = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    patterns = [re.compile(re.escape(rule).replace(r"\*", ".*")) for rule in rules]
    return lambda path: not any(pattern.match(path) for pattern in patterns)


def open_everything(page: Page) -> None:
    """Unfold all that a reader can unfold."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def find_axe_faults(page: Page, *, is_enhanced: bool = True, within: str | None = None, only: Sequence[str] = ()) -> list[str]:
    """Return what axe finds on the page as it stands: AAA contrast with ``is_enhanced``; only inside the selector ``within``.

    With ``only``, these rules are tried and no others.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, object] = {"rules": AXE_RULES if is_enhanced else {}, "resultTypes": ["violations"]}
    if only:
        options |= {"rules": {}, "runOnly": {"type": "rule", "values": list(only)}}
    violations = page.evaluate(
        "([within, options]) => axe.run(within || document, options).then(found => found.violations)", [within, options]
    )
    return [
        f"{page.url}: {violation['id']}: {node['html'][:160]} {' '.join(node['failureSummary'].split())[:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def find_faults_in_all_lights(page: Page, *widths: int) -> list[str]:
    """Unfold the page; return what axe finds in windows of each of ``widths``, in light and in dark, and what is too wide.

    Without motion: colours that fade from one scheme to the other would be judged half way.
    """
    open_everything(page)
    faults = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        faults += [*find_axe_faults(page), *find_overflow(page)]
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        faults += [f"dark: {fault}" for fault in find_axe_faults(page, only=COLOUR_RULES)]
    return faults


def find_overflow(page: Page) -> list[str]:
    """Return what makes the page wider than its window."""
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [...document.querySelectorAll('body *')].filter(part => part.getBoundingClientRect().right > innerWidth + 1)
                .map(part => part.outerHTML.slice(0, 120))"""
    )
    return [f"{page.url}: {part}" for part in too_wide]


def find_vnu_faults(files: list[Path]) -> list[str]:
    """Return everything that the checker of HTML and CSS says about ``files``; one run for all of them."""
    if not VNU.exists():
        raise LookupError("The checker of HTML is not installed: npm ci --prefix tests (make test does it).")
    done = subprocess.run(
        ["java", "-jar", VNU, "--format", "json", "--also-check-css", "--stdout", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        f"{Path(said.get('url', '')).name}:{said.get('lastLine')}: {said['message']} {said.get('extract', '').strip()[:120]}"
        for said in json.loads(done.stdout)["messages"]
    ]
