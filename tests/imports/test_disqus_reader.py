"""Exports of Disqus, row by row: an invented one with the oddities of real ones, and others that were made up, cut or spoilt."""

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.imports.readers import detect, disqus
from forum.imports.records import ArticleRecord, CommentRecord, ImportFileError, LeftOut, Problem, SiteRecord
from tests.imports.truth import DATA

EXPORT = DATA / "imports" / "disqus.xml"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">\n'
)


def comments_of(path: Path) -> dict[str, CommentRecord]:
    comments = (record for record in disqus.read(path) if isinstance(record, CommentRecord))
    return {comment.source_id.removeprefix("post-"): comment for comment in comments}


def left_out(path: Path) -> Counter[str]:
    return Counter(record.kind for record in disqus.read(path) if isinstance(record, LeftOut))


def test_told_by_its_content(tmp_path: Path) -> None:
    packed = tmp_path / "page.txt"
    packed.write_bytes(gzip.compress(EXPORT.read_bytes()))
    assert detect(EXPORT) == detect(packed) == "disqus"
    assert list(disqus.read(packed)) == list(disqus.read(EXPORT))


def test_threads_with_a_comment_are_articles_that_say_where_their_text_is() -> None:
    records = list(disqus.read(EXPORT))
    assert records[0] == SiteRecord("disqus:walking-again")
    articles = [record for record in records if isinstance(record, ArticleRecord)]
    assert [(article.source_id, article.title, article.original_url) for article in articles] == [
        ("thread-100", "Stretching & night splints", "https://walking.example.org/stretching/"),
        ("thread-102", "https://walking.example.org/?p=9", "https://walking.example.org/?p=9"),
        ("thread-999", "Disqus thread-999", None),
    ]
    assert articles[0].body == "[Stretching \\& night splints](https://walking.example.org/stretching/)"


def test_every_row_is_a_comment_or_accounted_for() -> None:
    assert len(comments_of(EXPORT)) == 6
    assert left_out(EXPORT) == {
        "spam": 1, "comments that were deleted": 1, "comments without words": 1, "comments of threads that were deleted": 1,
        "threads without a comment": 1, "threads that were deleted": 1, "tables in a text": 1, "images in a text": 1,
    }  # fmt: skip
    assert EXPORT.read_text().count("<post ") == 6 + 4


def test_comment_keeps_name_date_and_words() -> None:
    comment = comments_of(EXPORT)["1"]
    assert (comment.name, comment.email, comment.author_kind) == ("Rosa", "rosa@example.org", "member")
    assert (comment.posted_at, comment.posted_precision) == (datetime(2011, 8, 31, 15, 16, 29, tzinfo=UTC), "exact")
    assert comment.body == (
        "My physiotherapist has me hold each stretch for **30 seconds**.\nIs that long enough?\n\n"
        "See [the study](https://example.org/study?id=4)."
    )
    assert not comment.is_plain


def test_registered_writers_are_grouped_without_being_named() -> None:
    comments = comments_of(EXPORT)
    assert comments["1"].author_key == comments["6"].author_key != ""
    assert "rosa" not in comments["1"].author_key
    assert comments["5"].author_key == comments["3"].author_key == ""


def test_answer_to_a_deleted_comment_stands_under_the_next_one_above() -> None:
    comments = comments_of(EXPORT)
    assert (comments["3"].parent, comments["5"].parent, comments["6"].parent) == ("post-1", None, "post-7")
    assert [str(problem) for problem in comments["3"].problems] == [
        "Line 44: post-3 answers post-2, which is left out. It stands under the next one above it."
    ]


def test_message_that_was_escaped_is_read_like_any_other() -> None:
    assert comments_of(EXPORT)["5"].body == "I am 5 \\< 6 & counting.\n\n- one\n- two"
    assert comments_of(EXPORT)["6"].body.startswith("Answers one that comes later. https://example.org/a/very\\_long/address")


@pytest.mark.parametrize(("key", "printed"), [("5", "0000-00-00T00:00:00Z"), ("6", ""), ("7", "1899-12-31T23:59:59Z")])
def test_date_that_cannot_be_is_kept_as_printed(key: str, printed: str) -> None:
    comment = comments_of(EXPORT)[key]
    assert (comment.posted_at, comment.posted_precision, comment.posted_text) == (None, "unknown", printed)
    assert any("is no date" in problem.sentence for problem in comment.problems)


def test_script_in_a_name_is_letters() -> None:
    assert comments_of(EXPORT)["5"].name == "Ben <script>alert(1)</script>"


def write(path: Path, inner: str | bytes) -> Path:
    file = path / "export.xml"
    inner = inner.encode() if isinstance(inner, str) else inner
    file.write_bytes(HEAD.encode() + inner + b"</disqus>")
    return file


def post(key: str, message: str = "words", *, thread: str = "1", parent: str = "", name: str = "Ada") -> str:
    answered = f'<parent dsq:id="{parent}" />' if parent else ""
    return (
        f'<post dsq:id="{key}"><message>{escape(message)}</message><createdAt>2012-01-01T00:00:00Z</createdAt>'
        f'<author><name>{escape(name)}</name></author><thread dsq:id="{thread}" />{answered}</post>\n'
    )


THREAD = '<thread dsq:id="1"><forum>f</forum><link>https://a.example/</link><title>A</title></thread>\n'


