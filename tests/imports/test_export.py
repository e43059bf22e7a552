"""The file that a site leaves with: what is in it, what is not, and that its description tells the truth."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from jsonschema import Draft202012Validator, FormatChecker

import forum.imports
from articles.models import Article, Correction, OldAddress, Source
from articles.services import save_article
from forum.discussion.arrival import Arrival
from forum.discussion.models import Appeal, Comment, Decision, Discussion, Lane, PendingChange, Revision, Signal, Strength
from forum.discussion.open_format import describe_person
from forum.discussion.posting import post_comment
from forum.imports.exporting import export_file
from forum.imports.models import ImportedId, ImportRun
from forum.imports.sample import load_sample
from forum.moderation.models import Evidence
from tests.factories import ArticleFactory, CollectionFactory, CommentFactory, GuestFactory, MemberFactory
from tests.privacy.lives import live

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((Path(forum.imports.__file__).parent / "open-format.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

# Fields that follow from other rows, or are nobody's business elsewhere.
DERIVED = {
    "id", "discussion", "root", "reply_index", "reply_seq", "active_at", "public", "listed", "held", "waiting", "version",
    "body_html", "render_version", "reply_count", "last_reply_at", "preview1_id", "preview2_id", "last_reply_id",
    "changed_at", "thread_changed_at", "has_update",
    "guest", "name", "form_key", "comment", "replaced_at", "decision", "who", "article",
}  # fmt: skip
CALLED = {"from_state": "from", "to_state": "to", "body": "body"}


def export(path: Path, **options: Any) -> list[dict[str, Any]]:
    export_file(path, **options)
    return [json.loads(line) for line in path.read_bytes().decode().splitlines()]


def undescribed(values: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """Return the keys of a line that its description does not name."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(values, list):
        return [key for item in values for key in undescribed(item, schema["items"], where)]
    if not isinstance(values, dict):
        return []
    known = schema["properties"]
    found = [f"{where}{key}" for key in values if key not in known]
    return found + [k for key, value in values.items() if key in known for k in undescribed(value, known[key], f"{where}{key}.")]


def test_every_line_fits_its_description_and_says_nothing_else(tmp_path: Path) -> None:
    live(is_member=True)
    article = Article.objects.first()
    article.collection = CollectionFactory(parent=CollectionFactory())
    save_article(
        article,
        sources=[Source(number=1, title="A book")],
        corrections=[Correction(made_on=date(2020, 1, 2), text="It was 2.")],
    )
    OldAddress.objects.create(path="/old/page.html", target="/articles/somewhere/")
    lines = export(tmp_path / "site.jsonl", with_contacts=True)
    assert {line["type"] for line in lines} == SCHEMA["$defs"].keys() - {
        "id",
        "moment",
        "day",
        "slug",
        "imported",
        "state",
        "reason",
    }
    assert [(error.json_path, error.message) for line in lines for error in VALIDATOR.iter_errors(line)] == []
    assert [key for line in lines for key in undescribed(line, SCHEMA["$defs"][line["type"]])] == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("model", "place"),
    [
        (Comment, ()), (Revision, ()), (Decision, ()), (PendingChange, ("comment", "change")), (Signal, ("comment", "signals")),
        (Appeal, ("decision", "appeal")), (Discussion, ()), (Article, ()), (Source, ()), (Correction, ()),
    ],
)  # fmt: skip
def test_every_column_is_in_the_file_or_known_to_follow_from_others(model: Any, place: tuple[str, ...]) -> None:
    kept_here = {"root_seq", "comment_count", "people_count", "waiting_count", "last_comment_at", "writer"}
    kind, *keys = place or (model._meta.model_name,)
    schema = SCHEMA["$defs"][kind]
    for key in keys:
        schema = schema["properties"][key]
        schema = schema.get("items", schema)
    columns = {CALLED.get(field.name, field.name) for field in model._meta.concrete_fields} - DERIVED - kept_here
    assert columns <= schema["properties"].keys()


@pytest.mark.one_database
def test_words_of_the_description_are_those_of_the_site() -> None:
    comment = SCHEMA["$defs"]["comment"]["properties"]

    def words(field: str, model: Any = Comment) -> set[str]:
        field = model._meta.get_field(field)
        return {*(value for value, _label in field.choices), *([""] if field.blank else [])}

    for field in ("relation", "mark", "posted_precision"):
        assert set(comment[field]["enum"]) == words(field)
    assert set(SCHEMA["$defs"]["state"]["enum"]) == words("state")
    assert set(SCHEMA["$defs"]["reason"]["enum"]) == words("reason")
    assert set(SCHEMA["$defs"]["discussion"]["properties"]["state"]["enum"]) == words("state", Discussion)
    assert set(SCHEMA["$defs"]["decision"]["properties"]["actor_kind"]["enum"]) == words("actor_kind", Decision)
    signal = comment["signals"]["items"]["properties"]
    assert (set(signal["lane"]["enum"]), set(signal["strength"]["enum"])) == (set(Lane.values), set(Strength.values))


