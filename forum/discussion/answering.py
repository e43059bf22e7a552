"""The link in a mail about an answer: whoever opens it is known in that one conversation, for ever, to write there and no more.

All else that is theirs (to change, to export, to erase) needs a link less than thirty days old, or the browser they wrote in.
"""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from forum.accounts.links import OpenedLink, Purpose, make_link, read_link
from forum.accounts.models import Guest

from .models import Comment

COOKIE_AGE = timedelta(days=1)  # the mail is there to be opened again


def answer_path(guest: Guest, comment: Comment) -> str:
    """Return the path that leads ``guest`` to ``comment`` and lets them answer in its conversation."""
    return reverse("discussion:answer", args=[make_link(guest, Purpose.ANSWER, comment.thread_id, comment.pk)])


def remember_answering(response: HttpResponse, token: str) -> None:
    """Let this browser answer by the link ``token``, which holds."""
    response.set_cookie(
        settings.ANSWERING_COOKIE_NAME, token, max_age=COOKIE_AGE, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


def find_answering(request: HttpRequest, parent: Comment, *, known: Guest | None) -> OpenedLink | None:
    """Return the link by which this browser may answer ``parent``; None where it is ``known`` as that guest's anyway.

    Costs a query only where there is a cookie.
    """
    token = request.COOKIES.get(settings.ANSWERING_COOKIE_NAME)
    link = read_link(token, Purpose.ANSWER) if token else None
    if link is None or link.about[0] != parent.thread_id or link.guest == known:
        return None
    return link


def way_after_answer(request: HttpRequest) -> str:
    """Return where somebody who wrote by an old link reads that their words have come in."""
    return f"{reverse('discussion:answer', args=[request.COOKIES[settings.ANSWERING_COOKIE_NAME]])}?sent"
