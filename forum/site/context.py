"""What every template may use about the site as a whole."""

from weakref import WeakKeyDictionary

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import SiteText
from .reading import read_settings

_texts: "WeakKeyDictionary[HttpRequest, SiteText]" = WeakKeyDictionary()


def offer_text(request: HttpRequest, site_text: SiteText) -> None:
    """Let templates that answer ``request`` use ``site_text``, which was read with something else."""
    _texts[request] = site_text


def site(request: HttpRequest) -> dict[str, object]:
    """Give templates ``site_name``, ``site_url``, ``site_text`` (one query, when used, unless it was offered) and ``reading``.

    ``here`` is the path of a page that the frame may lead to, such as /search/; that of others is empty.
    """
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "site_text": SimpleLazyObject(lambda: _texts.get(request) or SiteText.load()),
        "reading": read_settings(request),
        "here": request.path if request.path.count("/") <= 2 else "",
    }
