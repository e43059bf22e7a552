"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Pages and conversations from elsewhere: files to records, records to rows."""

    name = "forum.imports"
    label = "imports"
    verbose_name = _("Imports")
    role_permissions = {
        "author": ["imports.add_upload", "imports.view_upload"],
        "operator": ["imports.add_upload", "imports.view_upload", "imports.import_everything", "imports.view_importrun"],
    }
