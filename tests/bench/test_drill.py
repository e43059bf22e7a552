"""The drill's own arithmetic and its forms; the drill itself is ``make drill``, for it takes minutes and a whole machine."""

from pathlib import Path

import pytest
from django.test import Client

from bench.drill.load import MARK, mark_of, read_hidden
from bench.drill.report import Result, find_interruptions, write_report
from tests.factories import ArticleFactory


def make_result(**fields: object) -> Result:
    usual = {
        "seconds": 180.0, "events": [(12.0, "a worker is killed")], "acknowledged": 40, "lost": [], "published": 20, "removed": 5,
        "stale": [], "mails_expected": 75, "mails_missing": 0, "mails_doubled": 1, "mails_of_removed": 2,
        "requests": {"read ok": 900, "read 503": 3}, "slowest": {"read": 9.8}, "interruptions": [(12.0, 14.5, {"read 503": 3})],
        "counts_wrong": {"places": 0},
    }  # fmt: skip
    return Result(**{**usual, **fields})


def test_failures_close_together_are_one_interruption() -> None:
    found = find_interruptions([(10.0, "read 503"), (11.5, "post 503"), (12.9, "read 503"), (40.0, "read 502")])
    assert found == [(10.0, 12.9, {"read 503": 2, "post 503": 1}), (40.0, 40.0, {"read 502": 1})]


def test_report_names_both_zeros_and_is_kept(tmp_path: Path) -> None:
    text = write_report(make_result(), tmp_path)
    assert "| acknowledged comments lost (of 40) | 0 | 0 |" in text
    assert "| 12 s | 2.5 | read 503: 3 |" in text
    assert text.endswith("Both zeros.\n")
    assert (tmp_path / "drill.md").read_text() == text
    assert (tmp_path / "drill.json").exists()


@pytest.mark.parametrize("fault", [{"lost": ["drillmarkaaaaab"]}, {"stale": ["1 shown that were removed before"]}])
def test_one_lost_comment_or_one_stale_page_fails_the_drill(fault: dict[str, list[str]], tmp_path: Path) -> None:
    result = make_result(**fault)
    assert not result.is_passed
    assert "NOT PASSED" in write_report(result, tmp_path)


def test_marks_differ_and_are_found() -> None:
    marks = {mark_of(number) for number in range(2000)}
    assert len(marks) == 2000
    assert MARK.findall(" ".join(sorted(marks))) == sorted(marks)


@pytest.mark.django_db
def test_people_of_the_drill_can_post_the_real_form(client: Client) -> None:
    path = f"{ArticleFactory().get_absolute_url()}comment/"
    hidden = read_hidden(client.get(path).content.decode())
    assert {"csrfmiddlewaretoken", "form_key", "opened"} <= set(hidden)
    text = f"{mark_of(7)} is how we call the day on which it went better with the splint."
    assert client.post(path, hidden | {"body": text, "name": "Somebody", "post": "1"}).status_code == 302
