"""Old addresses: asked only when nothing else answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from .models import OldAddress


def old_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Redirect (301) a path that is not found but was known once."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 404 and request.method in ("GET", "HEAD"):
            target = OldAddress.objects.filter(path=request.path).values_list("target", flat=True).first()
            if target:
                return HttpResponsePermanentRedirect(target)
        return response

    return answer
