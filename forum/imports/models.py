"""What was imported: each run of an import, and which row every imported thing became. How rows are made is in ``writer``."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models import Article
from forum.accounts.models import Guest
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
    """One file that brought something in. A run that finds everything there already leaves no row.

    ``progress`` says how far it got, in the same transaction as what was written: so one that was stopped goes on from there.
    """

    file_name = models.CharField(_("file"), max_length=255)
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64)
    format = models.CharField(_("format"), max_length=40)
    options = models.JSONField(_("options"), default=dict)
    counts = models.JSONField(_("what was added"), default=dict)
    problems = models.JSONField(_("oddities"), default=list)  # of {"line", "sentence"}
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    progress = models.JSONField(default=dict, editable=False)
    undone_at = models.DateTimeField(_("taken out again"), null=True, editable=False)

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
            # An article and a comment may be called the same at a source.
            models.UniqueConstraint(
                "source", "source_id", name="article_imported_once_from_its_source", condition=Q(article__isnull=False)
            ),
            models.UniqueConstraint(
                "source", "source_id", name="comment_imported_once_from_its_source", condition=Q(comment__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(article__isnull=False, comment__isnull=True) | Q(article__isnull=True, comment__isnull=False),
                name="imported_id_is_article_or_comment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"


class ImportedWriter(models.Model):
    """The guest that somebody of a source became who is known there by a key: all their comments here are one person's."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="+")
    source = models.CharField(max_length=160)
    kind = models.CharField(max_length=8)  # whether they had an account there: "member" or "guest"
    key = models.CharField(max_length=64)
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("source", "kind", "key", name="writer_imported_once_from_the_source")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.key}"


class Upload(models.Model):
    """A file that a member of staff brings in through the administration: looked at first, then imported by the worker.

    The file is in the data folder until it is imported or left; the row goes after some weeks.
    """

    class State(models.TextChoices):
        LOOKING = "looking", _("being looked at")
        READY = "ready", _("ready to be brought in")
        IMPORTING = "importing", _("being brought in")
        DONE = "done", _("brought in")
        REFUSED = "refused", _("cannot be brought in")
        UNDOING = "undoing", _("being taken out")
        UNDONE = "undone", _("taken out again")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    file_name = models.CharField(_("file"), max_length=255)
    article = models.ForeignKey(Article, models.SET_NULL, null=True, related_name="+", verbose_name=_("under the article"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("brought by")
    )
    made_at = models.DateTimeField(_("brought"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.LOOKING)
    sentence = models.TextField(blank=True)  # why it cannot be brought in, or what stays
    progress = models.JSONField(default=dict)  # step, done, total
    preview = models.JSONField(default=dict)  # what looking at it found
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="uploads")

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("brought-in file")
        verbose_name_plural = _("bring in a discussion")
        permissions = [("import_everything", "Can bring in files of any kind and size")]

    def __str__(self) -> str:
        return f"{self.file_name}, {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("admin:imports_upload_change", args=[self.pk])
