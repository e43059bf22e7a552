"""Versions as they stand: what was committed is known to the next question, and nothing before that."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from forum.kept_pages import DISCUSSION
from forum.site.freshness import SITE, Proof
from forum.site.models import SiteVersion
from forum.site.proving import Prover
from tests.factories import ArticleFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prover() -> Iterator[Prover]:
    made = Prover()
    yield made
    made.close()


def test_a_commit_is_known_to_the_next_question_and_nothing_before_it(prover: Prover) -> None:
    SiteVersion.objects.bump()
    before = prover.read(Proof(SITE))
    with transaction.atomic():
        SiteVersion.objects.bump()
        assert prover.read(Proof(SITE)) == before
    assert prover.read(Proof(SITE)) == (before[0] + 1, before[1])


def test_versions_are_read_again_only_after_a_commit(prover: Prover) -> None:
    article = ArticleFactory()
    proofs = [Proof(SITE), Proof(DISCUSSION, article.slug)]
    found = [prover.read(proof) for proof in proofs]

    def is_remembered() -> bool:
        assert [prover.read(proof) for proof in proofs] == found
        known = prover._known
        assert [prover.read(proof) for proof in proofs] == found == [prover._known[proof] for proof in proofs]
        return prover._known is known

    assert any(is_remembered() for _try in range(100))  # other tests commit too, on the same server
    known = prover._known
    ArticleFactory()
    assert [prover.read(proof) for proof in proofs][1] == found[1]
    assert prover._known is not known


def test_what_is_remembered_is_forgotten_with_the_connection(prover: Prover) -> None:
    prover.read(Proof(SITE))
    known = prover._known
    prover.close()
    prover.read(Proof(SITE))
    assert prover._known is not known


def test_a_page_whose_subject_is_gone_has_no_versions(prover: Prover) -> None:
    assert prover.read(Proof(DISCUSSION, "nothing-here")) is None
