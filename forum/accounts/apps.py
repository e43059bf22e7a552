"""App configuration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Members and guests: who they are, signing in, their settings."""

    name = "forum.accounts"
    label = "accounts"
    verbose_name = _("People")
    role_permissions = {"operator": ["accounts.view_user", "accounts.add_user", "accounts.change_user"]}

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - connects them
        from .roles import grant_permissions

        post_migrate.connect(grant_permissions, dispatch_uid="accounts.grant_permissions")