def test_broken_letters_are_shown_and_reported_by_row(tmp_path: Path) -> None:
    damaged = THREAD.encode() + post("1", "caf?").encode().replace(b"caf?", b"caf\xe9 \x00\x0b&#8;") + post("2").encode()
    comments = comments_of(write(tmp_path, damaged))
    assert comments["1"].body == "caf� �"
    assert [str(problem) for problem in comments["1"].problems] == ["Line 4: 2 letters could not be read; they are shown as �."]
    assert comments["2"].problems == ()


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        ("<post dsq:id='1'><message>cut", "it was cut"),
        ("<post><message></post>", "the file is broken here: mismatched tag."),
        ("", "there is no thread and no post in this export."),
        ("<x>" * 200, "more elements stand in one another here"),
        (f"<post dsq:id='1'><message>{'x' * (8 * 1024**2 + 1)}</message></post>", "“message” has more than 8 MB"),
        (f"<post dsq:id='{'x' * 2_000_000}'/>", "goes on without an end"),
        (f"<!-- {'x' * 2_000_000}", "goes on without an end"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, inner: str, sentence: str) -> None:
    path = tmp_path / "export.xml"
    path.write_text(HEAD + inner + ("" if "cut" in sentence or "end" in sentence else "</disqus>"))
    with pytest.raises(ImportFileError) as error:
        list(disqus.read(path))
    assert sentence in str(error.value)


def test_entities_that_swell_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    path.write_text(HEAD.replace("\n<disqus", f"\n{bomb}<disqus") + THREAD + post("1", "x").replace(">x<", ">&b;<") + "</disqus>")
    with pytest.raises(ImportFileError, match="defines entities of its own"):
        list(disqus.read(path))


def test_ten_thousand_answers_one_below_another_are_read(tmp_path: Path) -> None:
    rows = "".join(post(str(number), parent=str(number - 1) if number else "") for number in range(10_000))
    comments = comments_of(write(tmp_path, THREAD + rows))
    assert len(comments) == 10_000
    assert comments["9999"].parent == "post-9998"


def test_text_of_a_thread_is_that_of_the_article(tmp_path: Path) -> None:
    thread = THREAD.replace("</thread>", "<message>&lt;h2&gt;Part&lt;/h2&gt;All of it.</message></thread>")
    article = next(record for record in disqus.read(write(tmp_path, thread + post("1"))) if isinstance(record, ArticleRecord))
    assert article.body == "## Part\n\nAll of it."


def test_title_that_was_escaped_for_a_page_is_read(tmp_path: Path) -> None:
    thread = THREAD.replace(
        "<title>A</title>", "<title>Rest &amp;amp;#8220;or&amp;#8221; move &amp;amp; walk &amp; &lt;b&gt;</title>"
    )
    article = next(record for record in disqus.read(write(tmp_path, thread + post("1"))) if isinstance(record, ArticleRecord))
    assert article.title == "Rest “or” move & walk & <b>"


@pytest.mark.parametrize(
    ("link", "slug"),
    [
        ("https://a.example/blog/warm-pool.html", "warm-pool"),
        ("https://a.example/2013/warm-pool/index.php", "warm-pool"),
        ("https://a.example/caf%C3%A9/", "cafe"),
        ("https://a.example/", "a-title"),
    ],
)
def test_article_is_addressed_by_what_its_old_address_says(tmp_path: Path, link: str, slug: str) -> None:
    inner = f'<thread dsq:id="1"><link>{link}</link><title>A title</title></thread>' + post("1", "Hi")
    records = list(disqus.read(write(tmp_path, inner)))
    assert [record.slug for record in records if isinstance(record, ArticleRecord)] == [slug]


def test_address_that_is_none_stops_nothing(tmp_path: Path) -> None:
    thread = THREAD.replace("https://a.example/", "http://[broken").replace("<forum>f</forum>", "")
    records = list(disqus.read(write(tmp_path, thread + post("1", '<a href="https://disq.us/url?url=http://[x">y</a>'))))
    assert [getattr(record, "source_id", "") for record in records[1:3]] == ["thread-1", "post-1"]


def test_deleted_comments_that_answer_each_other_end_the_search(tmp_path: Path) -> None:
    deleted = "".join(
        post(key, parent=parent).replace("</post>", "<isDeleted>true</isDeleted></post>")
        for key, parent in [("1", "2"), ("2", "1")]
    )
    assert comments_of(write(tmp_path, THREAD + deleted + post("3", parent="1")))["3"].parent is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_made_up_exports_are_accounted_for_row_by_row(tmp_path: Path, data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True), unique=True, max_size=12))
    rows, kept, out = [], {}, 0
    for key in keys:
        message = data.draw(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=20))
        is_gone = data.draw(st.booleans())
        parent, name = data.draw(st.sampled_from(["", *keys])), data.draw(st.sampled_from(["Ada", "", "<b>"]))
        row = post(key, escape(message), parent=parent, name=name)
        rows.append(row.replace("</post>", "<isSpam>true</isSpam></post>") if is_gone else row)
        if is_gone or not message.strip():
            out += 1
        else:
            kept[key] = message
    path = write(tmp_path, THREAD + "".join(rows))
    records = list(disqus.read(path))
    comments = [record for record in records if isinstance(record, CommentRecord)]
    assert [comment.source_id for comment in comments] == [f"post-{key}" for key in kept]
    assert sum(isinstance(record, LeftOut) and record.kind in ("spam", "comments without words") for record in records) == out
    for comment in comments:  # a parent that was left out is known to be, unless it comes later
        key, parent = comment.source_id.removeprefix("post-"), (comment.parent or "").removeprefix("post-")
        assert not parent or parent in kept or keys.index(parent) > keys.index(key)
    assert not any(isinstance(record, Problem) for record in records)
