"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Work that no page waits for: retry, schedule, and return of crashed jobs, over django-tasks and its database backend."""

    name = "forum.jobs"
    label = "jobs"
    verbose_name = _("Background work")
    role_permissions = {"operator": ["jobs.view_queuedjob", "jobs.change_queuedjob"]}
