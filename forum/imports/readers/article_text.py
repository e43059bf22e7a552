"""Plain paragraphs of a printed article -> Markdown that shows the same words, with "(5)" as a citation of source 5.

Only articles: comments stay plain text until the writer escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Container

# Everything CommonMark gives a meaning to inside a line.
INLINE_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|])")
# What would open a heading, a quote, a list, a rule or an underlined heading at the start of a line.
LINE_START = re.compile(r"^(?:(#{1,6}(?=\s|$)|[-+=])|(\d{1,9})([.)]))", re.MULTILINE)

# "(5)", "(5, 7)"; more digits are a year.
CITATION = re.compile(r" ?\((\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\)")


def to_article_markdown(text: str, numbers: Container[int]) -> tuple[str, list[str]]:
    """Return a paragraph as Markdown, and the printed marks, such as "(12)", that name no source of the article.

    ``numbers`` are those of the sources. A mark counts as a citation only when every number in it is there.
    """
    unknown: list[str] = []

    def cite(match: re.Match[str]) -> str:
        cited = [int(number) for number in re.findall(r"\d+", match[1])]
        if all(number in numbers for number in cited):
            return "".join(f"[^{number}]" for number in cited)
        unknown.append(match[0].strip())
        return match[0]

    return CITATION.sub(cite, escape_article_text(text)), unknown


def escape_article_text(text: str) -> str:
    """Return plain text as Markdown that shows it as typed; line breaks inside a paragraph stay where they are."""
    return escape_article_line(escape_article_inline(text))


def escape_article_inline(text: str) -> str:
    """Return a piece of a line as Markdown that shows it as typed."""
    return INLINE_SPECIAL.sub(r"\\\1", text)


def escape_article_line(text: str) -> str:
    """Return lines of Markdown of which none is taken for a heading, a list or a rule by how it begins."""
    # A digit cannot be escaped, the mark after it can.
    return LINE_START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text)
