"""Old addresses: asked only when nothing else answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from .old_addresses import GONE, find_target


def old_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Redirect (301) a path that is not found but was known once, or say that what stood there is gone (410)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 404 and request.method in ("GET", "HEAD"):
            target = find_target(request.path, request.META.get("QUERY_STRING", ""))
            if target == GONE:
                return render(request, "articles/gone.html", status=410)
            if target is not None:
                return HttpResponsePermanentRedirect(target)
        return response

    return answer
