"""Mail to typed addresses: once a day, whoever types them, however they are typed."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.accounts.mailings import claim_mailing, forget_mailings
from forum.accounts.models import AddressMailing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_address_is_written_to_once_a_day():
    assert claim_mailing("marit@example.org", NOW)
    assert not claim_mailing("marit@example.org", NOW + timedelta(hours=23))
    assert claim_mailing("marit@example.org", NOW + timedelta(days=1))
    assert not claim_mailing("marit@example.org", NOW + timedelta(days=1, hours=1))
    assert AddressMailing.objects.count() == 1


def test_address_is_one_however_it_is_typed():
    assert claim_mailing("marit@example.org", NOW)
    assert not claim_mailing(" MARIT@Example.org ", NOW)
    assert claim_mailing("dee@example.org", NOW)


def test_address_is_known_under_an_earlier_key(settings):
    assert claim_mailing("marit@example.org", NOW)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [settings.SECRET_KEY]
    assert not claim_mailing("marit@example.org", NOW + timedelta(hours=1))
    assert claim_mailing("marit@example.org", NOW + timedelta(days=2))


def test_table_tells_nobody_whose_address_it_is():
    claim_mailing("marit@example.org", NOW)
    (row,) = AddressMailing.objects.values_list("address_hash", flat=True)
    assert len(row) == 64
    assert "marit" not in row


def test_traces_go_after_a_day():
    claim_mailing("marit@example.org", NOW)
    claim_mailing("dee@example.org", NOW + timedelta(hours=20))
    forget_mailings(NOW + timedelta(days=1))
    assert AddressMailing.objects.count() == 1
    assert not claim_mailing("dee@example.org", NOW + timedelta(days=1))
