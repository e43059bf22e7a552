"""What the commands print, and what they refuse."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from forum.discussion.models import Comment
from tests.factories import ArticleFactory, CommentFactory

pytestmark = pytest.mark.django_db

LABELLED = Path(__file__).parent.parent / "data" / "labelled_comments.jsonl"


def run(name: str, *options: str) -> str:
    out = StringIO()
    call_command(name, *options, stdout=out, stderr=out)
    return out.getvalue()


def test_measuring_a_file_prints_recall_precision_and_the_reliability_table():
    printed = run("measure_moderation", "--labelled", str(LABELLED))
    assert printed.startswith("206 comments, 102 of them advertising.")
    assert "recall  precision  honest held" in printed
    assert "was advertising" in printed
    assert "Held out, after 150 decisions:" in printed


def test_measuring_the_decisions_of_the_site():
    article = ArticleFactory()
    for number in range(6):
        CommentFactory(article=article, body=f"We tried the bath {number} weeks.")
        CommentFactory(article=article, body=f"Order {number} now", state="removed", reason=Comment.Reason.ADVERTISING)
    assert run("measure_moderation").startswith("12 comments, 6 of them advertising.")


def test_measuring_nothing_says_so():
    with pytest.raises(CommandError, match="nothing to measure yet"):
        run("measure_moderation")


@pytest.mark.parametrize(
    "line", ["nonsense", "[]", '{"text": 1, "spam": true}', '{"text": "x"}', '{"text": "x", "spam": true, "links": 3}']
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(tmp_path, line):
    path = tmp_path / "labelled.jsonl"
    path.write_text(f'{{"text": "x", "spam": false}}\n\n{line}\n')
    with pytest.raises(CommandError, match="Line 3 is not of the form"):
        run("measure_moderation", "--labelled", str(path))


def test_learning_again_says_what_was_learned():
    CommentFactory()
    assert "Learned 1 comments: 1 published, 0 removed as advertising." in run("retrain_spam_filter", "--texts")
