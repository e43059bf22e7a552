"""The sample as a reader and a moderator meet it."""

import json

import pytest
from django.db.models import Count

from articles.models import Article
from forum.discussion.models import Comment, Discussion
from forum.discussion.permissions import ANONYMOUS
from forum.imports.sample import FOLDER, load_sample
from forum.topics.models import Mention, NewComment

pytestmark = pytest.mark.django_db


def test_sample_loads_into_an_empty_site_once():
    article = load_sample()
    assert article == Article.objects.get()
    assert load_sample() is None
    assert article.sources.count() == 9
    assert article.body_html.count('class="cite"') >= 9


def test_sample_conversation_is_as_its_file_says():
    discussion = load_sample().discussion
    records = json.loads((FOLDER / "conversation.json").read_text(encoding="utf-8"))
    wanted = {state: sum(record["state"] == state for record in records) for state in {record["state"] for record in records}}
    found = dict(discussion.comments.values_list("state").annotate(count=Count("pk")))
    assert found == wanted
    discussion.refresh_from_db()
    assert discussion.comment_count == wanted["published"]
    assert discussion.waiting_count == 4


def test_sample_shows_its_topics_at_once():
    article = load_sample()
    assert Mention.objects.filter(comment__discussion=article.discussion, shown=True).exists()
    assert not NewComment.objects.exists()


def test_sample_shows_no_name_that_a_moderator_took_out():
    load_sample()
    bodies = "\n".join(Comment.objects.visible_to(ANONYMOUS).values_list("body_html", flat=True))
    assert "Aldous-Pym" not in bodies
    assert "[Name removed by a moderator]" in bodies


def test_sample_leaves_something_for_a_moderator_to_do():
    load_sample()
    assert Comment.objects.held().count() == 2
    assert Discussion.objects.get().comments.filter(mark=Comment.Mark.ARTICLE_AUTHOR).exists()
