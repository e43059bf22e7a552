"""The WSGI application that the web server runs: Django, and in front of it the pages that are the same for everybody."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
_django = get_wsgi_application()

from django.db import connections  # noqa: E402  (the settings come first)

from forum.kept_pages import KEPT_PAGES, READ_FROM_REPLICA  # noqa: E402
from forum.site.page_cache import PageCache  # noqa: E402
from forum.site.replica import ALIAS, Replica  # noqa: E402

_replica = Replica() if ALIAS in connections.settings else None
application = PageCache(_django, KEPT_PAGES, replica=_replica, read_from_replica=READ_FROM_REPLICA)