def test_addresses_are_in_it_only_when_they_are_asked_for(tmp_path: Path) -> None:
    member, guest = MemberFactory(email="mem@example.org"), GuestFactory(email="gus@example.org")
    discussion = ArticleFactory().discussion
    CommentFactory(discussion=discussion, author=member)
    post_comment(
        discussion=discussion, guest=guest, body="A text.", arrival=Arrival(form_seconds=9.0, client_ip="192.0.2.7", honeypot="")
    )
    export(tmp_path / "plain.jsonl")
    plain = (tmp_path / "plain.jsonl").read_text()
    assert "example.org" not in plain
    assert "192.0.2.7" not in plain
    first, second = [line for line in export(tmp_path / "full.jsonl", with_contacts=True) if line["type"] == "comment"]
    assert (first["author"]["email"], second["author"]["email"]) == ("mem@example.org", "gus@example.org")
    assert first["evidence"] is None
    assert (second["evidence"]["client_ip"], second["evidence"]["form_seconds"]) == ("192.0.2.7", 9)
    assert Evidence.objects.count() == 1


def test_writers_are_told_apart_by_keys_that_stay(tmp_path: Path) -> None:
    member, discussion = MemberFactory(), ArticleFactory().discussion
    root = CommentFactory(discussion=discussion, author=member)
    CommentFactory(parent=root)
    CommentFactory(parent=root, author=member)
    CommentFactory(discussion=discussion, state="erased")
    first, again = (export(tmp_path / name) for name in ("one.jsonl", "two.jsonl"))
    assert first == again
    authors = [line["author"] for line in first if line["type"] == "comment"]
    assert authors[3] is None
    keys = [author["key"] for author in authors[:3]]
    assert keys[0] == keys[2] != keys[1]
    assert [author["kind"] for author in authors[:3]] == ["member", "guest", "member"]


def test_where_it_came_from_is_told(tmp_path: Path) -> None:
    comment = CommentFactory(origin="disqus", origin_note="as printed")
    run = ImportRun.objects.create(file_name="a", file_hash="", format="disqus", started_at=comment.created_at)
    ImportedId.objects.create(run=run, source="disqus:old", source_id="77", comment=comment)
    ImportedId.objects.create(run=run, source="disqus:old", source_id="a", article=comment.discussion.article)
    lines = {line["type"]: line for line in export(tmp_path / "site.jsonl")}
    assert lines["comment"]["imported"] == [{"source": "disqus:old", "id": "77"}]
    assert (lines["comment"]["origin"], lines["comment"]["origin_note"]) == ("disqus", "as printed")
    assert lines["article"]["imported"] == [{"source": "disqus:old", "id": "a"}]


def test_one_article_brings_its_shelves_and_nothing_of_others(tmp_path: Path) -> None:
    sample = load_sample()
    assert sample is not None
    CommentFactory(body="elsewhere")
    save_article(sample)
    OldAddress.objects.create(path="/old/", target=sample.get_absolute_url())
    OldAddress.objects.create(path="/other/", target="/help/")
    call_command("export_discussion", article=sample.slug, output=tmp_path / "one.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "one.jsonl").read_text().splitlines()]
    assert [line["slug"] for line in lines if line["type"] == "article"] == [sample.slug]
    assert [line["title"] for line in lines if line["type"] == "collection"] == ["Nerves and muscles", "Student reports"]
    assert [line["path"] for line in lines if line["type"] == "old_address"] == ["/old/"]
    assert {line["article"] for line in lines if "article" in line} == {sample.slug}


def test_line_ends_of_other_programs_do_not_break_a_line(tmp_path: Path) -> None:
    CommentFactory(body="one\u2028two\u2029three\x85four")
    export_file(tmp_path / "site.jsonl")
    text = (tmp_path / "site.jsonl").read_text()
    assert len(text.splitlines()) == text.count("\n")
    assert "one\u2028two\u2029three\x85four" in [json.loads(line).get("body") for line in text.splitlines()]


def test_file_is_for_the_operator_alone_and_replaces_the_old_one_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "site.jsonl"
    path.write_text("the former one")
    export_file(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text().startswith('{"type":"site"')
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The file .*site.jsonl cannot be written: No such file or directory"):
        call_command("export_discussion", output=tmp_path / "missing" / "site.jsonl")
    with pytest.raises(CommandError, match="There is no article with the address /articles/none/"):
        call_command("export_discussion", article="none", output=tmp_path / "site.jsonl")


@pytest.mark.django_db(transaction=True)
def test_others_can_write_while_it_is_written(tmp_path: Path) -> None:
    CommentFactory()
    export_file(tmp_path / "site.jsonl", on_progress=lambda done, total: None)
    assert not connection.in_atomic_block
    CommentFactory()
    assert len([line for line in export(tmp_path / "site.jsonl") if line["type"] == "comment"]) == 2


@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_own_file_holds_what_one_wrote_and_no_words_of_others(is_member: bool) -> None:
    life = live(is_member=is_member)
    lines = list(describe_person(life.person))
    assert [error.message for line in lines for error in VALIDATOR.iter_errors(line)] == []
    own = Comment.objects.filter(life.person.rows("author", "guest")).order_by("pk").values_list("pk", flat=True)
    assert [line["id"] for line in lines if line["type"] == "comment"] == list(own)
    assert len({line["author"]["key"] for line in lines if line["type"] == "comment"}) == 1
    assert not any("email" in line["author"] for line in lines if line["type"] == "comment")
    assert "Thank you, that helped me." not in json.dumps(lines)
