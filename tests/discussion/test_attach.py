"""Comments that come to who wrote them: which are offered to a member, and what follows when they take them."""

from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from forum.accounts.models import Ignore
from forum.accounts.proven import guests_of
from forum.discussion.attaching import NotAttachableError, attach_comment, read_attachable
from forum.discussion.models import ActorKind, Comment, Decision, Discussion, DiscussionPerson
from forum.discussion.recount import recount_discussion
from forum.discussion.services import Actor, transition
from forum.site.models import SiteVersion
from tests.discussion.moderating import sign_in
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

ATTACH = "/mine/attach/"


@pytest.fixture
def member():
    return MemberFactory(email="marit@example.org", display_name="Marit A.")


@pytest.fixture
def guest():
    return GuestFactory(display_name="Marit", email="Marit@Example.org", proven_at=timezone.now())


def attach(comment, member):
    return attach_comment(comment, author=member, actor=Actor(ActorKind.WRITER, member))


def test_only_a_proven_address_makes_two_people_one(member, guest):
    unproven = MemberFactory(email="joan@example.org")
    EmailAddress.objects.filter(user=unproven).update(verified=False)
    GuestFactory(email="joan@example.org", proven_at=timezone.now())
    assert list(guests_of(unproven)) == []
    GuestFactory(email="marit@example.org")
    GuestFactory(email="other@example.org", proven_at=timezone.now())
    GuestFactory(email="", proven_at=timezone.now())
    assert list(guests_of(member)) == [guest]


def test_comment_changes_its_writer_and_nothing_else(member, guest):
    comment = CommentFactory(guest=guest, name="Marit as shown then", relation="carer", body="My words.")
    version, site = comment.discussion.version, SiteVersion.objects.current()
    attached = attach(comment, member)
    assert (attached.author, attached.guest, attached.name, attached.relation) == (member, None, "Marit as shown then", "carer")
    assert (attached.body, attached.state, attached.version) == ("My words.", "published", comment.version + 1)
    comment.discussion.refresh_from_db()
    assert comment.discussion.version > version
    assert SiteVersion.objects.current() > site
    decision = comment.decisions.first()
    assert (decision.kind, decision.who, decision.actor_kind) == (Decision.Kind.WRITER, member, "writer")


def test_people_are_counted_once_though_they_wrote_as_guest_and_as_member(member, guest):
    article = ArticleFactory()
    first, second = CommentFactory(article=article, guest=guest), CommentFactory(article=article, guest=guest)
    CommentFactory(article=article, author=member, state="published")

    def people():
        return Discussion.objects.get(article=article).people_count

    assert people() == 2
    attach(first, member)
    assert people() == 2
    attach(second, member)
    assert people() == 1
    assert not recount_discussion(article.discussion.pk)
    counts = dict(DiscussionPerson.objects.filter(comment_count__gt=0).values_list("author_id", "comment_count"))
    assert counts == {member.pk: 3}


def test_own_answer_is_no_answer_once_both_are_by_one_person(member, guest):
    question = CommentFactory(guest=guest, body="Does anyone know how long it takes?")
    CommentFactory(parent=question, author=member, state="published")
    question.refresh_from_db()
    assert not question.waiting
    attach(question, member)
    question.refresh_from_db()
    assert (question.waiting, Discussion.objects.get(pk=question.discussion_id).waiting_count) == (True, 1)


def test_comment_that_is_not_public_is_attached_without_being_counted(member, guest):
    comment = CommentFactory(guest=guest, state="held")
    attach(comment, member)
    assert not DiscussionPerson.objects.exists()
    comment.refresh_from_db()
    published = transition(comment, "published", actor=Actor(ActorKind.MODERATOR, ModeratorFactory()))
    assert (published.author, Discussion.objects.get(pk=comment.discussion_id).people_count) == (member, 1)


def test_what_belongs_to_a_member_or_to_nobody_is_not_given_away(member, guest):
    for comment in (CommentFactory(author=MemberFactory()), CommentFactory(guest=guest, state="erased")):
        with pytest.raises(NotAttachableError):
            attach(comment, member)


def test_who_ignored_the_guest_ignores_the_member(member, guest):
    reader, both = MemberFactory(), MemberFactory()
    for person in (reader, both, member):
        Ignore.objects.create(member=person, guest=guest)
    Ignore.objects.create(member=both, author=member)
    attach(CommentFactory(guest=guest), member)
    assert sorted(Ignore.objects.filter(author=member).values_list("member_id", flat=True)) == [reader.pk, both.pk]


def test_page_lists_what_is_theirs_with_nothing_ticked(member, guest):
    CommentFactory(guest=guest, name="Marit", body="How it began.", posted_at=datetime(2019, 5, 4, tzinfo=UTC))
    CommentFactory(guest=guest, state="held", body="Still waiting.")
    CommentFactory(guest=guest, state="erased")
    CommentFactory(body="By somebody else.")
    page = sign_in(member).get(ATTACH).content.decode()
    assert "4 May 2019" in page
    assert "How it began." in page
    assert "Still waiting." in page
    assert "By somebody else." not in page
    assert page.count('type="checkbox"') == 2
    assert "checked" not in page


def test_ticked_comments_become_theirs_and_the_rest_stays(member, guest):
    mine, other = CommentFactory(guest=guest), CommentFactory(guest=guest)
    strange = CommentFactory()
    page = sign_in(member).post(ATTACH, {"comment": [mine.pk, strange.pk, "x", "9" * 30]}, follow=True).content.decode()
    assert "Done. 1 comment is yours now." in page
    assert set(Comment.objects.filter(author=member)) == {mine}
    assert list(read_attachable(member)) == [other]


def test_all_become_theirs_by_one_button(member, guest):
    for _ in range(3):
        CommentFactory(guest=guest)
    page = sign_in(member).post(ATTACH, {"all": "1"}, follow=True).content.decode()
    assert "Done. 3 comments are yours now." in page
    assert "There are no comments that you wrote as a guest" in page


def test_nothing_is_offered_for_an_address_that_was_only_typed(member):
    comment = CommentFactory(guest=GuestFactory(email=member.email), body="Typed only.")
    client = sign_in(member)
    assert "Typed only." not in client.get(ATTACH).content.decode()
    client.post(ATTACH, {"comment": [comment.pk], "all": "1"})
    comment.refresh_from_db()
    assert comment.author is None
    assert ATTACH not in client.get(member.get_absolute_url()).content.decode()


def test_own_page_leads_there_while_there_is_something(member, guest):
    CommentFactory(guest=guest)
    assert ATTACH in sign_in(member).get(member.get_absolute_url()).content.decode()
    assert ATTACH not in Client().get(member.get_absolute_url()).content.decode()
    assert ATTACH in sign_in(member).get("/mine/").content.decode()


def test_page_is_for_members_and_costs_the_same_for_many(member, guest, django_assert_num_queries):
    assert Client().get(ATTACH).status_code == 302
    client = sign_in(member)
    for _ in range(2):
        CommentFactory(guest=guest)
        with django_assert_num_queries(6):
            client.get(ATTACH)
        for _ in range(12):
            CommentFactory(guest=guest)


def test_more_than_a_page_is_read_page_by_page(member, guest):
    article = ArticleFactory()
    for _ in range(60):
        CommentFactory(article=article, guest=guest, state="held")
    client = sign_in(member)
    first = client.get(ATTACH)
    second = client.get(first.context["pager"].next_href)
    assert (len(first.context["entries"]), len(second.context["entries"])) == (50, 10)
