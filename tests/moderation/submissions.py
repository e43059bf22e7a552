"""Submissions for the checks, valid by default."""

from typing import Any

from forum.discussion.models import Strength
from forum.discussion.screening import Signal, Submission
from tests.factories import ArticleFactory


def submission(body: str, **fields: Any) -> Submission:
    """Return what a guest nobody knows sends under a new article."""
    values = {
        "kind": "post",
        "subject": "",
        "name": "Marit",
        "parent": None,
        "is_member": False,
        "is_staff": False,
        "approved_count": 0,
    }
    article = fields.pop("article", None) or ArticleFactory()
    return Submission(**(values | {"body": body, "article": article} | fields))


def codes(signals: list[Signal]) -> dict[str, Strength]:
    """Return the strength of each signal by its code."""
    return {signal.code: signal.strength for signal in signals}
