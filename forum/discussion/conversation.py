"""The conversation under one article, ready for its templates: which page of it is asked for, what is on it, and the ways on."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from articles.models import Article
from forum.accounts.ignoring import read_ignored
from forum.site.context import offer_text
from forum.site.models import SiteText
from forum.site.translating import gettext as _
from forum.site.translating import ngettext

from . import rows
from .models import Comment, Discussion
from .paging import Pager, make_links, read_keyset, read_number, read_page, read_since, read_year, write_keyset
from .permissions import can_post, viewer_of
from .rendering import Layout, Surroundings, render_eras, render_single, render_threads
from .rows import OwnRows
from .threads import Row, Thread, build_kept_thread, build_thread, group_by_era, take_out
from .years import YearStrip, count_undated, make_year_strip

OLDEST, NEWEST, WAITING = ORDERS = ("oldest", "newest", "waiting")
PRINTED_AT_ONCE = 200  # a longer conversation is printed year by year
UNDATED_WORD = "unknown"  # in the address, for what bears no year


@dataclass(frozen=True, slots=True)
class PrintPart:
    """A year to print; ``href`` is empty for the one shown."""

    words: str
    href: str


@dataclass(slots=True)
class Conversation:
    """What ``_conversation.html`` and ``_years.html`` show."""

    article_path: str
    discussion: Discussion | None  # None where readers may not see it
    years: list[tuple[int, int]] = field(default_factory=list)  # (year, comments)
    strip: YearStrip | None = None
    order: str = OLDEST
    page: int = 1  # of those in the usual order
    can_post: bool = False
    is_print: bool = False
    html: str = ""
    pager: Pager = field(default_factory=Pager)
    new_words: str = ""
    new_href: str = ""
    print_parts: list[PrintPart] = field(default_factory=list)
    print_words: str = ""
    has_questions: bool = False  # somebody asked something; known only of those that wait
    is_cut: bool = False  # more than is printed at once

    @property
    def comment_count(self) -> int:
        """Return how many comments everybody can read."""
        return self.discussion.comment_count if self.discussion else 0

    @property
    def waiting_count(self) -> int:
        """Return how many questions wait for a reply."""
        return self.discussion.waiting_count if self.discussion else 0

    @property
    def canonical_path(self) -> str:
        """Return the address under which search engines find this page: other orders and the print have none of their own."""
        return f"{self.article_path}?page={self.page}" if self.page > 1 else self.article_path

    @property
    def counts(self) -> str:
        """Return "34 comments from 21 people, over 21 years"."""
        return count_words(self.discussion, self.years) if self.discussion else ""

    @property
    def years_key(self) -> str:
        """Return a text that is the same for the same years: quicker than to write them as options."""
        return str(self.years)

    @property
    def year_options(self) -> SafeString:
        """Return the years to go to, as the options of a list."""
        options = ((str(year), str(year), str(count)) for year, count in self.years)
        return format_html_join("", '<option value="{}">{} ({})</option>', options)

    @property
    def state(self) -> str:
        """Return the state of the discussion, "hidden" where there is nothing to see."""
        return self.discussion.state if self.discussion else Discussion.State.HIDDEN


def count_words(discussion: Discussion, years: list[tuple[int, int]]) -> str:
    """Return how many comments and people there are, and over how many years where that is more than one."""
    count, people = discussion.comment_count, discussion.people_count
    words = ngettext("%(count)d comment", "%(count)d comments", count) % {"count": count}
    if people:
        words += " " + ngettext("from %(count)d person", "from %(count)d people", people) % {"count": people}
    known = [year for year, in_year in years if in_year]
    if known and (span := known[-1] - known[0]):
        if count_undated(years, count):
            over = ngettext("over %(count)d year at least", "over %(count)d years at least", span)
        else:
            over = ngettext("over %(count)d year", "over %(count)d years", span)
        words += ", " + over % {"count": span}
    return words


def read_conversation(request: HttpRequest, article: Article) -> Conversation:
    """Return the page of the conversation under ``article`` that ``request`` asks for; raise Http404 for none such."""
    opening = rows.find_opening(article)
    path = article.get_absolute_url()
    if opening is None:
        return Conversation(path, None)
    discussion, years, site_text = opening
    offer_text(request, site_text)
    viewer = viewer_of(request)
    order = request.GET.get("order", "")
    is_print = request.GET.get("view") == "print"
    now = timezone.now()
    talk = Conversation(
        path,
        discussion,
        years=years,
        strip=make_year_strip(years, discussion.comment_count, timezone.localdate(now).year),
        order=order if order in ORDERS else OLDEST,
        can_post=can_post(viewer, discussion),
        is_print=is_print,
    )
    layout = Layout.PRINT if is_print else Layout.ARTICLE
    around = make_surroundings(
        layout, path, site_text, now,
        can_post=talk.can_post, member_id=viewer.user_id, is_in_article=True, is_for_all=viewer.is_anonymous,
    )  # fmt: skip
    if is_print:
        _fill_print(talk, request, around)
        return talk
    own = rows.read_own(discussion, viewer)
    since = read_since(request.GET.get("since"))
    match talk.order:
        case "newest":
            _fill_newest(talk, request, around, own)
        case "waiting":
            _fill_waiting(talk, request, around)
        case _:
            _fill_oldest(talk, request, around, own, since)
    return talk


def make_surroundings(
    layout: Layout,
    article_path: str,
    site_text: SiteText,
    now: datetime,
    *,
    can_post: bool,
    member_id: int | None = None,
    is_in_article: bool = False,
    is_for_all: bool = False,
) -> Surroundings:
    """Return what the comments of a page have in common; addresses are made once, not for each comment.

    ``member_id`` is the member who looks: one query more for the people they ignore.
    """
    return Surroundings(
        layout=layout,
        article_path=article_path,
        comments_path=_path_before("discussion:comment", "0"),
        visitor_name=site_text.visitor_name,
        usual_wait=site_text.usual_wait,
        now=now,
        can_post=can_post,
        members_path=_path_before("discussion:member", "-"),
        member_id=member_id,
        ignored=read_ignored(member_id),
        is_in_article=is_in_article,
        is_for_all=is_for_all,
    )


@cache
def _path_before(view: str, last: str) -> str:
    """Return the address of a view without its last part, ``last``; to ask Django for each page is slow."""
    return reverse(view, args=[last]).removesuffix(f"{last}/")


def surround(around: Surroundings, threads: Iterable[Thread]) -> Surroundings:
    """Return the same for a page that shows ``threads``, with what the site says beneath them: one query."""
    shown_ids = frozenset(pk for thread in threads for pk in thread.shown_ids)
    return replace(around, shown_ids=shown_ids, notes=read_notes(shown_ids))


def read_notes(comment_ids: Collection[int]) -> Mapping[int, str]:
    """Return by comment what the site says beneath it: a function of an app above knows (``settings.COMMENT_NOTES_READER``)."""
    if not comment_ids or not settings.COMMENT_NOTES_READER:
        return {}
    reader: Callable[[Collection[int]], Mapping[int, str]] = import_string(settings.COMMENT_NOTES_READER)
    return reader(comment_ids)


def _fill_oldest(talk: Conversation, request: HttpRequest, around: Surroundings, own: OwnRows, since: datetime | None) -> None:
    assert talk.discussion is not None
    pages = -(-talk.discussion.root_seq // rows.ROOTS_ON_A_PAGE)
    page = read_page(request.GET.get("page"), pages)
    talk.page = page
    roots, following = rows.read_roots(talk.discussion, page)
    new = rows.read_new(talk.discussion, since) if since else []
    threads = _build_threads(roots, own, new, since)
    if page >= pages:
        threads += [build_thread(row, (), own=own.unlisted_replies(row.id)) for row in own.unlisted_roots]
    shown = surround(around, threads)
    talk.html = render_eras(group_by_era(threads), shown, ends_now=following is None)
    talk.new_words, talk.new_href = _new_link(new, shown)
    links = make_links(page, pages, lambda number: _address(talk, page=number))
    if following is None:
        talk.pager = Pager(links)
        return
    words = _("Next: comments from %(year)d on") % {"year": following.year} if following.year else _("Next page of comments")
    next_page = -(-(following.position or 0) // rows.ROOTS_ON_A_PAGE)
    talk.pager = Pager(links, next_href=_address(talk, page=next_page), next_words=words)


def _fill_newest(talk: Conversation, request: HttpRequest, around: Surroundings, own: OwnRows) -> None:
    assert talk.discussion is not None
    after = read_keyset(request.GET.get("after"))
    roots, following = rows.read_newest_roots(talk.discussion, after)
    threads = _build_threads(roots, own, [], None)
    if after is None:
        threads = [build_thread(row, (), own=own.unlisted_replies(row.id)) for row in own.unlisted_roots] + threads
    talk.html = render_threads(threads, surround(around, threads))
    last = roots[-1] if following else None
    talk.pager = Pager(
        first_href=_address(talk, order=NEWEST) if after else "",
        first_words=_("Back to the newest"),
        next_href=_address(talk, order=NEWEST, after=write_keyset(last.active_at, last.id)) if last else "",
        next_words=_("Next page of comments"),
    )


def _fill_waiting(talk: Conversation, request: HttpRequest, around: Surroundings) -> None:
    assert talk.discussion is not None
    after = read_number(request.GET.get("after")) or 0
    found, following = rows.read_waiting(talk.discussion, after)
    noted = replace(around, notes=read_notes([row.id for row in found]))
    talk.html = render_single([take_out(row) for row in found], noted)
    talk.has_questions = bool(found) or Comment.objects.asking().filter(discussion=talk.discussion).exists()
    talk.pager = Pager(
        first_href=_address(talk, order=WAITING) if after else "",
        first_words=_("Back to the first"),
        next_href=_address(talk, order=WAITING, after=found[-1].id) if following else "",
        next_words=_("Next page of comments"),
    )


def _fill_print(talk: Conversation, request: HttpRequest, around: Surroundings) -> None:
    assert talk.discussion is not None
    year = None
    if talk.comment_count > PRINTED_AT_ONCE:
        undated = [rows.UNDATED] if count_undated(talk.years, talk.comment_count) else []
        years = [year for year, _count in talk.years] + undated
        asked = request.GET.get("year")
        year = rows.UNDATED if asked == UNDATED_WORD else read_year(asked) or max(years, default=rows.UNDATED)
        talk.print_parts = [_make_part(part, is_this=part == year) for part in years]
    roots, replies, talk.is_cut = rows.read_for_print(talk.discussion, year)
    nobody = OwnRows()
    threads = [build_thread(root, rows.veil(replies.get(root.id, []), nobody)) for root in rows.veil(roots, nobody)]
    talk.html = render_eras(group_by_era(threads), surround(around, threads), ends_now=year is None)
    if year is not None:
        talk.print_words = _print_words(year, is_empty=not threads)


def _make_part(year: int, *, is_this: bool) -> PrintPart:
    words, value = (_("Date not known"), UNDATED_WORD) if year == rows.UNDATED else (str(year), str(year))
    return PrintPart(words, "" if is_this else f"?{urlencode({'view': 'print', 'year': value})}#talk")


def _print_words(year: int, *, is_empty: bool) -> str:
    if year == rows.UNDATED:
        return _("No conversation has an unknown date.") if is_empty else _("The dates of these were not kept.")
    words = _("No conversation began in %(year)d.") if is_empty else _("These began in %(year)d.")
    return words % {"year": year}


def _build_threads(roots: list[Row], own: OwnRows, new: Sequence[tuple[int, int | None]], since: datetime | None) -> list[Thread]:
    on_page = {row.id for row in roots}
    replies = rows.read_previews(roots, [pk for pk, root_id in new if root_id in on_page])
    threads = []
    for root in rows.veil(roots, own):
        listed = rows.veil(replies.get(root.id, []), own)
        waiting, is_complete = own.unlisted_replies(root.id), not rows.is_folded(root)
        if waiting or since:
            threads.append(build_thread(root, listed, own=waiting, since=since, is_complete=is_complete))
        else:
            threads.append(build_kept_thread(root, tuple(listed), is_complete=is_complete))
    return threads


def _new_link(new: Sequence[tuple[int, int | None]], around: Surroundings) -> tuple[str, str]:
    if not new:
        return "", ""
    if len(new) >= rows.MOST_NEW:
        words = _("Go to the new comments")
    else:
        words = ngettext("Go to the new comment", "Go to the %(count)d new comments", len(new)) % {"count": len(new)}
    first = next((pk for pk, _root in new if pk in around.shown_ids), new[0][0])
    return words, around.path_to(first)


def _address(talk: Conversation, **parameters: object) -> str:
    """Return the address of another page of ``talk``; the first page in the usual order has no parameters."""
    if parameters.get("page") == 1:
        del parameters["page"]
    query = urlencode(parameters)
    return f"{talk.article_path}{'?' if query else ''}{query}#talk"
