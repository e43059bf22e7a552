"""No template says anything outside of gettext, so whoever translates the catalogues has translated the pages."""

import re

import pytest

from tests.pages import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
# What is translated, what nobody reads, and what is a name in every language.
UNSAID = re.compile(
    r"""
    {%\ comment\ %}.*?{%\ endcomment\ %} | {\#.*?\#}
    | {%\ blocktranslate\b.*?{%\ endblocktranslate\ %}
    | {%\ block\ (?:bodyclass|coltype|item)\ %}.*?{%\ endblock\b
    | <(script|style|code|pre)\b.*?</\1>
    | {%.*?%} | {{.*?}} | &\#?\w+;
    """,
    re.DOTALL | re.VERBOSE,
)
TAG = re.compile(r"<[^>]*>")
SAID_IN_TAG = re.compile(r'\b(?:alt|aria-label|label|placeholder|title)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")


def words_of(template: str) -> list[str]:
    """Return the words of a template that it says itself, in its text and in those attributes that are read out or shown."""
    text = UNSAID.sub(" ", template)
    return WORD.findall(" ".join([TAG.sub(" ", text), *SAID_IN_TAG.findall(text)]))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_says_nothing_by_itself(path):
    assert words_of(path.read_text()) == []
