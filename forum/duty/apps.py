"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutyConfig(AppConfig):
    """Mail to those who look after the site: what waits for them, and that somebody may be at risk."""

    name = "forum.duty"
    label = "duty"
    verbose_name = _("Mail to moderators")

    def ready(self) -> None:
        from forum.care.events import care_needed

        from . import receivers

        care_needed.connect(receivers.sound_alarm, dispatch_uid="duty.sound_alarm")
