"""The form asks about personal details before anything is public, once, and does as it is told."""

import re

import pytest
from django.urls import reverse

from forum.discussion.forms import CommentForm
from forum.discussion.models import ActorKind, Comment, Draft, PendingChange, Signal
from forum.discussion.services import Actor, transition
from forum.site.models import HelpLine
from tests.discussion.visiting import visit_as
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db

BODY = "We would so like to talk, my number is 020 7946 0182 in the evenings."
REDACTED = "We would so like to talk, my number is [phone number left out] in the evenings."


def typed(html: str) -> dict[str, str]:
    """Return what a browser sends of the hidden fields of a page."""
    tags = [tag for tag in re.findall(r"<input[^>]*>", html) if 'type="hidden"' in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
    return {name[1]: value[1] if value else "" for name, value in pairs if name and name[1] != "csrfmiddlewaretoken"}


def chosen(html: str) -> str:
    """Return the answer that is ticked."""
    (tag,) = [tag for tag in re.findall(r"<input[^>]*>", html) if 'name="details"' in tag and " checked" in tag]
    return re.search(r'value="([^"]*)"', tag)[1]


class Writing:
    """Somebody at a form: what they send, and the page that answers."""

    def __init__(self, client, path):
        self.client, self.path = client, path
        self.hidden = typed(client.get(path).content.decode())

    def send(self, body=BODY, **fields):
        answer = self.client.post(self.path, self.hidden | {"body": body, "post": "1"} | fields)
        self.html = answer.content.decode()
        if answer.status_code == 200:
            self.hidden = typed(self.html)
        return answer


@pytest.fixture
def writing(client):
    return Writing(client, reverse("discussion:comment-new", args=[ArticleFactory().slug]))


def test_nothing_is_asked_where_nothing_is_found(writing):
    assert writing.send("It took 10 mg 3 times, 1999–2003, L4-L5.").status_code == 302
    assert Comment.objects.get().body == "It took 10 mg 3 times, 1999–2003, L4-L5."


def test_a_choice_is_asked_with_what_was_found_and_the_text_is_kept(writing):
    assert writing.send().status_code == 200
    assert not Comment.objects.exists()
    assert "1 thing to check: " in writing.html
    assert '<a href="#f-details_0">Choose what to do with the personal details</a>' in writing.html
    assert 'a phone number: <mark dir="auto">020 7946 0182</mark>' in writing.html
    assert "my number is <mark>020 7946 0182</mark> in the evenings" in writing.html  # the preview
    assert f"{BODY}</textarea>" in writing.html
    assert Draft.objects.get().body == BODY


def test_taken_out_a_plain_word_stands_in_its_place_and_nothing_is_kept_of_it(writing):
    writing.send()
    assert writing.send(details="redact", name="Joan").status_code == 302
    comment = Comment.objects.get()
    assert comment.body == REDACTED
    assert not Signal.objects.filter(comment=comment, lane="details").exists()
    assert not Draft.objects.exists()


def test_left_in_it_waits_for_a_moderator_with_the_place_marked(client):
    member = MemberFactory()
    article = ArticleFactory()
    for _ in range(3):
        CommentFactory(article=article, author=member)
    client.force_login(member)
    writing = Writing(client, reverse("discussion:comment-new", args=[article.slug]))
    writing.send()
    assert writing.send(details="keep").status_code == 302
    comment = Comment.objects.get(body=BODY)
    assert comment.state == "held"
    signal = comment.signals.get(lane="details")
    assert (signal.code, signal.strength) == ("details_phone", "strong")
    assert signal.sentence == "A phone number. Its writer was asked, and left it in."
    assert [BODY[start:end] for start, end in signal.spans] == ["020 7946 0182"]
    assert writing.send(BODY.replace("020 7946 0182", "+44 20 7946 0182"), details="redact").status_code == 200


def test_changed_is_looked_at_again(writing):
    writing.send()
    assert writing.send(details="changed").status_code == 200
    assert "Something is still there." in writing.html
    assert writing.send("We would like to talk.", details="changed").status_code == 302
    assert Comment.objects.get().body == "We would like to talk."


def test_nobody_decides_about_what_they_were_not_told_of(writing):
    writing.send()
    more = f"{BODY} Or joan@example.org"
    for choice in ("redact", "keep"):
        writing.hidden["details_shown"] = writing.hidden["details_shown"].split()[0]
        assert writing.send(more, details=choice).status_code == 200
        assert "There is something more now." in writing.html
        assert chosen(writing.html) == choice
    assert writing.send(more, details="redact").status_code == 302
    assert Comment.objects.get().body == f"{REDACTED} Or [email address left out]"


def test_a_first_sending_cannot_answer_what_was_not_asked(writing):
    assert writing.send(details="redact").status_code == 200
    assert writing.send(details="nonsense").status_code == 200
    assert "Choose one of these answers" in writing.html


def test_title_and_name_are_looked_at_too(writing):
    fields = {"subject": "Write to joan@example.org", "name": "Joan 07700 900123"}
    assert writing.send("It went well.", **fields).status_code == 200
    assert writing.send("It went well.", **fields, details="redact").status_code == 302
    comment = Comment.objects.get()
    assert (comment.subject, comment.name) == ("Write to [email address left out]", "Joan")


def test_a_name_that_is_nothing_else_becomes_that_of_a_reader(writing):
    writing.send("It went well.", name="joan@example.org")
    writing.send("It went well.", name="joan@example.org", details="redact")
    assert Comment.objects.get().name == "A reader"
    writing.send("It went very well.", name="joan@example.org")
    writing.send("It went very well.", name="joan@example.org", details="keep")
    kept = Comment.objects.get(name="joan@example.org")
    assert kept.signals.get(lane="details").sentence.startswith("An email address, in the title or the name.")


def test_the_preview_shows_what_would_be_public(writing):
    writing.send()
    writing.send(details="redact", preview="1")
    assert "[phone number left out]" in writing.html
    assert not Comment.objects.exists()


def test_a_help_line_is_nobodys_detail(writing):
    HelpLine.objects.create(name="Night line", how="020 7946 0182")
    assert writing.send().status_code == 302


def test_without_a_finder_nothing_is_asked(writing, settings):
    settings.PERSONAL_DETAILS_FINDER = ""
    assert writing.send().status_code == 302


def test_an_error_elsewhere_keeps_the_choice(writing):
    writing.send()
    assert writing.send(details="redact", email="joan@").status_code == 200
    assert chosen(writing.html) == "redact"
    form = CommentForm({"body": ""}, is_reply=False, visitor_name="A reader")
    assert form.found == []


@pytest.fixture
def published():
    guest = GuestFactory()
    return CommentFactory(guest=guest, body="It went well."), visit_as(guest)


def test_a_change_is_asked_about_too(published):
    comment, client = published
    writing = Writing(client, reverse("discussion:comment-edit", args=[comment.pk]))
    assert writing.send().status_code == 200
    assert "This looks like personal details" in writing.html
    assert writing.send(details="redact").status_code == 302
    assert PendingChange.objects.get().body == REDACTED


def test_what_is_kept_in_a_change_is_held_and_what_was_public_before_is_no_news():
    member = MemberFactory()
    CommentFactory(author=member)
    comment = CommentFactory(author=member, body="It went well.", state="published")
    CommentFactory(author=member)
    client = visit_as(GuestFactory())
    client.force_login(member)
    path = reverse("discussion:comment-edit", args=[comment.pk])
    writing = Writing(client, path)
    writing.send()
    writing.send(details="keep")
    assert PendingChange.objects.get().body == BODY
    assert comment.signals.get(lane="details").strength == "strong"
    PendingChange.objects.all().delete()
    Comment.objects.filter(pk=comment.pk).update(body=BODY)
    assert Writing(client, path).send(f"{BODY} It is a landline.").status_code == 302
    comment.refresh_from_db()
    assert comment.body.endswith("landline.")
    assert comment.signals.get(lane="details", of_change=False).strength == "weak"


def test_words_that_were_rejected_are_asked_about_again():
    guest = GuestFactory()
    comment = CommentFactory(guest=guest, body=BODY, state="held")
    transition(comment, "rejected", actor=Actor(ActorKind.MODERATOR, MemberFactory()), reason="personal_details")
    writing = Writing(visit_as(guest), reverse("discussion:comment-edit", args=[comment.pk]))
    assert writing.send(f"{BODY} Please.").status_code == 200
    assert "020 7946 0182</mark>" in writing.html
