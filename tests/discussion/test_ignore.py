"""Folding somebody's comments: for the member who asked, on their pages alone."""

import pytest
from django.test import Client

from forum.accounts.models import Ignore
from tests.discussion.moderating import sign_in
from tests.factories import ArticleFactory, CommentFactory, GuestFactory, MemberFactory

pytestmark = pytest.mark.django_db

LINE = "<summary><span>A comment by <bdi>Bo</bdi>, folded because you asked. Show it</span></summary>"


@pytest.fixture
def article():
    return ArticleFactory()


@pytest.fixture
def comment(article):
    root = CommentFactory(article=article, name="Bo", body="Words of Bo.")
    CommentFactory(parent=root, name="Ann", body="An answer.")
    return root


def ignore_path(comment):
    return f"/comments/{comment.pk}/ignore/"


def test_comments_fold_to_a_line_for_the_member_who_asked(client, article, comment):
    reader = sign_in(MemberFactory())
    path = article.get_absolute_url()
    assert f'<a href="{ignore_path(comment)}">Fold comments by <bdi>Bo</bdi> for me</a>' in reader.get(path).content.decode()
    page = reader.get(ignore_path(comment)).content.decode()
    assert "Fold comments by <bdi>Bo</bdi>?" in page
    assert not Ignore.objects.exists()
    answer = reader.post(ignore_path(comment))
    assert answer["Location"].endswith(f"#comment-{comment.pk}")
    for address in (path, f"{path}comments/{comment.pk}/", f"{path}?order=newest"):
        page = reader.get(address).content.decode().partition("<main")[2]
        assert LINE in page
        assert page.count("folded because") == 1
        assert page.index(LINE) < page.index("Words of Bo.") < page.index("An answer.")
    assert ignore_path(comment) not in page
    for somebody in (client, sign_in(MemberFactory())):
        assert "folded because" not in somebody.get(path).content.decode()


def test_anonymous_page_is_the_same_whoever_is_ignored(client, article, comment):
    before = client.get(article.get_absolute_url()).content
    sign_in(MemberFactory()).post(ignore_path(comment))
    assert client.get(article.get_absolute_url()).content == before
    assert b"/ignore/" not in before


def test_member_is_folded_wherever_they_wrote_and_a_namesake_is_not(article):
    bo = MemberFactory(display_name="Bo")
    first = CommentFactory(author=bo, state="published")
    CommentFactory(article=article, author=bo, state="published")
    CommentFactory(article=article, guest=GuestFactory(display_name="Bob"), name="Bo")
    reader = sign_in(MemberFactory())
    reader.post(ignore_path(first))
    assert reader.get(article.get_absolute_url()).content.decode().count("folded because") == 1


def test_asking_twice_changes_nothing(comment):
    reader = sign_in(MemberFactory())
    for _ in range(2):
        assert reader.post(ignore_path(comment)).status_code == 302
    assert Ignore.objects.count() == 1


def test_nobody_folds_their_own_comments(article):
    member = MemberFactory()
    comment = CommentFactory(article=article, author=member, state="published")
    reader = sign_in(member)
    assert ignore_path(comment) not in reader.get(article.get_absolute_url()).content.decode()
    assert reader.post(ignore_path(comment)).status_code == 302
    assert not Ignore.objects.exists()


def test_page_is_for_members_and_for_comments_that_can_be_read(client, comment):
    assert client.post(ignore_path(comment)).status_code == 302
    assert not Ignore.objects.exists()
    reader = sign_in(MemberFactory())
    for address in (ignore_path(CommentFactory(state="removed")), "/comments/99999999999999999999/ignore/"):
        assert reader.get(address).status_code == 404


def test_imported_comment_is_folded_alone(article):
    comment = CommentFactory(article=article, name="Bo", origin="serendip")
    reader = sign_in(MemberFactory())
    assert "Fold this comment for me" in reader.get(article.get_absolute_url()).content.decode()
    assert "Fold this comment by <bdi>Bo</bdi>?" in reader.get(ignore_path(comment)).content.decode()


def test_print_folds_too(article, comment):
    reader = sign_in(MemberFactory())
    path = f"{article.get_absolute_url()}?view=print"
    assert "folded because" not in reader.get(path).content.decode()
    reader.post(ignore_path(comment))
    assert reader.get(path).content.decode().count(LINE) == 1


def test_words_of_somebody_ignored_are_no_title_no_description_and_no_quotation(article):
    root = CommentFactory(article=article, name="Bo", body="Title words of Bo?")
    mine = CommentFactory(parent=root, guest=root.guest, name="Bo", body="Quoted words of Bo?")
    CommentFactory(parent=root, body="Between.")
    CommentFactory(parent=mine, body="I was asked.")
    reader = sign_in(MemberFactory())
    path = f"{article.get_absolute_url()}comments/{root.pk}/"
    before = reader.get(path).content.decode()
    assert "Title words" in before.partition("</head>")[0]
    assert "“Quoted words of Bo?”" in before
    reader.post(ignore_path(root))
    page = reader.get(path).content.decode()
    assert "<title>Bo’s comment and 3 replies - Understory</title>" in page
    assert "Title words" not in page.partition("</head>")[0]
    assert "“Quoted words of Bo?”" not in page
    assert page.count("folded because you asked") == 2


@pytest.mark.parametrize("path", ["/", "/unanswered/"])
def test_question_of_somebody_ignored_is_folded_in_lists(client, article, path):
    question = CommentFactory(article=article, name="Bo", body="Does anybody know Bo’s question?")
    CommentFactory(article=article, name="Ann", body="And mine, does anybody know it?")
    reader = sign_in(MemberFactory())
    reader.post(ignore_path(question))
    page = reader.get(path).content.decode()
    assert page.count("<summary><span>A question by <bdi>Bo</bdi>, folded because you asked. Show it</span></summary>") == 1
    assert page.count("folded because") == 1
    assert "folded because" not in client.get(path).content.decode()


def test_folding_costs_one_query_whatever_the_number_of_people(article, django_assert_max_num_queries):
    member = MemberFactory()
    reader = Client()
    reader.force_login(member)
    for _ in range(15):
        comment = CommentFactory(article=article, author=MemberFactory(), state="published")
        Ignore.objects.create(member=member, author=comment.author)
    with django_assert_max_num_queries(16):
        page = reader.get(article.get_absolute_url()).content.decode()
    assert page.count("folded because") == 15
