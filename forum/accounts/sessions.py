"""Sessions in the database, as Django keeps them. Each request of a member asks for one.

The query is compiled once, and the signature of what is stored is checked once a process while it stays the same.
"""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core import signing
from django.utils import timezone

from forum.database.compiled import CompiledObjects

_SESSION = CompiledObjects(Session, lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """See ``django.contrib.sessions.backends.db``."""

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what ``session_data`` holds, nothing where it is not ours."""
        try:
            text = _read_signed(
                session_data, self.key_salt, self.serializer, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
            )
        except Exception:  # whatever is wrong with it, Django says so
            return super().decode(session_data)
        found: dict[str, Any] = self.serializer().loads(text)
        return found

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION(self.session_key, timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None
        return next(iter(found), None)


@lru_cache(maxsize=1024)
def _read_signed(session_data: Any, salt: str, serializer: Any, secrets: tuple[str, ...]) -> Any:
    """Return the text in ``session_data``, written anew: whoever reads it gets a dictionary of their own."""
    return serializer().dumps(signing.loads(session_data, salt=salt, serializer=serializer))
