"""Drafts: what is kept while somebody writes, for whom, how long, and what never gets lost."""

import html
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forum.accounts.models import Guest
from forum.discussion import drafts
from forum.discussion.drafts import KEPT_FOR, MAX_DRAFT_CHARS, drafts_of, purge_drafts
from forum.discussion.models import Comment, Discussion, Draft
from forum.discussion.permissions import Viewer
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory
from tests.pages import find_vnu_faults

pytestmark = pytest.mark.django_db

BODY = "My brother has had the pump for two years.\n\nIs anyone here <still> reading?"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _outbox(settings):
    """Show what is mailed as Django's own tests do: what becomes of it in the queue is tried elsewhere."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def form(article):
    return reverse("discussion:comment-new", args=[article.slug])


@pytest.fixture
def member():
    return MemberFactory(display_name="Marit", email="marit@example.org")


def _typed(button="save", value="1", **fields):
    return {"body": BODY, "form_key": str(uuid4()), button: value} | fields


def _text(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def _hidden(response):
    """Return the hidden fields of the form, as a browser sends them back."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()))


def _body(response):
    """Return what stands in the text field."""
    return html.unescape(
        re.search(r'<textarea[^>]*name="body"[^>]*>\n?(.*?)</textarea>', response.content.decode(), re.DOTALL)[1]
    )


def _link(response):
    """Return the path of the link to copy."""
    return re.search(r'id="link" value="http://localhost:8000([^"]+)"', response.content.decode())[1]


def _make(**fields):
    return Draft.objects.create(**({"form_key": uuid4(), "body": BODY, "updated_at": datetime.now(UTC)} | fields))


# -- saving and finding again


def test_saved_text_is_in_the_form_again(client, form):
    with time_machine.travel("2026-05-03 10:00Z"):
        page = client.post(
            form, _typed(subject="Two years on", name="Dee", relation="carer", email="dee@example.org"), follow=True
        )
        draft = Draft.objects.get()
        assert page.redirect_chain == [(f"/drafts/{draft.pk}/", 302)]
        assert "Saved. We keep it for 30 days." in _text(page)
    page = client.get(form)
    assert "We kept what you wrote on 3 May." in _text(page)
    assert f'href="/drafts/{draft.pk}/discard/"' in _text(page)
    assert _body(page) == BODY
    for field, value in (("subject", "Two years on"), ("name", "Dee"), ("email", "dee@example.org")):
        assert re.search(rf'<input[^>]*name="{field}"[^>]*value="{value}"', _text(page))
    assert re.search(r'value="carer"[^>]*checked', _text(page))
    assert not Comment.objects.exists()


def test_guest_is_made_and_remembered_at_the_first_save_only(client, form):
    client.get(form)
    assert not Guest.objects.exists()
    assert "guest" not in client.cookies
    client.post(form, _typed())
    client.post(form, _typed(body="And more.", draft_seen="1"))
    assert Guest.objects.get() == Draft.objects.get().guest
    assert "guest" in client.cookies


def test_draft_of_a_member_hangs_on_the_member(client, form, member):
    client.force_login(member)
    client.post(form, _typed())
    assert Draft.objects.get().author == member
    assert not Guest.objects.exists()
    other = Client()
    other.force_login(member)
    assert _body(other.get(form)) == BODY
    assert _body(Client().get(form)) == ""


@pytest.mark.parametrize("fields", [{"button": "preview"}, {"button": "post", "name": "Moderator"}, {"value": "auto"}])
def test_preview_every_error_and_a_pause_save_too(client, form, fields):
    page = client.post(form, _typed(**fields))
    assert page.status_code == 200
    assert Draft.objects.get().body == BODY
    assert _body(client.get(form)) == BODY


def test_page_that_saved_says_so_in_words(client, form):
    page = client.post(form, _typed("preview"))
    assert re.search(r'role="status"[^>]*>Saved\. You can close this page and finish later\.<', _text(page))
    pause = client.post(form, _typed(value="auto", body="More.", form_key=_hidden(page)["form_key"]))
    assert pause["Content-Type"] == "text/plain; charset=utf-8"
    assert pause.content.decode() == "Saved at {time}. You can close this page and finish later."


