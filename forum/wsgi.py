"""The WSGI application that the web server runs: Django, and in front of it the pages that are the same for everybody."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
_django = get_wsgi_application()

from forum.kept_pages import KEPT_PAGES  # noqa: E402  (the settings come first)
from forum.site.page_cache import PageCache  # noqa: E402

application = PageCache(_django, KEPT_PAGES)
