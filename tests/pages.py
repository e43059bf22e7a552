"""Every public page, found from the addresses of the site, and how a page is judged: by axe, by vnu, by its width.

A new address without an example here fails the tests that visit pages.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page

from articles.models import Article
from forum.discussion.models import Comment
from forum.imports.sample import load_sample

ROOT = Path(__file__).resolve().parent.parent
VNU = ROOT / "tests" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

PLAIN_TEXT = {"site:healthz", "site:readyz"}
REDIRECTS = {"discussion:comment", "discussion:year"}

# All that axe tests by default, the contrast of AAA, and targets big enough for a finger that trembles.
AXE_RULES = {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}


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
        assert article is not None
        threads = Comment.objects.filter(public=True, root=None)
        question = Comment.objects.filter(waiting=True).first()
        return cls(article, threads.order_by("-reply_count")[0], question or threads[0])

    def arguments_of(self, name: str) -> list[dict[str, object]]:
        """Return the arguments of the address ``name``, once for each page worth a look."""
        slug = self.article.slug
        examples: dict[str, list[dict[str, object]]] = {
            "articles:article": [{"slug": slug}],
            "articles:collection": [{"slug": self.article.collection.slug}],
            "discussion:comment-new": [{"slug": slug}],
            "discussion:comment-reply": [{"pk": self.question.pk}],
            "discussion:thread": [{"slug": slug, "pk": self.thread.pk}],
        }
        return examples.get(name, [{}])

    def paths(self) -> list[str]:
        """Return the path of every public page, its views by query, and a page that does not exist."""
        found = [reverse(name, kwargs=kwargs) for name in _names() for kwargs in self.arguments_of(name)]
        article = self.article.get_absolute_url()
        return [*found, f"{article}?order=newest", f"{article}?order=waiting", "/there-is-no-such-page/"]


def _names() -> list[str]:
    """Return the names of all addresses that show a page to the public."""
    return sorted(set(_names_in(get_resolver().url_patterns, "")) - PLAIN_TEXT - REDIRECTS)


def _names_in(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != "admin/":
                yield from _names_in(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}"


def open_everything(page: Page) -> None:
    """Unfold all that a reader can unfold."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def find_axe_faults(page: Page, *, is_enhanced: bool = True, within: str | None = None) -> list[str]:
    """Return what axe finds on the page as it stands: AAA contrast with ``is_enhanced``; only inside the selector ``within``."""
    rules = AXE_RULES if is_enhanced else {}
    results = Axe().run(page, context=within, options={"rules": rules, "resultTypes": ["violations"]})
    return [
        f"{page.url}: {violation['id']}: {node['html'][:160]} {' '.join(node['failureSummary'].split())[:300]}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


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
