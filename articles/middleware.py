"""Old addresses: asked only when nothing else answers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from .models import OldAddress

MAX_PATH_CHARS = 400  # no stored path is longer


def old_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Redirect (301) a path that is not found but was known once, its query string included."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 404 and request.method in ("GET", "HEAD"):
            target = find_target(request.path)
            if target:
                return HttpResponsePermanentRedirect(_add_query(target, request.META.get("QUERY_STRING", "")))
        return response

    return answer


def find_target(path: str) -> str | None:
    """Return where ``path`` leads today, or None.

    An address that ends in a slash also answers for what lies below it: with an article move its conversation and its forms. The
    longest known address decides. One that leads to a place below itself does not: that would never end.
    """
    if len(path) > MAX_PATH_CHARS or "\0" in path:  # PostgreSQL takes no NUL
        return None
    folders = [path[: index + 1] for index, char in enumerate(path) if char == "/" and index]
    known = dict(OldAddress.objects.filter(path__in=[path, *folders]).values_list("path", "target"))
    if path in known:
        return known[path]
    for folder in reversed(folders):
        target = known.get(folder, "")
        if target.endswith("/") and not target.startswith(folder):
            return target + path.removeprefix(folder)
    return None


def _add_query(target: str, query: str) -> str:
    if not query:
        return target
    address, hash_, fragment = target.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_}{fragment}"
