"""``manage.py add_staff EMAIL --role ROLE``: make a member staff. The rules are in ``forum.accounts.staff``."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.accounts.roles import ROLES
from forum.accounts.staff import StaffError, add_staff


class Command(BaseCommand):
    """Makes staff, and shows a generated password once."""

    help = "Make somebody staff: a new member, or one who is here already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--role", required=True, choices=ROLES, help="what they may do; roles add up")
        parser.add_argument("--name", default="", help="name shown to readers; by default the part of the address before @")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from the first line of the standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        password = ""
        if options["password_stdin"]:
            password = sys.stdin.readline().rstrip("\r\n")
            if not password:
                raise CommandError("The standard input holds no password.")
        try:
            login = add_staff(email=options["email"], role=options["role"], name=options["name"], password=password)
        except StaffError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{login.user.email} is {options['role']} under the name “{login.user.display_name}”.")
        if login.generated_password:
            self.stdout.write(f"Password, shown this once: {login.generated_password}")
