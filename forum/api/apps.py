"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """What everybody may read, as JSON, for programs. Nothing can be changed here."""

    name = "forum.api"
    label = "api"
    verbose_name = _("JSON interface")
