"""What search engines are told: where they need not look, and where everything is."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from .conditional import answer_if_changed
from .models import SiteVersion
from .sitemap import CONTENT_TYPE, load_sections, write_index, write_part

# Forms, pages of one person, and other views of what has an address of its own. Pages with a "noindex" must not stand here: who
# may not look does not see it.
NOT_FOR_ROBOTS = (
    "/accounts/",
    "/admin/",
    "/api/v1/*/",
    "/articles/*/comment/",
    "/comments/*/*/",
    "/drafts/",
    "/duty/",
    "/emails/",
    "/mine/",
    "/privacy/*/",
    "/reading/",
    "/search/",
    "/settings/",
    "/*?*order=",
    "/*?*since=",
    "/*?*view=print",
)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Give the rules for robots (RFC 9309), and the address of the sitemap."""
    rules = "".join(f"Disallow: {path}\n" for path in NOT_FOR_ROBOTS)
    text = f"User-agent: *\n{rules}\nSitemap: {settings.SITE_URL}{reverse('site:sitemap')}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """Give the index of the sitemap."""
    version, changed_at = SiteVersion.objects.read()
    return answer_if_changed(
        request,
        lambda: HttpResponse(write_index(load_sections()), content_type=CONTENT_TYPE),
        proof=("sitemap", version),
        changed_at=changed_at,
    )


@require_safe
def sitemap_part(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give one part of the sitemap."""
    version, changed_at = SiteVersion.objects.read()
    return answer_if_changed(request, lambda: _write_part(slug), proof=(slug, version), changed_at=changed_at)


def _write_part(name: str) -> HttpResponse:
    text = write_part(load_sections(), name)
    if text is None:
        raise Http404
    return HttpResponse(text, content_type=CONTENT_TYPE)
