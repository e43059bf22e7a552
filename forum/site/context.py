"""What every template may use about the site as a whole."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import SiteText
from .reading import read_settings


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates ``site_name``, ``site_url``, ``site_text`` (one query, when used) and ``reading``."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "site_text": SimpleLazyObject(SiteText.load),
        "reading": read_settings(request),
    }
