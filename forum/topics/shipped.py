"""Vocabularies that come with the site, added once: what the operator changed or deleted since stays as it is."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from .editing import change_vocabulary
from .models import Kind, LoadedTerm, Spelling, Topic

_FOLDER = Path(__file__).parent / "data"
MOVEMENT_DISORDERS = "movement_disorders"
ENGLISH = "en"


@dataclass(frozen=True)
class Loaded:
    """How much was new."""

    topics: int
    spellings: int


def list_vocabularies() -> list[str]:
    """Return the names of all that come with the site."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def read_file(name: str) -> list[dict[str, Any]]:
    """Return the topics of a vocabulary as its file has them; its first lines say how."""
    topics: list[dict[str, Any]] = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["topic"]
    return topics


@transaction.atomic
def load_vocabulary(name: str) -> Loaded:
    """Add what of a vocabulary was never added before.

    A topic that the operator has made under the same name, or the same address, takes the spellings.
    """
    known = set(LoadedTerm.objects.values_list("key", flat=True))
    described = {slug_of(topic["name"]): topic for topic in read_file(name)}
    spellings = {slug: list(read_spellings(topic)) for slug, topic in described.items()}
    new = {slug: [row for row in rows if _key(slug, row) not in known] for slug, rows in spellings.items()}
    if not any(new.values()):
        return Loaded(0, 0)
    theirs = list(Topic.objects.all())
    topics = {topic.name: topic for topic in theirs} | {topic.slug: topic for topic in theirs}
    missing = [
        Topic(slug=slug, name=topic["name"], kind=Kind(topic["kind"]), help_line=topic.get("help", ""))
        for slug, topic in described.items()
        if slug not in known and slug not in topics and topic["name"] not in topics
    ]
    topics |= {topic.slug: topic for topic in Topic.objects.bulk_create(missing)}
    rows = []
    for slug, topic in described.items():
        owner = topics.get(slug) or topics.get(topic["name"])
        if owner is None:
            continue  # one that was renamed since has the spellings that the operator wants
        for row in new[slug]:
            row.topic = owner
            rows.append(row)
    # One that the operator has typed already stays as it is.
    Spelling.objects.bulk_create(rows, ignore_conflicts=True)
    keys = {key for slug, found in new.items() for key in (slug, *(_key(slug, row) for row in found))} - known
    LoadedTerm.objects.bulk_create(LoadedTerm(key=key) for key in sorted(keys))
    change_vocabulary()
    return Loaded(len(missing), len(rows))


def slug_of(name: str) -> str:
    """Return the address of a topic: its name without the article before it."""
    first, _, rest = name.partition(" ")
    return slugify((rest if first in ("a", "an", "the") else name).replace("’", ""))


def read_spellings(described: dict[str, Any]) -> Iterator[Spelling]:
    """Yield the spellings of a topic in a file, not yet stored."""
    sorts = {"all": "spelling", "words": "spelling", "brands": "brand", "errors": "misspelling", "exact": "spelling"}
    for name, sort in sorts.items():
        for typed in described.get(name, ()):
            text, _, language = typed.partition("@")
            language = language or (ENGLISH if name in ("words", "errors") else "")
            yield Spelling(text=text, language=language, sort=sort, is_exact=name == "exact")


def _key(slug: str, spelling: Spelling) -> str:
    return f"{slug}: {spelling.text}@{spelling.language}"
