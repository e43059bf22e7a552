"""Who may do what in the administration of conversations, and what nobody may."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from forum.accounts.models import User
from forum.discussion.models import Claim, Comment, Decision, Discussion
from forum.site.models import SiteVersion
from tests.discussion.moderating import LIST, LOG, page_of, sign_in
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

STEPS = ["decide", "redact", "question"]


def superuser() -> User:
    return User.objects.create_user("root@example.org", "Root", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("role", ["moderator", "author", "operator", "superuser"])
def test_nobody_can_delete_or_add_a_row(role: str) -> None:
    client = sign_in(superuser() if role == "superuser" else ModeratorFactory(role=role))
    comment = CommentFactory()
    for model, row in ((Comment, comment), (Discussion, comment.discussion), (Decision, comment.decisions.first())):
        name = f"admin:discussion_{model._meta.model_name}"
        rows = model.objects.count()
        assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        assert client.post(reverse(f"{name}_add"), {}).status_code == 403
        client.post(
            reverse(f"{name}_changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}, follow=True
        )
        assert model.objects.count() == rows


def test_no_field_of_a_comment_is_changed_by_posting_to_its_page() -> None:
    comment = CommentFactory(body="As it was written.")
    answer = sign_in(superuser()).post(page_of(comment), {"body": "Something else.", "state": "removed"})
    comment.refresh_from_db()
    assert (answer.status_code, comment.body, comment.state) == (405, "As it was written.", "published")


def test_moderator_sees_conversations_and_nothing_else() -> None:
    client = sign_in(ModeratorFactory())
    models = {model["object_name"] for app in client.get(reverse("admin:index")).context["app_list"] for model in app["models"]}
    expected = {"Claim", "Comment", "Discussion", "Decision", "ThirdPartyRequest", "PhraseRule", "LinkHost", "QueueItem", "Batch"}
    assert models == expected | {"CareMark", "Flag", "SafetyNote", "Sanction"}
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 403
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert client.get(reverse("admin:accounts_user_change", args=[MemberFactory().pk])).status_code == 403


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("person", ["nobody", "member", "author"])
def test_decisions_are_refused_to_others(step: str, person: str) -> None:
    client = {
        "nobody": lambda: Client(),
        "member": lambda: sign_in(MemberFactory()),
        "author": lambda: sign_in(ModeratorFactory(role="author")),
    }[person]()
    comment = CommentFactory(state="held")
    typed = {"verb": "publish", "version": comment.version, "body": "other", "is_question": "yes"}
    assert client.post(reverse(f"admin:discussion_comment_{step}", args=[comment.pk]), typed).status_code in (302, 403)
    assert client.get(page_of(comment)).status_code in (302, 403)
    row = Comment.objects.get(pk=comment.pk)
    assert (row.state, row.version, row.body, row.is_question) == (comment.state, comment.version, comment.body, False)


@pytest.mark.parametrize("step", STEPS)
def test_decisions_are_not_made_by_following_a_link(step: str) -> None:
    comment = CommentFactory(state="held")
    client = sign_in(ModeratorFactory())
    assert client.get(reverse(f"admin:discussion_comment_{step}", args=[comment.pk])).status_code == 405


def test_decisions_need_the_token_of_the_form() -> None:
    comment, moderator = CommentFactory(state="held"), ModeratorFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(moderator)
    client.post(reverse("admin:discussion_comment_decide", args=[comment.pk]), {"verb": "publish", "version": comment.version})
    comment.refresh_from_db()
    assert comment.state == "held"


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "abc"])
def test_comment_that_is_not_there_is_not_found(pk: str) -> None:
    assert sign_in(ModeratorFactory()).get(f"{LIST}{pk}/change/").status_code == 404


def test_state_of_a_discussion_is_changed_and_every_page_hears_of_it() -> None:
    discussion = ArticleFactory().discussion
    version, site = discussion.version, SiteVersion.objects.current()
    client = sign_in(ModeratorFactory())
    for state in ("closed", "hidden", "members_only", "open"):
        address = reverse("admin:discussion_discussion_change", args=[discussion.pk])
        assert client.post(address, {"state": state}).status_code == 302
        discussion.refresh_from_db()
        assert discussion.state == state
    assert (discussion.version, SiteVersion.objects.current()) == (version + 4, site + 4)


def test_log_shows_what_people_decided_and_on_request_what_software_did() -> None:
    CommentFactory(state="rejected", reason="advertising", name="Bo")
    client = sign_in(ModeratorFactory())
    assert "Waiting → Not published" in client.get(LOG).content.decode()
    assert "– → Waiting" not in client.get(LOG).content.decode()
    assert "– → Waiting" in client.get(f"{LOG}?as=software").content.decode()


def test_log_is_read_only_for_everybody() -> None:
    decision = CommentFactory().decisions.first()
    client = sign_in(superuser())
    address = reverse("admin:discussion_decision_change", args=[decision.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": "changed"}).status_code == 403


def test_every_model_of_conversations_in_the_administration_is_one_we_guard() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label == "discussion"}
    assert registered == {Claim, Comment, Discussion, Decision}
