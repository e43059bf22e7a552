"""Pages on which people write, as a browser without scripts meets them."""

import html
import re
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from forum.accounts.models import Guest
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.services import Actor, transition, withdraw_comment
from forum.site.lines import Line
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

BODY = "My brother has had the pump for two years.\n\nIs anyone here <still> reading?"
LONG = "We waited a long time for the second visit and then it went well enough. " * 20


@pytest.fixture
def article():
    return ArticleFactory(title="Stiff muscles")


@pytest.fixture
def marit(article):
    return CommentFactory(article=article, name="Marit", body="He had it done that *spring*.")


def _new(article):
    return reverse("discussion:comment-new", args=[article.slug])


def _reply(comment):
    return reverse("discussion:comment-reply", args=[comment.pk])


def _typed(**fields):
    return {"body": BODY, "form_key": str(uuid4()), "post": "1"} | fields


def _text(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def _title(response):
    return " ".join(html.unescape(re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]).split())


def _place(comment, query=""):
    return f"{comment.discussion.article.get_absolute_url()}comments/{comment.thread_id}/{query}#comment-{comment.pk}"


def _set_state(article, state):
    Discussion.objects.filter(article=article).update(state=state)


# -- the form


def test_form_is_a_page_of_its_own_that_nobody_keeps(client, article):
    page = client.get(_new(article))
    assert page.status_code == 200
    assert _title(page) == "Add your comment - Understory"
    assert "csrf" in page.cookies
    assert "guest" not in page.cookies
    assert set(re.split(r",\s*", page["Cache-Control"])) == {"no-cache", "private"}
    text = _text(page)
    assert 'action="#problems"' in text
    assert "novalidate" in text
    assert 'autocomplete="nickname"' in text
    assert 'autocomplete="email"' in text
    assert "Show the preview first" in text
    assert "Usually within 1 day" in text
    assert 'name="save"' in text
    assert "None" not in text


def test_each_form_has_a_key_of_its_own(client, article):
    keys = {re.search(r'name="form_key" value="([^"]+)"', client.get(_new(article)).content.decode())[1] for _ in range(2)}
    assert len(keys) == 2


def test_reply_form_shows_the_comment_again_and_asks_for_no_title(client, marit):
    page = client.get(_reply(marit))
    assert _title(page) == "Reply to Marit - Understory"
    assert "Read Marit’s comment again" in _text(page)
    assert "<em>spring</em>" in _text(page)
    assert 'name="subject"' not in _text(page)


def test_reply_form_calls_a_writer_without_a_name_as_the_site_does(client, article):
    nameless = CommentFactory(article=article)
    Comment.objects.filter(pk=nameless.pk).update(name="")
    page = client.get(_reply(nameless))
    assert _title(page) == "Reply to A reader - Understory"
    assert "Read A reader’s comment again" in _text(page)


def test_care_note_stands_on_forms_of_old_articles_only(client):
    old, new = ArticleFactory(published_on=date(1999, 5, 1)), ArticleFactory()
    assert "Do not stop or change a medicine" in _text(client.get(_new(old)))
    assert "Do not stop or change a medicine" not in _text(client.get(_new(new)))


def test_other_methods_are_refused(client, article):
    assert client.put(_new(article)).status_code == 405


# -- posting


def test_guest_writes_a_new_comment_that_waits(client, article):
    answer = client.post(_new(article), _typed(name="Dee", relation="carer", email="Dee@Example.ORG", subject="Two years on"))
    comment = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, _place(comment))
    assert (comment.state, comment.name, comment.relation, comment.subject) == ("held", "Dee", "carer", "Two years on")
    assert comment.body == BODY
    assert (comment.guest.display_name, comment.guest.email, comment.guest.proven_at) == ("Dee", "Dee@example.org", None)
    assert answer.cookies["guest"]["httponly"]


def test_guest_replies(client, marit):
    client.post(_reply(marit), _typed(name="Joan", subject="ignored"))
    comment = Comment.objects.exclude(pk=marit.pk).get()
    assert (comment.parent, comment.root, comment.discussion, comment.subject) == (marit, marit, marit.discussion, "")


def test_only_its_writer_sees_a_held_comment_at_its_place(client, article):
    address = client.post(_new(article), _typed())["Location"]
    assert "Is anyone here <still> reading?" in _text(client.get(address))
    assert Client().get(address).status_code == 404


def test_held_reply_to_a_long_thread_stands_on_its_last_page(client, marit):
    Comment.objects.filter(pk=marit.pk).update(reply_seq=101)
    address = client.post(_reply(marit), _typed())["Location"]
    comment = Comment.objects.get(parent=marit)
    assert address == _place(comment, "?page=2")
    assert client.get(comment.get_absolute_url())["Location"] == address
    assert f'id="comment-{comment.pk}"' in _text(client.get(address))


