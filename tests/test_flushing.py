"""Between tests that commit the database is again what migrating made it."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command

from forum.care.models import CarePhrase
from forum.discussion.models import Comment, Decision
from tests.factories import CommentFactory


@pytest.mark.django_db(transaction=True)
def test_what_a_test_has_added_goes_and_what_it_changed_comes_back() -> None:
    before = [list(model.objects.order_by("pk").values()) for model in (Permission, CarePhrase)]
    CommentFactory(parent=CommentFactory(state="removed"))
    Permission.objects.filter(codename__startswith="add").delete()
    CarePhrase.objects.update(is_active=False)
    call_command("flush", interactive=False)
    assert not Comment.objects.exists()
    assert not Decision.objects.exists()
    assert [list(model.objects.order_by("pk").values()) for model in (Permission, CarePhrase)] == before
