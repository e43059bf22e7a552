"""Members: their page and its address, changing a name, settings."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from forum.accounts.guests import is_name_free
from forum.accounts.models import Ignore, OldName, User
from forum.accounts.names import MAX_NAME_CHARS, MAX_SLUG_CHARS, make_slug
from forum.accounts.naming import KEPT_FOR, MOST_KEPT, is_held, rename
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory
from tests.sites import Site

START = datetime(2026, 3, 1, tzinfo=UTC)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Marit", "marit"), ("Ann O’Neil", "ann-o-neil"), ("José  García", "josé-garcía"), ("محمد علي", "محمد-علي"),
     ("王小明", "王小明"), ("हिन्दी नाम", "हिन्दी-नाम"), ("Straße", "strasse"), ("@@@", "member"), ("Ma\u200brit", "marit")],
)  # fmt: skip
def test_address_is_the_name_in_its_own_script(name, slug):
    assert make_slug(name) == slug


@pytest.mark.django_db
def test_member_found_by_key_is_the_one_that_any_other_question_finds(django_assert_num_queries):
    member, other = MemberFactory(), MemberFactory()
    group = Group.objects.create(name="some")
    group.user_set.add(member)
    asked = [field.attname for field in User._meta.concrete_fields]
    with django_assert_num_queries(1):
        found = User.objects.get(pk=member.pk)
    assert {name: getattr(found, name) for name in asked} == User.objects.values(*asked).get(email=member.email)
    assert (found, found._state.adding, found._state.db) == (member, False, "default")
    assert group.user_set.get(pk=member.pk) == User.objects.get(pk=str(member.pk)) == member
    for nobody in (lambda: group.user_set.get(pk=other.pk), lambda: User.objects.get(pk=0), lambda: User.objects.get(pk=2**63)):
        with pytest.raises(User.DoesNotExist):
            nobody()


@given(st.text(max_size=MAX_NAME_CHARS))
def test_address_of_an_address_is_the_same_and_fits(name):
    slug = make_slug(name)
    assert make_slug(slug) == slug
    assert 0 < len(slug) <= MAX_SLUG_CHARS
    assert not set(slug) & set("/?#% ")


@pytest.mark.django_db
class TestNames:
    def test_two_names_with_one_address_get_a_number(self):
        first, second, third = (MemberFactory(display_name=name) for name in ("M@rit", "M rit", "M(5)rit"))
        assert (first.slug, second.slug, third.slug) == ("m-rit", "m-rit-2", "m-5-rit")

    def test_name_given_up_stays_with_its_member_for_two_years(self):
        member = rename(MemberFactory(display_name="Marit"), "Rue", now=START)
        assert is_held("MARlT", now=START + KEPT_FOR - timedelta(days=1))
        assert not is_held("Marit", now=START + KEPT_FOR)
        assert not is_held("Marit", besides=member, now=START)
        with time_machine.travel(START):
            assert not is_name_free("Marit")

    def test_address_of_a_name_given_up_never_changes_hands(self):
        member = rename(MemberFactory(display_name="Marit"), "Rue", now=START - KEPT_FOR * 2)
        other = MemberFactory(display_name="Marit")
        assert (other.slug, OldName.objects.get(slug="marit").user) == ("marit-2", member)

    def test_own_former_name_can_be_taken_again_with_its_address(self):
        member = MemberFactory(display_name="Marit")
        for name in ("Rue", "Marit", "Rue"):
            member = rename(member, name)
        assert (member.slug, [old.slug for old in member.old_names.all()]) == ("rue", ["marit"])

    def test_only_the_latest_names_given_up_are_kept(self):
        member = MemberFactory(display_name="Anna")
        names = ["Berta", "Carla", "Dora", "Emma", "Frida"]
        for day, name in enumerate(names):
            member = rename(member, name, now=START + timedelta(days=day))
        later = START + timedelta(days=9)
        assert [is_held(name, now=later) for name in ["Anna", *names]] == [False, False] + [True] * MOST_KEPT + [True]
        assert member.old_names.count() == 5

    def test_change_of_capitals_leaves_the_address(self):
        member = rename(MemberFactory(display_name="marit"), "Marit")
        assert (member.display_name, member.slug, member.old_names.count()) == ("Marit", "marit", 0)

    def test_operator_renames_a_member_and_the_old_address_goes_on(self):
        member = MemberFactory(display_name="Marit")
        operator = sign_in(ModeratorFactory(role="operator"))
        address = f"/admin/accounts/user/{member.pk}/change/"
        typed = {"email": member.email, "display_name": "Rue", "relation": "", "is_active": "on", "groups": []}
        assert operator.post(address, typed).status_code == 302
        member.refresh_from_db()
        assert (member.display_name, member.slug, member.name_key) == ("Rue", "rue", "rue")
        assert Client().get("/members/marit/")["Location"] == "/members/rue/"

    def test_nobody_ignores_themselves(self):
        member = MemberFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Ignore.objects.create(member=member, author=member)


# Runs in a site of its own, which knows no more than members: what the rest of a site stores takes long to make.
FROM_BEFORE = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from forum.accounts.models import User
before = MigrationExecutor(connection).migrate([("accounts", "0002_mailings_and_addresses")])
old = before.apps.get_model("accounts", "User")
for number, name in enumerate(["Marit", "M@rit", "M rit", "محمد"]):
    old.objects.create(email=f"{number}@example.org", display_name=name, name_key=str(number))
executor = MigrationExecutor(connection)
executor.migrate(executor.loader.graph.leaf_nodes("accounts"))
print(User.objects.get(display_name="M rit").pk, *User.objects.order_by("email").values_list("slug", flat=True))
"""


