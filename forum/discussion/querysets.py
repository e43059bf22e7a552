"""Which comments. ``visible_to`` is the one rule about who may read a comment's words; pages, feeds, search, mail ask it."""

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from articles.models import Article

from .permissions import Viewer

if TYPE_CHECKING:
    from .models import Comment, Discussion  # noqa: F401


class DiscussionQuerySet(models.QuerySet["Discussion"]):
    """Which discussions."""

    def in_sight(self) -> Self:
        """Those that readers can open: under a published article, and not hidden."""
        return self.filter(article__status="published").exclude(state="hidden")

    def out_of_sight(self) -> Self:
        """The others, few on most sites: both indexes are asked for what they name, no row of an article is read."""
        drafts = self.filter(article__status__in=[status for status in Article.Status if status != Article.Status.PUBLISHED])
        return drafts.union(self.filter(state="hidden"))


class CommentQuerySet(models.QuerySet["Comment"]):
    """Rows by what they are."""

    def under_open_pages(self) -> Self:
        """Those under a published article whose discussion is not hidden.

        Asked row by row: as a join SQLite would begin with the articles, and read and sort all comments below them.
        """
        discussions: DiscussionQuerySet = apps.get_model("discussion", "Discussion").objects.all()
        return self.filter(Exists(discussions.in_sight().filter(pk=OuterRef("discussion_id"))))

    def first_of(self, count: int) -> Self:
        """The first ``count`` of an ordered query, chosen before anything is joined to them; filter it before.

        SQLite would begin with what is joined, and sort all that there is.
        """
        chosen = self.values("pk")[:count]
        return self.model._default_manager.filter(pk__in=chosen).order_by(*self.query.order_by)  # type: ignore[return-value]

    def published(self) -> Self:
        """Those whose text everybody may read, wherever they stand. Pages ask ``visible_to``."""
        return self.filter(public=True)

    def held(self) -> Self:
        """Those that wait for a moderator."""
        return self.filter(held=True)

    def visible_to(self, viewer: Viewer) -> Self:
        """Those whose words ``viewer`` may read: public ones, their own unless erased, all for a moderator.

        Nothing under an unpublished article or a hidden discussion, but for a moderator.
        """
        if viewer.is_moderator:
            return self
        rows = self.under_open_pages()
        if viewer.is_anonymous:
            return rows.filter(public=True)
        return rows.filter(Q(public=True) | (_is_by(viewer) & ~Q(state="erased")))

    def written_by(self, viewer: Viewer) -> Self:
        """Those that ``viewer`` wrote, wherever they stand: not all of their words may be read (``visible_to``)."""
        return self.filter(_is_by(viewer))

    def asking(self) -> Self:
        """Public questions, answered or not."""
        return self.filter(public=True, is_question=True)

    def waiting(self) -> Self:
        """Public questions that nobody else has answered."""
        return self.filter(waiting=True)


def _is_by(viewer: Viewer) -> Q:
    mine = Q(pk__in=())
    if viewer.user_id is not None:
        mine |= Q(author_id=viewer.user_id)
    if viewer.guest_id is not None:
        mine |= Q(guest_id=viewer.guest_id)
    return mine
