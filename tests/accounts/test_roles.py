"""Each address of the administration, and who gets to see it: every role, members, and whoever is not signed in."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from articles.models import OldAddress
from forum.accounts.models import User
from forum.care.models import CareMark, SafetyNote
from forum.discussion.claiming import Claimer, make_claim
from forum.imports.models import ImportRun, Upload
from forum.jobs.models import QueuedJob
from forum.mail.jobs import deliver_mail
from forum.mail.models import OutgoingMessage
from forum.moderation.models import Batch, Flag, LinkHost, PhraseRule, Sanction
from forum.privacy.models import ThirdPartyRequest
from forum.site.models import HelpLine, SiteText
from forum.topics.models import Topic
from tests.factories import CollectionFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

LOOK, CHANGE = {"changelist", "history"}, {"changelist", "history", "change"}
MODERATE = CHANGE | {"bulk", "decide", "decide_change", "redact", "question", "uphold", "reattach", "lock"}
WRITE = CHANGE | {"add"}
ALL = WRITE | {"delete"}
WRITING = {
    "articles.article": WRITE | {"preview"},
    "articles.collection": WRITE,
    "articles.oldaddress": ALL,
    "care.safetynote": ALL,
    "imports.upload": WRITE | {"report"},
}
MODERATING = {
    "care.caremark": CHANGE | {"close", "of"},
    "care.safetynote": CHANGE,
    "discussion.claim": CHANGE | {"decide"},
    "discussion.comment": MODERATE,
    "discussion.discussion": CHANGE,
    "discussion.decision": CHANGE | {"csv"},
    "moderation.batch": CHANGE,
    "moderation.flag": CHANGE,
    "moderation.linkhost": ALL,
    "moderation.phraserule": ALL,
    "moderation.queueitem": CHANGE,
    "moderation.sanction": WRITE,
    "privacy.thirdpartyrequest": CHANGE,
    "topics.topic": {"topics_comment"},
}

# What opens for whom. "change" is the page of a row, be it only to read.
OPEN = {
    "guest": {},
    "member": {},
    "author": WRITING,
    "moderator": MODERATING,
    "operator": MODERATING
    | WRITING
    | {
        "care.carephrase": ALL,
        "accounts.user": WRITE | {"password_change"},
        "imports.importrun": CHANGE,
        "jobs.queuedjob": CHANGE,
        "mail.outgoingmessage": CHANGE,
        "site.helpline": ALL,
        "site.sitetext": CHANGE,
        "topics.topic": WRITE | {"topics_comment"},
    },
}
# Opens for all staff: nothing there is anybody's but one's own.
OPEN_TO_STAFF = {"index", "login", "logout", "password_change", "password_change_done", "jsi18n"}
# They answer to what they are asked about; tried apart.
ASKED_ABOUT = {"autocomplete", "view_on_site", "app_list"}


def addresses() -> Iterator[tuple[str, type[Model] | None, str]]:
    """Yield model, name of the page, and route of every address of the administration."""
    for pattern in admin.site.urls[0]:
        if isinstance(pattern, URLPattern):
            if pattern.name and pattern.name not in ASKED_ABOUT:
                yield pattern.name, None, f"/admin/{pattern.pattern}"
            continue
        yield from _addresses_of_a_model(pattern)


def _addresses_of_a_model(resolver: URLResolver) -> Iterator[tuple[str, type[Model] | None, str]]:
    app, name = str(resolver.pattern).strip("/").split("/")
    model = next(model for model in admin.site._registry if model._meta.label_lower == f"{app}.{name}")
    for pattern in resolver.url_patterns:
        if pattern.name:
            page = pattern.name.removeprefix(f"{app}_{name}_").removeprefix("auth_user_")
            yield page, model, f"/admin/{resolver.pattern}{pattern.pattern}"


def make_a_row_of_each() -> dict[type[Model], Model]:
    """Store a row of every model in the administration; return one of each."""
    ThirdPartyRequest.objects.create(comment=CommentFactory(), about="self", wish="details")
    CollectionFactory()
    make_claim(CommentFactory(origin="serendip"), claimer=Claimer(member=MemberFactory()), evidence="It is mine.")
    SiteText.objects.create(pk=1)
    CommentFactory(state="held")  # waits in the queue
    Batch.objects.create(moderator=ModeratorFactory(), verb="publish", scope="chosen")
    Flag.objects.create(comment=CommentFactory(), reason="unkind", made_at=timezone.now())
    Sanction.objects.create(kind="domain", value="example.org", reason="advertising", until="2099-01-01")
    CareMark.objects.create(comment=CommentFactory(), words="I want to die", source="post", found_at=timezone.now())
    LinkHost.objects.create(domain="example.org")
    SafetyNote.objects.create(phrases="a phrase", sentence="A note.", link="/help/")
    PhraseRule.objects.create(phrase="a phrase")
    HelpLine.objects.create(name="Samaritans", how="116 123")
    Topic.objects.create(name="baclofen", slug="baclofen", kind="treatment")
    OldAddress.objects.create(path="/old/", target="/")
    ImportRun.objects.create(file_name="a.txt", file_hash="", format="text", started_at=timezone.now())
    Upload.objects.create(file_name="a.txt", made_at=timezone.now(), state="refused")
    OutgoingMessage.objects.create(kind="other", recipient="a@example.org", content={})
    deliver_mail.enqueue()
    assert QueuedJob.objects.exists()
    return {model: model._default_manager.order_by("pk").first() for model in admin.site._registry}


def client_of(role: str) -> Client:
    client = Client()
    if role == "member":
        client.force_login(MemberFactory())
    elif role != "guest":
        client.force_login(ModeratorFactory(role=role))
    return client


def opens(client: Client, address: str) -> bool:
    """Tell whether the address shows or does something: neither a refusal nor the way to the page for signing in."""
    answer = client.get(address)
    if answer.status_code == 405:
        answer = client.post(address)
    if answer.status_code == 302:
        return not answer["Location"].startswith(("/accounts/login/", "/admin/login/"))
    return answer.status_code != 403


@pytest.mark.parametrize("role", OPEN)
def test_each_address_opens_for_the_roles_that_need_it_and_for_nobody_else(role: str) -> None:
    rows, client = make_a_row_of_each(), client_of(role)
    is_staff = role not in ("guest", "member")
    found = defaultdict(set)
    for page, model, route in addresses():
        row = rows[model].pk if model else ""
        address = (
            route.replace("<path:object_id>", f"{row}")
            .replace("<int:pk>", f"{row}")
            .replace("<uuid:pk>", f"{row}")
            .replace("<id>", f"{row}")
        )
        if model is None:
            if page not in ("login", "logout"):
                assert opens(client, address) is is_staff, address
        elif opens(client, address):
            found[model._meta.label_lower].add(page)
    assert dict(found) == OPEN[role]


def test_every_address_is_walked() -> None:
    pages = {page for page, model, _ in addresses() if model is None}
    assert pages == OPEN_TO_STAFF


@pytest.mark.parametrize("role", OPEN)
def test_list_of_an_app_opens_for_whoever_may_see_one_of_its_models(role: str) -> None:
    client = client_of(role)
    for app in {model._meta.app_label for model in admin.site._registry}:
        shown = client.get(f"/admin/{app}/").status_code == 200
        assert shown is any(label.startswith(f"{app}.") and "changelist" in pages for label, pages in OPEN[role].items()), app


def test_autocompletion_tells_only_operators_the_names_of_members() -> None:
    for role in OPEN.keys() - {"operator"}:
        asked = {"app_label": "admin", "model_name": "logentry", "field_name": "user"}
        assert client_of(role).get("/admin/autocomplete/", asked).status_code != 200


@pytest.mark.parametrize("role", ["author", "moderator"])
def test_nobody_gives_themselves_another_role(role: str) -> None:
    client = client_of(role)
    user = User.objects.get()
    groups = [group.pk for group in Group.objects.all()]
    client.post(f"/admin/accounts/user/{user.pk}/change/", {"display_name": "Me", "email": user.email, "groups": groups})
    assert list(user.groups.values_list("name", flat=True)) == [role]