def test_members_from_before_addresses_get_theirs(tmp_path, new_database):
    third, *slugs = Site(tmp_path, new_database()).run(f"exec({FROM_BEFORE!r})").split()
    assert slugs == ["marit", "m-rit", f"m-rit-{third}", "محمد"]


@pytest.mark.django_db
class TestPage:
    def test_says_who_it_is_and_shows_public_comments_the_newest_first(self, client):
        member = MemberFactory(display_name="Marit", relation="carer", date_joined=datetime(2019, 5, 1, tzinfo=UTC))
        article = ArticleFactory(title="Stiff muscles")
        for day, state in enumerate(["published", "published", "removed", "withdrawn"], start=1):
            posted = {"body": f"Words of day {day}.", "posted_at": START.replace(day=day)}
            CommentFactory(article=article, author=member, state=state, **posted)
        answer = client.get("/members/marit/")
        page = answer.content.decode()
        assert "<h1><bdi>Marit</bdi></h1>" in page
        assert "Caring for someone. Here since 2019." in page
        assert page.index("Words of day 2.") < page.index("Words of day 1.")
        assert "day 3" not in page
        assert "day 4" not in page
        assert "Under “Stiff muscles”" in page
        assert answer["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in page
        assert "settings" not in page
        assert not answer.cookies

    @pytest.mark.parametrize("name", ["محمد علي", "王小明", "Zoë"])
    def test_opens_for_names_in_any_script(self, client, name):
        member = MemberFactory(display_name=name)
        CommentFactory(author=member, state="published", body="A word.")
        page = client.get(member.get_absolute_url())
        assert page.status_code == 200
        assert "A word." in page.content.decode()

    def test_old_name_and_other_capitals_lead_to_the_page_of_today(self, client):
        rename(MemberFactory(display_name="Marit"), "Rue")
        for address in ("/members/marit/", "/members/MARIT/", "/members/Rue/"):
            answer = client.get(address)
            assert (answer.status_code, answer["Location"]) == (301, "/members/rue/")
        assert client.get("/members/nobody-here/").status_code == 404

    def test_comments_keep_the_name_they_were_written_under(self, client):
        member = MemberFactory(display_name="Marit")
        comment = CommentFactory(author=member, state="published")
        rename(member, "Rue")
        page = client.get(f"/articles/{comment.discussion.article.slug}/").content.decode()
        assert '<a href="/members/rue/">All comments by <bdi>Marit</bdi></a>' in page

    def test_own_view_adds_the_ways_to_what_is_theirs(self):
        member = MemberFactory(display_name="Marit")
        assert 'href="/settings/"' in sign_in(member).get("/members/marit/").content.decode()
        assert 'href="/settings/"' not in sign_in(MemberFactory()).get("/members/marit/").content.decode()

    def test_goes_on_page_by_page_without_losing_or_repeating_a_comment(self, client):
        member, article = MemberFactory(display_name="Marit"), ArticleFactory()
        for number in range(45):
            CommentFactory(
                article=article, author=member, body=f"Number {number}.", posted_at=START + timedelta(hours=number // 3)
            )
        path, seen = "/members/marit/", []
        while path:
            answer = client.get(path)
            seen += re.findall(r'id="comment-(\d+)"', answer.content.decode())
            path = answer.context["pager"].next_href
        assert len(seen) == len(set(seen)) == 45
        assert client.get("/members/marit/?after=nonsense").status_code == 404

    def test_number_of_queries_does_not_grow_with_the_comments(self, client, django_assert_num_queries):
        member = MemberFactory(display_name="Marit")
        CommentFactory(author=member, state="published")
        for _ in range(2):
            with django_assert_num_queries(5):
                assert client.get("/members/marit/").status_code == 200
            for _ in range(12):
                CommentFactory(parent=CommentFactory(), author=member, state="published")

    def test_nothing_under_an_article_that_is_not_open(self, client):
        member = MemberFactory(display_name="Marit")
        comment = CommentFactory(author=member, state="published", body="Hidden words.")
        type(comment.discussion).objects.update(state="hidden")
        assert "Hidden words." not in client.get("/members/marit/").content.decode()


@pytest.mark.django_db
class TestSettings:
    def test_name_and_relation_are_changed(self):
        member = MemberFactory(display_name="Marit")
        client = sign_in(member)
        answer = client.post("/settings/", {"display_name": "  Rue ", "relation": "self"}, follow=True)
        member.refresh_from_db()
        assert (member.display_name, member.slug, member.relation) == ("Rue", "rue", "self")
        assert "Saved." in answer.content.decode()
        assert client.get("/members/marit/")["Location"] == "/members/rue/"

    @pytest.mark.parametrize(
        ("typed", "told"),
        [("TOMA5Z", "Somebody else here is called TOMA5Z. You could write"), ("Former", "Somebody else here is called Former."),
         ("Site Admin", "sounds like somebody who runs this site"), ("...", "at least one letter"), ("", "Write a name to show"),
         ("x" * 61, "Make the name shorter")],
    )  # fmt: skip
    def test_name_that_cannot_be_had_is_said_with_the_typed_one_still_there(self, typed, told):
        MemberFactory(display_name="Tomasz")
        rename(MemberFactory(display_name="Former"), "Later")
        member = MemberFactory(display_name="Marit")
        page = sign_in(member).post("/settings/", {"display_name": typed, "relation": "carer"}).content.decode()
        assert told in page
        assert "<title>1 thing to check: Your settings" in page
        assert f'value="{typed}"' in page or not typed
        member.refresh_from_db()
        assert (member.display_name, member.relation) == ("Marit", "")

    def test_staff_may_carry_a_word_of_staff(self):
        moderator = ModeratorFactory()
        sign_in(moderator).post("/settings/", {"display_name": "Marit, moderator", "relation": ""})
        moderator.refresh_from_db()
        assert moderator.display_name == "Marit, moderator"

    def test_language_is_asked_for_only_where_there_is_a_choice(self, settings):
        member = MemberFactory()
        client = sign_in(member)
        assert 'name="language"' not in client.get("/settings/").content.decode()
        settings.LANGUAGES = [("en-gb", "English"), ("de", "German")]
        assert 'value="de"' in client.get("/settings/").content.decode()
        client.post("/settings/", {"display_name": member.display_name, "relation": "", "language": "de"})
        assert '<html lang="de"' in client.get("/guidelines/").content.decode()
        assert '<html lang="en-gb"' in Client().get("/guidelines/").content.decode()
        settings.LANGUAGES = [("en-gb", "English")]
        assert '<html lang="en-gb"' in client.get("/guidelines/").content.decode()

    def test_page_is_for_members(self, client):
        assert client.get("/settings/").status_code == 302

    def test_person_is_shown_again_by_the_member_who_ignored_them_alone(self):
        member = MemberFactory()
        entry = Ignore.objects.create(member=member, guest=GuestFactory(display_name="Bo"))
        assert sign_in(MemberFactory()).post(f"/settings/ignored/{entry.pk}/").status_code == 404
        client = sign_in(member)
        assert "Show comments by <bdi>Bo</bdi> again" in client.get("/settings/").content.decode()
        assert "shown again" in client.post(f"/settings/ignored/{entry.pk}/", follow=True).content.decode()
        assert not Ignore.objects.exists()


@pytest.mark.django_db
class TestReading:
    CHOICE = {"text": "large", "space": "loose", "theme": "dark"}

    def test_choice_of_a_member_goes_with_them_to_other_devices(self):
        member = MemberFactory()
        sign_in(member).post("/reading/", self.CHOICE)
        other_device = sign_in(member)
        assert 'data-text="large" data-space="loose" data-theme="dark"' in other_device.get("/guidelines/").content.decode()
        assert not other_device.cookies.get("reading")

    def test_choice_of_the_device_holds_until_a_member_chooses(self):
        member = MemberFactory()
        client = Client()
        client.post("/reading/", self.CHOICE)
        client.force_login(member)
        assert 'data-text="large"' in client.get("/guidelines/").content.decode()
        client.post("/reading/", {"text": "normal", "space": "normal", "theme": "device"})
        assert "data-text" not in client.get("/guidelines/").content.decode()

    def test_device_keeps_it_too_for_when_nobody_is_signed_in(self):
        assert sign_in(MemberFactory()).post("/reading/", self.CHOICE).cookies["reading"].value == "large-loose-dark"
