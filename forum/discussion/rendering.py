"""Threads to HTML: one family of functions writes every comment on every page. A template for each costs a hundred times as much.

Names, titles and dates are escaped here; ``body_html`` was made safe when it was written (``markup``). Addresses are built from a
prefix. What may be shown was decided before (``rows.veil``): a row without words gets a line in its stead.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from html import escape
from urllib.parse import quote as in_address

from django.utils.safestring import SafeString, mark_safe

from forum.accounts.ignoring import NOBODY, Ignored
from forum.accounts.models import Relation
from forum.site.kept_parts import find_part, keep_part
from forum.site.translating import current_language, ngettext, one_language
from forum.site.translating import gettext as _

from .microdata import COMMENT, NONE, POSTING, Marks, is_dated
from .models import Comment
from .moments import Moment, as_printed, days_between, days_waited, duration_words, gap_words, later_words, moment_of, years_words
from .threads import Answer, Era, Fold, Reply, Row, Thread

_RELATIONS = dict(Relation.choices)
_MARKS = dict(Comment.Mark.choices)
_REASONS = dict(Comment.Reason.choices)


class Layout(Enum):
    """Where threads are shown: what surrounds a comment differs, the comment does not."""

    ARTICLE = "article"
    THREAD = "thread"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the comments of one page have in common.

    Threads that were written before are found again by what is compared here: the rest is looked at thread by thread.
    """

    layout: Layout
    article_path: str
    comments_path: str  # "/comments/"
    visitor_name: str
    usual_wait: str
    now: datetime = field(compare=False)
    can_post: bool
    members_path: str  # "/members/"
    member_id: int | None = None  # who looks, if they have signed in
    ignored: Ignored = NOBODY  # by them
    shown_ids: frozenset[int] = field(default=frozenset(), compare=False)
    helped_id: int | None = None  # what the viewer has just written: above it stands who answers now
    help_html: str = ""
    notes: Mapping[int, str] = field(default_factory=dict, compare=False)  # by comment, what the site says beneath it: safe HTML
    is_in_article: bool = False  # to search engines the comments are part of an article on the same page
    is_for_all: bool = False  # of who looks nothing is known

    def thread_path(self, root_id: int) -> str:
        """Return the address of a conversation's own page."""
        return f"{self.article_path}comments/{root_id}/"

    def path_to(self, comment_id: int) -> str:
        """Return the way to a comment: a jump where it is on this page."""
        return f"#comment-{comment_id}" if comment_id in self.shown_ids else f"{self.comments_path}{comment_id}/"


def render_eras(eras: Iterable[Era], around: Surroundings, *, ends_now: bool) -> SafeString:
    """Return threads under headings of their time; ``ends_now`` says that nothing comes after the last of them."""
    eras = list(eras)
    parts = []
    with one_language():
        for index, era in enumerate(eras):
            is_last = ends_now and index == len(eras) - 1
            if words := _era_words(era, around, is_last=is_last, is_alone=len(eras) == 1):
                parts.append(f'<p class="era">{escape(words)}</p>')
            parts += [_thread(thread, around) for thread in era.threads]
    return mark_safe("".join(parts))  # noqa: S308  # escaped above; bodies were made safe when they were written


def render_threads(threads: Iterable[Thread], around: Surroundings) -> SafeString:
    """Return threads one after the other."""
    with one_language():
        return mark_safe("".join(_thread(thread, around) for thread in threads))  # noqa: S308


def render_single(replies: Iterable[Reply], around: Surroundings) -> SafeString:
    """Return comments taken out of their threads, each on a sheet of its own with the way to its conversation."""
    with one_language():
        return mark_safe("".join(_single(reply, around) for reply in replies))  # noqa: S308


def _era_words(era: Era, around: Surroundings, *, is_last: bool, is_alone: bool) -> str:
    if era.is_old_site:
        if era.first_year is None or era.last_year is None:
            return _("From the old site, in the order of the old page")
        years = years_words(era.first_year, era.last_year)
        if era.is_in_printed_order:
            return _("%(years)s, from the old site, in the order of the old page") % {"years": years}
        return _("%(years)s, from the old site") % {"years": years}
    if era.first_year is None or era.last_year is None:
        return ""
    if not is_last:
        return years_words(era.first_year, era.last_year)
    if era.first_year == around.now.year:
        return "" if is_alone else str(era.first_year)
    return _("%(year)s to now") % {"year": era.first_year}


