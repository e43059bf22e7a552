"""Exports of WordPress, row by row: an invented one with the oddities of real ones, and others that were made up or spoilt."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.imports.readers import detect, wxr
from forum.imports.readers.shortcodes import drop_shortcodes
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError
from tests.imports.streams import Stream, gather
from tests.imports.truth import DATA

EXPORT = DATA / "imports" / "wordpress.xml"
HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/{}/">'
    "<channel><link>https://a.example</link>\n"
)


def read(path: Path = EXPORT) -> Stream:
    return gather(wxr.read(path))


def comments_of(stream: Stream) -> dict[str, CommentRecord]:
    return {comment.source_id: comment for comment in stream.comments}


def left_out(stream: Stream) -> Counter[str]:
    counts: Counter[str] = Counter()
    for record in stream.left_out:
        counts[record.kind] += record.count
    return counts


def test_told_by_its_content() -> None:
    assert detect(EXPORT) == "wxr"
    assert read().source == "wordpress:living.example.org/blog"


def test_every_row_is_taken_or_accounted_for() -> None:
    stream = read()
    text = EXPORT.read_text()
    counts = left_out(stream)
    items = sum(counts[kind] for kind in counts if "entries" in kind or "password" in kind or "not published" in kind)
    assert text.count("<item>") == 2 + counts["attachments"] + counts["menu items"] + items
    assert text.count("<wp:comment>") == len(stream.comments) + 4
    assert counts == {
        "attachments": 1, "menu items": 1, "entries of the kind “recipe”": 1, "posts that are not published (draft)": 1,
        "pages behind a password": 1, "spam": 1, "pingbacks": 1, "comments in the bin": 1, "tags": 1,
        "comments of what is not taken over": 1, "further categories": 1, "shortcodes in a text": 3, "images in a text": 1,
        "excerpts": 1, "addresses of writers’ own pages": 1,
    }  # fmt: skip


def test_post_is_an_article_in_the_collections_of_its_first_category() -> None:
    article = read().records[1]
    assert (article.title, article.slug, article.byline) == ("A warm pool, & what it did", "warm-pool", "Mary O'Brien")
    assert article.collection == ("Therapy", "In the water & out")
    assert (article.published_on, article.published_precision) == (date(2010, 5, 4), "day")
    assert (article.original_url, article.language) == ("https://living.example.org/blog/2010/05/warm-pool/", "en-GB")
    assert article.body == (
        "The water was **34 °C**.\\\nI floated for twenty minutes.\n\n"
        "[The pool](https://living.example.org/pool.jpg) The pool at dusk\n\n"
        "### What helped \\[sic\\]\n\n- warmth\n- no hurry\n\n\\[not a mark\\] https://video.example.org/v/3"
    )


def test_page_without_a_title_is_called_by_its_address() -> None:
    page = read().of(type(read().records[1]))[1]
    assert (page.source_id, page.title, page.body) == ("post-8", "about", "About us.")


def test_old_addresses_lead_to_their_articles() -> None:
    assert [(old.path, old.article) for old in read().old_addresses] == [("/blog/2010/05/warm-pool/", "post-7")]


def test_comment_keeps_name_date_and_words() -> None:
    comment = comments_of(read())["comment-11"]
    assert (comment.name, comment.email, comment.author_kind, comment.author_key) == (
        "Sean & Aoife", "sean@example.org", "guest", "",
    )  # fmt: skip
    assert (comment.posted_at, comment.posted_precision) == (datetime(2010, 5, 5, 8, tzinfo=UTC), "exact")
    assert comment.body == "Did it last?\nMine was gone by evening.\n\nStill, 1. it is calm & 2. it is quiet \\[ok\\]."
    assert (comment.article, comment.state) == ("post-7", None)


def test_local_time_of_an_unknown_place_is_a_day() -> None:
    comment = comments_of(read())["comment-13"]
    assert (comment.posted_at, comment.posted_precision) == (datetime(2010, 5, 6, 12, tzinfo=UTC), "day")
    assert comment.posted_text == "2010-05-06 10:00:00"
    assert (comment.author_kind, comment.author_key) == ("member", "user-2")


def test_answer_to_spam_stands_under_the_next_one_above() -> None:
    comment = comments_of(read())["comment-13"]
    assert comment.parent == "comment-11"
    assert any("answers comment-12, which is left out" in problem.sentence for problem in comment.problems)


def test_comment_that_waited_waits() -> None:
    comment = comments_of(read())["comment-15"]
    assert (comment.state, comment.posted_precision, comment.body) == ("held", "unknown", "> gone by evening\n\nSame here.")


def test_comment_before_the_words_of_its_article_comes_after_it() -> None:
    records = read().records
    ids = [getattr(record, "source_id", "") for record in records]
    assert ids.index("post-8") < ids.index("comment-21")


@pytest.mark.parametrize(
    ("text", "kept", "count"),
    [
        ("[sic] and [1] and [a b]", "[sic] and [1] and [a b]", 0),
        ("[[gallery]] [gallery]", "[gallery] ", 1),
        ("[box]words[/box]", "words", 1),
        ('[caption caption="At dusk"]x[/caption]', " At dusk x", 1),
        ('[caption caption="The river&amp;#039;s &quot;bed&quot;"]', " The river&#039;s &quot;bed&quot; ", 1),
        ("[youtube https://v.example/?a&amp;b]", ' <a href="https://v.example/?a&amp;b">https://v.example/?a&amp;b</a> ', 1),
        ("[unclosed", "[unclosed", 0),
    ],
)  # fmt: skip
def test_shortcodes_go_and_words_stay(text: str, kept: str, count: int) -> None:
    assert drop_shortcodes(text) == (kept, count)


def write(folder: Path, inner: str, version: str = "1.2") -> Path:
    path = folder / "export.xml"
    path.write_text(HEAD.format(version) + inner + "</channel></rss>", encoding="utf-8")
    return path


def item(number: int, comments: str = "", content: str = "words") -> str:
    return (
        f"<item><title>A</title><content:encoded>{escape(content)}</content:encoded><wp:post_id>{number}</wp:post_id>"
        f"{comments}</item>\n"
    )


def comment(key: str, *, parent: str = "0", approved: str = "1", text: str = "words", kind: str = "") -> str:
    return (
        f"<wp:comment><wp:comment_id>{key}</wp:comment_id><wp:comment_date_gmt>2012-01-01 00:00:00</wp:comment_date_gmt>"
        f"<wp:comment_content>{escape(text)}</wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved>"
        f"<wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent></wp:comment>\n"
    )


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_all_versions_are_read(tmp_path: Path, version: str) -> None:
    stream = read(write(tmp_path, item(1, comment("1")), version))
    assert (len(stream.comments), stream.article.source_id) == (1, "post-1")


def test_script_that_ends_a_text_for_a_parser_ends_nothing(tmp_path: Path) -> None:
    """Old releases of WordPress wrote a text into its section as it was."""
    content = "<![CDATA[One.\n<script>// <![CDATA[\nads();\n// ]]></script>\nTwo.]]>"
    text = item(1, comment("5")).replace("words</content:encoded>", f"{content}</content:encoded>")
    stream = read(write(tmp_path, text + item(2)))
    assert [record.source_id for record in stream.of(ArticleRecord)] == ["post-1", "post-2"]
    assert stream.of(ArticleRecord)[0].body == "One.\\\nTwo."
    assert [record.line for record in stream.comments] == [6]


def test_article_without_a_number_is_known_by_its_address(tmp_path: Path) -> None:
    """As in files that were made for a move to Disqus, which say neither what the site is called nor where it is."""
    path = tmp_path / "export.xml"
    inner = "<item><title>A</title><link>https://b.example/2012/a/</link><content:encoded/>{}</item>"
    head = HEAD.format("1.0").replace("<link>https://a.example</link>", "")
    path.write_text(f"{head}{inner.format(comment('5'))}</channel></rss>")
    first = read(path)
    path.write_text(f"{head}\n\n{inner.format(comment('5') + comment('6', parent='5'))}</channel></rss>")
    second = read(path)
    assert first.source == second.source == "wordpress:b.example"
    assert first.article.source_id == second.article.source_id == "post-https://b.example/2012/a/"
    assert [record.article for record in second.comments] == [second.article.source_id] * 2


def test_article_that_is_there_once_for_each_comment_is_one(tmp_path: Path) -> None:
    inner = "<item><title>A</title><link>https://b.example/a/</link><content:encoded>words</content:encoded>{}</item>\n"
    stream = read(write(tmp_path, inner.format(comment("5")) + inner.format(comment("6", parent="5"))))
    assert stream.article.source_id == "post-https://b.example/a/"
    assert [(record.article, record.parent) for record in stream.comments] == [
        (stream.article.source_id, None), (stream.article.source_id, "comment-5"),
    ]  # fmt: skip
    assert stream.all_problems == ()


def test_old_address_is_kept_as_a_browser_means_it(tmp_path: Path) -> None:
    text = item(1).replace("<title>", "<link>https://a.example/%e6%97%a5/</link><title>")
    assert [old.path for old in read(write(tmp_path, text)).old_addresses] == ["/日/"]


def test_comment_of_an_unknown_state_waits_and_is_reported(tmp_path: Path) -> None:
    (record,) = read(write(tmp_path, item(1, comment("x1", approved="maybe")))).comments
    assert (record.source_id, record.state) == ("comment-x1", "held")
    assert "“maybe” does not say whether comment-x1 was approved" in record.problems[0].sentence


def test_cut_export_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_bytes(EXPORT.read_bytes()[:4_000])
    with pytest.raises(ImportFileError, match=r"Line \d+: the file ends inside “.*”; it was cut\."):
        read(path)


def test_export_without_an_item_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="there is no article in this export"):
        read(write(tmp_path, ""))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("012"), st.sampled_from(["1", "0", "spam", "trash"]), st.sampled_from(["", "comment", "pingback"])
        ),
        max_size=15,
    )
)
def test_made_up_exports_are_accounted_for_row_by_row(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    comments = "".join(
        comment(str(number), parent=str(max(0, number - int(above))), approved=approved, kind=kind)
        for number, (above, approved, kind) in enumerate(rows, start=1)
    )
    stream = read(write(tmp_path, item(1, comments)))
    kept = [number for number, (_above, approved, kind) in enumerate(rows, start=1) if kind != "pingback" and approved in "10"]
    assert [record.source_id for record in stream.comments] == [f"comment-{number}" for number in kept]
    assert len(stream.comments) + len(stream.left_out) == len(rows)
    ids = {record.source_id for record in stream.comments}
    assert all(record.parent is None or record.parent in ids | {record.source_id} for record in stream.comments)
    assert [record.state for record in stream.comments] == [None if rows[number - 1][1] == "1" else "held" for number in kept]
