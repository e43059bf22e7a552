#!/usr/bin/env python3
"""The command line of the site: ``python manage.py help`` lists what it can do. This file alone can be read by any Python 3."""

import os
import sys
from typing import NoReturn


def main() -> None:
    """Run a management command; wrong settings and a database that is not there end it with sentences and status 2."""
    if sys.version_info < (3, 11):  # noqa: UP036  (so that an older one says so instead of failing in an import)
        _stop("Python 3.11 or newer is needed; this is {}.{}.".format(*sys.version_info[:2]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    try:
        from forum import settings  # noqa: F401  (read here, so that every wrong value is reported at once)
    except ValueError as error:
        if type(error).__name__ != "SettingsError":
            raise
        _stop(str(error))
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        from forum.site.startup import StartError, require_prepared_database

        try:
            require_prepared_database()
        except StartError as error:
            _stop(str(error))
        raise


def _stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
