"""What members chose for themselves, applied to every page they open."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def member_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the language that a member chose, where the site has it; everybody else gets what their browser asks for."""

    def answer(request: HttpRequest) -> HttpResponse:
        if len(settings.LANGUAGES) > 1 and request.user.is_authenticated and request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return answer
