"""What is held on a person here: which articles are tied to their account.

A byline is part of what was published, as on a printed page, and stays; the account behind it does not.
"""

from typing import Any, Protocol

from .models import Article

MODELS = ["articles.Article"]


class Person(Protocol):
    """Whom the apps above know: ``user`` is None for a guest."""

    user: Any


def export(person: Person) -> dict[str, Any]:
    """Return the articles that name the account as their writer's."""
    if person.user is None:
        return {}
    return {"articles": list(Article.objects.filter(writer=person.user).order_by("pk").values("title", "byline", "published_on"))}


def erase(person: Person, *, keep_words: bool) -> None:
    """Untie the articles from the account."""
    if person.user is not None:
        Article.objects.filter(writer=person.user).update(writer=None)
