"""What a search finds, as tests ask for it."""

from forum.discussion.models import Comment
from forum.search.query import parse
from forum.search.services import Narrowing, Outcome, search


def ask(typed: str, **narrowing) -> Outcome:
    """Return what a search for ``typed`` comes to."""
    return search(parse(typed), Narrowing(**narrowing))


def find(typed: str, **narrowing) -> list[str]:
    """Return the texts of the comments that have all that is typed, the best first."""
    outcome = ask(typed, **narrowing)
    pks = [] if outcome.is_loose or outcome.is_respelled else [match.pk for match in outcome.comments.matches]
    bodies = dict(Comment.objects.filter(pk__in=pks).values_list("pk", "body"))
    return [bodies[pk] for pk in pks]


def find_articles(typed: str, **narrowing) -> list[int]:
    """Return the ids of the articles that are found, the best first."""
    return [match.pk for match in ask(typed, **narrowing).articles.matches]