def _thread(thread: Thread, around: Surroundings) -> str:
    """Return a thread as it was written before for the same rows, or write it now."""
    if not around.is_for_all:
        return _write_thread(thread, around)
    waits = tuple(days_waited(row, around.now) for row in thread.rows if row.waiting)
    notes = tuple(around.notes.get(row.id, "") for row in thread.rows) if around.notes else ()
    key = ("thread", current_language(), around, thread, waits, notes)
    found = find_part(key)
    if found is None:
        found = mark_safe(_write_thread(thread, around))  # noqa: S308
        keep_part(key, found)
    return found


def _write_thread(thread: Thread, around: Surroundings) -> str:
    root = thread.root
    if root.locked:
        around = replace(around, can_post=False)
    level, whole = (2, POSTING) if around.layout is Layout.THREAD else (3, COMMENT if around.is_in_article else NONE)
    marks = whole if is_dated(root) else NONE
    url = f'<link itemprop="url" href="{around.thread_path(root.id)}">' if marks is POSTING else ""
    marks_inside = COMMENT if marks.item or around.is_in_article else NONE
    inner = _comment(root, around, level, is_new=thread.is_new, marks=marks) + _update(
        thread.update, around, level + 1, marks_inside
    )
    body = f'{_help(root, around)}{_landed(root, around)}{url}<div class="comment__self">{inner}</div>'
    items = "".join(_item(item, thread, around, level + 1, marks_inside) for item in thread.items)
    if items:
        replies = f'<ol class="replies">{items}</ol>'
        if around.layout is Layout.ARTICLE:
            replies = f"<details open><summary>{_replies_line(thread, around)}</summary>{replies}</details>"
        elif around.layout is Layout.THREAD:
            replies = f'<h2 class="vh">{_("Replies")}</h2>{replies}'
        body += replies
    return (
        f'<article class="sheet {_classes(root)}" id="comment-{root.id}" aria-labelledby="comment-{root.id}h"{marks.item}>'
        f"{body}</article>"
    )


def _replies_line(thread: Thread, around: Surroundings) -> str:
    count = thread.root.reply_count
    replies = [item.row for item in thread.items if isinstance(item, Reply)]
    words = ngettext("%(count)d reply", "%(count)d replies", count) % {"count": count}
    if not count:
        words = ngettext("%(count)d reply, not public", "%(count)d replies, not public", len(replies)) % {"count": len(replies)}
    to = _(" to %(name)s") % {"name": _name(thread.root, around)} if thread.root.is_readable else ""
    years = [row.year for row in replies if row.year]
    span = f", {years_words(min(years), max(years))}" if years else ""
    return f'<span>{escape(words)}<span class="vh">{to}</span>{span}</span>'


def _item(item: Reply | Fold, thread: Thread, around: Surroundings, level: int, marks: Marks) -> str:
    if isinstance(item, Fold):
        return (
            f'<li class="more"><a class="btn" href="{around.thread_path(thread.root.id)}">{_fold_words(item)}'
            f'<span class="vh">{_(" to %(name)s") % {"name": _name(thread.root, around)}}</span></a></li>'
        )
    row = item.row
    gap = f'<li class="gap">{escape(gap_words(item.gap))}</li>' if item.gap else ""
    update = _update(item.update, around, level + 1, marks)
    marks = marks if is_dated(row) else NONE
    inner = _comment(row, around, level, is_new=item.is_new, reply=item, marks=marks) + update
    return (
        f'{gap}<li><article class="{_classes(row)}" id="comment-{row.id}" aria-labelledby="comment-{row.id}h"{marks.item}>'
        f"{_help(row, around)}{_landed(row, around)}{inner}</article></li>"
    )


def _update(update: Reply | None, around: Surroundings, level: int, marks: Marks) -> str:
    """Return what the writer of a comment told later, to stand beneath its words."""
    if update is None:
        return ""
    row = update.row
    marks = marks if is_dated(row) else NONE
    inner = _comment(row, around, level, is_new=update.is_new, reply=update, marks=marks)
    return (
        f'<article class="{_classes(row)} comment--update" id="comment-{row.id}" aria-labelledby="comment-{row.id}h"{marks.item}>'
        f"{_help(row, around)}{_landed(row, around)}{inner}</article>"
    )


