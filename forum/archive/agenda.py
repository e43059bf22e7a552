"""Which pages of an archive are still to be made, and which stay as they are: nothing that they show has changed."""

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from articles.models import Article
from forum.discussion.views.pages import find_places
from forum.related.freshness import read_versions
from forum.site.models import SiteVersion

from .places import file_of, path_of
from .state import Page, Versions

PAGES_AT_ONCE = 8  # handed out as one piece
LOOKED_AT_ONCE = 500
_UNDER_ARTICLE = re.compile(r"/articles/([^/]+)/(?:comments/([0-9]{1,18})/)?")


class Agenda:
    """Hands out addresses: of the sitemap, and of pages that others lead to, which go first: they may lead to more.

    ``paths`` are all that the archive has, ``former`` the pages of an earlier one, ``files`` what lies in its folder.
    """

    def __init__(self, paths: Iterable[str], former: Mapping[str, Page], files: Collection[str]) -> None:
        self._paths = dict.fromkeys(paths)
        self._former, self._files = former, files
        self._known = set(self._paths)
        self._waiting = deque(self._paths)
        self._led_to: list[str] = []
        self._ready: deque[str] = deque()
        self._current = _Current()
        self._versions: dict[str, Versions] = {}  # of pages that are not yet made
        self.pages: dict[str, Page] = {}
        self.made = 0

    @property
    def site(self) -> Versions:
        """Return the versions of the whole site."""
        return self._current.site

    @property
    def known(self) -> int:
        """Return how many pages there are, as far as is known."""
        return len(self._known)

    @property
    def done(self) -> int:
        """Return how many need no more work."""
        return self.known - len(self._waiting) - len(self._led_to) - len(self._versions)

    def take(self) -> list[str]:
        """Return the next addresses of pages to be made, none where there are none for now."""
        while self._led_to or (self._waiting and len(self._ready) < PAGES_AT_ONCE):
            if self._led_to:
                found, self._led_to = self._led_to, []
                self._ready.extendleft(reversed(self._choose_stale(found)))
            else:
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), LOOKED_AT_ONCE))]
                self._ready.extend(self._choose_stale(some))
        return [self._ready.popleft() for _ in range(min(len(self._ready), PAGES_AT_ONCE))]

    def add(self, pages: Iterable[Page]) -> list[Page]:
        """Take in pages that were made; return those that the site shows, with their versions."""
        shown = []
        for page in pages:
            self.made += 1
            page.versions = self._versions.pop(page.address)
            if page.sha256 is not None:
                self._keep(page)
                shown.append(page)
        return shown

    def _keep(self, page: Page) -> None:
        self.pages[page.address] = page
        for link in page.links:
            if link not in self._known:
                self._known.add(link)
                self._led_to.append(link)

    def _choose_stale(self, addresses: Sequence[str]) -> list[str]:
        """Keep those of the pages that are current, and return the addresses of the others."""
        # Before the pages are made: one that changes meanwhile is made again the next time.
        versions = self._current.read(addresses)
        kept = [page for address in addresses if (page := self._former.get(address)) and self._may_stay(page, versions)]
        places = _read_places(kept)
        for page in kept:
            if all(places.get(int(pk), "") == place for pk, place in page.places.items()):
                self._keep(page)
        stale = [address for address in addresses if address not in self.pages]
        self._versions |= {address: versions[address] for address in stale}
        return stale

    def _may_stay(self, page: Page, versions: Mapping[str, Versions]) -> bool:
        """Tell whether the page itself is as it was, its file is there, and its links lead where they did."""
        return (
            page.versions == versions[page.address]
            and file_of(page.address) in self._files
            and all(path_of(link) in self._paths for link in page.links)
            and not any(path in self._paths for path in page.missing)
        )


def _read_places(pages: Iterable[Page]) -> dict[int, str]:
    ids = {int(pk) for page in pages for pk in page.places}
    return find_places(sorted(ids)) if ids else {}


class _Current:
    """What pages hang on now: one under an article, that article, its discussion and the frame; a thread, what it shows of others
    too; any other page, the whole site."""

    def __init__(self) -> None:
        version, frame = SiteVersion.objects.filter(pk=1).values_list("version", "frame").first() or (0, 0)
        self.site, self._frame = [version, frame], frame
        self._articles: dict[str, Versions] = {}

    def read(self, addresses: Iterable[str]) -> dict[str, Versions]:
        """Return it for each of ``addresses``."""
        found = {address: _UNDER_ARTICLE.fullmatch(path_of(address)) for address in addresses}
        threads = read_versions([int(match[2]) for match in found.values() if match and match[2]])
        self._read_articles({match[1] for match in found.values() if match and not match[2]})
        return {address: self._choose(match, threads) for address, match in found.items()}

    def _choose(self, match: re.Match[str] | None, threads: Mapping[int, Versions]) -> Versions:
        if match is None:
            return self.site
        return threads.get(int(match[2]), []) if match[2] else self._articles.get(match[1], [])

    def _read_articles(self, slugs: Collection[str]) -> None:
        wanted = iter([slug for slug in slugs if slug not in self._articles])
        while some := list(islice(wanted, LOOKED_AT_ONCE)):
            rows = Article.objects.filter(slug__in=some).values_list("slug", "version", "discussion__version")
            self._articles |= {slug: [version, talk or 0, self._frame] for slug, version, talk in rows}