def test_guest_without_a_name_is_called_what_the_site_says(client, article):
    client.post(_new(article), _typed(name=" \u200b "))
    assert (Comment.objects.get().name, Guest.objects.get().display_name) == ("A reader", "")


def test_known_guest_stays_one_guest_and_each_comment_keeps_its_name(client, article):
    client.post(_new(article), _typed(name="Dee", email="dee@example.org"))
    page = client.get(_new(article))
    assert 'value="Dee"' in _text(page)
    assert 'value="dee@example.org"' in _text(page)
    client.post(_new(article), _typed(name="Dee B.", body="One more thing."))
    guest = Guest.objects.get()
    assert (guest.display_name, guest.email) == ("Dee B.", "")
    assert [comment.name for comment in Comment.objects.order_by("pk")] == ["Dee", "Dee B."]


def test_member_writes_as_themselves(client, article):
    member = MemberFactory(display_name="Ines")
    client.force_login(member)
    page = client.get(_new(article))
    assert "You write as <strong><bdi>Ines</bdi></strong>" in _text(page)
    assert 'name="name"' not in _text(page)
    assert "because you are new here" in _text(page)
    answer = client.post(_new(article), _typed(name="Somebody else", email="x@example.org"))
    comment = Comment.objects.get()
    assert (comment.author, comment.guest, comment.name) == (member, None, "Ines")
    assert "guest" not in answer.cookies
    assert not Guest.objects.exists()


def test_staff_are_told_that_it_is_public_at_once(client, article):
    client.force_login(ModeratorFactory())
    assert "It is usually public at once" in _text(client.get(_new(article)))
    client.post(_new(article), _typed())
    assert Comment.objects.get().public


def test_sending_twice_stores_one_comment_and_ends_at_one_place(client, article):
    typed = _typed(name="Dee")
    first, second = client.post(_new(article), typed), client.post(_new(article), typed)
    assert first["Location"] == second["Location"]
    assert Comment.objects.count() == Guest.objects.count() == 1


def test_same_words_from_a_page_opened_anew_are_one_comment_on_that_day(client, article):
    with time_machine.travel("2026-05-01 12:00", tick=False) as clock:
        places = {client.post(_new(article), _typed())["Location"] for _ in range(2)}
        Client().post(_new(article), _typed())
        clock.shift(timedelta(days=1, hours=1))
        places.add(client.post(_new(article), _typed())["Location"])
    assert len(places) == 2
    assert Comment.objects.count() == 3


def test_what_was_taken_back_can_be_written_again(client, article):
    client.post(_new(article), _typed())
    withdraw_comment(Comment.objects.get(), actor=Actor(ActorKind.WRITER))
    client.post(_new(article), _typed())
    assert Comment.objects.filter(state="held").count() == 1


def test_what_was_sent_from_a_page_comes_before_the_same_words_sent_earlier(client, article):
    writer = Actor(ActorKind.WRITER)
    client.post(_new(article), _typed())
    first = Comment.objects.get()
    withdraw_comment(first, actor=writer)
    typed = _typed()
    client.post(_new(article), typed)
    second = Comment.objects.exclude(pk=first.pk).get()
    transition(first, "held", actor=writer)
    assert client.post(_new(article), typed)["Location"].endswith(f"#comment-{second.pk}")
    assert client.post(_new(article), _typed())["Location"].endswith(f"#comment-{first.pk}")
    assert Comment.objects.count() == 2


def test_same_words_in_reply_to_somebody_else_are_another_comment(client, article, marit):
    other = CommentFactory(article=article)
    for path in (_reply(marit), _reply(other), _new(article), _reply(marit)):
        client.post(path, _typed())
    assert Comment.objects.filter(body=BODY).count() == 3


def test_same_words_under_another_article_are_another_comment(client, article):
    for path in (_new(article), _new(ArticleFactory()), _new(article)):
        client.post(path, _typed())
    assert Comment.objects.filter(body=BODY).count() == 2


def test_those_who_write_stand_in_line_and_those_who_read_do_not(client, article, monkeypatch):
    class Counted(Line):
        turns = 0

        def turn(self):
            Counted.turns += 1
            return super().turn()

    monkeypatch.setattr("forum.discussion.views.forms._WRITERS", Counted())
    client.get(_new(article))
    assert Counted.turns == 0
    client.post(_new(article), _typed())
    client.post(_reply(Comment.objects.get()), _typed(save="auto"))
    assert Counted.turns == 2


