"""The index as the rest of the app sees it, and the words that the site knows. How words are stored is in ``backends``."""

from django.db import models
from django.db.models import Q

from articles.models import Article
from forum.database.compiled import CompiledObjects
from forum.discussion.models import Comment

from .words import MAX_WORD_CHARS

SUGGESTED_FROM_USES = 2  # in as many texts has a spelling to stand before it is offered for another


class IndexedText(models.Model):
    """A row of an index. Its words are in columns that only the database's own search reads (see the migration)."""

    # What it may be narrowed to, each a word no text can have: "/d17 /y2010" (discussion, year).
    marks = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk} {self.marks}"


class IndexedComment(IndexedText):
    """A public comment. The column is named as SQLite names the key of a full-text table."""

    comment = models.OneToOneField(
        Comment, models.CASCADE, primary_key=True, db_column="rowid", db_constraint=False, related_name="+"
    )


class IndexedArticle(IndexedText):
    """A published article."""

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, db_column="rowid", db_constraint=False, related_name="+"
    )


class ChangedText(models.Model):
    """A text whose words came or went since the worker last looked: whoever posts or removes it waits for no row of ``Word``."""

    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="+", db_index=False)
    is_new = models.BooleanField()  # its words were not counted yet

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=True, article__isnull=False) | Q(comment__isnull=False, article__isnull=True),
                name="changed_text_is_comment_or_article",
            )
        ]

    def __str__(self) -> str:
        return f"{self.comment_id or self.article_id}"


class Word(models.Model):
    """A spelling that stands on public pages, for what is mistyped and for what begins with some letters.

    It is known by a text that has it. Without any it is deleted: what was erased leaves no word behind.
    """

    text = models.CharField(max_length=MAX_WORD_CHARS)  # folded
    stem = models.CharField(max_length=MAX_WORD_CHARS)
    skeleton = models.CharField(max_length=MAX_WORD_CHARS + 8)  # what errors of typing leave alone (``spelling``)
    uses = models.PositiveIntegerField()  # in so many texts, about
    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, related_name="+", db_index=False)
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint("text", "stem", name="word_is_once")]
        indexes = [
            models.Index("stem", name="word_by_stem"),
            models.Index("skeleton", name="word_by_skeleton", condition=Q(uses__gte=SUGGESTED_FROM_USES)),
            models.Index("comment", name="word_of_comment", condition=Q(comment__isnull=False)),
            models.Index("article", name="word_of_article", condition=Q(article__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text


class IndexState(models.Model):
    """One row: how the index was made, how far making it anew has come, and what the nightly work has to do."""

    version = models.PositiveSmallIntegerField(default=0)  # of the way in which texts become words
    languages = models.JSONField(default=list)  # of the texts in it: a word that is typed is looked for in each
    comment_count = models.PositiveIntegerField(default=0)  # whose words are counted
    rebuilt_article = models.BigIntegerField(null=True)  # up to this id; null when nothing is being rebuilt
    rebuilt_comment = models.BigIntegerField(null=True)
    has_gaps = models.BooleanField(default=False)  # words were taken out since it was last made compact

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="index_state_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def load(cls) -> "IndexState":
        """Return the row; a new one, not stored, before anything was indexed."""
        return next(iter(_STATE()), None) or cls(pk=1)


_STATE = CompiledObjects(IndexState, lambda: IndexState.objects.filter(pk=1))
