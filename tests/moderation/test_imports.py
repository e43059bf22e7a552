"""Imports go through the same door: what only advertises waits, with its reasons; everything else is public."""

import json
import os
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from forum.discussion.models import Comment, Signal
from forum.imports.services import import_file
from forum.moderation.models import TextMark
from forum.moderation.retraining import marks_are_stale

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"


def test_the_advertisement_of_an_old_page_waits_as_a_dry_run_says_and_nothing_else_does(tmp_path):
    page = Path(shutil.copy(DATA / "saved_page.txt", tmp_path))
    expected = import_file(page, dry_run=True)
    assert not Comment.objects.exists()
    assert expected.counts["held"] == 1
    import_file(page)
    held = Comment.objects.get(held=True)
    assert "linen baskets" in held.body
    strong = held.signals.get(strength="strong")
    assert (strong.lane, strong.code) == ("advertising", "advertising")
    assert "My cousin sells" in [held.body[start:end] for start, end in strong.spans]
    assert not Signal.objects.filter(strength="strong").exclude(comment=held).exists()


def test_what_stands_for_the_texts_of_an_import_is_right_when_the_filter_first_learns(tmp_path):
    import_file(Path(shutil.copy(DATA / "saved_page.txt", tmp_path)))
    marks = list(TextMark.objects.order_by("pk").values())
    assert marks
    assert not marks_are_stale()
    out = StringIO()
    call_command("retrain_spam_filter", stdout=out)
    assert "texts again" not in out.getvalue()
    assert list(TextMark.objects.order_by("pk").values()) == marks


@pytest.mark.saved_page
def test_of_the_operators_page_that_waits_which_its_notes_call_spam_and_nothing_else() -> None:
    truth = json.loads(Path(os.environ["SAVED_PAGE_TRUTH"]).read_text(encoding="utf-8"))
    named = {int(number) for note in truth["notes"] for number in re.findall(r"^Position (\d+) is (?:\w+ )?spam\b", note)}
    expected = sorted(comment["first_words"] for comment in truth["comments"] if comment["position"] in named)
    assert expected
    import_file(Path(os.environ["SAVED_PAGE"]))
    held = list(Comment.objects.filter(held=True))
    assert sorted(next((words for words in expected if one.body.startswith(words)), one.body) for one in held) == expected
    assert Comment.objects.filter(public=True).count() == len(truth["comments"]) + len(truth["legacy_comments"]) - len(held)
    for comment in held:
        told = list(comment.signals.filter(lane="advertising").exclude(spans=[]))
        assert any("search engine" in signal.sentence or "any page" in signal.sentence for signal in told)
        assert any(signal.strength == "strong" for signal in told)
