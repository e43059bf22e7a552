"""Comments as HTML: what stands in them, and what never does."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from forum.discussion.rendering import Layout, Surroundings, render_eras, render_threads
from forum.discussion.threads import build_thread, group_by_era
from tests.discussion.test_threads import make_replies, make_row

FROM = 'A comment from <time datetime="2010-02-03">3 February 2010</time>'
NASTY = "<script>alert(1)</script>\"'&"


def around(layout=Layout.ARTICLE, **fields):
    values = {
        "layout": layout, "article_path": "/articles/stiff/", "comments_path": "/comments/", "visitor_name": "A reader",
        "members_path": "/members/", "usual_wait": "1 day", "now": datetime(2026, 11, 23, tzinfo=UTC), "can_post": True,
    }  # fmt: skip
    return Surroundings(**(values | fields))


def write(row, replies=(), layout=Layout.ARTICLE, **fields):
    thread = build_thread(row, replies)
    surroundings = around(layout, **fields)
    return render_threads([thread], replace(surroundings, shown_ids=frozenset(thread.shown_ids)))


@pytest.mark.parametrize("layout", list(Layout))
def test_names_titles_and_printed_dates_are_escaped(layout):
    row = make_row(1, name=NASTY, subject=NASTY, origin="serendip", origin_note=NASTY, posted_text=NASTY, language='x"><script>')
    html = write(row, [make_row(2, parent=1, index=1, name=NASTY, parent_name=NASTY, parent_public=True)], layout)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_comment_has_two_focus_stops_and_names_that_start_with_the_visible_words():
    html = write(make_row(1, name="Marit", reply_count=0))
    assert len(re.findall(r"<summary|<a [^>]*class=\"btn\"", html)) == 2
    assert '<span>Reply to <bdi>Marit</bdi><span class="vh">, 3 February 2010</span></span>' in html
    assert 'More<span class="vh"> for the comment by <bdi>Marit</bdi>, 3 February 2010</span>' in html


@pytest.mark.parametrize(
    ("layout", "levels"), [(Layout.ARTICLE, "34"), (Layout.THREAD, "223"), (Layout.PRINT, "34")], ids=lambda value: str(value)
)
def test_headings_follow_the_page(layout, levels):
    html = write(make_row(1, reply_count=1), make_replies(1), layout)
    assert "".join(re.findall(r"<h(\d)", html)) == levels


def test_waiting_question_says_for_how_long_and_asks_for_an_answer():
    html = write(make_row(1, name="Nadia", waiting=True, posted_at=datetime(2014, 5, 9, tzinfo=UTC)))
    assert "No reply yet, after 12 years." in html
    assert "Answer <bdi>Nadia</bdi>" in html
    assert "Reply to" not in html


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("day", '<time datetime="2010-02-03">3 February 2010</time>'),
        ("month", '<time datetime="2010-02">February 2010</time>. The exact day was not kept.'),
        ("year", '<time datetime="2010">2010</time>. The exact day was not kept.'),
        ("before", "Before 2010. The exact date was not kept."),
        ("unknown", "The date was not kept."),
    ],
)
def test_date_is_told_as_precisely_as_it_is_known(precision, words):
    html = write(make_row(1, precision=precision))
    assert f'<span class="when">{words}</span>' in html


@pytest.mark.parametrize(
    ("precision", "printed", "is_told"),
    [("month", "February 2010", False), ("month", "02/2010", False), ("month", "July 2005", True),
     ("day", "Wed 3rd Feb 2010", False), ("unknown", "Comments made prior to 2007", True)],
)  # fmt: skip
def test_what_the_old_page_printed_is_told_where_it_adds_or_contradicts(precision, printed, is_told):
    html = write(make_row(1, precision=precision, posted_text=printed, origin="serendip"))
    assert (f"The old page printed: “{printed}”" in html) is is_told
    assert "Posted before this site had accounts. The writer may not see a reply. Later readers will." in html


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("removed", f'{FROM} was removed by a moderator. Reason: advertising.'),
        ("hidden", f'{FROM} is being checked by a moderator.'),
        ("withdrawn", f'{FROM} was taken back by the person who wrote it.'),
        ("erased", f'{FROM} was erased on request.'),
        ("held", "A comment here waits for a moderator."),
        ("rejected", "A comment here is not shown."),
    ],
)  # fmt: skip
def test_line_stands_in_the_stead_of_a_comment_that_is_not_shown(state, line):
    html = write(make_row(1, public=False, state=state, reason="advertising"), make_replies(1))
    assert f'<p class="comment__gone">{line}</p>' in html
    assert "Words 1." not in html
    assert "Words 2." in html
    assert "/comments/1/reply/" not in html


def test_writer_is_told_what_became_of_their_comment_and_no_harsh_word():
    for state in ("held", "rejected", "hidden", "removed", "withdrawn"):
        html = write(make_row(1, public=False, state=state, is_own=True, reason="advertising"))
        assert "Words 1." in html
        assert "Only you can see it." in html
        assert not re.search("rejected|violation|spam", html, re.IGNORECASE)
    held = write(make_row(1, public=False, state="held", is_own=True))
    assert (
        "Your comment is waiting for a moderator.</strong> Only you can see it. Someone will read it, usually within 1 day."
        in held
    )


def test_mark_role_change_and_title_are_shown():
    row = make_row(
        1, mark="article_author", relation="carer", subject="How long?", edited_at=datetime(2010, 2, 5, 13, tzinfo=UTC)
    )
    html = write(row)
    for words in (
        "Wrote this article",
        "caring for someone",
        '<p class="comment__subject" dir="auto">How long?</p>',
        "Changed 2 days later.",
    ):
        assert words in html


def test_closed_page_and_print_offer_no_reply():
    assert "/reply/" not in write(make_row(1), can_post=False)
    html = write(make_row(1), layout=Layout.PRINT)
    assert "comment__actions" not in html


def test_eras_have_headings_only_where_something_is_known():
    rows = [make_row(1, precision="unknown", origin="serendip"), make_row(2, days=10)]
    html = render_eras(group_by_era([build_thread(row, ()) for row in rows]), around(), ends_now=True)
    assert re.findall('<p class="era">([^<]*)</p>', html) == ["From the old site, in the order of the old page", "2010 to now"]


@pytest.mark.parametrize(
    "changed",
    [
        {"now": datetime(2026, 11, 25, tzinfo=UTC)},
        {"notes": {1: "<p>Do not stop at once.</p>"}},
        {"notes": {2: "<p>Do not stop at once.</p>"}},
        {"visitor_name": "A guest"},
        {"comments_path": "/c/"},
        {"members_path": "/m/"},
        {"can_post": False},
        {"is_in_article": True},
        {"layout": Layout.THREAD},
        {"layout": Layout.PRINT},
    ],
    ids=str,
)
def test_thread_for_everybody_is_written_anew_when_what_is_around_it_changes(changed):
    """It is kept from one page to the next; a page for somebody is not."""
    posted_at = datetime(2026, 11, 20, tzinfo=UTC)
    row = make_row(1, name="", waiting=True, posted_at=posted_at, reply_count=1, author_id=7, author_slug="marit")
    replies = [make_row(2, parent=1, index=1, name="", parent_name="", parent_public=True, posted_at=posted_at)]
    first = write(row, replies, is_for_all=True)
    assert first == write(row, replies, is_for_all=True) == write(row, replies)
    assert write(row, replies, is_for_all=True, **changed) == write(row, replies, **changed) != first


def test_thread_for_everybody_is_written_anew_when_a_row_changes():
    row, replies = make_row(1, reply_count=2), make_replies(2)
    first = write(row, replies, is_for_all=True)
    for field, value in {"body_html": "<p>Other</p>", "public": False, "language": "de"}.items():
        changed = [replies[0], replies[1]._replace(**{field: value})]
        assert write(row, changed, is_for_all=True) == write(row, changed) != first
