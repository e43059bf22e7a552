"""App configuration."""

from django.apps import AppConfig
from django.core.management import call_command
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
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

    def ready(self) -> None:
        from .observing import watch_queries

        connection_created.connect(watch_queries, dispatch_uid="site.watch_queries")
        post_migrate.connect(make_cache_table, sender=self, dispatch_uid="site.make_cache_table")


def make_cache_table(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Make the table of the cache, where it is one in the database: all processes must count in the same place."""
    call_command("createcachetable", database=using, verbosity=0)
