"""The pages that only a member sees, to be judged as ``tests.pages`` judges those of everybody."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article
from forum.accounts.ignoring import ignore
from forum.accounts.models import User
from forum.discussion.claiming import Claimer, decide_claim, make_claim
from forum.discussion.models import ActorKind, Comment
from forum.discussion.services import Actor
from forum.duty.letters import choices_url
from forum.duty.models import Kind
from forum.duty.services import stop
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory


@dataclass(frozen=True)
class MemberPages:
    """A member who ignores somebody, has old comments to attach and asked for others; and the pages that only they see."""

    member: User
    article: Article
    waiting: Comment
    declined: Comment
    granted: Comment
    moderator: User

    @classmethod
    def write(cls) -> "MemberPages":
        """Write the comments and ask for three of them."""
        member = MemberFactory(email="joan@example.org", display_name="Joan of Rennes", relation="carer")
        article = ArticleFactory(title="Living with stiff muscles")
        CommentFactory(article=article, author=member, state="published")
        guest = GuestFactory(display_name="Joan", email=member.email, proven_at=timezone.now())
        CommentFactory(article=article, guest=guest, name="Joan", body="It began in spring.")
        CommentFactory(article=article, guest=guest, name="Joan", state="held")
        ignore(member, guest=CommentFactory(article=article, name="Bo").guest)
        old = [CommentFactory(article=article, name="Joan", origin="serendip") for _ in range(3)]
        claims = [make_claim(comment, claimer=Claimer(member=member), evidence="I signed as J.") for comment in old]
        moderator = Actor(ActorKind.MODERATOR, ModeratorFactory())
        decide_claim(claims[1], grant=False, answer="Which address did you give?", actor=moderator)
        decide_claim(claims[2], grant=True, actor=moderator)
        stop(moderator.user, [Kind.CARE], timezone.now())
        return cls(member, article, *old, moderator.user)

    @property
    def cookie(self) -> dict[str, str]:
        """Return the name and the value of the cookie by which a browser is signed in."""
        return session_cookie(self.member)

    def paths(self) -> list[str]:
        """Return the path of every page that is theirs."""
        claims = [reverse("discussion:comment-claim", args=[row.pk]) for row in (self.waiting, self.declined, self.granted)]
        own = [
            reverse("own:settings"),
            reverse("discussion:mine"),
            reverse("discussion:attach"),
            f"{reverse('discussion:attach')}?attached=2",
        ]
        folding = reverse("discussion:comment-ignore", args=[self.waiting.pk])
        duty = choices_url(self.moderator, Kind.WAITING).removeprefix(settings.SITE_URL)
        readable = [self.member.get_absolute_url(), self.article.get_absolute_url()]
        return [*own, *claims, folding, duty, reverse("site:reading"), *readable]


def session_cookie(user: User) -> dict[str, str]:
    """Return the name and the value of a cookie by which a browser is that of ``user``."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