def test_each_place_has_a_draft_of_its_own(client, article, form):
    comment = CommentFactory(article=article)
    reply = reverse("discussion:comment-reply", args=[comment.pk])
    client.post(form, _typed(body="A new conversation."))
    client.post(reply, _typed(body="A reply."))
    assert (_body(client.get(form)), _body(client.get(reply))) == ("A new conversation.", "A reply.")


@pytest.mark.parametrize("person", ["author", "guest"])
@pytest.mark.parametrize("is_reply", [True, False])
def test_database_keeps_one_draft_for_each_person_and_place(article, person, is_reply):
    comment = CommentFactory(article=article)
    place = {"discussion": article.discussion, "parent": comment if is_reply else None}
    for who in range(2):
        whose = {person: MemberFactory() if person == "author" else GuestFactory()}
        _make(**place, **whose)
        with pytest.raises(IntegrityError), transaction.atomic():
            _make(**place, **whose)
        assert Draft.objects.count() == who + 1


def test_database_refuses_a_draft_of_nobody_and_of_two(article, member):
    for whose in ({}, {"author": member, "guest": GuestFactory()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            _make(discussion=article.discussion, **whose)


def test_empty_form_is_no_draft_and_wipes_none(client, form):
    page = client.post(form, _typed(body=" \r\n "))
    assert "Write your comment. A few words are enough" in _text(page)
    assert not Guest.objects.exists()
    client.post(form, _typed())
    client.post(form, _typed(body="", draft_seen="1"))
    assert _body(client.get(form)) == BODY


def test_text_that_is_too_long_for_a_comment_is_kept_whole(client, form):
    body = "a" * 60_000
    assert client.post(form, _typed("post", body=body)).status_code == 200
    assert _body(client.get(form)) == body


@pytest.mark.parametrize(("value", "status"), [("1", 200), ("auto", 413)])
def test_text_beyond_what_a_draft_holds_is_told_and_comes_back(client, form, value, status):
    body = "a" * (MAX_DRAFT_CHARS + 1)
    page = client.post(form, _typed(value=value, body=body))
    assert page.status_code == status
    assert "Not saved: we can keep 100,000 characters." in _text(page)
    assert not Guest.objects.exists()
    if value == "1":
        assert _body(page) == body


def test_answers_that_make_no_sense_do_not_stop_a_draft(client, form):
    client.post(
        form, _typed(name="N" * 900, subject="S" * 900, relation="king", email="dee@@", form_key="x", draft_seen="9" * 30)
    )
    draft = Draft.objects.get()
    assert (len(draft.name), len(draft.subject), draft.relation, draft.guest.email) == (900, 900, "", "")


# -- the address


def test_half_an_address_that_a_pause_saves_does_not_replace_another(client, form):
    page = client.post(form, _typed("preview", email="dee@example.org"))
    key = _hidden(page)["form_key"]
    client.post(form, _typed(value="auto", email="dee@example.or", form_key=key))
    assert Guest.objects.get().email == "dee@example.org"
    client.post(form, _typed("preview", email="dee.b@example.org", form_key=key))
    assert Guest.objects.get().email == "dee.b@example.org"
    client.post(form, _typed("preview", email="", form_key=key))
    assert Guest.objects.get().email == "dee.b@example.org"
    assert _body(client.get(form)) == BODY


def test_proven_address_stays(client, form):
    client.post(form, _typed(email="dee@example.org"))
    Guest.objects.update(proven_at=datetime.now(UTC))
    client.post(form, _typed("preview", email="joan@example.org", draft_seen="1"))
    assert Guest.objects.get().email == "dee@example.org"


# -- posting


def test_draft_goes_with_the_comment(client, form):
    page = client.post(form, _typed("preview"))
    assert client.post(form, _typed("post", **_hidden(page))).status_code == 302
    assert not Draft.objects.exists()
    assert Comment.objects.get().guest == Guest.objects.get()
    assert _body(client.get(form)) == ""


def test_draft_opened_again_goes_with_the_comment(client, form):
    client.post(form, _typed())
    client.post(form, _typed("post", **_hidden(client.get(form))))
    assert not Draft.objects.exists()


def test_pause_that_arrives_after_posting_brings_nothing_back(client, form):
    typed = _typed("post")
    client.post(form, typed)
    late = client.post(form, typed | {"save": "auto"})
    assert late.content == b""
    assert not Draft.objects.exists()


def test_draft_stays_when_posting_fails(client, article, form):
    page = client.post(form, _typed("preview"))
    Discussion.objects.filter(article=article).update(state="closed")
    page = client.post(form, _typed("post", body=BODY + " More.", **_hidden(page)))
    assert page.status_code == 403
    assert "We keep it for 30 days." in _text(page)
    assert "It was not saved" not in _text(page)
    assert Draft.objects.get().body == BODY + " More."


# -- two windows


def test_window_never_writes_over_what_another_has_saved_since(client, form):
    client.post(form, _typed(body="Yesterday."))
    first, second = client.get(form), client.get(form)
    client.post(form, _typed(value="auto", **_hidden(first) | {"body": "From the first."}))
    paused = client.post(form, _typed(value="auto", **_hidden(second) | {"body": "From the second."}))
    assert paused.status_code == 409
    assert "you wrote on in another window" in paused.content.decode()
    assert Draft.objects.get().body == "From the first."
    told = client.post(form, _typed(**_hidden(second) | {"body": "From the second."}))
    assert "You also wrote this in another window" in _text(told)
    assert "From the first.</textarea>" in _text(told)
    assert _body(told) == "From the second."
    client.post(form, _typed(**_hidden(told) | {"body": "Both."}))
    assert Draft.objects.get().body == "Both."


def test_posting_from_one_window_leaves_what_another_saved_since(client, form):
    client.post(form, _typed(body="Yesterday."))
    first, second = client.get(form), client.get(form)
    client.post(form, _typed(value="auto", **_hidden(first) | {"body": "From the first."}))
    client.post(form, _typed("post", **_hidden(second) | {"body": "From the second."}))
    assert Comment.objects.get().body == "From the second."
    assert Draft.objects.get().body == "From the first."


def test_the_same_words_from_two_windows_are_no_conflict(client, form):
    client.post(form, _typed())
    assert client.post(form, _typed()).status_code == 302


def test_page_that_goes_back_to_an_earlier_one_of_its_own_saves(client, form):
    typed = _typed("preview")
    client.post(form, typed)
    client.post(form, typed | {"body": "Then this."})
    assert "another window" not in _text(client.post(form, typed | {"body": "And now this."}))
    assert Draft.objects.get().body == "And now this."


def test_text_deleted_in_another_window_is_saved_anew(client, form):
    client.post(form, _typed())
    page = client.get(form)
    client.post(f"/drafts/{Draft.objects.get().pk}/discard/")
    client.post(form, _typed(**_hidden(page) | {"body": "Still here."}))
    assert Draft.objects.get().body == "Still here."


# -- the session ends, cookies are off, the place changes


def test_member_who_is_signed_out_while_writing_finds_the_text_after_signing_in(client, form, member):
    client.force_login(member)
    client.post(form, _typed(body="Begun."))
    page = client.get(form)
    del client.cookies["session"]
    typed = _typed("post", **_hidden(page) | {"body": "Begun and ended."})
    told = client.post(form, typed)
    assert told.status_code == 200
    assert "You were signed out while you wrote" in _text(told)
    assert f"next={form.replace('/', '%2F')}" in _text(told)
    assert _body(told) == "Begun and ended."
    assert not Comment.objects.exists()
    pause = client.post(form, typed | {"save": "auto"})
    assert "Sign in again before you post" in pause.content.decode()
    client.force_login(member)
    page = client.get(form)
    assert _body(page) == "Begun and ended."
    assert client.post(form, _typed("post", **_hidden(page) | {"body": "Begun and ended."})).status_code == 302
    assert Comment.objects.get().author == member


def test_what_a_guest_began_becomes_the_members_who_signs_in(client, form, member):
    client.post(form, _typed(body="Begun."))
    client.force_login(member)
    page = client.get(form)
    assert _body(page) == "Begun."
    client.post(form, _typed(**_hidden(page)))
    assert Draft.objects.get().author == member


def test_member_who_was_signed_out_may_post_without_the_account(client, form, member):
    client.force_login(member)
    page = client.get(form)
    del client.cookies["session"]
    told = client.post(form, _typed("post", **_hidden(page)))
    client.post(form, _typed("post", name="Dee", **_hidden(told)))
    assert Comment.objects.get().name == "Dee"


@pytest.mark.parametrize(("is_blocked", "words"), [(True, "your browser blocks cookies"), (False, "Not saved just now.")])
def test_pause_without_a_form_token_says_that_nothing_is_saved(form, is_blocked, words):
    browser = Client(enforce_csrf_checks=True)
    if not is_blocked:
        browser.get(form)
    page = browser.post(form, _typed(value="auto"))
    assert page.status_code == 403
    assert words in page.content.decode()
    assert not Guest.objects.exists()


def test_closed_conversation_still_shows_the_draft_to_its_writer(client, article, form):
    client.post(form, _typed())
    Discussion.objects.filter(article=article).update(state="closed")
    page = client.get(form)
    assert "We keep it for 30 days." in _text(page)
    assert "Is anyone here <still> reading?" in _text(page)
    assert "Is anyone here" not in _text(Client().get(form))
    assert "Nobody can write at this place now" in _text(client.get(f"/drafts/{Draft.objects.get().pk}/"))


def test_hidden_conversation_leaves_the_draft_readable(client, article, form):
    client.post(form, _typed())
    Discussion.objects.filter(article=article).update(state="hidden")
    assert client.get(form).status_code == 404
    assert "Is anyone here <still> reading?" in _text(client.get(f"/drafts/{Draft.objects.get().pk}/"))


def test_reply_to_a_comment_that_vanished_opens_for_its_writer_only(client, article):
    parent = CommentFactory(article=article, name="Joan")
    reply = reverse("discussion:comment-reply", args=[parent.pk])
    client.post(reply, _typed())
    Comment.objects.filter(pk=parent.pk).update(state="removed", public=False)
    page = client.get(reply)
    assert "was removed while you wrote" in _text(page)
    assert _body(page) == BODY
    assert "Joan" not in _text(page)
    assert Client().get(reply).status_code == 404


# -- throwing away


def test_start_again_asks_once_and_then_deletes(client, form):
    client.post(form, _typed(email="dee@example.org"))
    address = f"/drafts/{Draft.objects.get().pk}/discard/"
    assert "We cannot bring this text back." in _text(client.get(address))
    assert Draft.objects.exists()
    assert client.post(address).url == form
    assert not Draft.objects.exists()
    assert not Guest.objects.exists()


@pytest.mark.parametrize("path", ["", "discard/", "mail/"])
def test_draft_is_nobody_elses(client, form, member, path):
    client.post(form, _typed())
    address = f"/drafts/{Draft.objects.get().pk}/{path}"
    stranger = Client()
    stranger.force_login(member)
    for browser in (Client(), stranger):
        page = browser.post(address) if path else browser.get(address)
        assert page.status_code == 404
        assert "Is anyone here" not in _text(page)
    assert Draft.objects.exists()


def test_list_of_drafts_holds_ones_own_latest_first(article, member):
    guest = GuestFactory()
    comment = CommentFactory(article=article)
    now = datetime.now(UTC)
    old = _make(author=member, discussion=article.discussion, updated_at=now - DAY)
    new = _make(author=member, discussion=article.discussion, parent=comment, updated_at=now)
    left = _make(guest=guest, discussion=article.discussion, updated_at=now - 2 * DAY)
    assert list(drafts_of(Viewer(user_id=member.pk))) == [new, old]
    assert list(drafts_of(Viewer(user_id=member.pk, guest_id=guest.pk))) == [new, old, left]
    assert list(drafts_of(Viewer(guest_id=guest.pk))) == [left]
    assert list(drafts_of(Viewer())) == []


@pytest.mark.parametrize("is_member", [False, True])
def test_reading_an_empty_form_asks_for_no_draft(client, form, member, is_member):
    if is_member:
        client.force_login(member)
    with CaptureQueriesContext(connection) as queries:
        client.get(form)
    assert [query for query in queries if query["sql"].startswith('SELECT "discussion_draft"')] == []


# -- after thirty days


def test_old_drafts_are_deleted_in_batches_and_others_stay(article, monkeypatch):
    monkeypatch.setattr(drafts, "BATCH_ROWS", 2)
    now = datetime.now(UTC)
    for _ in range(5):
        _make(guest=GuestFactory(), discussion=article.discussion, updated_at=now - KEPT_FOR - DAY)
    kept = _make(guest=GuestFactory(), discussion=article.discussion, updated_at=now - KEPT_FOR + DAY)
    assert purge_drafts(now) == 5
    assert Draft.objects.get() == kept
    assert Guest.objects.get() == kept.guest
    assert purge_drafts(now) == 0


def test_guest_who_posted_or_proved_an_address_outlives_the_draft(article):
    now = datetime.now(UTC)
    writer, proven = CommentFactory(article=article).guest, GuestFactory(proven_at=now)
    for guest in (writer, proven):
        _make(guest=guest, discussion=article.discussion, updated_at=now - KEPT_FOR - DAY)
    purge_drafts(now)
    assert set(Guest.objects.all()) == {writer, proven}


# -- on another device


def test_link_opens_the_draft_in_another_browser_and_it_is_finished_there(client, form):
    link = _link(client.post(form, _typed(), follow=True))
    other = Client()
    assert _body(other.get(link, follow=True)) == BODY
    page = other.get(form)
    assert other.post(form, _typed("post", **_hidden(page))).status_code == 302
    assert Comment.objects.get().guest == Guest.objects.get()
    gone = Client().get(link)
    assert gone.status_code == 404
    assert "This text is not here" in _text(gone)


def test_link_changes_nothing_and_is_not_accepted_forged_or_for_another_draft(client, article, form):
    link = _link(client.post(form, _typed(), follow=True))
    Client().get(link)
    assert Draft.objects.get().version == 1
    other = _make(guest=GuestFactory(), discussion=article.discussion)
    own = f"/drafts/{Draft.objects.exclude(pk=other.pk).get().pk}/"
    for wrong in (link[:-2] + "/", link.replace(own, f"/drafts/{other.pk}/"), f"{own}x/"):
        page = Client().get(wrong)
        assert page.status_code == 404
        assert "guest" not in page.cookies


def test_old_link_of_a_guest_with_an_address_no_longer_opens(client, form):
    with time_machine.travel("2026-05-03 10:00Z", tick=False):
        with_address = _link(client.post(form, _typed(email="dee@example.org"), follow=True))
        without = _link(Client().post(form, _typed(), follow=True))
    with time_machine.travel("2026-06-03 10:00Z", tick=False):
        assert Client().get(with_address).status_code == 404
        assert Client().get(without).status_code == 302


@pytest.mark.parametrize("is_member", [True, False])
def test_link_in_a_browser_that_knows_somebody_else_asks_before_it_hands_over(client, article, form, member, is_member):
    link = _link(client.post(form, _typed(), follow=True))
    other = Client()
    if is_member:
        other.force_login(member)
    else:
        other.post(reverse("discussion:comment-new", args=[ArticleFactory().slug]), _typed(body="Something else."))
    asked = other.get(link)
    assert asked.status_code == 200
    assert "Is anyone here <still> reading?" in _text(asked)
    assert _body(other.post(link, follow=True)) == BODY
    draft = Draft.objects.get(body=BODY)
    assert draft.author == (member if is_member else None)
    assert Guest.objects.count() == (0 if is_member else 1)


def test_link_where_another_text_was_begun_loses_neither(client, form, member):
    link = _link(client.post(form, _typed(), follow=True))
    other = Client()
    other.force_login(member)
    other.post(form, _typed(body="Mine."))
    told = other.post(link)
    assert "You have begun another text at the same place here." in _text(told)
    assert "Is anyone here <still> reading?" in _text(told)
    assert {draft.body for draft in Draft.objects.all()} == {BODY, "Mine."}


def test_link_where_nobody_can_write_any_more_shows_the_text(client, article, form):
    link = _link(client.post(form, _typed(), follow=True))
    Discussion.objects.filter(article=article).update(state="closed")
    assert "Is anyone here <still> reading?" in _text(Client().get(link))


def test_mailed_link_holds_nothing_that_was_typed(client, form):
    client.post(form, _typed(name="Dee Unique", subject="A title of mine"))
    address = f"/drafts/{Draft.objects.get().pk}/"
    page = client.post(f"{address}mail/", {"email": "Dee@Example.org"}, follow=True)
    assert page.redirect_chain == [(f"{address}?mailed", 302)]
    assert "We sent the link." in _text(page)
    (sent,) = mail.outbox
    whole = f"{sent.subject} {sent.body} {sent.alternatives[0].content} {sent.extra_headers}"
    assert sent.to == ["Dee@example.org"]
    for typed in ("brother", "Dee Unique", "A title of mine", "Stiff muscles"):
        assert typed not in whole
    mailed = re.search(r"http://localhost:8000(/drafts/\S+)", sent.body)[1]
    assert _body(Client().get(mailed, follow=True)) == BODY
    assert _body(client.get(form)) == BODY


def test_typed_address_is_written_to_once_a_day_until_it_is_proven(client, form):
    with time_machine.travel("2026-05-03 10:00Z", tick=False) as clock:
        client.post(form, _typed(email="dee@example.org"))
        address = f"/drafts/{Draft.objects.get().pk}/mail/"
        client.post(address, {"email": "dee@example.org"})
        told = client.post(address, {"email": "DEE@example.org"})
        assert "only once a day until its owner has confirmed it" in _text(told)
        assert len(mail.outbox) == 1
        clock.shift(timedelta(hours=25))
        client.post(address, {"email": "DEE@example.org"})
        Guest.objects.update(proven_at=datetime.now(UTC))
        client.post(address)
        client.post(address)
        assert len(mail.outbox) == 4


@pytest.mark.parametrize("typed", ["", "dee@@example", "dée@example.org"])
def test_address_that_takes_no_mail_is_told_at_its_field(client, form, typed):
    client.post(form, _typed())
    page = client.post(f"/drafts/{Draft.objects.get().pk}/mail/", {"email": typed})
    assert page.status_code == 200
    assert 'aria-invalid="true"' in _text(page)
    assert mail.outbox == []


def test_member_is_mailed_at_their_own_address_and_signs_in_there(client, form, member):
    client.force_login(member)
    page = client.post(form, _typed(), follow=True)
    assert _link(page) == form
    assert "Sign in on the other device" in _text(page)
    client.post(f"/drafts/{Draft.objects.get().pk}/mail/", {"email": "stranger@example.org"})
    assert [message.to for message in mail.outbox] == [["marit@example.org"]]


@pytest.mark.one_database
def test_checker_of_html_finds_nothing_on_pages_of_a_draft(client, article, form, tmp_path):
    pages = [client.post(form, _typed(body="Another text."), follow=True), client.get(form), client.post(form, _typed())]
    draft = f"/drafts/{Draft.objects.get().pk}/"
    stranger = Client()
    stranger.post(form, _typed(body="Mine."))
    link = _link(pages[0])
    pages += [
        client.get(f"{draft}discard/"),
        client.post(f"{draft}mail/", {"email": "dee"}),
        stranger.get(link),
        stranger.post(link),
    ]
    pages += [client.get(f"{draft}x/"), client.post(form, _typed(member="9"))]
    Discussion.objects.filter(article=article).update(state="closed")
    pages += [client.get(draft), client.get(form)]
    for number, page in enumerate(pages):
        (tmp_path / f"{number:02}.html").write_bytes(page.content)
    assert find_vnu_faults(sorted(tmp_path.glob("*.html"))) == []
