"""Parts of pages that were written before, in the memory of a process: the least used are dropped when they grow too large."""

import threading
from collections import OrderedDict
from contextlib import suppress

from django.utils.safestring import SafeString

MOST_CHARS = 4_000_000  # a process
Key = tuple[object, ...]

_parts: OrderedDict[Key, SafeString] = OrderedDict()
_chars = 0
_lock = threading.Lock()


def find_part(key: Key) -> SafeString | None:
    """Return what is kept under ``key``, which names all that the part depends on."""
    found = _parts.get(key)
    if found is not None:
        with _lock, suppress(KeyError):  # dropped a moment ago; what is in hand is right all the same
            _parts.move_to_end(key)
    return found


def keep_part(key: Key, part: SafeString) -> None:
    """Keep ``part``; something else may be dropped for it."""
    global _chars
    with _lock:
        _chars += len(part) - len(_parts.pop(key, ""))
        _parts[key] = part
        while _chars > MOST_CHARS:
            _chars -= len(_parts.popitem(last=False)[1])
