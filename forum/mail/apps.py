"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """E-mail: words into a message, a message into a row, a row to the mail server, and then forgotten."""

    name = "forum.mail"
    label = "mail"
    verbose_name = _("E-mail")
    role_permissions = {"operator": ["mail.view_outgoingmessage", "mail.change_outgoingmessage"]}

    def ready(self) -> None:
        """Register the checks, and listen for bounces where Anymail is installed."""
        from . import bounces, checks  # noqa: F401 - registers itself

        bounces.connect()
