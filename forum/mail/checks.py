"""System checks of the settings that mail reads."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string

from .addresses import InvalidAddressError, clean_address

OUTBOX = "forum.mail.outbox.EmailBackend"


@register("mail")
def check_mail_settings(**kwargs: object) -> list[CheckMessage]:
    """Say what would keep mail from going out."""
    found: list[CheckMessage] = []
    try:
        import_string(settings.MAIL_TRANSPORT)
    except ImportError as error:
        hint = "Is its package installed? See EMAIL_URL in .env.example."
        found.append(Error(f"EMAIL_URL names {settings.MAIL_TRANSPORT}: {error}.", hint=hint, id="mail.E001"))
    try:
        clean_address(settings.DEFAULT_FROM_EMAIL)
    except InvalidAddressError:
        # A development site on localhost has no address that could be written to, and writes files.
        if settings.MAIL_TRANSPORT != OUTBOX:
            found.append(Error("EMAIL_FROM is not an address that mail can come from.", id="mail.E002"))
    if settings.MAIL_TRANSPORT == OUTBOX and urlsplit(settings.SITE_URL).scheme == "https":
        hint = f"Set EMAIL_URL. Until then mail is written into {settings.MAIL_OUTBOX}."
        found.append(
            Warning("No e-mail leaves this site: nobody is told of an answer or gets a sign-in code.", hint=hint, id="mail.W001")
        )
    return found
