"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Pages and conversations from elsewhere: files to records, records to rows."""

    name = "forum.imports"
    label = "imports"
    verbose_name = _("Imports")
    role_permissions = {"operator": ["imports.view_importrun"]}
