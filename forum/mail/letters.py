"""A letter: one set of words, written once, and sent as plain text and as HTML. Which words is for the app that writes.

A letter is a list of blocks. Everything in a block is plain text: nothing a visitor typed becomes markup, a link or a header.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi


def one_line(text: str) -> str:
    """Return ``text`` on one line: a line break in a name must not begin another header."""
    return " ".join(str(text).split())


def paragraphs_of(text: str) -> list[str]:
    """Cut ``text`` at its empty lines; line breaks within a paragraph stay."""
    return [part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of ours."""

    text: str
    template: ClassVar[str] = "email/blocks/paragraph.html"

    def as_text(self) -> str:
        """Return the block for the text part."""
        return self.text


@dataclass(frozen=True)
class Aside(Paragraph):
    """A paragraph that matters less: when it was, that there is no hurry."""

    template: ClassVar[str] = "email/blocks/aside.html"


@dataclass(frozen=True)
class Code(Paragraph):
    """A code to type or paste."""

    template: ClassVar[str] = "email/blocks/code.html"


@dataclass(frozen=True)
class Quote:
    """What somebody wrote: in their words, marked as theirs."""

    text: str
    template: ClassVar[str] = "email/blocks/quote.html"

    @property
    def paragraphs(self) -> list[str]:
        """The text, paragraph by paragraph."""
        return paragraphs_of(self.text)

    def as_text(self) -> str:
        """Return the block for the text part, each line marked as mail programs mark a quotation."""
        quoted = "\n\n".join(self.paragraphs)
        return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))


@dataclass(frozen=True)
class Reminder(Quote):
    """What the reader of the mail wrote, below a title of ours such as "What you wrote"."""

    title: str = ""
    template: ClassVar[str] = "email/blocks/reminder.html"

    def as_text(self) -> str:
        """Return the block for the text part."""
        return f"{self.title}:\n\n{super().as_text()}"


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere; the main one of a letter is shown as a button."""

    label: str
    url: str
    template: ClassVar[str] = "email/blocks/button.html"

    def as_text(self) -> str:
        """Return the block for the text part."""
        return f"{self.label}:\n{self.url}"


@dataclass(frozen=True)
class Links:
    """Smaller links in a row: to stop, to change."""

    links: Sequence[Link]
    template: ClassVar[str] = "email/blocks/links.html"

    def as_text(self) -> str:
        """Return the block for the text part."""
        return "\n".join(link.as_text() for link in self.links)


Block = Paragraph | Quote | Link | Links


@dataclass(frozen=True)
class Letter:
    """What a person gets: a subject, the same as a heading (or another), blocks, and blocks below that say why it came."""

    subject: str
    blocks: Sequence[Block]
    footer: Sequence[Block] = field(default_factory=tuple)
    heading: str = ""

    def as_text(self) -> str:
        """Return the text part: everything that the HTML part says, in the same order."""
        parts = [self.heading or self.subject, *(block.as_text() for block in self.blocks)]
        footer = [block.as_text() for block in self.footer]
        # "-- " begins the signature, which mail programs fold away; the links to stop must stay in sight, so not here.
        return "\n\n".join([*parts, *(["* * *", *footer] if footer else [])]) + "\n"

    def as_html(self) -> str:
        """Return the HTML part, in the language that is active."""
        context = {
            "letter": self,
            "heading": self.heading or self.subject,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "language": get_language() or settings.LANGUAGE_CODE,
            "direction": "rtl" if get_language_bidi() else "ltr",
        }
        return render_to_string("email/letter.html", context).strip()
