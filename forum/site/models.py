"""What the operator says on every page, and the one number that changes with any page of the whole site."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.database import written
from forum.database.compiled import Compiled, find_vendor

_LATEST = {"sqlite": "MAX", "postgresql": "GREATEST"}


class SingleRowManager(models.Manager["SiteVersion"]):
    """Reads and raises the only row."""

    def current(self) -> int:
        """Return the version of the site-wide pages."""
        return self.read()[0]

    def read(self) -> tuple[int, datetime | None]:
        """Return the version of the site-wide pages, and since when it stands."""
        return self.filter(pk=1).values_list("version", "changed_at").first() or (0, None)

    def bump(self) -> None:
        """Add one to the version. Call it last in a transaction: it is the last row in the lock order."""
        written.execute(*self._write_growth("version = kept.version + 1"))

    def note_bump(self) -> None:
        """Do the same with what else is noted (``written.together``)."""
        written.note_statement(*self._write_growth("version = kept.version + 1"))

    def bump_frame(self) -> None:
        """Add one to both numbers, last in a transaction: what every page shows has changed."""
        written.execute(*self._write_growth("version = kept.version + 1, frame = kept.frame + 1"))

    def _write_growth(self, growth: str) -> tuple[str, list[Any]]:
        # The moment is that before waiting for the row: whoever was faster may have come later.
        later = f"{_LATEST[find_vendor()]}(kept.changed_at, excluded.changed_at)"
        sql = f"""INSERT INTO {self.model._meta.db_table} AS kept (id, version, frame, changed_at) VALUES (1, 2, 2, %s)
                  ON CONFLICT (id) DO UPDATE SET {growth}, changed_at = COALESCE({later}, excluded.changed_at)"""  # noqa: S608
        return sql, [connection.ops.adapt_datetimefield_value(timezone.now())]


class SiteVersion(models.Model):
    """One row, +1 with any change that a site-wide page or text shows (home, lists, feeds)."""

    version = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)  # when the version grew the last time
    frame = models.PositiveBigIntegerField(default=1)  # +1 with what every page shows: the operator's words

    objects = SingleRowManager()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_version_is_one_row")]

    def __str__(self) -> str:
        return str(self.version)


class SiteText(models.Model):
    """One row: the words that belong to the operator of this site, not to the product."""

    headline = models.CharField(
        _("headline of the home page"), max_length=200, default="Long articles, and the conversations that grew beneath them"
    )
    introduction = models.CharField(
        _("sentence below it"),
        max_length=300,
        blank=True,
        default="Some began twenty years ago. People still come back to say how it went.",
    )
    footer = models.TextField(
        _("words at the foot of every page"),
        blank=True,
        default=(
            "Comments are people’s own experience. They are not medical advice. If something changes suddenly, "
            "call your care team or your local emergency number."
        ),
    )
    old_article_note = models.TextField(
        _("care note on articles older than ten years"),
        blank=True,
        default=(
            "Do not stop or change a medicine because of something you read here. Some are dangerous to stop suddenly. "
            "Ask the team that prescribes it."
        ),
    )
    emergency = models.CharField(_("whom to call in danger"), max_length=120, default="your local emergency number")
    contact = models.TextField(_("how to reach the people who run this site"), blank=True)
    usual_wait = models.CharField(_("how long a comment usually waits"), max_length=60, default="1 day")
    visitor_name = models.CharField(_("name shown for a guest who gives none"), max_length=60, default="A reader")

    class Meta:
        verbose_name = verbose_name_plural = _("words of this site")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_text_is_one_row")]

    def __str__(self) -> str:
        return str(_("Words of this site"))

    @classmethod
    def load(cls) -> "SiteText":
        """Return the row, or the defaults where the operator has changed nothing."""
        return cls.of(_TEXT())

    @classmethod
    def rows(cls) -> "models.QuerySet[SiteText, tuple[Any, ...]]":
        """Return a query set of the row, for those who ask for it with something else."""
        return cls.objects.filter(pk=1).values_list(*_TEXT_FIELDS)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> "SiteText":
        """Return what was found by ``rows``, or the defaults."""
        return cls.from_db(DEFAULT_DB_ALIAS, _TEXT_FIELDS, rows[0]) if rows else cls(pk=1)


_TEXT_FIELDS = [field.attname for field in SiteText._meta.concrete_fields]
_TEXT = Compiled(SiteText.rows)


class HelpLine(models.Model):
    """Somebody who answers now: shown at /help-now/ and beside a comment of someone in distress."""

    name = models.CharField(_("name"), max_length=120)
    how = models.CharField(_("number or address"), max_length=200)
    when = models.CharField(_("when they answer"), max_length=120, blank=True)
    where = models.CharField(_("where"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("help line")
        verbose_name_plural = _("help lines")

    def __str__(self) -> str:
        return self.name

    @property
    def dialled(self) -> str:
        """Return the number to dial where ``how`` is a telephone number and nothing else, so that a phone can call it."""
        return re.sub(r"[^\d+]", "", self.how) if re.fullmatch(r"\+?[\d ()/.-]{3,}", self.how) else ""
