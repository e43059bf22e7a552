#!/usr/bin/env python3
"""The command line of the site: ``python manage.py help`` lists what it can do."""

import os
import sys


def main() -> None:
    """Run a management command; a wrong setting ends it with one sentence each and status 2, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    try:
        from forum import settings  # noqa: F401  (read here, so that every wrong value is reported at once)
    except ValueError as error:
        if type(error).__name__ != "SettingsError":
            raise
        sys.exit(f"{error}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
