"""What the worker keeps beside the jobs of django-tasks: whose turn it was last."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult


class Schedule(models.Model):
    """One row for each job that starts by itself."""

    name = models.CharField(max_length=200, primary_key=True)
    turn = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class QueuedJob(DBTaskResult):
    """A job as the operator sees it in the admin."""

    class Meta:
        proxy = True
        ordering = ["-enqueued_at"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")

    def __str__(self) -> str:
        return f"{self.task_name}, {self.get_status_display()}"
