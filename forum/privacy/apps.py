"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """What the whole site holds on a person: given to them, erased for them; and what others ask who are named in a comment."""

    name = "forum.privacy"
    label = "privacy"
    verbose_name = _("Privacy")
    role_permissions = {
        role: ["privacy.view_thirdpartyrequest", "privacy.change_thirdpartyrequest"] for role in ("moderator", "operator")
    }
