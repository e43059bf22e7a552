"""What the form makes of what people type, and what it says about it."""

from uuid import UUID, uuid4

import pytest

from forum.discussion.forms import CommentForm, has_visible_words
from forum.discussion.models import MAX_BODY_CHARS, MAX_SUBJECT_CHARS
from tests.factories import GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db


def _form(is_reply=False, member=None, **data):
    return CommentForm({"body": "It went well."} | data, is_reply=is_reply, visitor_name="A reader", member=member)


def _error(field, **data):
    form = _form(**data)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    return form.errors[field][0]


def test_a_body_is_all_that_is_needed():
    form = _form()
    assert form.is_valid(), form.errors
    assert (form.words().body, form.words().name, form.words().email) == ("It went well.", "", "")


@pytest.mark.parametrize("body", ["", "   \r\n\t ", "\x00", "\u200b\u2060", "-", "> ", "\u3164", "1.", "*"])
def test_body_in_which_nothing_shows_is_refused(body):
    assert _error("body", body=body) == "Write your comment. A few words are enough"


@pytest.mark.parametrize("body", [".", "?", "🙂", "no", "1. yes", "نعم"])
def test_the_shortest_body_is_enough(body):
    assert has_visible_words(body)


def test_body_counts_a_line_break_as_one_character():
    body = ("a" * 99 + "\r\n") * (MAX_BODY_CHARS // 100 - 1) + "b" * 100
    form = _form(body=body)
    assert form.is_valid(), form.errors
    assert len(form.words().body) == MAX_BODY_CHARS


def test_body_that_is_too_long_is_told_by_how_much():
    for over, told in ((1, "1 character"), (1234, "1,234 characters")):
        message = _error("body", body="a" * (MAX_BODY_CHARS + over))
        assert message == f"Make your comment shorter by {told}. It can have 20,000"
    assert _form(body="a" * MAX_BODY_CHARS).is_valid()


def test_body_loses_control_characters_and_keeps_line_breaks():
    form = _form(body="  one\x00\x08\r\ntwo\rthree\x85\x1b  ")
    assert form.is_valid()
    assert form.words().body == "one\ntwo\nthree"


def test_title_and_name_are_one_line_and_have_a_limit():
    form = _form(subject="Two\r\nyears  on\x00", name="\u202eDee\u200b B.")
    assert form.is_valid()
    assert (form.words().subject, form.words().name) == ("Two years on", "Dee B.")
    assert "160 characters" in _error("subject", subject="a" * (MAX_SUBJECT_CHARS + 1))
    assert "60 characters" in _error("name", name="a" * 61)


def test_name_of_a_member_is_refused_with_names_that_are_free():
    MemberFactory(display_name="Marit")
    MemberFactory(display_name="Marit B.")
    message = _error("name", name="MАRIT")
    assert message == "Somebody else here is called MАRIT. You could write “MАRIT C.” or “MАRIT from Leeds”"
    for suggestion in ("MАRIT C.", "MАRIT from Leeds"):
        assert _form(name=suggestion).is_valid()


def test_words_of_staff_are_refused_with_what_is_left_of_the_name():
    assert "You could write “Anna”" in _error("name", name="Anna (m0derator)")
    assert _form(name="Anna").is_valid()
    assert "Write a first name" in _error("name", name="Understory")
    assert _form(name="Teamwork").is_valid()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", ""), (" Dee.B@Example.ORG ", "Dee.B@example.org"), ("dee@bücher.example", "dee@bücher.example")],
)
def test_address_keeps_its_first_part_and_lowers_its_domain(typed, kept):
    form = _form(email=typed)
    assert form.is_valid(), form.errors
    assert form.words().email == kept


@pytest.mark.parametrize(
    "email", ["dee", "dee@", "@example.org", "dee@example", "a b@example.org", "dee@example.org\nBcc: x@y.example"]
)
def test_address_that_cannot_be_one_is_told(email):
    assert "name@example.org" in _error("email", email=email)


def test_relation_must_be_one_of_the_answers():
    assert _form(relation="carer").is_valid()
    assert _form(relation="").is_valid()
    assert "Choose one" in _error("relation", relation="king")


def test_key_that_is_no_key_becomes_a_new_one():
    key = uuid4()
    for typed, is_kept in ((str(key), True), ("", False), ("x" * 500, False)):
        form = _form(form_key=typed)
        assert form.is_valid()
        assert isinstance(form.cleaned_data["form_key"], UUID)
        assert (form.cleaned_data["form_key"] == key) is is_kept


def test_breaks_count_only_when_they_were_offered_and_ticked():
    body = "We waited a long time and then it went well. " * 20
    for breaks, offered, is_split in (("1", "1", True), ("1", "", False), ("", "1", False), ("", "", False)):
        form = _form(body=body, breaks=breaks, breaks_offered=offered)
        assert form.is_valid()
        assert ("\n\n" in form.words().body) is is_split
        assert form.words().body.split() == body.split()


def test_member_has_no_fields_for_name_and_address():
    member = MemberFactory(relation="work")
    form = CommentForm(is_reply=True, visitor_name="A reader", member=member)
    assert not {"name", "email", "subject"} & set(form.fields)
    assert form["relation"].value() == "work"


def test_known_guest_finds_name_and_address_filled_in():
    guest = GuestFactory(display_name="Dee", email="dee@example.org")
    form = CommentForm(is_reply=False, visitor_name="A reader", guest=guest)
    assert (form["name"].value(), form["email"].value()) == ("Dee", "dee@example.org")


def test_forms_share_their_fields_and_change_none_of_them():
    one = CommentForm(is_reply=False, visitor_name="A reader")
    other = CommentForm(is_reply=True, visitor_name="Somebody", member=MemberFactory())
    assert "A reader" in one.fields["name"].help_text
    assert "Somebody" not in one.fields["name"].help_text
    assert "subject" in one.fields
    assert other.fields["relation"] is one.fields["relation"] is CommentForm.base_fields["relation"]
    assert "30 days" in one.fields["body"].help_text
    assert "30 days" not in CommentForm.base_fields["body"].help_text
    assert one["form_key"].value() == one["form_key"].value() != CommentForm(is_reply=False, visitor_name="")["form_key"].value()
