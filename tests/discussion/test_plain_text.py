"""Plain text that is imported: escaped, rendered and read back, it is what was typed."""

from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.markup import escape_plain, render, to_plain

MARKS = st.text(alphabet="ab1 2.)(*_-+#>=~|`\\[]<>&!:/\n\"'", max_size=40)
ADDRESSES = st.lists(
    st.sampled_from(["http://a.example/x_y", "https://b.c", "?x=1&y=2", "&gt;", "amp;", *"\"<>&'()*_[]\\ .é"]), max_size=9
).map("".join)


def level(text: str) -> list[str]:
    """Return the lines with words, single spaces between them: more is not seen on a page."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@given(text=MARKS | ADDRESSES)
def test_plain_text_is_shown_exactly_as_typed(text: str) -> None:
    assert level(to_plain(render(escape_plain(text)))) == level(text)


def test_address_set_off_by_marks_becomes_a_link_without_them() -> None:
    assert 'href="http://a.example/x_y?b=1&amp;c=2"' in render(escape_plain("see <http://a.example/x_y?b=1&c=2>."))
