"""Reading a whole conversation: the pages of an article, and the threads that are too long for them."""

import pytest

from bench.reading import find_links, first_view_kb

pytestmark = pytest.mark.one_database

PAGE = """
<ol><li class="more"><a class="btn" href="/articles/a/comments/7/">Show 4 more replies</a></li></ol>
<nav><a href="?page=1#talk">1</a> <a href="/articles/a/?page=2#talk">2</a> <a href="?page=9#talk">9</a></nav>
<a href="/articles/a/?order=newest">Newest</a> <a href="/articles/a/comments/8/">permalink</a>
"""


@pytest.mark.parametrize("address", ["/articles/a/", "/articles/a/?page=2"])
def test_pages_and_folded_threads_are_followed_and_nothing_else(address: str) -> None:
    assert find_links(address, PAGE) == ["/articles/a/?page=2", "/articles/a/?page=9", "/articles/a/comments/7/"]


def test_first_view_ends_with_the_first_section() -> None:
    head = b"<title>x</title>" + b'<div class="prose"><h2>one</h2>' + b"words " * 10
    short = first_view_kb(head + b"<h2>two</h2>", b"")
    assert first_view_kb(head + b"<h2>two</h2>" + bytes(range(256)) * 40, b"") == short
