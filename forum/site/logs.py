"""How lines of the log are written: without anybody's name, address, words or secret link.

What a site logs is kept by others (journals, backups, log services) and read by many. So an address of a page becomes its pattern
("mine/<token>/"), an error its class and the lines of code: the text of an error may quote what somebody typed.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

from .observing import current_request_id

_ADDRESS = re.compile(r"[^\s<>\"'(]+@[^\s<>\"')]+")
# What django.core.signing makes (mailed links, cookies), and names that were drawn by chance (exports).
_SECRET = re.compile(r"[\w.-]+:[\w-]{4,10}:[\w-]{20,}|(?<=/)[\w-]{40,}(?=/)")


ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Writes the message, then where an error happened."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without what is nobody's business."""
        text = self.describe(record)
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text

    def describe(self, record: logging.LogRecord) -> str:
        """Return the message of ``record`` without what is nobody's business."""
        request = getattr(record, "request", None)
        message = record.getMessage()
        if request is not None and hasattr(request, "path"):
            match = getattr(request, "resolver_match", None)
            message = message.replace(request.path, f"/{match.route}" if match else "(an unknown address)")
        return _SECRET.sub("…", _ADDRESS.sub("…", message))

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802  (the name is logging's)
        """Return the lines of code that led to the error and to those before it, and the class of each; never their texts."""
        parts, error, seen = [], ei[1], set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            parts.append("".join(traceback.format_list(traceback.extract_tb(error.__traceback__))) + name)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nbecause of an earlier error:\n".join(parts)


class JSONFormatter(DiscreetFormatter):
    """Writes a JSON object a line, for programs that collect logs: the same, with the number of the request."""

    def format(self, record: logging.LogRecord) -> str:
        """Return ``at``, ``level``, ``logger``, ``message``, and where there are such ``request``, ``error``, facts by name."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.describe(record),
        }
        if number := current_request_id():
            line["request"] = number
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
