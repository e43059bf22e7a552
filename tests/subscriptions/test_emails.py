"""The page of one's emails: by link without signing in, by a mail program's own button, by cookie and by login."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.accounts.guests import change_address
from forum.accounts.links import Purpose, make_link
from forum.mail.models import OutgoingMessage
from forum.subscriptions.kinds import emails_url
from forum.subscriptions.models import MailChoice, Subscription
from forum.subscriptions.services import Choice, read_choice, subscribe
from tests.discussion.visiting import visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory
from tests.subscriptions.people import guest_person, links_in, mails, member_person, recipients, work_later, write

pytestmark = pytest.mark.django_db
Kind = Subscription.Kind


@pytest.fixture
def joan():
    return guest_person("joan@example.org", display_name="Joan")


@pytest.fixture
def followed(joan):
    """Three things that Joan follows: a conversation, an article, and what becomes of her comments."""
    article = ArticleFactory(title="Stiff muscles")
    root = CommentFactory(article=article, name="Marit")
    return [
        subscribe(joan, Kind.REPLIES, root=root),
        subscribe(joan, Kind.DISCUSSION, discussion=article.discussion),
        subscribe(joan, Kind.OWN),
    ]


def path_for(person, *rows):
    return emails_url(person, [row.pk for row in rows]).removeprefix("http://localhost:8000")


def active():
    return set(Subscription.objects.filter(stopped_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize("make", [guest_person, member_person])
def test_page_opens_without_signing_in_and_lists_what_is_followed(make):
    person = make()
    root = CommentFactory(article=ArticleFactory(title="Stiff muscles"), name="Marit")
    subscribe(person, Kind.REPLIES, root=root)
    answer = Client().get(path_for(person))
    assert answer.status_code == 200
    assert "The conversation that Marit began on" in words_of(answer)
    assert "under “Stiff muscles”" in words_of(answer)
    assert person.proven_address not in answer.content.decode()


def test_opening_the_page_any_number_of_times_changes_nothing(joan, followed):
    for row in [None, *followed]:
        path = path_for(joan, row) if row else path_for(joan)
        for _ in range(3):
            answer = Client().get(path)
            Client().head(path)
        assert not answer.cookies
    assert active() == {"replies", "discussion", "own"}


def test_button_of_a_mail_program_stops_what_the_mail_was_about_at_once(joan, followed):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path_for(joan, followed[0]), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Stopped. You will get no more emails about this conversation." in words_of(answer)
    assert active() == {"discussion", "own"}


def test_button_of_a_mail_program_stops_everything_where_the_mail_was_about_everything(joan, followed):
    Client(enforce_csrf_checks=True).post(
        path_for(joan), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert active() == set()


def test_link_in_a_mail_shows_one_button_and_then_undo(joan, followed):
    client, path = Client(enforce_csrf_checks=True), path_for(joan, followed[1])
    assert "Stop emails about this article" in words_of(client.get(path))
    stopped = client.post(path, {"stop": "mail"}, follow=True)
    assert "Stopped. You will get no more emails about this article. Undo" in words_of(stopped)
    assert active() == {"replies", "own"}
    again = client.post(path, {"undo": stopped.context["stopped"]}, follow=True)
    assert "Stopped" not in words_of(again)
    assert active() == {"replies", "discussion", "own"}


def test_each_row_has_a_stop_of_its_own_and_all_can_be_stopped_and_brought_back(joan, followed):
    client, path = Client(), path_for(joan)
    client.post(path, {"stop": followed[2].pk})
    assert active() == {"replies", "discussion"}
    stopped = client.post(path, {"stop": "all"}, follow=True)
    assert "You will get no more emails from us" in words_of(stopped)
    assert active() == set()
    client.post(path, {"undo": stopped.context["stopped"]})
    assert active() == {"replies", "discussion"}


def test_row_of_somebody_else_cannot_be_stopped_or_started(joan, followed):
    other = subscribe(guest_person(), Kind.OWN)
    Client().post(path_for(joan), {"stop": other.pk})
    Client().post(path_for(joan, other), {"List-Unsubscribe": "One-Click"})
    other.refresh_from_db()
    assert other.stopped_at is None
    assert active() >= {"replies", "discussion", "own"}


def test_stopping_counts_for_every_device_of_one_address(joan, followed):
    elsewhere = guest_person("Joan@example.org")
    subscribe(elsewhere, Kind.OWN)
    Client().post(path_for(elsewhere), {"stop": "all"})
    assert active() == set()


def test_mail_that_waits_is_dropped_with_the_stop(joan):
    article = ArticleFactory()
    question = write(joan, discussion=article.discussion)
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work_later()
    (mail,) = mails()
    Client().post(links_in(mail)["Stop emails about this conversation"], {"List-Unsubscribe": "One-Click"})
    assert mails() == []


def test_choices_are_kept_for_all_devices_of_one_address(joan):
    elsewhere = guest_person("joan@example.org")
    answer = Client().post(path_for(joan), {"pace": "weekly", "text": "without", "save": "1"}, follow=True)
    assert "Saved." in words_of(answer)
    assert read_choice(joan) == read_choice(elsewhere) == Choice(MailChoice.Pace.WEEKLY, with_text=False)
    wrong = Client().post(path_for(joan), {"pace": "hourly", "text": "without", "save": "1"})
    assert "Choose one of these answers" in words_of(wrong)
    assert wrong.content.decode().count("checked") == 1
    assert read_choice(joan).pace == "weekly"


def test_nonsense_changes_nothing(joan, followed):
    for data in ({"stop": "x"}, {"stop": "-1"}, {"undo": "x"}, {"undo": "9" * 17 + "-1"}):
        assert Client().post(path_for(joan), data).status_code in (302, 404)
    assert active() == {"replies", "discussion", "own"}


def test_link_lives_for_years_and_through_a_change_of_the_key(joan, followed, settings):
    path, old = path_for(joan, followed[0]), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key " * 5, [old]
    with time_machine.travel(timezone.now() + timedelta(days=3650)):
        Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert "replies" not in active()


def test_link_for_another_purpose_or_of_somebody_gone_opens_nothing(joan):
    tokens = [make_link(joan.guest, Purpose.MINE), make_link(member_person(is_active=False).user, Purpose.EMAILS)]
    tokens.append(make_link(joan.guest, Purpose.EMAILS))
    change_address(joan.guest, "other@example.org")
    for token in tokens:
        assert Client().get(reverse("subscriptions:emails-by-link", args=[token])).status_code == 404


def test_link_that_a_mail_program_cut_off_says_so_and_offers_a_fresh_one(joan, followed):
    for cut in (path_for(joan)[:-5] + "/", "/emails/WyJ/"):
        answer = Client().get(cut)
        assert answer.status_code == 404
        assert "Perhaps the mail program cut off its end" in words_of(answer)
    assert Client().post(cut, {"List-Unsubscribe": "One-Click"}).status_code == 404
    sent = Client().post("/emails/", {"email": " JOAN@example.org"}, follow=True)
    assert "a mail with the link is on its way" in words_of(sent)
    (mail,) = mails("emails-link")
    assert mail.recipient == "joan@example.org"
    assert Client().get(links_in(mail)["Choose or stop emails"]).status_code == 200
    Client().post("/emails/", {"email": "joan@example.org"})
    assert len(mails("emails-link")) == 1


def test_answer_is_the_same_for_an_address_that_nobody_has_proven():
    GuestFactory(email="typed@example.org")
    for address in ("typed@example.org", "nobody@example.org"):
        sent = Client().post("/emails/", {"email": address}, follow=True)
        assert "a mail with the link is on its way" in words_of(sent)
    assert not OutgoingMessage.objects.exists()


def test_own_browser_and_login_show_the_same_page(joan, followed, client):
    assert "Everything under an article" in words_of(visit_as(joan.guest).get("/emails/"))
    member = member_person()
    subscribe(member, Kind.OWN)
    client.force_login(member.user)
    assert "What becomes of your comments" in words_of(client.get("/emails/"))
    client.post("/emails/", {"stop": "all"})
    assert not Subscription.objects.filter(user=member.user, stopped_at=None).exists()


def test_own_page_needs_the_token_of_the_form_and_says_what_to_do_without(joan, followed):
    client = visit_as(joan.guest)
    client.handler.enforce_csrf_checks = True
    answer = client.post("/emails/", {"stop": "all"})
    assert answer.status_code == 403
    assert "Nothing was changed. Press the button again." in words_of(answer)
    assert active() == {"replies", "discussion", "own"}


def test_guest_without_proof_is_told_that_nothing_is_sent():
    guest = GuestFactory(email="joan@example.org")
    assert "Your address is not confirmed yet, so we send nothing." in words_of(visit_as(guest).get("/emails/"))
    assert "You have given no address, so we send nothing." in words_of(visit_as(GuestFactory()).get("/emails/"))


def test_page_costs_the_same_with_one_row_and_with_a_hundred(joan, django_assert_num_queries, django_assert_max_num_queries):
    article = ArticleFactory()
    subscribe(joan, Kind.REPLIES, root=CommentFactory(article=article))
    path = path_for(joan)
    with django_assert_max_num_queries(10) as few:
        Client().get(path)
    for _ in range(60):
        subscribe(joan, Kind.THREAD, root=CommentFactory(article=article))
    with django_assert_num_queries(len(few)):
        page = Client().get(path)
    assert len(page.context["entries"]) == 50
    assert len(Client().get(page.context["pager"].next_href).context["entries"]) == 11


def test_members_settings_lead_here(client):
    client.force_login(member_person().user)
    assert 'href="/emails/"' in client.get("/settings/").content.decode()


def test_stopped_wish_is_not_taken_up_by_a_field_that_was_filled_in_before(joan, followed):
    """The address stands in the form already; that is no wish to be told again."""
    article = followed[1].discussion.article
    Client().post(path_for(joan), {"stop": "all"})
    client = visit_as(joan.guest)
    form = client.get(f"/articles/{article.slug}/comment/")
    assert "You stopped these emails. We start again only if you tick this." in words_of(form)
    data = {"body": "One more.", "name": "Joan", "email": "joan@example.org", "alerts_offered": "1", "post": ""}
    client.post(f"/articles/{article.slug}/comment/", data)
    assert active() == set()
    client.post(f"/articles/{article.slug}/comment/", data | {"body": "Two more.", "alerts": "1"})
    assert active() == {"own", "replies"}


def test_nobody_who_stopped_everything_is_told(joan):
    article = ArticleFactory()
    question = write(joan, discussion=article.discussion)
    Client().post(path_for(joan), {"stop": "all"})
    write(guest_person(), discussion=article.discussion, parent=question, wants_mail=False)
    work_later()
    assert recipients() == []
