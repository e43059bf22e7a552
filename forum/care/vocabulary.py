"""The operator's phrases, read from the database and made ready once for each version; the set that a new site starts with."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.db.models import Count, Value

from forum.database.asked import Asked
from forum.discussion.patterns import PatternError, parse_pattern

from .concerns import Phrases, make_phrases
from .models import CarePhrase

_FOLDER = Path(__file__).parent / "data"


def load_phrases() -> Phrases:
    """Return the phrases in use. Small questions; all of them are read only after one has changed."""
    return _read_phrases(*(tuple(row) for row in (*_COUNT(), *_LATEST(), *_LAST())))


# How many there are, which was changed last, and which is the last one: a count of rows, and a step into an index each.
_COUNT = Asked(lambda: CarePhrase.objects.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("*")).values_list("n"))
_LATEST = Asked(lambda: CarePhrase.objects.order_by("-changed_at").values_list("pk", "changed_at")[:1])
_LAST = Asked(lambda: CarePhrase.objects.order_by("-pk").values_list("pk")[:1])


@lru_cache(maxsize=2)
def _read_phrases(*version: tuple[Any, ...]) -> Phrases:
    rows = []
    for phrase, concern in CarePhrase.objects.filter(is_active=True).values_list("phrase", "concern"):
        try:
            rows.append((parse_pattern(phrase), concern))
        except PatternError:
            continue  # stored by other means than its form
    return make_phrases(rows)


def install_starting_set(using: str, apps: Apps = global_apps, **kwargs: Any) -> None:
    """Give a site that has no phrase at all the starting set. Called after every migration, also of all tables back to none."""
    try:
        model = apps.get_model("care", "CarePhrase")
    except LookupError:
        return
    phrases = model._base_manager.using(using)
    if not phrases.exists():
        phrases.bulk_create(
            model(language=language, concern=concern, phrase=text) for language, concern, text in read_starting_set()
        )


def read_starting_set() -> Iterator[tuple[str, str, str]]:
    """Yield language, concern and phrase of everything a new site starts with: a file a language, a heading a concern."""
    for path in sorted(_FOLDER.glob("*.txt")):
        concern = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                concern = line.strip("[]").replace("-", "_")
            elif line:
                yield path.stem, concern, line
