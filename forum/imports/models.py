"""What was imported: each run of an import, and which row every imported thing became. How rows are made is in ``writer``."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.discussion.models import Comment
from forum.discussion.open_format import OPEN_FORMAT_ORIGIN


class SiteIdentity(models.Model):
    """One row: by what name the rows of this site are known wherever an export of it is imported."""

    key = models.UUIDField(default=uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="site_identity_is_one_row")]

    def __str__(self) -> str:
        return str(self.key)

    @classmethod
    def load(cls) -> "SiteIdentity":
        """Return the row; it is made the first time."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def source(self) -> str:
        """Return the source that the ids in an export of this site belong to."""
        return f"{OPEN_FORMAT_ORIGIN}:{self.key}"


class ImportRun(models.Model):
    """One file that brought something in. A run that finds everything there already leaves no row."""

    file_name = models.CharField(_("file"), max_length=255)
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64)
    format = models.CharField(_("format"), max_length=40)
    options = models.JSONField(_("options"), default=dict)
    counts = models.JSONField(_("what was added"), default=dict)
    problems = models.JSONField(_("oddities"), default=list)  # of {"line", "sentence"}
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.file_name}, {self.started_at:%Y-%m-%d}"


class ImportedId(models.Model):
    """The row that a thing of a source became, so that a second import of the source knows it again."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="imported_ids")
    source = models.CharField(max_length=160)  # the site or page it comes from: "serendip:treating-spasticity"
    source_id = models.CharField(max_length=120)  # its name there
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("source", "source_id", name="imported_once_from_its_source"),
            models.CheckConstraint(
                condition=Q(article__isnull=False, comment__isnull=True) | Q(article__isnull=True, comment__isnull=False),
                name="imported_id_is_article_or_comment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