def _fold_words(fold: Fold) -> str:
    if fold.count is None:
        words = _("Show more replies")
    else:
        words = ngettext("Show %(count)d more reply", "Show %(count)d more replies", fold.count) % {"count": fold.count}
    if fold.first_year is None or fold.last_year is None:
        return words
    if fold.first_year == fold.last_year:
        return _("%(show_replies)s from %(year)d") % {"show_replies": words, "year": fold.first_year}
    span = {"first": fold.first_year, "last": fold.last_year}
    return _("%(show_replies)s from %(first)d to %(last)d") % ({"show_replies": words} | span)


def _single(reply: Reply, around: Surroundings) -> str:
    row = reply.row
    marks = COMMENT if around.is_in_article and is_dated(row) else NONE
    inner = _comment(row, around, 3, is_new=reply.is_new, reply=reply, marks=marks)
    path = f"{around.comments_path}{row.id}/"
    way = _("Read the whole conversation") if row.root_id or row.reply_count else ""
    link = f'<p class="comment__gone"><a href="{path}">{way}<span class="vh">: {_name(row, around)}</span></a></p>' if way else ""
    return (
        f'<article class="sheet {_classes(row)}" id="comment-{row.id}" aria-labelledby="comment-{row.id}h"{marks.item}>'
        f'<div class="comment__self">{inner}{link}</div></article>'
    )


def _classes(row: Row) -> str:
    if row.is_own:
        return "comment comment--held"
    return "comment" if row.public else "comment comment--gone"


def _comment(row: Row, around: Surroundings, level: int, *, is_new: bool, reply: Reply | None = None, marks: Marks) -> str:
    """Return the inside of one comment: who and when, the words, what is to be known, what can be done."""
    if not row.is_readable:
        title = f'<h{level} class="vh" id="comment-{row.id}h">{_("A comment that is not shown")}</h{level}>'
        return f'{title}<p class="comment__gone">{_line_instead(row)}</p>'
    words = _shown(row, around, level, is_new=is_new, reply=reply, marks=marks)
    if row.is_own or not around.ignored.has(row.author_id, row.guest_id):
        return words
    line = _("A comment by %(name)s, folded because you asked. Show it") % {"name": _name(row, around)}
    # One box in the line, as in a button.
    return f"<details><summary><span>{line}</span></summary>{words}</details>"


def _shown(row: Row, around: Surroundings, level: int, *, is_new: bool, reply: Reply | None, marks: Marks) -> str:
    moment = moment_of(row)
    answer = reply.answer if reply else None
    quoted = answer.quote if answer and not around.ignored.has(answer.author_id, answer.guest_id) else ""
    said = f'<blockquote class="said"><p>“{escape(quoted)}”</p></blockquote>' if quoted else ""
    subject = f'<p class="comment__subject" dir="auto"{marks.title}>{escape(row.subject)}</p>' if row.subject else ""
    lang = f' lang="{escape(row.language)}"' if row.language else ""
    return (
        f"{_own_state(row, around)}"
        f'<div class="comment__meta"><h{level} id="comment-{row.id}h"{marks.author}>{_name(row, around, marks.name)}</h{level}>'
        f'{_role(row)}{_tags(row, is_new)} <span class="when">{_when(row, moment, around, reply, marks)}</span></div>'
        f'{said}{subject}<div class="comment__words" dir="auto"{lang}{marks.text}>{row.body_html}</div>'
        f"{around.notes.get(row.id, '')}{_notes(row)}{_quiet(row, around)}"
        f"{_actions(row, around, moment.words, marks)}"
    )


def _name(row: Row, around: Surroundings, mark: str = "") -> str:
    return f"<bdi{mark}>{escape(row.name or around.visitor_name)}</bdi>"


def _role(row: Row) -> str:
    return f" {_relation_words(current_language(), row.relation)}" if row.relation else ""


@lru_cache(maxsize=256)
def _relation_words(language: str | None, relation: str) -> str:
    return escape(str(_RELATIONS[relation]))


