"""Sessions in the database, as Django keeps them. Each request of a member asks for one: the query is compiled once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from forum.database.compiled import CompiledObjects

_SESSION = CompiledObjects(Session, lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now))


class SessionStore(db.SessionStore):
    """See ``django.contrib.sessions.backends.db``."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION(self.session_key, timezone.now()) if self.session_key else []
        if not found:
            self._session_key = None
        return next(iter(found), None)
