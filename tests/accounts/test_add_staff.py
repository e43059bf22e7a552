"""``manage.py add_staff``."""

import io
import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from forum.accounts.models import User
from tests.factories import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("add_staff", *arguments, stdout=said)
    return said.getvalue()


def test_new_member_of_staff_gets_a_password_that_is_shown_once() -> None:
    said = run("Mo@Example.org", "--role", "moderator")
    password = re.search(r"shown this once: (\S+)", said)[1]
    user = authenticate(username="mo@example.org", password=password)
    assert (user.display_name, user.is_staff, user.is_superuser) == ("mo", True, False)
    assert user.has_perm("discussion.moderate_comment")
    assert not user.has_perm("accounts.change_user")


def test_member_is_promoted_and_keeps_name_and_password() -> None:
    member = MemberFactory(display_name="Ana")
    said = run(member.email, "--role", "author")
    member = User.objects.get(pk=member.pk)
    assert "shown this once" not in said
    assert (member.display_name, member.is_staff, member.check_password(PASSWORD)) == ("Ana", True, True)
    assert member.has_perm("articles.add_article")


def test_roles_add_up() -> None:
    run("mo@example.org", "--role", "moderator")
    run("mo@example.org", "--role", "author")
    assert set(User.objects.get().groups.values_list("name", flat=True)) == {"moderator", "author"}


def test_password_can_come_from_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a very good password\n"))
    assert "shown this once" not in run("mo@example.org", "--role", "operator", "--password-stdin")
    assert authenticate(username="mo@example.org", password="a very good password")


@pytest.mark.parametrize(("typed", "complaint"), [("\n", "holds no password"), ("short\n", "too short")])
def test_password_that_will_not_do_is_refused(monkeypatch: pytest.MonkeyPatch, typed: str, complaint: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(CommandError, match=complaint):
        run("mo@example.org", "--role", "operator", "--password-stdin")
    assert not User.objects.exists()


def test_name_from_the_address_steps_aside_for_one_that_looks_like_it() -> None:
    MemberFactory(display_name="MO")
    run("mo@example.org", "--role", "moderator")
    assert User.objects.get(email="mo@example.org").display_name == "mo 2"


def test_typed_name_that_looks_like_a_members_is_refused() -> None:
    MemberFactory(display_name="Marit")
    with pytest.raises(CommandError, match="already has the name"):
        run("mo@example.org", "--role", "moderator", "--name", "MARlT")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["not-an-address", "--role", "moderator"], "is not an e-mail address"),
        (["mo@example.org", "--role", "king"], "invalid choice"),
        (["mo@example.org", "--role", "moderator", "--name", "..."], "at least one letter"),
    ],
)
def test_mistake_is_said_plainly(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(*arguments)