def _tags(row: Row, is_new: bool) -> str:
    mark = f' <span class="tag">{escape(str(_MARKS[row.mark]))}</span>' if row.mark else ""
    mark += f' <span class="tag">{_("Update")}</span>' if row.is_update else ""
    return mark + (f' <span class="tag tag-new">{_("New")}</span>' if is_new else "")


def _help(row: Row, around: Surroundings) -> str:
    return around.help_html if row.id == around.helped_id else ""


def _landed(row: Row, around: Surroundings) -> str:
    if around.layout is not Layout.THREAD or not row.public:
        return ""
    words = _("You followed a link to this reply") if row.root_id else _("You followed a link to this comment")
    return f'<p class="comment__landed tag">{words}</p>'


def _when(row: Row, moment: Moment, around: Surroundings, reply: Reply | None, marks: Marks) -> str:
    words = _time(moment, marks.date) or escape(moment.words)
    if reply and reply.days_later is not None:
        words += f", {escape(later_words(reply.days_later))}"
    if reply and reply.answer:
        answer = _answer(reply.answer, around)
        words += f", {answer}" if words else answer
    if moment.note:
        words += f". {escape(moment.note)}" if words else escape(moment.note)
    if row.edited_at and row.posted_at:
        changed = _("Changed %(later)s") % {"later": later_words(days_between(row.posted_at, row.edited_at))}
        words += f"{'' if moment.note else '.'} {escape(changed)}."
    return words


def _time(moment: Moment, mark: str = "") -> str:
    return f'<time datetime="{moment.machine}"{mark}>{escape(moment.words)}</time>' if moment.machine else ""


def _answer(answer: Answer, around: Surroundings) -> str:
    path = around.path_to(answer.parent_id)
    if answer.name is None:
        return _("to %(link)s") % {"link": f'<a href="{path}">{_("a comment that is not shown")}</a>'}
    name = f"<bdi>{escape(answer.name or around.visitor_name)}</bdi>"
    return _("to %(link)s") % {"link": f'<a href="{path}">{name}</a>'}


def _line_instead(row: Row) -> str:
    moment = moment_of(row)
    date = _time(moment)
    whose = _("A comment from %(date)s") % {"date": date} if date else _("A comment here")
    match row.state:
        case "removed":
            line = _("%(comment)s was removed by a moderator.") % {"comment": whose}
            reason = _(" Reason: %(reason)s.") % {"reason": _REASONS[row.reason]} if row.reason else ""
            return line + reason
        case "hidden":
            return _("%(comment)s is being checked by a moderator.") % {"comment": whose}
        case "withdrawn":
            return _("%(comment)s was taken back by the person who wrote it.") % {"comment": whose}
        case "erased":
            return _("%(comment)s was erased on request.") % {"comment": whose}
        case "held":
            return _("A comment here waits for a moderator.")
    return _("A comment here is not shown.")


def _own_state(row: Row, around: Surroundings) -> str:
    """Say to its writer what became of a comment that only they can see here, or of a change to it."""
    if row.has_change:
        words = _("Until then readers see these words. Only you are told this.")
        return f'<p class="comment__state"><strong>{_("Your change is waiting for a moderator.")}</strong> {words}</p>'
    if not row.is_own:
        return ""
    only_you = _("Only you can see it.")
    match row.state:
        case "held":
            first = _say_of(
                row,
                _("Your comment is waiting for a moderator."),
                _("Your reply is waiting for a moderator."),
                _("Your update is waiting for a moderator."),
            )
            only_you += " " + _("Someone will read it, usually within %(time)s.") % {"time": around.usual_wait}
        case "hidden":
            first = _say_of(
                row, _("Your comment is being checked."), _("Your reply is being checked."), _("Your update is being checked.")
            )
        case "withdrawn":
            first = _say_of(
                row, _("You took your comment back."), _("You took your reply back."), _("You took your update back.")
            )
        case "removed":
            first = _say_of(
                row,
                _("A moderator removed your comment."),
                _("A moderator removed your reply."),
                _("A moderator removed your update."),
            )
        case _:
            first = _say_of(
                row,
                _("We did not publish your comment."),
                _("We did not publish your reply."),
                _("We did not publish your update."),
            )
    reason = _("The reason: %(reason)s.") % {"reason": _REASONS[row.reason]} + " " if row.reason else ""
    return f'<p class="comment__state"><strong>{first}</strong> {escape(reason)}{escape(only_you)}</p>'


