"""The pages that only a member sees, to be judged as ``tests.pages`` judges those of everybody."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client
from django.urls import reverse

from articles.models import Article
from forum.accounts.ignoring import ignore
from forum.accounts.models import User
from forum.discussion.models import Comment
from tests.factories import ArticleFactory, CommentFactory, MemberFactory


@dataclass(frozen=True)
class MemberPages:
    """A member who ignores somebody, and the pages that only they see."""

    member: User
    article: Article
    other: Comment

    @classmethod
    def write(cls) -> "MemberPages":
        """Write the comments."""
        member = MemberFactory(email="joan@example.org", display_name="Joan of Rennes", relation="carer")
        article = ArticleFactory(title="Living with stiff muscles")
        CommentFactory(article=article, author=member, state="published")
        other = CommentFactory(article=article, name="Joan", origin="serendip")
        ignore(member, guest=CommentFactory(article=article, name="Bo").guest)
        return cls(member, article, other)

    @property
    def cookie(self) -> dict[str, str]:
        """Return the name and the value of the cookie by which a browser is signed in."""
        return session_cookie(self.member)

    def paths(self) -> list[str]:
        """Return the path of every page that is theirs."""
        folding = reverse("discussion:comment-ignore", args=[self.other.pk])
        pages = [self.member.get_absolute_url(), self.article.get_absolute_url()]
        return [reverse("own:settings"), folding, reverse("site:reading"), *pages]


def session_cookie(user: User) -> dict[str, str]:
    """Return the name and the value of a cookie by which a browser is that of ``user``."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
