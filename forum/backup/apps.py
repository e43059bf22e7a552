"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupConfig(AppConfig):
    """The whole site in one file, made while the site runs, and put back into an empty one."""

    name = "forum.backup"
    label = "backup"
    verbose_name = _("Backups")
