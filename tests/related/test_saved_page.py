"""Whoever asks something on the operator's own saved page is shown people who have lived the same, as somebody judged by hand."""

import json
import os
from pathlib import Path

import pytest
from django.test import Client

from forum.discussion.models import Comment
from forum.imports.services import import_file
from forum.related.neighbours import walk_on
from forum.search.vocabulary import learn
from forum.topics.shipped import MOVEMENT_DISORDERS, load_vocabulary
from tests.imports.truth import SavedPage, describe_body
from tests.topics.vocabularies import search

JUDGED = json.loads((Path(__file__).parent.parent / "data" / "same_experience.json").read_text(encoding="utf-8"))["askers"]
GOAL = 12

pytestmark = [pytest.mark.django_db, pytest.mark.saved_page]


@pytest.fixture
def places() -> dict[int, str]:
    """Import the page with the vocabulary that comes with the site; return the place of each comment on it by its id."""
    load_vocabulary(MOVEMENT_DISORDERS)
    report = import_file(Path(os.environ["SAVED_PAGE"]))
    search()
    learn()
    assert walk_on()
    truth = SavedPage.load(Path(os.environ["SAVED_PAGE"]), Path(os.environ["SAVED_PAGE_TRUTH"])).expected_comments()
    by_words = {describe_body(comment.body)["first_words"]: comment.pk for comment in Comment.objects.all()}
    assert report.new_comments
    return {by_words[entry["first_words"]]: entry["source_id"] for entry in truth}


def test_twelve_of_sixteen_askers_are_shown_somebody_who_has_lived_the_same(client: Client, places: dict[int, str]) -> None:
    by_place = {place: pk for pk, place in places.items()}
    met = 0
    for asker, judged in JUDGED.items():
        comment = Comment.objects.get(pk=by_place[asker])
        page = client.get(comment.get_absolute_url(), follow=True)
        shown = [places[other.comment.pk] for other in page.context["others"]]
        same = [place for place in shown if place in judged["same"]]
        met += bool(same)
        print(f"{asker}: {len(same)} of {len(shown)}: {', '.join(f'*{place}' if place in same else place for place in shown)}")
    print(f"{met} of {len(JUDGED)} askers are shown somebody who has lived the same.")
    assert len(JUDGED) == 16
    assert met >= GOAL
