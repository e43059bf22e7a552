"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """What protects people who write: personal details are seen before they are public."""

    name = "forum.care"
    label = "care"
    verbose_name = _("Care")
