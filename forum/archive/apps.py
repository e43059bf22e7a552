"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    """The public site as a folder of plain pages that open without a server, and go on opening when the site is gone."""

    name = "forum.archive"
    label = "archive"
    verbose_name = _("Archive")
