"""All that somebody wrote: by login, by cookie, by a link in a mail; and the mail that holds such links."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum.accounts.links import Purpose, make_link
from forum.accounts.models import AddressMailing, Guest
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import appeal, edit_comment, text_key
from forum.discussion.letters import send_lost_links, send_way_back
from forum.discussion.models import ActorKind, Comment, Discussion, PendingChange
from forum.discussion.responding import decline_change, uphold_decision
from forum.discussion.services import Actor, transition, withdraw_comment
from forum.discussion.standing import COMMENTS_ON_A_PAGE
from forum.mail.models import OutgoingMessage
from tests.discussion.visiting import links_in_mail, visit_as, words_of
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db
WRITER = Actor(ActorKind.WRITER)
ADDRESS = "Marit.B@example.org"


@pytest.fixture
def guest():
    return GuestFactory(display_name="Marit", email=ADDRESS)


def _moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


def path_of(guest, purpose=Purpose.MINE):
    return f"/mine/{'prove/' if purpose is Purpose.PROVE else ''}{make_link(guest, purpose)}/"


def old_path_of(guest, purpose=Purpose.MINE):
    with time_machine.travel(timezone.now() - timedelta(days=31)):
        return path_of(guest, purpose)


def rows_of_everything():
    """Return the rows that opening a page could change."""
    return [list(model.objects.order_by("pk").values()) for model in (Guest, Comment, AddressMailing, OutgoingMessage)]


# -- the list


def test_list_tells_how_each_comment_stands():
    guest = GuestFactory()
    article = ArticleFactory(title="Stiff muscles")
    for state in ("held", "published", "hidden", "rejected", "removed", "withdrawn", "erased"):
        CommentFactory(article=article, guest=guest, state=state, reason="personal_details", body=f"Words that are {state}.")
    words = words_of(visit_as(guest).get("/mine/"))
    for told in (
        "It is waiting for a moderator. Only you can see it. Someone will read it, usually within 1 day.",
        "It is public.",
        "A moderator is checking it. While that lasts, only you can see it.",
        "We did not publish it. It held details by which someone could be found. You can change it and send it again, up to 3",
        "A moderator took it off the page. It held details by which someone could be found.",
        "You took it back. You can return it until",
        "Under “Stiff muscles”",
    ):
        assert told in words
    assert [state for state in Comment.State.values if f"Words that are {state}." not in words] == ["erased"]


def test_no_word_of_blame_is_told():
    guest = GuestFactory()
    for reason in Comment.Reason.values:
        for state in ("rejected", "removed", "hidden"):
            CommentFactory(guest=guest, state=state, reason=reason)
    words = words_of(visit_as(guest).get("/mine/")).lower()
    assert not [word for word in ("rejected", "violat", "spam", "abuse", "banned", "illegal", "guilty") if word in words]


def test_writer_is_told_why_words_were_taken_out_and_not_of_what_was_undone():
    guest, moderator = GuestFactory(), _moderator()
    comment = redact_comment(CommentFactory(guest=guest), body="It [words].", actor=moderator, reason="advertising")
    undone = redact_comment(CommentFactory(guest=guest), body="It [phone].", actor=moderator)
    redact_comment(undone, body="It 0151.", actor=moderator, undoes=undone.decisions.first())
    words = words_of(visit_as(guest).get("/mine/"))
    assert comment.state == "published"
    assert "A moderator took words out of it that read like advertising. Tell us if we were wrong." in words
    assert "so that nobody can be found" not in words


def test_redaction_and_changes_are_told():
    guest = GuestFactory()
    redacted, waiting, declined = (CommentFactory(guest=guest, body=f"Words {number}.") for number in range(3))
    redact_comment(redacted, body="Words.", actor=_moderator())
    for comment in (waiting, declined):
        edit_comment(comment, body="Other <words>.", subject="", relation="", actor=WRITER)
    change = PendingChange.objects.get(comment=declined)
    decline_change(declined, actor=_moderator(), seen=text_key(change), reason="unkind")
    answer = visit_as(guest).get("/mine/")
    words = words_of(answer)
    assert "A moderator took details out of it, so that nobody can be found by them. Tell us if we were wrong." in words
    assert "Your change waits for a moderator. Until then readers see the text that you had before." in words
    assert "We did not publish your change. Readers see the text that you had before. Parts of it could hurt someone" in words
    assert answer.content.decode().count("<p>Other &lt;words&gt;.</p>") == 2


def test_answer_to_a_second_look_is_told_for_the_decision_it_was_about():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, state="rejected")
    appeal(comment, text="It was about me.")
    uphold_decision(comment, actor=_moderator(), answer="It still names her.")
    words = words_of(visit_as(guest).get("/mine/"))
    assert "We did, and it stays as it is. The moderator wrote: “It still names her.”" in words
    assert "Ask us to look again" not in words
    comment = edit_comment(comment, body="Kinder words.", subject="", relation="", actor=WRITER)
    transition(comment, "rejected", actor=_moderator(), reason="other")
    words = words_of(visit_as(guest).get("/mine/"))
    assert "It still names her." not in words
    assert "Ask us to look again" in words


def test_member_sees_theirs_and_those_of_the_browsers_guest():
    member, guest = MemberFactory(), GuestFactory()
    CommentFactory(author=member, body="As a member.")
    CommentFactory(guest=guest, body="As a guest.")
    CommentFactory(body="Of somebody else.")
    client = visit_as(guest)
    client.force_login(member)
    words = words_of(client.get("/mine/"))
    assert "As a member." in words
    assert "As a guest." in words
    assert "Of somebody else." not in words


def test_moderator_sees_only_their_own_there():
    CommentFactory(state="held", body="Of somebody else.")
    client = Client()
    client.force_login(ModeratorFactory())
    words = words_of(client.get("/mine/"))
    assert "Of somebody else." not in words
    assert "There is nothing of yours here yet." in words


@pytest.mark.parametrize("what", ["hidden", "draft"])
def test_words_under_what_is_closed_to_readers_are_not_shown(what):
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body="Secret words.", subject="Secret title")
    edit_comment(comment, body="Secret change.", subject="", relation="", actor=WRITER)
    if what == "hidden":
        Discussion.objects.update(state="hidden")
    else:
        type(comment.discussion.article).objects.update(status="draft")
    words = words_of(visit_as(guest).get("/mine/"))
    assert "Secret" not in words
    assert "is not open to readers now. Your words are kept." in words
    assert "Take it back" in words
    assert "Change it" not in words


def test_list_goes_on_page_by_page_and_costs_the_same():
    guest = GuestFactory()
    article = ArticleFactory()
    CommentFactory(article=article, guest=guest)
    client = visit_as(guest)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/mine/")
    for _ in range(COMMENTS_ON_A_PAGE + 2):
        CommentFactory(article=article, guest=guest, state="rejected")
    with CaptureQueriesContext(connection) as many:
        first = client.get("/mine/")
    assert len(few) == len(many)
    assert first.content.decode().count("<article") == COMMENTS_ON_A_PAGE
    following = first.context["pager"].next_href
    assert client.get(following).content.decode().count("<article") == 3


def test_unknown_browser_is_told_how_to_come_back():
    answer = Client().get("/mine/")
    assert answer.status_code == 200
    assert "I have lost my link" in words_of(answer)
    assert not answer.cookies
    assert Client().get("/mine/?before=x").status_code == 200
    assert visit_as(GuestFactory()).get("/mine/?before=x").status_code == 404


# -- by link


def test_fresh_link_makes_a_clean_browser_the_guests(guest):
    comment = CommentFactory(guest=guest, state="held", body="My words.")
    client = Client()
    answer = client.get(path_of(guest))
    assert "My words." in words_of(answer)
    assert f"/comments/{comment.pk}/edit/" in answer.content.decode()
    assert 'content="noindex"' in answer.content.decode()
    assert client.get(f"/comments/{comment.pk}/edit/").status_code == 200


def test_old_link_shows_and_mails_a_fresh_one_to_the_stored_address_only(guest):
    comment = CommentFactory(guest=guest, state="held", body="My words.")
    client = Client()
    path = old_path_of(guest)
    answer = client.get(path)
    words = words_of(answer)
    assert "My words." in words
    assert "This link is more than 30 days old" in words
    assert "Take it back" not in words
    assert not answer.cookies.get(settings.GUEST_COOKIE_NAME)
    assert client.get(f"/comments/{comment.pk}/edit/").status_code == 403
    told = words_of(client.post(path, {"email": "somebody.else@example.org"}, follow=True))
    assert "A mail with a fresh link is on its way to the address you gave" in told
    (message,) = OutgoingMessage.objects.all()
    assert message.recipient == ADDRESS
    assert words_of(client.post(path, follow=True)) == told
    assert OutgoingMessage.objects.count() == 1
    assert "Take it back" in words_of(Client().get(links_in_mail()[-1]))


def test_kept_link_of_a_guest_without_an_address_stays_fresh():
    guest = GuestFactory()
    CommentFactory(guest=guest, state="held")
    assert "Take it back" in words_of(Client().get(old_path_of(guest)))


def test_link_in_somebody_elses_browser_changes_nothing_until_they_say_so(guest):
    CommentFactory(guest=guest, body="My words.")
    other = GuestFactory()
    client = visit_as(other)
    answer = client.get(path_of(guest))
    assert "This browser is known as somebody else’s" in words_of(answer)
    assert "Take it back" not in words_of(answer)
    assert not answer.cookies.get(settings.GUEST_COOKIE_NAME)
    answer = client.post(path_of(guest), follow=True)
    assert "Take it back" in words_of(answer)


def test_link_of_one_guest_opens_nothing_of_another(guest):
    CommentFactory(guest=GuestFactory(), body="Of somebody else.")
    assert "Of somebody else." not in words_of(Client().get(path_of(guest)))


@pytest.mark.parametrize("damage", ["cut", "forged", "revoked", "other purpose"])
@pytest.mark.parametrize("purpose", [Purpose.MINE, Purpose.PROVE])
def test_link_that_fails_says_what_to_do(guest, damage, purpose):
    path = path_of(guest, purpose)
    match damage:
        case "cut":
            path = path[:-9] + "/"
        case "forged":
            path = path.replace(":", "x:", 1)
        case "revoked":
            Guest.objects.update(link_counter=7)
        case "other purpose":
            token = make_link(guest, Purpose.PROVE if purpose is Purpose.MINE else Purpose.MINE)
            path = f"/mine/{'prove/' if purpose is Purpose.PROVE else ''}{token}/"
    for method in ("get", "post"):
        answer = getattr(Client(), method)(path)
        assert answer.status_code == 404
        assert "copy the whole link from the mail" in words_of(answer)
        assert "I have lost my link" in words_of(answer)


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_links_changes_nothing(guest, method):
    CommentFactory(guest=guest)
    paths = ["/mine/", "/mine/lost/", *(path_of(guest, purpose) for purpose in (Purpose.MINE, Purpose.PROVE))]
    paths += [old_path_of(guest, purpose) for purpose in (Purpose.MINE, Purpose.PROVE)]
    before = rows_of_everything()
    for client in (Client(), visit_as(guest)):
        for path in paths:
            assert getattr(client, method)(path, headers={"Purpose": "prefetch"}).status_code == 200
            getattr(client, method)(f"{path}?email=x@example.org")
    assert rows_of_everything() == before


# -- proving


def test_address_is_proven_by_the_button_alone(guest):
    CommentFactory(guest=guest, body="My words.")
    client = Client()
    path = path_of(guest, Purpose.PROVE)
    assert "My words." in words_of(client.get(path))
    assert Guest.objects.get(pk=guest.pk).proven_at is None
    answer = client.post(path, follow=True)
    assert "Your address is confirmed, and this is your page." in words_of(answer)
    assert Guest.objects.get(pk=guest.pk).proven_at
    assert "Take it back" in words_of(client.get("/mine/"))


def test_button_pressed_again_changes_nothing_and_leads_on(guest):
    client, path = Client(), path_of(guest, Purpose.PROVE)
    client.post(path)
    proven = Guest.objects.get(pk=guest.pk).proven_at
    assert "You have done this before." in words_of(client.get(path))
    assert client.post(path).status_code == 302
    assert Guest.objects.get(pk=guest.pk).proven_at == proven


def test_old_button_mails_a_fresh_link_first(guest):
    client, path = Client(), old_path_of(guest, Purpose.PROVE)
    assert "Mail me a fresh link" in words_of(client.get(path))
    assert "on its way" in words_of(client.post(path, follow=True))
    assert Guest.objects.get(pk=guest.pk).proven_at is None
    client.post(links_in_mail()[0])
    assert Guest.objects.get(pk=guest.pk).proven_at


# -- mail


def test_posting_with_an_address_mails_the_way_back_without_a_typed_word(client):
    article = ArticleFactory(title="Stiff muscles")
    typed = {"body": "Very private words.", "name": "Marit of Cork", "email": ADDRESS, "subject": "A private title", "post": "1"}
    answer = client.post(f"{article.get_absolute_url()}comment/", typed, follow=True)
    assert "We have written to the address you gave" in words_of(answer)
    (message,) = OutgoingMessage.objects.all()
    assert message.recipient == ADDRESS
    sent = str(message.content)
    assert not [word for word in ("private", "Marit of", "Stiff") if word in sent]
    prove, mine = links_in_mail()
    assert "Very private words." in words_of(Client().get(mine))
    assert "Is this your address?" in words_of(Client().get(prove))


def test_second_comment_of_the_day_is_not_mailed_nor_one_by_somebody_else(client):
    article = ArticleFactory()
    for body in ("One.", "Two."):
        client.post(f"{article.get_absolute_url()}comment/", {"body": body, "email": ADDRESS, "post": "1"})
    Client().post(f"{article.get_absolute_url()}comment/", {"body": "Three.", "email": ADDRESS.upper(), "post": "1"})
    assert OutgoingMessage.objects.count() == 1


def test_proven_guest_is_not_mailed_again(guest):
    Guest.objects.update(proven_at=timezone.now())
    answer = visit_as(guest).post(f"{ArticleFactory().get_absolute_url()}comment/", {"body": "One.", "post": "1"}, follow=True)
    assert "Your way back" not in words_of(answer)
    assert not OutgoingMessage.objects.exists()


def test_guest_without_an_address_is_shown_their_link_once(client):
    answer = client.post(f"{ArticleFactory().get_absolute_url()}comment/", {"body": "My words.", "post": "1"}, follow=True)
    page = answer.content.decode()
    assert "Keep this: it is the only way back." in page
    link = page.split('id="kept" value="')[1].split('"')[0]
    assert link.startswith(f"{settings.SITE_URL}/mine/")
    assert "My words." in words_of(Client().get(link.removeprefix(settings.SITE_URL)))
    assert "Keep this" not in client.get(answer.request["PATH_INFO"]).content.decode()


def test_link_can_be_sent_to_an_address_instead():
    guest = GuestFactory()
    CommentFactory(guest=guest, body="My words.")
    kept = path_of(guest)
    client = visit_as(guest)
    assert "Check the email address." in words_of(client.post("/mine/", {"email": "marit"}))
    answer = client.post("/mine/", {"email": f" {ADDRESS} "}, follow=True)
    assert "A mail with your link is on its way" in words_of(answer)
    assert OutgoingMessage.objects.get().recipient == ADDRESS
    assert Guest.objects.get(pk=guest.pk).email == ADDRESS
    assert "My words." in words_of(Client().get(kept))


def test_mistyped_address_is_put_right_and_what_went_there_stops_working(guest):
    CommentFactory(guest=guest)
    send_way_back(guest)
    client = visit_as(guest)
    client.post("/mine/", {"email": "right@example.org"})
    assert [Client().get(path).status_code for path in links_in_mail()] == [200, 200]
    first = OutgoingMessage.objects.order_by("pk").first()
    assert first.recipient == ADDRESS
    assert Client().get(path_of(guest)).status_code == 404
    page = client.get("/mine/")
    assert "Your address is not confirmed yet." in words_of(page)
    assert 'value="right@example.org"' in page.content.decode()


def test_proven_address_is_not_changed_there(guest):
    Guest.objects.update(proven_at=timezone.now())
    visit_as(guest).post("/mine/", {"email": "other@example.org"})
    assert Guest.objects.get(pk=guest.pk).email == ADDRESS


def test_lost_link_is_mailed_to_a_known_address_and_the_answer_is_always_the_same(guest):
    CommentFactory(guest=guest, body="My words.")
    answers = set()
    for typed in (f"  {ADDRESS.lower()} ", "nobody@example.org", ADDRESS):
        answers.add(words_of(Client().post("/mine/lost/", {"email": typed}, follow=True)))
    assert len(answers) == 1
    (message,) = OutgoingMessage.objects.all()
    assert message.recipient == ADDRESS
    assert "My words." in words_of(Client().get(links_in_mail()[-1]))


def test_lost_links_of_several_guests_come_in_one_mail_those_with_words_only(guest):
    for number in range(3):
        CommentFactory(guest=GuestFactory(email=ADDRESS), body=f"Words {number}.")
    assert send_lost_links(ADDRESS)
    assert len(links_in_mail()) == 3
    assert sorted(words_of(Client().get(path)).split("Words ")[1][0] for path in links_in_mail()) == ["0", "1", "2"]


@pytest.mark.parametrize("typed", ["", "marit", "a@b@c"])
def test_nonsense_as_an_address_is_told(typed):
    answer = Client().post("/mine/lost/", {"email": typed})
    assert "There is 1 thing to check" in words_of(answer)
    assert "<title>1 thing to check: " in answer.content.decode()


@pytest.mark.parametrize("path", ["/mine/", "/mine/lost/", "link", "old link", "prove"])
def test_failed_token_brings_the_page_back_and_does_nothing(guest, path):
    CommentFactory(guest=guest, body="My words.")
    paths = {"link": path_of(guest), "old link": old_path_of(guest), "prove": path_of(guest, Purpose.PROVE)}
    client = visit_as(guest)
    client.handler.enforce_csrf_checks = True
    before = rows_of_everything()
    answer = client.post(paths.get(path, path), {"email": "other@example.org"})
    assert answer.status_code == 403
    assert "Press the button again." in words_of(answer)
    assert "needs one cookie" in words_of(answer)
    assert ("other@example.org" in answer.content.decode()) is (path in ("/mine/", "/mine/lost/"))
    assert rows_of_everything() == before


def test_taken_back_comment_is_found_and_returned_from_the_list():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest)
    withdraw_comment(comment, actor=WRITER)
    page = visit_as(guest).get("/mine/").content.decode()
    assert f'href="/comments/{comment.pk}/withdraw/">Return it' in page


def test_drafts_stand_on_the_page_of_their_writer_alone(guest):
    article = ArticleFactory()
    client = visit_as(guest)
    client.post(f"{article.get_absolute_url()}comment/", {"body": "Half a sentence about", "save": "1"})
    assert "Half a sentence about" in words_of(client.get("/mine/"))
    assert "Half a sentence about" not in words_of(Client().get(path_of(GuestFactory())))
