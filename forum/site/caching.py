"""A Redis (or Valkey) that all machines share, and the table of the database while that is away.

What counts attempts must count somewhere: without any cache, django-allauth would refuse every sign-in.
"""

import logging
import time
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY_SECONDS = 5.0  # so long nobody waits for a server that did not answer

logger = logging.getLogger("forum.site")


class RedisOrTable(BaseCache):
    """Asks the server at LOCATION; where that does not answer, the cache named "table"."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(location, params)
        self._away_until = 0.0

    def _ask(self, method: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._redis, method)(*args, **kwargs)
            except RedisError as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                logger.warning("The shared cache does not answer (%s). Using the database.", type(error).__name__)
        return getattr(caches["table"], method)(*args, **kwargs)

    @property
    def is_away(self) -> bool:
        """Tell whether the server did not answer the last time it was asked."""
        return time.monotonic() < self._away_until

    def add(self, *args: Any, **kwargs: Any) -> Any:
        """Set a value unless there is one; return whether it was set."""
        return self._ask("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Return a value, or the default."""
        return self._ask("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Set a value."""
        self._ask("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        """Let a value live longer; return whether there was one."""
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a value; return whether there was one."""
        return self._ask("delete", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """Add to a number and return it; raise ValueError where there is none."""
        return self._ask("incr", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Tell whether there is a value."""
        return bool(self._ask("has_key", *args, **kwargs))

    def clear(self) -> None:
        """Delete all values."""
        self._ask("clear")
