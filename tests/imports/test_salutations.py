"""Who answers whom, where the text says so and only there."""

from __future__ import annotations

import pytest

from forum.imports.records import CommentRecord
from forum.imports.salutations import attach_replies


def parents(*comments: tuple[str, str]) -> list[str | None]:
    """Return the parent of each (name, body), with the names of comments as their ids."""
    records = [
        CommentRecord(source_id=f"{name}-{at}", position=at, line=at, name=name, body=body)
        for at, (name, body) in enumerate(comments, start=1)
    ]
    return [comment.parent for comment in attach_replies(records)]


@pytest.mark.parametrize(
    ("greeting", "is_attached"),
    [
        ("Hi Arthur Flynn\nhow are you", True),
        ("hello arthur, how are you", True),
        ("Dear Arthur how are you", True),
        ("HEY Arthur!", True),
        ("Hi, Arthur.", True),
        ("Hi Arthur Miller, how are you", False),
        ("Hi Arthurs wife", False),
        ("Hi Arthur's wife here", False),
        ("Hi Arthur and Vera, how are you both", False),
        ("Hi everybody, Arthur here", False),
        ("Hiarthur", False),
        ("I say hi Arthur", False),
        ("Arthur, how are you", False),
    ],
)
def test_greeting_attaches_only_where_it_names_one_writer(greeting: str, is_attached: bool) -> None:
    found = parents(("Arthur Flynn", "A text."), ("Vera", "A text."), ("Pat", greeting))
    assert found == [None, None, "Arthur Flynn-1" if is_attached else None]


def test_greeting_reaches_a_writer_printed_further_down() -> None:
    assert parents(("Rosa", "Hi Lou\n\nIt went well."), ("Lou", "How did it go?")) == ["Lou-2", None]


def test_two_bearers_of_a_name_leave_the_greeting_open() -> None:
    assert parents(("Kim", "One."), ("kim", "Two."), ("Lou", "Hi Kim")) == [None, None, None]
    assert parents(("Kim Alba", "One."), ("Kim Berg", "Two."), ("Lou", "Hi Kim Berg")) == [None, None, "Kim Berg-2"]


def test_circle_of_greetings_attaches_nobody() -> None:
    assert parents(("A One", "Hi Bo"), ("Bo", "Hi Cy"), ("Cy", "Hi A One"), ("Di", "Hi Bo")) == [None, None, None, "Bo-2"]


def test_nobody_answers_themselves() -> None:
    assert parents(("Kim", "Hi Kim"), ("Lou", "A text.")) == [None, None]


def test_single_letter_counts_only_as_written_and_alone() -> None:
    texts = ["Hi u all", "hi u", "Hi U, thank you", "Hi U can you help"]
    assert [parents(("U", "A text."), ("Lou", text))[1] for text in texts] == [None, None, "U-1", None]


def test_words_that_are_no_names_attach_nobody() -> None:
    assert (
        parents(("a Reader on the Web", "A text."), ("Dr Wu", "A text."), ("Lou", "Hi a question"), ("Max", "Dear Dr Who"))
        == [None] * 4
    )
