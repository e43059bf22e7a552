"""How a guest is known again, and what a known guest may change by typing."""

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from forum.accounts.guests import COOKIE_SALT, find_guest, is_name_free, keep_guest, remember_guest
from forum.accounts.models import Guest
from tests.factories import GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db


def _request_with(value, settings):
    request = RequestFactory().get("/")
    request.COOKIES[settings.GUEST_COOKIE_NAME] = value
    return request


def _cookie_of(guest, settings):
    response = HttpResponse()
    remember_guest(response, guest)
    return response.cookies[settings.GUEST_COOKIE_NAME]


def test_cookie_brings_the_guest_back(settings):
    guest = GuestFactory()
    cookie = _cookie_of(guest, settings)
    assert find_guest(_request_with(cookie.value, settings)) == guest
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]


def test_cookie_is_secure_on_https(settings):
    settings.IS_HTTPS = True
    assert _cookie_of(GuestFactory(), settings)["secure"]


def test_no_cookie_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_guest(RequestFactory().get("/")) is None


def test_forged_cookie_is_nobody_and_costs_no_query(settings, django_assert_num_queries):
    guest = GuestFactory()
    genuine = _cookie_of(guest, settings).value
    forged = ["", "1", f"[{guest.pk},0]", genuine[:-1], genuine + "x", genuine.replace(":", ";"), "é" * 40, "a:b:c", "::"]
    with django_assert_num_queries(0):
        assert [find_guest(_request_with(value, settings)) for value in forged] == [None] * len(forged)


def test_value_signed_for_another_purpose_is_nobody(settings):
    guest = GuestFactory()
    assert find_guest(_request_with(signing.dumps([guest.pk, 0], salt="something else"), settings)) is None


@pytest.mark.parametrize("payload", ["text", {"pk": 1}, [1], [1, 2, 3], None, ["x", "y"], [None, None]])
def test_signed_cookie_of_another_shape_is_nobody(settings, payload):
    assert find_guest(_request_with(signing.dumps(payload, salt=COOKIE_SALT), settings)) is None


def test_raising_the_link_counter_revokes_the_cookie(settings):
    guest = GuestFactory()
    value = _cookie_of(guest, settings).value
    Guest.objects.filter(pk=guest.pk).update(link_counter=1)
    assert find_guest(_request_with(value, settings)) is None


def test_cookie_outlives_a_change_of_the_secret_while_the_old_one_is_kept(settings):
    guest = GuestFactory()
    value = _cookie_of(guest, settings).value
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret " + "y" * 50
    assert find_guest(_request_with(value, settings)) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert find_guest(_request_with(value, settings)) == guest


def test_unknown_guest_becomes_a_new_one():
    guest = keep_guest(None, name="Dee", email="dee@example.org")
    assert (guest.display_name, guest.email, guest.proven_at) == ("Dee", "dee@example.org", None)


def test_known_guest_takes_the_latest_name_and_unproven_address():
    guest = GuestFactory(display_name="Dee", email="old@example.org")
    assert keep_guest(guest, name="Dee B.", email="new@example.org") == guest
    guest.refresh_from_db()
    assert (guest.display_name, guest.email) == ("Dee B.", "new@example.org")
    keep_guest(guest, name="", email="")
    guest.refresh_from_db()
    assert (guest.display_name, guest.email) == ("", "")


def test_nothing_typed_unproves_a_proven_address():
    guest = GuestFactory(display_name="Dee", email="dee@example.org", proven_at=timezone.now())
    assert keep_guest(guest, name="Dee", email="") == guest
    other = keep_guest(guest, name="Eve", email="eve@example.org")
    assert other != guest
    assert other.proven_at is None
    guest.refresh_from_db()
    assert (guest.display_name, guest.email) == ("Dee", "dee@example.org")
    assert guest.proven_at is not None


def test_names_of_members_and_of_staff_are_not_free():
    MemberFactory(display_name="Marit")
    assert not is_name_free("MARlT")
    assert not is_name_free("Moderator")
    assert is_name_free("Marit B.")
    assert is_name_free("")
    assert is_name_free("🙂")
