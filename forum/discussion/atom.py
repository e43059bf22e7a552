"""Atom feeds (RFC 4287) as text: pure, strings and moments in, XML out. What is in a feed is in ``feeds``.

Pages of a feed hang together as RFC 5005 §3 says (``first``, ``next``); a reply names what it answers as RFC 4685 does.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # as RFC 4287 §2 has it
# What no XML 1.0 document can hold, not even escaped (https://www.w3.org/TR/xml/#charsets), or gives back as it was.
_NOT_IN_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to read. ``html`` is safe HTML; where there is none, ``summary`` is plain text. Addresses are absolute."""

    uid: str
    url: str
    title: str
    updated: datetime
    published: datetime | None = None  # where that is not known, nothing is said of it
    author: str = ""
    author_url: str = ""
    html: str = ""
    summary: str = ""
    language: str = ""
    topic: str = ""  # what it stands under
    answers_uid: str = ""
    answers_url: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed. ``url`` is that of this page, ``first_url`` that of the newest one, ``page_url`` what people read."""

    uid: str
    url: str
    first_url: str
    page_url: str
    title: str
    author: str
    language: str
    updated: datetime
    entries: tuple[Entry, ...]
    subtitle: str = ""
    next_url: str = ""


def write_feed(feed: Feed) -> str:
    """Return ``feed`` as an XML document."""
    links = [("self", feed.url, "application/atom+xml"), ("alternate", feed.page_url, "text/html"), ("first", feed.first_url, "")]
    if feed.next_url:
        links.append(("next", feed.next_url, ""))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n',
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"',
        f"{_language(feed.language)}>\n",
        _element("id", feed.uid),
        _element("title", feed.title),
        _element("subtitle", feed.subtitle) if feed.subtitle else "",
        _element("updated", _moment(feed.updated)),
        f"<author>{_element('name', feed.author)}</author>\n",
        *(_link(rel, href, kind) for rel, href, kind in links),
        *(_entry(entry) for entry in feed.entries),
        "</feed>\n",
    ]
    return "".join(parts)


def _entry(entry: Entry) -> str:
    language = _language(entry.language)
    author_url = _element("uri", entry.author_url) if entry.author_url else ""
    parts = [
        "<entry>\n",
        _element("id", entry.uid),
        _element("title", entry.title),
        _link("alternate", entry.url, "text/html"),
        f"<author>{_element('name', entry.author)}{author_url}</author>\n" if entry.author else "",
        _element("published", _moment(entry.published)) if entry.published else "",
        _element("updated", _moment(entry.updated)),
        f"<category term={_attribute(entry.topic)}/>\n" if entry.topic else "",
        _answers(entry) if entry.answers_uid else "",
        f"<summary{language}>{_text(entry.summary)}</summary>\n" if entry.summary else "",
        f'<content type="html"{language}>{_text(entry.html)}</content>\n' if entry.html else "",
        "</entry>\n",
    ]
    return "".join(parts)


def _answers(entry: Entry) -> str:
    ref, href = _attribute(entry.answers_uid), _attribute(entry.answers_url)
    return f'<thr:in-reply-to ref={ref} href={href} type="text/html"/>\n'


def _link(rel: str, href: str, kind: str) -> str:
    type_ = f' type="{kind}"' if kind else ""
    return f'<link rel="{rel}"{type_} href={_attribute(href)}/>\n'


def _language(code: str) -> str:
    return f' xml:lang="{code}"' if _LANGUAGE.fullmatch(code) else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>\n"


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_IN_XML.sub("", text))


def _moment(moment: datetime) -> str:
    """Return ``moment`` as RFC 3339 wants it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
