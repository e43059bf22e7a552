"""Safety notes: the editors' dated line beneath comments that hold certain words, exact on every page at every moment."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.services import save_article, unpublish_article
from forum.care import note_search
from forum.care.models import NotedComment, SafetyNote
from forum.care.note_editing import SOON, delete_notes, save_note
from forum.care.note_search import search_all
from forum.discussion.correcting import redact_comment
from forum.discussion.editing import edit_comment
from forum.discussion.erasing import erase_comment
from forum.discussion.models import ActorKind, Comment, Discussion
from forum.discussion.services import Actor, transition
from forum.imports.sample import load_sample
from forum.imports.services import import_file
from forum.jobs.worker import Worker
from forum.site.models import SiteVersion
from tests.factories import ArticleFactory, CommentFactory, MemberFactory, ModeratorFactory

pytestmark = pytest.mark.django_db

STOPPED = "My husband stopped the pump by himself on Sunday."
SENTENCE = "A pump that stops is an emergency."
WRITER = Actor(ActorKind.WRITER)
ADD = reverse("admin:care_safetynote_add")
SAVED_PAGE = Path(__file__).parent.parent / "data" / "saved_page.txt"


@pytest.fixture
def moderator():
    return Actor(ActorKind.MODERATOR, ModeratorFactory())


@pytest.fixture
def guide():
    """An article with a paragraph about what is dangerous."""
    return ArticleFactory(
        title="The pump", slug="the-pump", body="First.\n\n## When it fails\n\nA well-known danger, and a pump that stops is one."
    )


@pytest.fixture
def note(guide):
    return make_note(guide)


def make_note(article=None, phrases="stopped … pump\npump … ran out", **fields):
    fields = {"sentence": SENTENCE, "dated_on": date(2026, 3, 9), "paragraph": "A well-known danger", **fields}
    if article is None:
        fields["paragraph"] = ""
    note = SafetyNote(article=article, phrases=phrases, **fields)
    note.full_clean()
    return save_note(note)


def noted(*comments):
    """Return for each comment the ids of the notes that are stored of it."""
    return [set(NotedComment.objects.filter(comment=comment).values_list("note", flat=True)) for comment in comments]


def page_of(comment, client=None, query=""):
    return (client or Client()).get(f"{comment.discussion.article.get_absolute_url()}{query}").content.decode()


def beneath(page, comment):
    """Return the notes beneath ``comment`` on ``page``, as HTML."""
    start = page.index(f'id="comment-{comment.pk}"')
    end = page.find('id="comment-', page.index('class="comment__words"', start))
    return re.findall(r'<div class="note note-care comment__care" role="note">.*?</div>', page[start : end if end > 0 else None])


def versions(comment):
    return Discussion.objects.get(pk=comment.discussion_id).version, SiteVersion.objects.get().frame


def search_again():
    """Do what the job does that waits."""
    while not search_all(seconds=60):
        pass


def test_note_stands_dated_beneath_the_comment_and_leads_to_the_paragraph(note):
    comment = CommentFactory(body=STOPPED)
    (html,) = beneath(page_of(comment), comment)
    assert '<strong>A note from this site, <time datetime="2026-03-09">9 March 2026</time></strong>' in html
    assert f'<p dir="auto" lang="en">{SENTENCE}</p>' in html
    path = "/articles/the-pump/#part-when-it-fails:~:text=A%20well%2Dknown%20danger"
    assert f'<a href="{path}">Read about this in “The pump”</a>' in html


@pytest.mark.parametrize("query", ["", "?order=newest", "?order=waiting", "?view=print"])
def test_every_way_of_showing_a_comment_shows_the_note(note, query):
    comment = CommentFactory(body=f"{STOPPED} What should I do?")
    assert len(beneath(page_of(comment, query=query), comment)) == 1


def test_note_stands_beneath_a_reply_on_the_pages_of_its_thread_and_of_its_writer(note):
    member = MemberFactory()
    parent = CommentFactory(author=member, body="A quiet day.")
    reply = CommentFactory(parent=parent, author=member, body=STOPPED)
    thread = Client().get(f"{parent.discussion.article.get_absolute_url()}comments/{parent.pk}/").content.decode()
    for page in (page_of(reply), thread, Client().get(member.get_absolute_url()).content.decode()):
        assert len(beneath(page, reply)) == 1
        assert beneath(page, parent) == []


@pytest.mark.parametrize(
    ("words", "language", "calls"),
    [
        ("THE PUMP RAN OUT on me", "", True),
        ("> He stopped the pump.\n\nI would not.", "", False),
        ("He stopped. The pump is fine.", "", False),
        ("stopped the pump", "en-GB", True),
        ("stopped the pump", "de", False),
        ("We love the pump", "", False),
    ],
)
def test_words_call_for_a_note_by_its_phrases(note, words, language, calls):
    comment = CommentFactory(body=words, language=language)
    assert noted(comment) == [{note.pk} if calls else set()]


def test_words_in_the_title_call_for_it_too(note):
    assert noted(CommentFactory(subject="They stopped his pump", body="Now what?")) == [{note.pk}]


def test_note_comes_and_goes_with_the_comment(note, moderator):
    comment = CommentFactory(body=STOPPED, state="held")
    assert noted(comment) == [set()]
    comment = transition(comment, "published", actor=moderator)
    assert noted(comment) == [{note.pk}]
    comment = transition(comment, "removed", actor=moderator, reason="advertising")
    assert noted(comment) == [set()]
    transition(comment, "published", actor=moderator, undoes=comment.decisions.order_by("-pk").first())
    assert noted(comment) == [{note.pk}]
    erase_comment(comment)
    assert noted(comment) == [set()]


def test_note_follows_the_words(note, moderator):
    member = MemberFactory()
    for _ in range(3):
        CommentFactory(author=member)
    comment = CommentFactory(author=member, body="All is well.")
    edit_comment(comment, body=STOPPED, subject="", relation="", actor=WRITER)
    assert noted(comment) == [{note.pk}]
    comment.refresh_from_db()
    redact_comment(comment, body="My husband stopped it by himself.", actor=moderator)
    assert noted(comment) == [set()]


def test_change_that_waits_has_no_note_before_it_is_public(note):
    comment = CommentFactory(body="All is well.")
    edit_comment(comment, body=f"{STOPPED} See https://new.example/", subject="", relation="", actor=WRITER)
    assert comment.pending_change.body.startswith(STOPPED)
    assert noted(comment) == [set()]


def test_import_brings_notes_too(guide, tmp_path):
    note = make_note(guide, phrases="jar burst")
    import_file(Path(shutil.copy(SAVED_PAGE, tmp_path)))
    assert noted(Comment.objects.get(body__startswith="The jar burst")) == [{note.pk}]
    assert NotedComment.objects.count() == 1


def test_new_note_is_put_beneath_what_was_written_before(guide):
    old, other = CommentFactory(body=STOPPED), CommentFactory(body="We like the pump.")
    note = make_note(guide)
    assert noted(old) == [set()]
    discussion, frame = versions(old)
    search_again()
    assert noted(old, other) == [{note.pk}, set()]
    assert versions(old) == (discussion + 1, frame)
    assert versions(other)[0] == Discussion.objects.get(pk=other.discussion_id).version
    note.refresh_from_db()
    assert note.searched_to is None


def test_job_looks_through_all_comments(guide):
    comment = CommentFactory(body=STOPPED)
    note = make_note(guide)
    with time_machine.travel(timezone.now() + SOON + timedelta(seconds=1)):
        Worker(rhythms=[]).run_due()
    assert noted(comment) == [{note.pk}]


@pytest.mark.parametrize("change", [{"sentence": "Other words."}, {"dated_on": date(2027, 1, 2)}, {"is_active": False}])
def test_every_page_is_another_one_from_the_moment_a_note_is_changed(note, change):
    comment = CommentFactory(body=STOPPED)
    before, (_discussion, frame) = beneath(page_of(comment), comment), versions(comment)
    for name, value in change.items():
        setattr(note, name, value)
    save_note(note)
    after = beneath(page_of(comment), comment)
    assert after != before
    assert versions(comment)[1] == frame + 1
    assert bool(after) == note.is_active
    search_again()
    assert noted(comment) == [{note.pk} if note.is_active else set()]
    assert beneath(page_of(comment), comment) == after


def test_other_phrases_are_looked_for_in_all_comments_and_other_words_are_not(note):
    stopped, kinked = CommentFactory(body=STOPPED), CommentFactory(body="The catheter kinked.")
    search_again()
    note.refresh_from_db()
    note.sentence = "Other words."
    assert save_note(note).searched_to is None
    note.phrases = "catheter … kinked"
    assert save_note(note).searched_to == 0
    search_again()
    assert noted(stopped, kinked) == [set(), {note.pk}]


def test_note_that_is_deleted_is_gone_everywhere(note):
    comment = CommentFactory(body=STOPPED)
    frame = versions(comment)[1]
    delete_notes([note])
    assert beneath(page_of(comment), comment) == []
    assert versions(comment)[1] == frame + 1
    assert not NotedComment.objects.exists()


def test_search_goes_on_where_it_stopped_and_a_change_starts_it_anew(guide, monkeypatch):
    monkeypatch.setattr(note_search, "BATCH", 2)
    monkeypatch.setattr(note_search, "LOOK_BACK", 0)
    comments = [CommentFactory(body=STOPPED) for _ in range(5)]
    note = make_note(guide)
    assert not note_search.search_all(seconds=0)
    assert noted(*comments) == [{note.pk}] * 2 + [set()] * 3
    assert not note_search.search_all(seconds=0)
    assert noted(*comments) == [{note.pk}] * 4 + [set()]
    note.refresh_from_db()
    note.phrases = "by himself"
    save_note(note)
    while not note_search.search_all(seconds=0):
        assert note.searched_to is not None
    assert noted(*comments) == [{note.pk}] * 5
    note.refresh_from_db()
    assert note.searched_to is None


def test_rows_that_were_stored_without_the_services_get_their_notes_at_once(note):
    first = CommentFactory(body="All is well.")
    Comment.objects.filter(pk=first.pk).update(body=STOPPED)
    version = versions(first)[0]
    note_search.settle_batch(list(Comment.objects.all()))
    assert noted(first) == [{note.pk}]
    assert versions(first)[0] == version + 1


def test_note_changed_while_a_batch_is_looked_at_is_not_taken_for_done(guide, monkeypatch):
    comment = CommentFactory(body=STOPPED)
    note = make_note(guide)
    settle = note_search.settle_batch

    def change_meanwhile(*args):
        settle(*args)
        monkeypatch.setattr(note_search, "settle_batch", settle)
        changed = SafetyNote.objects.get()
        changed.phrases = "something else"
        save_note(changed)

    monkeypatch.setattr(note_search, "settle_batch", change_meanwhile)
    assert note_search.search_all()
    assert noted(comment) == [set()]
    assert SafetyNote.objects.get(pk=note.pk).searched_to is None


def test_batch_leaves_alone_what_its_writer_takes_back_meanwhile(guide, monkeypatch):
    comment = CommentFactory(body=STOPPED)
    make_note(guide)
    find = note_search.find_notes

    def withdraw_meanwhile(*args):
        monkeypatch.setattr(note_search, "find_notes", find)
        transition(comment, "withdrawn", actor=WRITER)
        return find(*args)

    monkeypatch.setattr(note_search, "find_notes", withdraw_meanwhile)
    assert note_search.search_all()
    assert noted(comment) == [set()]


def test_paragraph_is_found_again_when_its_article_is_changed(note, guide):
    comment = CommentFactory(body=STOPPED)
    guide.refresh_from_db()
    guide.body = "## If it ends\n\nA well-known danger."
    frame = versions(comment)[1]
    save_article(guide)
    assert 'href="/articles/the-pump/#part-if-it-ends:~:text=A%20well%2Dknown%20danger"' in page_of(comment)
    assert versions(comment)[1] == frame + 1
    guide.body = "Nothing of the kind."
    save_article(guide)
    assert 'href="/articles/the-pump/">' in page_of(comment)
    note.refresh_from_db()
    assert note.is_lost


def test_article_without_notes_changes_no_other_page(note):
    comment = CommentFactory(body=STOPPED)
    frame = versions(comment)[1]
    save_article(comment.discussion.article)
    assert versions(comment)[1] == frame


def test_note_does_not_lead_to_an_article_that_is_not_public(note, guide):
    comment = CommentFactory(body=STOPPED)
    frame = versions(comment)[1]
    guide.refresh_from_db()
    unpublish_article(guide)
    (html,) = beneath(page_of(comment), comment)
    assert SENTENCE in html
    assert "<a " not in html
    assert versions(comment)[1] == frame + 1


def test_note_can_lead_elsewhere(guide):
    make_note(link="https://medicines.example/baclofen?a=1&b=2", phrases="stopped")
    comment = CommentFactory(body=STOPPED)
    (html,) = beneath(page_of(comment), comment)
    assert '<a href="https://medicines.example/baclofen?a=1&amp;b=2">Read more at medicines.example</a>' in html
    SafetyNote.objects.update(link="/help-now/")
    assert '<a href="/help-now/">Read more about this</a>' in page_of(comment)


def test_two_notes_at_most_stand_beneath_a_comment(guide):
    for number in range(3):
        make_note(guide, sentence=f"Note {number}.")
    comment = CommentFactory(body=STOPPED)
    assert ["Note 0." in beneath(page_of(comment), comment)[0], "Note 1." in beneath(page_of(comment), comment)[1]] == [True] * 2
    assert len(beneath(page_of(comment), comment)) == 2


def test_what_an_editor_typed_is_shown_and_not_run(guide):
    make_note(guide, sentence="<script>alert(1)</script> & more", phrases="stopped")
    comment = CommentFactory(body=STOPPED)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in beneath(page_of(comment), comment)[0]


def test_page_costs_as_many_queries_with_notes_as_without(note):
    article = ArticleFactory()
    CommentFactory(article=article, body="All is well.")

    def count():
        with CaptureQueriesContext(connection) as queries:
            Client().get(article.get_absolute_url())
        return len(queries)

    count()
    one = count()
    for _ in range(12):
        CommentFactory(article=article, body=STOPPED)
    assert count() == one


def test_site_can_do_without_notes(note, settings):
    comment = CommentFactory(body=STOPPED)
    settings.COMMENT_NOTES_READER = ""
    assert beneath(page_of(comment), comment) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"phrases": "stopped …"}, "phrases"),
        ({"phrases": " \n "}, "phrases"),
        ({"phrases": "*"}, "phrases"),
        ({"phrases": "a word\n" * 41}, "phrases"),
        ({"paragraph": "Not in the article"}, "paragraph"),
        ({"article": None, "paragraph": ""}, "link"),
        ({"article": None, "paragraph": "", "link": "javascript:alert(1)"}, "link"),
        ({"article": None, "paragraph": "", "link": "//elsewhere.example"}, "link"),
        ({"article": None, "paragraph": "", "link": "/\\elsewhere.example"}, "link"),
        ({"article": None, "link": "/help/"}, "paragraph"),
    ],
)
def test_note_that_cannot_work_is_refused_in_words(guide, fields, field):
    made = {"article": guide, "paragraph": "A well-known danger", "phrases": "stopped … pump", "sentence": SENTENCE} | fields
    with pytest.raises(ValidationError) as refused:
        SafetyNote(**made).full_clean()
    assert field in refused.value.message_dict


def typed(guide, **fields):
    return {
        "sentence": SENTENCE, "dated_on": "2026-03-09", "language": "en", "phrases": "stopped … pump",
        "link": guide.get_absolute_url(), "paragraph": "A well-known danger", "is_active": "on",
    } | fields  # fmt: skip


@pytest.mark.parametrize("role", ["author", "operator"])
def test_editors_try_a_note_before_it_is_saved(guide, role):
    comment = CommentFactory(body=STOPPED, name="Ulla")
    CommentFactory(body=STOPPED, name="Waiting", state="held")
    editor = Client()
    editor.force_login(ModeratorFactory(role=role))
    page = editor.post(ADD, typed(guide, _preview="1")).content.decode()
    assert "Nothing is saved yet. It finds 1 comment of the latest 1." in page
    assert "Ulla" in page
    assert not SafetyNote.objects.exists()
    link = re.search(r'href="([^"]+)">Ulla', page)[1]
    assert editor.get(link).status_code in (200, 302)
    page = editor.post(ADD, typed(guide), follow=True).content.decode()
    assert "All comments are looked through now" in page
    search_again()
    assert noted(comment) == [{SafetyNote.objects.get().pk}]
    listed = editor.get(reverse("admin:care_safetynote_changelist")).content.decode()
    assert re.search(r'field-comment_count">1<', listed)
    delete = reverse("admin:care_safetynote_delete", args=[SafetyNote.objects.get().pk])
    assert "noted comment" not in editor.get(delete).content.decode()
    editor.post(delete, {"post": "yes"})
    assert not SafetyNote.objects.exists()


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("/articles/the-pump/", "/articles/the-pump/"),
        ("http://localhost:8000/articles/the-pump/#part-when-it-fails", "/articles/the-pump/#part-when-it-fails"),
        ("/articles/the-pump/#no-such-heading", "/articles/the-pump/"),
        ("/help-now/", "/help-now/"),
        ("https://medicines.example/", "https://medicines.example/"),
    ],
)
def test_editor_says_by_an_address_where_a_note_leads(guide, link, path):
    editor = Client()
    editor.force_login(ModeratorFactory(role="author"))
    editor.post(ADD, typed(guide, link=link, paragraph=""))
    comment = CommentFactory(body=STOPPED)
    assert f'<a href="{path}">' in beneath(page_of(comment), comment)[0]
    change = editor.get(reverse("admin:care_safetynote_change", args=[SafetyNote.objects.get().pk])).content.decode()
    assert f'name="link" value="{path}"' in change


def test_note_that_would_stand_beneath_everything_is_asked_about(guide):
    for _ in range(20):
        CommentFactory(body="We tried the bath.")
    editor = Client()
    editor.force_login(ModeratorFactory(role="author"))
    page = editor.post(ADD, typed(guide, phrases="we tried")).content.decode()
    assert "This finds 20 of the last 20 comments." in page
    assert not SafetyNote.objects.exists()
    editor.post(ADD, typed(guide, phrases="we tried", is_meant="on"))
    assert SafetyNote.objects.exists()


def test_moderators_read_notes_and_change_none(note):
    moderator = Client()
    moderator.force_login(ModeratorFactory())
    change = reverse("admin:care_safetynote_change", args=[note.pk])
    assert moderator.get(change).status_code == 200
    assert moderator.post(change, typed(note.article)).status_code == 403
    assert moderator.get(ADD).status_code == 403


def test_list_says_where_a_note_leads_nowhere(note, guide):
    operator = Client()
    operator.force_login(ModeratorFactory(role="operator"))
    listed = reverse("admin:care_safetynote_changelist")
    guide.refresh_from_db()
    guide.body = "Nothing of the kind."
    save_article(guide)
    assert "its paragraph is no longer there" in operator.get(listed).content.decode()
    unpublish_article(guide)
    assert "which is not public" in operator.get(listed).content.decode()


def test_sample_has_notes_that_lead_to_its_own_paragraphs():
    article = load_sample()
    assert [note.is_lost for note in SafetyNote.objects.all()] == [False, False]
    page = Client().get(article.get_absolute_url()).content.decode()
    assert page.count('role="note"') >= 1
    for fragment in re.findall(r'href="[^"]*#(part-[^":]+):~:text=', page):
        assert f'id="{fragment}"' in page
