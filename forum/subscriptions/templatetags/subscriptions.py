"""Template tags that bring what somebody is told to the pages of apps below this one."""

from typing import Any

from django import template

from articles.models import Article
from forum.accounts.models import Guest, User
from forum.accounts.people import Person
from forum.discussion.models import Comment

from ..outcomes import has_wish
from ..services import has_stopped
from ..waiting import Waiting, people_of, read_waiting

register = template.Library()


@register.simple_tag
def emails_are_stopped(member: User | None, guest: Guest | None, parent: Comment | None) -> bool:
    """Tell whether the member or guest who writes has stopped emails about answers, here or everywhere."""
    if member is None and guest is None:
        return False
    person = Person(user=member) if member else Person(guest=guest)
    return has_stopped(person, root_id=parent.thread_id if parent else None)


@register.simple_tag(takes_context=True)
def waiting_answers(context: dict[str, Any]) -> list[Waiting]:
    """Return the answers that wait for whom the page is about: whose ``link`` it was opened by, else who looks."""
    link = context.get("link")
    return read_waiting([link.person] if link else people_of(context["request"]))


@register.simple_tag
def may_ask_later(member: User | None, guest: Guest | None, article: Article) -> bool:
    """Tell whether the form asks if we may ask later how it went: once under an article, and not who has no address to give."""
    if member is None and guest is None:
        return True
    return not has_wish(Person(user=member) if member else Person(guest=guest), article.pk)
