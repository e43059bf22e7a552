"""How the JSON interface answers: JSON whatever happens, for programs on any site, and never more often than a program needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from forum.accounts.limits import MINUTE, By, Limit, count_try, refuse, wait_words

READING = (Limit("api", 600, MINUTE, By.ADDRESS),)
ALLOWED = "GET, HEAD, OPTIONS"
# Everybody may read the answers, from a page of any site; there is nothing in them that hangs on a cookie.
FOR_EVERYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


Response = TypeVar("Response", bound=HttpResponseBase)


class ProblemError(Exception):
    """The request cannot be answered; ``message`` is a sentence that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def problem(status: int, message: str) -> JsonResponse:
    """Return an error."""
    return JsonResponse({"error": {"status": status, "message": message}}, status=status)


def tell_failure(status: int) -> HttpResponse:
    """Return the error for a failure of our own: 503 while the database does not answer, else 500."""
    words = _("The database does not answer just now. Try again later.") if status == 503 else _("Something broke on our side.")
    response = problem(status, words)
    return _open(response)


def answers_json(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wrap a view of the interface: reading only, as JSON to the last error, readable from everywhere, so many times a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _open(_answer(view, request, *args, **kwargs))

    answer.tell_failure = tell_failure  # type: ignore[attr-defined]  # see ``forum.site.errors``
    return csrf_exempt(answer)  # a form's token would be asked for before anybody learns that nothing can be changed here


def _open(response: Response) -> Response:
    """Let pages of every site read ``response``."""
    for name, value in FOR_EVERYBODY.items():
        response[name] = value
    return response


def _answer(view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method not in ("GET", "HEAD"):
        response = problem(405, _("This can only be read."))
        response["Allow"] = ALLOWED
        return response
    try:
        if wait := count_try(request, READING):
            return refuse(problem(429, _("That was a lot at once. Go on %(when)s.") % {"when": wait_words(wait)}), wait)
        return view(request, *args, **kwargs)
    except Http404:
        return problem(404, _("There is nothing here."))
    except ProblemError as error:
        return problem(error.status, error.message)