def _say_of(row: Row, comment: str, reply: str, update: str) -> str:
    """Return the words that fit what ``row`` is."""
    if row.is_update:
        return update
    return reply if row.root_id else comment


def _notes(row: Row) -> str:
    notes = []
    if printed := as_printed(row):
        notes.append(_("The old page printed: “%(words)s”") % {"words": escape(printed)})
    if row.origin and not row.author_id:
        notes.append(_("Posted before this site had accounts. The writer may not see a reply. Later readers will."))
    return "".join(f'<p class="comment__gone">{note}</p>' for note in notes)


def _quiet(row: Row, around: Surroundings) -> str:
    if not row.waiting:
        return ""
    days = days_waited(row, around.now)
    words = _("No reply from anyone else yet") if row.reply_count else _("No reply yet")
    after = _(", after %(time)s") % {"time": duration_words(days)} if days else ""
    return f'<p class="quiet">{words}{escape(after)}.</p>'


def _actions(row: Row, around: Surroundings, date: str, marks: Marks) -> str:
    """Return the two focus stops of a comment: Reply and More; to its writer, of one that is not public, what they can do."""
    if around.layout is Layout.PRINT:
        return ""
    when = f", {escape(date)}" if date else ""
    if row.is_own:
        links = "".join(_own_link(words, way, row, around, when, ' class="btn"') for words, way in _own_ways(row))
        return f'<div class="comment__actions">{links}</div>'
    name = _name(row, around)
    reply = ""
    if around.can_post:
        words = (_("Answer %(name)s") if row.waiting else _("Reply to %(name)s")) % {"name": name}
        # One box in the button: as boxes of their own, the words and the name would lose the space between them.
        reply = (
            f'<a class="btn" href="{around.comments_path}{row.id}/reply/"><span>{words}<span class="vh">{when}</span></span></a>'
        )
    details = _(" for the comment by %(name)s") % {"name": name}
    own = "".join(_own_link(words, way, row, around, when) for words, way in _own_ways(row)) if row.is_mine else ""
    permalink = f'<a href="{around.comments_path}{row.id}/"{marks.url}>{_("Link to this comment")}</a>'
    links = permalink + "".join(f'<a href="{path}">{words}</a>' for path, words in _more(row, around, name))
    return (
        f'<div class="comment__actions">{reply}<details><summary>{_("More")}<span class="vh">{details}{when}</span></summary>'
        f"{links}{own}</details></div>"
    )


def _more(row: Row, around: Surroundings, name: str) -> Iterable[tuple[str, str]]:
    """Yield path and words of what else can be done with a comment, beside linking to it."""
    path = f"{around.comments_path}{row.id}/"
    yield f"{path}follow/", _("Follow this conversation")
    if row.author_slug:
        yield f"{around.members_path}{in_address(row.author_slug)}/", _("All comments by %(name)s") % {"name": name}
    if row.origin and not row.author_id and not row.is_mine:
        yield f"{path}claim/", _("I wrote this comment")
    if around.member_id is not None and not row.is_mine and not around.ignored.has(row.author_id, row.guest_id):
        words = _("Fold this comment for me") if row.origin and not row.author_id else _("Fold comments by %(name)s for me")
        yield f"{path}ignore/", words % {"name": name}
    if row.is_mine and row.public:
        yield f"{path}topics/", _("Say what this comment is about")
    if not row.is_mine:
        yield f"{path}flag/", _("Report this comment")


def _own_ways(row: Row) -> list[tuple[str, str]]:
    """Return what the writer of ``row`` can do to it, two things at most, and the last part of the address that does it."""
    change = (_say_of(row, _("Change my comment"), _("Change my reply"), _("Change my update")), "edit")
    take_back, ask = (_("Take it back"), "withdraw"), (_("Ask us to look again"), "appeal")
    match row.state:
        case "held" | "published":
            return [change, take_back]
        case "hidden":
            return [take_back]
        case "withdrawn":
            return [(_("Return it"), "withdraw")]
        case "rejected":
            return [change, ask]
    return [ask]


def _own_link(words: str, way: str, row: Row, around: Surroundings, when: str, attributes: str = "") -> str:
    return f'<a{attributes} href="{around.comments_path}{row.id}/{way}/">{words}<span class="vh">{when}</span></a>'
