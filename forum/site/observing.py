"""Each request gets a number that its lines of the log bear, is timed, and is written down where the log is JSON."""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from .metrics import REQUEST_SECONDS

HEADER = "X-Request-ID"
LONGEST_STATEMENT = 2_000  # characters of a slow query that are written down

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # what a proxy in front may call a request; anything else gets a number of ours
_current: ContextVar[str] = ContextVar("request_id", default="")

requests_log = logging.getLogger("forum.requests")
queries_log = logging.getLogger("forum.queries")

GetResponse = Callable[[HttpRequest], HttpResponse]


def current_request_id() -> str:
    """Return the number of the request that is being answered, "" outside of one."""
    return _current.get()


def observed(get_response: GetResponse) -> GetResponse:
    """Number and time each request. Its line says the pattern of the address, never the address, who asked or from where."""

    def answer(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if _GIVEN.fullmatch(given) else uuid4().hex
        token = _current.set(number)
        begun = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - begun
            match = request.resolver_match
            route = f"/{match.route}" if match else "(an unknown address)"
            method = request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
            REQUEST_SECONDS.labels(method, route, response.status_code).observe(seconds)
            facts = {"method": method, "route": route, "status": response.status_code, "ms": round(seconds * 1000, 1)}
            requests_log.info("%(method)s %(route)s %(status)s %(ms)s ms", facts, extra={"facts": facts})
        finally:
            _current.reset(token)
        response.headers[HEADER] = number
        return response

    return answer


def watch_queries(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Write down what takes longer than SLOW_QUERY_MS on ``connection``: the statement, never the values in it."""
    if settings.SLOW_QUERY_MS and _time_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time_query)


def _time_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    begun = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = round((time.perf_counter() - begun) * 1000, 1)
        if milliseconds >= settings.SLOW_QUERY_MS:
            facts = {"ms": milliseconds, "statement": str(sql)[:LONGEST_STATEMENT]}
            queries_log.warning("Slow query, %(ms)s ms: %(statement)s", facts, extra={"facts": facts})