def test_going_back_and_writing_on_stores_the_new_words_too(client, article):
    typed = _typed()
    client.post(_new(article), typed)
    client.post(_new(article), typed | {"body": BODY + " I forgot to say that it helped."})
    assert Comment.objects.count() == 2


def test_a_key_seen_elsewhere_never_leads_into_another_conversation(client, marit):
    typed = _typed()
    client.post(_reply(marit), typed)
    Client().post(_new(ArticleFactory()), typed)
    assert Comment.objects.count() == 3


# -- problems


def test_problems_are_told_together_and_nothing_is_cleared(client, article):
    MemberFactory(display_name="Marit")
    typed = _typed(body="", name="Mаrit", email="dee@@example", relation="work", subject="Two years on")
    page = client.post(_new(article), typed)
    text = _text(page)
    assert page.status_code == 200
    assert _title(page) == "3 things to check: Add your comment - Understory"
    assert "There are 3 things to check" in text
    for field, value in (("name", "Mаrit"), ("email", "dee@@example"), ("subject", "Two years on")):
        assert re.search(rf'<input[^>]*name="{field}"[^>]*value="{value}"', text)
    for field in ("body", "name", "email"):
        assert f'href="#f-{field}"' in text
        assert re.search(rf'<(input|textarea)[^>]*id="f-{field}"[^>]*>', text)[0].count('aria-invalid="true"') == 1
    assert re.search(r'value="work"[^>]*checked', text)
    assert typed["form_key"] in text
    assert "Nothing is lost" in text
    assert not Comment.objects.exists()


def test_one_problem_is_one_thing(client, article):
    page = client.post(_new(article), _typed(body=" \r\n "))
    assert _title(page).startswith("1 thing to check: ")
    assert "There is 1 thing to check" in _text(page)


def test_typed_markup_comes_back_as_text(client, article):
    page = client.post(_new(article), _typed(body="</textarea><script>alert(1)</script>", name='"><b>', preview="1", email="x"))
    assert b"<script>" not in page.content
    assert b"<b>" not in page.content


# -- preview


def test_preview_shows_the_comment_and_posts_none(client, marit):
    typed = _typed(name="Joan", relation="carer", preview="1")
    del typed["post"]
    page = client.post(_reply(marit), typed)
    text = _text(page)
    assert '<section aria-labelledby="pv" id="preview">' in text
    assert "<bdi>Joan</bdi></h3> caring for someone" in text
    assert "Today, to <bdi>Marit</bdi>" in text
    assert "<p>Is anyone here &lt;still&gt; reading?</p>" in re.sub(r"\s+", " ", page.content.decode())
    assert "Update the preview" in text
    assert "Split long text" not in text
    assert Comment.objects.count() == 1


def test_preview_beside_problems_says_which_name_is_missing(client, article):
    page = client.post(_new(article), _typed(name="Moderator", preview="1"))
    assert "(name to show)" in _text(page)
    assert 'id="preview"' not in _text(page)


def test_long_text_is_split_when_its_writer_leaves_the_tick(client, article):
    typed = _typed(body=LONG, preview="1")
    page = client.post(_new(article), typed)
    assert re.search(r'name="breaks" value="1" checked', _text(page))
    assert page.content.decode().count("<p>We waited") > 1
    unticked = client.post(_new(article), typed | {"breaks_offered": "1"})
    assert not re.search(r'name="breaks" value="1" checked', _text(unticked))
    assert unticked.content.decode().count("<p>We waited") == 1
    client.post(_new(article), _typed(body=LONG, breaks="1", breaks_offered="1"))
    client.post(_new(article), _typed(body=LONG, breaks_offered="1"))
    split, whole = Comment.objects.order_by("pk")
    assert "\n\n" in split.body
    assert split.body.split() == whole.body.split()
    assert whole.body == LONG.strip()


# -- where nobody can write


@pytest.mark.parametrize("method", ["get", "post"])
def test_unpublished_article_and_hidden_discussion_are_not_there(client, method):
    draft = ArticleFactory(status="draft")
    hidden = CommentFactory()
    _set_state(hidden.discussion.article, "hidden")
    for address in (
        _new(draft),
        _new(hidden.discussion.article),
        _reply(hidden),
        "/articles/none/comment/",
        "/comments/9999/reply/",
    ):
        assert getattr(client, method)(address, _typed()).status_code == 404


