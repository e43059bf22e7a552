"""Limits: what is counted together, when a window ends, and what the table tells nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from forum.accounts.guests import remember_guest
from forum.accounts.jobs import prune_counts
from forum.accounts.limits import DAY, HOUR, By, Limit, count_try, forget_counts, limited, wait_words
from forum.accounts.models import RateCount
from tests.factories import GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on(settings):
    settings.RATE_LIMITS = True


def _request(address="203.0.113.9", *, member=None, guest=None, method="post", data=None):
    request = getattr(RequestFactory(), method)("/", data or {}, REMOTE_ADDR=address)
    request.user = member or AnonymousUser()
    if guest:
        response = HttpResponse()
        remember_guest(response, guest)
        request.COOKIES = {name: cookie.value for name, cookie in response.cookies.items()}
    return request


def _two(by):
    return (Limit("act", 2, HOUR, by),)


def test_third_of_two_waits_until_the_window_ends():
    limits = _two(By.ADDRESS)
    assert [count_try(_request(), limits, now=NOW) for _ in range(2)] == [None, None]
    assert count_try(_request(), limits, now=NOW) == timedelta(minutes=40)
    assert count_try(_request(), limits, now=NOW + timedelta(minutes=39)) == timedelta(minutes=1)
    assert count_try(_request(), limits, now=NOW + timedelta(minutes=40)) is None


def test_of_several_limits_the_longest_wait_counts():
    limits = (Limit("act", 1, HOUR, By.ADDRESS), Limit("act", 1, DAY, By.ADDRESS))
    assert count_try(_request(), limits, now=NOW) is None
    assert count_try(_request(), limits, now=NOW) == timedelta(hours=11, minutes=40)


def test_two_acts_are_counted_apart():
    one, other = (Limit("one", 1, HOUR, By.ADDRESS),), (Limit("other", 1, HOUR, By.ADDRESS),)
    assert count_try(_request(), one, now=NOW) is None
    assert count_try(_request(), other, now=NOW) is None
    assert count_try(_request(), one, now=NOW)


def test_people_behind_one_address_are_counted_each():
    limits = _two(By.PERSON)
    people = [{"member": MemberFactory()}, {"guest": GuestFactory()}, {"guest": GuestFactory()}]
    for person in people:
        assert [bool(count_try(_request(**person), limits, now=NOW)) for _ in range(3)] == [False, False, True]
    assert count_try(_request("198.51.100.1", **people[1]), limits, now=NOW)
    assert count_try(_request(), limits, now=NOW) is None


def test_newcomers_are_counted_by_their_address_and_known_people_are_not_among_them():
    limits = _two(By.NEWCOMER)
    assert [bool(count_try(_request(), limits, now=NOW)) for _ in range(3)] == [False, False, True]
    assert count_try(_request("198.51.100.1"), limits, now=NOW) is None
    assert count_try(_request(guest=GuestFactory()), limits, now=NOW) is None


@pytest.mark.parametrize(
    ("other", "is_same"),
    [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::1", False), ("::ffff:203.0.113.9", False)],
)
def test_addresses_of_one_household_count_as_one(other, is_same):
    limits = (Limit("act", 1, HOUR, By.ADDRESS),)
    assert count_try(_request("2001:db8:1:2::1"), limits, now=NOW) is None
    assert bool(count_try(_request(other), limits, now=NOW)) is is_same


def test_switched_off_nothing_is_counted(settings):
    settings.RATE_LIMITS = False
    assert [count_try(_request(), (Limit("act", 0, HOUR, By.ADDRESS),)) for _ in range(3)] == [None] * 3
    assert not RateCount.objects.exists()


def test_one_statement_counts_everything(django_assert_num_queries):
    with django_assert_num_queries(1):
        count_try(_request(), (*_two(By.ADDRESS), Limit("act", 5, DAY, By.ADDRESS), *_two(By.NEWCOMER)), now=NOW)
    assert sorted(RateCount.objects.values_list("count", flat=True)) == [1, 1, 1]


def test_nobody_reads_an_address_from_the_table(settings):
    count_try(_request(), _two(By.ADDRESS), now=NOW)
    (row,) = RateCount.objects.values()
    assert row.keys() == {"hash", "count", "ends"}
    settings.SECRET_KEY = "another key " * 5
    count_try(_request(), _two(By.ADDRESS), now=NOW)
    assert RateCount.objects.count() == 2


def test_counts_go_when_their_window_is_over():
    count_try(_request(), (Limit("act", 5, HOUR, By.ADDRESS), Limit("act", 5, DAY, By.ADDRESS)), now=NOW)
    forget_counts(NOW + timedelta(minutes=39))
    assert RateCount.objects.count() == 2
    forget_counts(NOW + timedelta(minutes=40))
    assert RateCount.objects.count() == 1
    prune_counts.call()
    assert not RateCount.objects.exists()


def test_view_answers_with_the_page_and_the_text_that_was_sent():
    @limited((Limit("act", 1, HOUR, By.ADDRESS),))
    def view(request):
        return HttpResponse("done")

    assert view(_request(method="get")).status_code == 200
    assert view(_request(data={"text": "my <own> words"})).content == b"done"
    answer = view(_request(data={"text": "my <own> words"}))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "my &lt;own&gt; words" in answer.content.decode()
    assert "You can try again in" in answer.content.decode()
    assert view(_request(method="get")).status_code == 200


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=3), "in a minute"),
        (timedelta(seconds=61), "in 2 minutes"),
        (timedelta(minutes=119), "in 119 minutes"),
        (timedelta(hours=3, minutes=1), "in 4 hours"),
    ],
)
def test_wait_is_told_in_words(wait, words):
    assert wait_words(wait) == words
