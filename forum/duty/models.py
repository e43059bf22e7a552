"""How staff want their mail, and what they were told already. Whom it goes to is in ``people``."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.IntegerChoices):
    """What staff are told. The number stands in the links of their mail."""

    WAITING = 1, _("What waits for a moderator")
    CARE = 2, _("Somebody may be at risk")


class DutyChoice(models.Model):
    """That somebody does not want one kind of mail, for now."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    stopped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("user", "kind", name="duty_choice_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Notice(models.Model):
    """That somebody was told of something. Written once, in the transaction that queues their mail."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    about = models.CharField(max_length=60)  # a day; a mark and how many words were found then
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint("user", "kind", "about", name="duty_notice_once")]

    def __str__(self) -> str:
        return self.about
