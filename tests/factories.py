"""Rows for tests, a factory a model, valid by default. Articles and comments go through the services: counts are right."""

from datetime import date, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group
from django.utils import timezone

from articles.models import Article, Collection, Source
from articles.services import save_article
from forum.accounts import roles
from forum.accounts.addresses import set_address
from forum.accounts.models import Guest, User
from forum.discussion.models import ActorKind, Comment
from forum.discussion.posting import post_comment
from forum.discussion.services import Actor, transition
from forum.topics.arrivals import search_new
from forum.topics.vocabulary import read_vocabulary

PASSWORD = "a long enough password"

# How a new comment gets into a state: each step is a transition that a person could make.
STEPS = {
    "held": [],
    "published": ["published"],
    "hidden": ["published", "hidden"],
    "removed": ["published", "removed"],
    "rejected": ["rejected"],
    "withdrawn": ["published", "withdrawn"],
    "erased": ["published", "erased"],
}


class CollectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Collection

    title = factory.Sequence(lambda n: f"Shelf {n}")
    slug = factory.Sequence(lambda n: f"shelf-{n}")


class ArticleFactory(factory.django.DjangoModelFactory):
    """A published article; ``article.discussion`` is open."""

    class Meta:
        model = Article

    slug = factory.Sequence(lambda n: f"article-{n}")
    title = factory.Sequence(lambda n: f"Living with stiff muscles {n}")
    standfirst = "What helps, what does not, and what nobody told us."
    byline = "Ada Writer"
    body = "The first paragraph.\n\nThe second paragraph."
    status = Article.Status.PUBLISHED
    published_on = date(2019, 5, 4)

    @classmethod
    def _create(cls, model_class: type[Article], *args: Any, **kwargs: Any) -> Article:
        return save_article(model_class(**kwargs))


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    article = factory.SubFactory(ArticleFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"A source, volume {n}")
    url = factory.Sequence(lambda n: f"https://example.org/source-{n}")


class MemberFactory(factory.django.DjangoModelFactory):
    """A member who signs in with PASSWORD, or by a code to their address, which is proven."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"member{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Member {'abcdefghjk'[n % 10]}{n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        member = User.objects.create_user(**({"password": PASSWORD} | kwargs))
        set_address(member, is_proven=True)
        return member


class ModeratorFactory(MemberFactory):
    """A member of staff in the group of moderators."""

    class Meta:
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"moderator{n}@example.org")
    display_name = factory.Sequence(lambda n: f"Mo Derator {'abcdefghjk'[n % 10]}{n}")
    is_staff = True

    @factory.post_generation
    def role(self: User, create: bool, extracted: str | None, **kwargs: Any) -> None:
        self.groups.add(Group.objects.get(name=extracted or roles.MODERATOR))


class GuestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Guest

    display_name = factory.Sequence(lambda n: f"Guest {n}")


class CommentFactory(factory.Factory):
    """A comment of a guest, published unless ``state`` says otherwise, posted and decided on as people would.

    ``author`` makes it a member's. ``posted_at`` is the moment it is posted and decided on; an unknown date is
    ``posted_precision="unknown"``, and ``posted_at`` then only orders it. Any other field of the row may be given.
    """

    class Meta:
        model = Comment

    class Params:
        article = None

    parent = None
    state = "published"
    body = factory.Sequence(lambda n: f"It took us {n + 2} months, and then it went better.")
    author = None
    guest = factory.Maybe("author", None, factory.SubFactory(GuestFactory))
    reason = ""
    posted_at = factory.LazyFunction(timezone.now)

    @factory.lazy_attribute
    def discussion(self) -> Any:
        if self.parent:
            return self.parent.discussion
        return (self.article or ArticleFactory()).discussion

    @factory.lazy_attribute
    def name(self) -> str:
        return self.author.display_name if self.author else self.guest.display_name

    @classmethod
    def _create(
        cls, model_class: type[Comment], *args: Any, state: str, reason: str, posted_at: datetime, **fields: Any
    ) -> Comment:
        typed = {"discussion", "parent", "author", "guest", "name", "body", "subject", "relation", "form_key", "is_update"}
        comment = post_comment(**{key: fields.pop(key) for key in typed & fields.keys()}, now=posted_at)
        if fields.get("posted_precision") == Comment.Precision.UNKNOWN:
            fields["posted_at"] = None
        if fields:
            Comment.objects.filter(pk=comment.pk).update(**fields)
        if read_vocabulary():
            search_new()  # as the worker does
        for step in STEPS[state]:
            if step != comment.state:
                comment = transition(comment, step, actor=_actor(step), reason=_reason(step, reason), now=posted_at)
        comment.refresh_from_db()
        return comment


def _actor(step: str) -> Actor:
    if step in ("withdrawn", "erased"):
        return Actor(ActorKind.WRITER)
    moderator = User.objects.filter(groups__name=roles.MODERATOR).first() or ModeratorFactory()
    return Actor(ActorKind.MODERATOR, moderator)


def _reason(step: str, reason: str) -> str:
    return (reason or Comment.Reason.OTHER) if step in ("rejected", "hidden", "removed") else ""
