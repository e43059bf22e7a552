"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    """The frame around every page: the operator's own words, reading settings, fixed pages, health, starting the server."""

    name = "forum.site"
    label = "site"
    verbose_name = _("Site")
    role_permissions = {
        "operator": [
            "site.view_sitetext",
            "site.change_sitetext",
            *(f"site.{verb}_helpline" for verb in ("view", "add", "change", "delete")),
        ],
    }
