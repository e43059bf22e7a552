"""Members in the administration."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from forum.accounts.names import name_key
from tests.factories import MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:accounts_user_add")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(ModeratorFactory(role="operator", display_name="Olive"))
    return client


def change(client: Client, member: User, **typed: Any) -> Any:
    fields = {"email": member.email, "display_name": member.display_name, "is_active": "on"} | typed
    return client.post(reverse("admin:accounts_user_change", args=[member.pk]), fields, follow=True)


def test_new_name_keeps_its_key_in_step(client: Client) -> None:
    member = MemberFactory(display_name="Marit")
    change(client, member, display_name="Halima")
    member.refresh_from_db()
    assert (member.display_name, member.name_key) == ("Halima", name_key("Halima"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("MARlT", "This looks the same as the name of another member: Marit."),
        ("Маrit", "This looks the same as the name of another member: Marit."),
        ("Moderator Bo", "This name sounds like staff."),
        ("…", "A name needs a letter or a number."),
    ],
)
def test_name_that_looks_like_another_is_refused(client: Client, name: str, sentence: str) -> None:
    MemberFactory(display_name="Marit")
    member = MemberFactory(display_name="Bo")
    assert sentence in change(client, member, display_name=name).content.decode()
    typed = {"email": "new@example.org", "display_name": name, "usable_password": "false"}
    assert sentence in client.post(ADD, typed).content.decode()
    member.refresh_from_db()
    assert (member.display_name, User.objects.filter(email="new@example.org").exists()) == ("Bo", False)


def test_staff_may_carry_a_word_of_staff(client: Client) -> None:
    member = MemberFactory(display_name="Bo")
    change(client, member, display_name="Moderator Bo", is_staff="on")
    member.refresh_from_db()
    assert member.display_name == "Moderator Bo"


def test_operator_adds_a_member_and_gives_a_role(client: Client) -> None:
    typed = {"email": "Ines@Example.org", "display_name": "Ines", "usable_password": "false"}
    client.post(ADD, typed)
    member = User.objects.get(email="ines@example.org")
    assert (member.name_key, member.has_usable_password()) == (name_key("Ines"), False)
    change(client, member, is_staff="on", groups=[Group.objects.get(name="moderator").pk])
    assert User.objects.get(pk=member.pk).has_perm("discussion.moderate_comment")


def test_operator_sets_a_password(client: Client) -> None:
    member = MemberFactory()
    typed = {"usable_password": "true", "password1": "warm water at noon", "password2": "warm water at noon"}
    client.post(reverse("admin:auth_user_password_change", args=[member.pk]), typed)
    member.refresh_from_db()
    assert member.check_password("warm water at noon")


def test_same_address_in_other_letters_is_refused(client: Client) -> None:
    MemberFactory(email="marit@example.org")
    answer = client.post(ADD, {"email": "MARIT@example.org", "display_name": "Someone", "usable_password": "false"})
    assert "already exists" in answer.content.decode()


def test_operator_cannot_take_over_an_account_that_may_do_everything(client: Client) -> None:
    root = User.objects.create_user("root@example.org", "Root", is_staff=True, is_superuser=True)
    for name in ("admin:accounts_user_change", "admin:auth_user_password_change"):
        typed = {"display_name": "Mine", "password1": "warm water at noon", "password2": "warm water at noon"}
        assert client.post(reverse(name, args=[root.pk]), typed).status_code == 403
    member = MemberFactory()
    change(client, member, is_superuser="on", user_permissions=["1"])
    member.refresh_from_db()
    assert (member.is_superuser, member.user_permissions.count()) == (False, 0)


def test_nobody_deletes_a_member(client: Client) -> None:
    member = MemberFactory()
    for person in (None, User.objects.create_user("root@example.org", "Root", is_staff=True, is_superuser=True)):
        if person:
            client.force_login(person)
        assert client.post(reverse("admin:accounts_user_delete", args=[member.pk]), {"post": "yes"}).status_code == 403
