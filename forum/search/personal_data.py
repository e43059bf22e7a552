"""What is held on a person here: the words of their public comments once more, taken apart. They come and go with the comment."""

from typing import Any

from forum.accounts.people import Person

MODELS = ["search.IndexedComment", "search.ChangedText", "search.Word"]


def export(person: Person) -> dict[str, Any]:
    """Return nothing: the words are in their comments, which are exported as they were written."""
    return {}


def erase(person: Person, *, keep_words: bool) -> None:
    """Do nothing: a comment leaves the index in the transaction that erases it, and the nightly work closes the gap."""
