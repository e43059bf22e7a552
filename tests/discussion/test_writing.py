"""Pages on which people write, as a browser without scripts meets them."""

from uuid import uuid4

import pytest
from django.urls import reverse

from forum.discussion.models import Comment
from tests.factories import ArticleFactory

pytestmark = pytest.mark.django_db


def _new(article):
    return reverse("discussion:comment-new", args=[article.slug])


def _reply(comment):
    return reverse("discussion:comment-reply", args=[comment.pk])


def typed(**fields):
    return {"body": "My brother has had the pump for two years.", "form_key": str(uuid4()), "post": "1"} | fields


def test_guest_writes_a_new_comment_that_waits(client):
    article = ArticleFactory()
    page = client.get(_new(article))
    assert page.status_code == 200
    answer = client.post(_new(article), typed(name="Dee", relation="carer", email="Dee@Example.ORG", subject="Two years on"))
    comment = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, comment.get_absolute_url())
    assert (comment.state, comment.name, comment.relation, comment.subject) == ("held", "Dee", "carer", "Two years on")
    assert (comment.guest.email, comment.guest.proven_at) == ("Dee@example.org", None)
    assert "guest" in answer.cookies