def test_closed_discussion_says_so_and_gives_the_text_back(client, article, marit):
    _set_state(article, "closed")
    assert "This conversation is closed" in _text(client.get(_new(article)))
    assert "<textarea" not in _text(client.get(_new(article)))
    for address in (_new(article), _reply(marit)):
        page = client.post(address, _typed(subject="Two years on"))
        assert page.status_code == 403
        assert "This conversation is closed" in _title(page)
        assert f"{html.escape(BODY)}</textarea>" in page.content.decode()
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("has_token", [True, False])
def test_discussion_taken_away_while_somebody_writes_gives_the_text_back(article, has_token):
    _set_state(article, "hidden")
    typed = _typed(subject="About the gap", body="I had nearly finished.")
    page = Client(enforce_csrf_checks=not has_token).post(_new(article), typed)
    assert page.status_code == 404
    assert "About the gap\n\nI had nearly finished." in page.content.decode()


def test_members_only_discussion_is_for_members(client, article):
    _set_state(article, "members_only")
    page = client.post(_new(article), _typed())
    assert page.status_code == 403
    assert "Only members can write here" in _title(page)
    assert "Is anyone here <still> reading?" in _text(page)
    client.force_login(MemberFactory())
    assert client.post(_new(article), _typed()).status_code == 302


@pytest.mark.parametrize(
    ("state", "words"),
    [("withdrawn", "was taken back while you wrote"), ("erased", "was taken back while you wrote"),
     ("removed", "was removed while you wrote"), ("hidden", "is being checked by a moderator")],
)  # fmt: skip
def test_comment_that_vanished_while_it_was_answered_can_still_be_answered(client, article, state, words):
    parent = CommentFactory(article=article, name="Marit", state=state, body="Gone for good.")
    assert client.get(_reply(parent)).status_code == 404
    typed = _typed(name="Joan")
    told = client.post(_reply(parent), typed)
    assert told.status_code == 200
    assert words in _text(told)
    assert "Is anyone here <still> reading?" in _text(told)
    assert "Gone for good" not in _text(told)
    assert "Marit" not in _text(told)
    assert Comment.objects.count() == 1
    assert client.post(_reply(parent), typed | {"gone_shown": "1"}).status_code == 302
    assert Comment.objects.get(parent=parent).name == "Joan"


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_comment_that_was_never_public_cannot_be_answered_by_others(client, article, state):
    parent = CommentFactory(article=article, state=state)
    assert client.get(_reply(parent)).status_code == 404
    assert client.post(_reply(parent), _typed()).status_code == 404


def test_moderator_is_told_too_that_the_comment_is_gone(client, article):
    parent = CommentFactory(article=article, state="removed")
    client.force_login(ModeratorFactory())
    assert "was removed while you wrote" in _text(client.post(_reply(parent), _typed()))


# -- the form token


def test_lost_form_token_gives_the_form_back_with_everything_typed(article, marit):
    browser = Client(enforce_csrf_checks=True)
    browser.get(_new(article))
    for address in (_new(article), _reply(marit)):
        page = browser.post(address, _typed(name="Dee", email="dee@example.org", csrfmiddlewaretoken="x" * 64))
        text = _text(page)
        assert page.status_code == 403
        assert "Your text is still here. Press Post again." in text
        assert "needs one cookie" not in text
        assert "Is anyone here <still> reading?" in text
        assert 'value="dee@example.org"' in text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
        assert browser.post(address, _typed(name="Dee") | fields).status_code == 302
    assert Comment.objects.count() == 3


def test_browser_without_cookies_is_told_about_them(article):
    page = Client(enforce_csrf_checks=True).post(_new(article), _typed())
    assert page.status_code == 403
    assert "needs one cookie, and your browser did not send it" in _text(page)
    assert "Is anyone here <still> reading?" in _text(page)


def test_lost_form_token_of_a_closed_discussion_gives_the_text_back(article):
    _set_state(article, "closed")
    page = Client(enforce_csrf_checks=True).post(_new(article), _typed())
    assert page.status_code == 403
    assert "This conversation is closed" in _text(page)
    assert "Is anyone here <still> reading?" in _text(page)


def test_lost_form_token_where_nothing_is_stays_404():
    assert Client(enforce_csrf_checks=True).post("/articles/none/comment/", _typed()).status_code == 404


# -- requests of another size or shape


def test_request_that_is_too_large_is_told_plainly(client, article, settings):
    body = urlencode(_typed(body="a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
    page = client.post(_new(article), body, "application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "make it shorter or send it in two parts" in _text(page)
    assert not Comment.objects.exists()


def test_request_that_makes_no_sense_is_no_matter_of_size(client, article):
    page = client.get(_new(article), headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    assert "shorter" not in _text(page)


def test_bytes_that_are_no_text_do_not_break_the_form(client, article):
    page = client.post(_new(article), b"body=%ED%A0%80%00%FF+hello&name=%00&post=1", "application/x-www-form-urlencoded")
    assert page.status_code == 302
    assert Comment.objects.get().body.endswith("hello")
