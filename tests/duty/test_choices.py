"""Choosing mail to staff: by the link in it, by a mail program's own button, by login."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.links import Purpose, make_link
from forum.accounts.models import User
from forum.duty.letters import choices_url
from forum.duty.models import DutyChoice, Kind
from tests.discussion.visiting import words_of
from tests.factories import MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator():
    return ModeratorFactory()


def path_for(user, *kinds):
    return choices_url(user, *kinds).removeprefix("http://localhost:8000")


def stopped():
    return set(DutyChoice.objects.values_list("kind", flat=True))


def test_button_of_a_mail_program_stops_that_kind_without_cookie_or_referer(moderator):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        path_for(moderator, Kind.WAITING), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert "Stopped. You do not get it." in words_of(answer)
    assert stopped() == {Kind.WAITING}


def test_opening_the_link_changes_nothing_and_its_buttons_stop_and_start(moderator):
    client, path = Client(enforce_csrf_checks=True), path_for(moderator, Kind.WAITING)
    for _ in range(3):
        client.head(path)
        assert "Stopped" not in words_of(client.get(path))
    assert stopped() == set()
    assert "Stopped" in words_of(client.post(path, {"stop": Kind.CARE.value}, follow=True))
    assert stopped() == {Kind.CARE}
    client.post(path, {"start": Kind.CARE.value})
    client.post(path, {"stop": "nonsense"})
    client.post(path, {"stop": "99"})
    assert stopped() == set()


def test_link_lives_for_years_and_through_a_change_of_the_key(moderator, settings):
    path = path_for(moderator, Kind.CARE)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key that is long enough to be one"
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        assert Client().get(path).status_code == 200


def test_link_that_is_cut_off_or_of_somebody_who_left_opens_nothing(moderator):
    path = path_for(moderator, Kind.CARE)
    other = reverse("duty:choices-by-link", args=[make_link(moderator, Purpose.EMAILS, 1)])
    for address in (path[:-6] + "/", other, path_for(MemberFactory())):
        answer = Client().post(address)
        assert answer.status_code == 404
        assert "This link does not open anything" in words_of(answer)
    User.objects.filter(pk=moderator.pk).update(is_staff=False)
    assert Client().get(path).status_code == 404
    assert stopped() == set()


def test_staff_choose_by_their_login_and_nobody_else_does(moderator, client):
    path = reverse("duty:choices")
    assert client.get(path).url.startswith(reverse("account_login"))
    client.force_login(MemberFactory())
    assert client.get(path).status_code == 403
    client.force_login(moderator)
    assert "Emails to moderators" in words_of(client.get(reverse("subscriptions:emails")))
    client.post(path, {"stop": Kind.WAITING.value})
    assert stopped() == {Kind.WAITING}
    assert "Send it again" in words_of(client.get(path))


def test_failed_check_of_the_form_changes_nothing_and_says_what_to_do(moderator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator)
    answer = client.post(reverse("duty:choices"), {"stop": Kind.WAITING.value})
    assert "Press the button again" in words_of(answer)
    assert stopped() == set()
