"""Addresses in a text: what the writer links to, where each stands, and which registered domain it belongs to. Pure.

What is quoted does not count: lines that begin with ">", and addresses that stand in the comment answered or in the article.
"""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from forum.discussion.patterns import blank_quotes

from .caseless import Caseless
from .wordlists import is_common

# Services that hide where a link leads.
SHORTENERS = frozenset(
    [
        "bit.ly",
        "tinyurl.com",
        "t.co",
        "goo.gl",
        "ow.ly",
        "is.gd",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "shorturl.at",
        "tiny.cc",
        "rb.gy",
        "t.ly",
        "s.id",
        "lnkd.in",
        "trib.al",
        "soo.gd",
        "v.gd",
        "bl.ink",
        "short.io",
        "adf.ly",
        "clck.ru",
        "linktr.ee",
    ]
)

PLAIN_ENDINGS = frozenset(("com", "org", "net", "info", "biz", "shop", "store", "online", "club", "site", "app", "live", "life"))

_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(\s*<?([^\s()<>]{1,500})>?[^()\n]{0,100}\)")
_ADDRESS = re.compile(r"(?<![\w@./-])(?:https?://[^\s<>\"“”\[\]()]{1,500}|(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?![\w@.])(?:/[^\s<>\"“”()]{0,300})?)",
                      re.IGNORECASE)  # fmt: skip
_LIKE_ADDRESS = Caseless(r"://|\.[a-z]{2}")
_MAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """An address as written: ``host`` in small letters, ``domain`` the part that somebody registered, ``text`` what shows."""

    address: str
    host: str
    domain: str
    text: str
    start: int
    end: int

    @property
    def is_disguised(self) -> bool:
        """Tell whether the text shown is itself an address, of another domain."""
        shown = host_of(self.text.strip()) if " " not in self.text.strip() else ""
        return bool(shown) and registered_domain(shown) != self.domain


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def registered_domain(host: str) -> str:
    """Return the part of ``host`` that somebody registered ("blog.example.co.uk" → "example.co.uk"); an IP address as it is."""
    host = host.strip("[]")
    if ":" in host or host.replace(".", "").isdigit():
        return host
    return _suffixes().privatesuffix(host) or host


def has_owner(host: str) -> bool:
    """Tell whether somebody registered ``host`` or a part of it: nobody has "co.uk", or what ends in no known suffix."""
    return _suffixes().privatesuffix(host, accept_unknown=False) is not None


def host_of(address: str) -> str:
    """Return the host of ``address`` in small letters, without "www."; "" where it is not the address of a page."""
    address = address.replace("\\", "")
    if "://" not in address:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # brackets that do not close, and the like
        return ""
    if parts.scheme.lower() not in ("http", "https") or ("." not in host and ":" not in host):
        return ""
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return ""
    return host.removeprefix("www.")


def is_host(text: str) -> bool:
    """Tell whether ``text`` is or holds the name of a host under a suffix that exists."""
    return any(_is_real(host_of(match[0])) for match in _ADDRESS.finditer(text))


def _is_real(host: str) -> bool:
    """Tell a host from "me.at last": it must end in a suffix of the public list."""
    return bool(host) and (
        ":" in host or host.replace(".", "").isdigit() or _suffixes().publicsuffix(host, accept_unknown=False) is not None
    )


def _is_word(ending: str) -> bool:
    return ending.lower() not in PLAIN_ENDINGS and is_common(ending.lower())


def find_links(text: str, *, known: str = "") -> tuple[Link, ...]:
    """Return the writer's own links in ``text``, in order; those that stand in ``known`` (what is answered) are quotes."""
    if "](" not in text and not _LIKE_ADDRESS.search(text):
        return ()  # nearly all: the patterns below look at every letter
    text = _MAIL.sub(lambda match: " " * len(match[0]), blank_quotes(text))
    found: list[Link] = []

    def note(match: re.Match[str], address: str, shown: str) -> str:
        host = host_of(address)
        if _is_real(host) and host not in known.lower():
            found.append(Link(address, host, registered_domain(host), shown, match.start(), match.end()))
        return " " * len(match[0])

    rest = _MARKDOWN_LINK.sub(lambda match: note(match, match[2], match[1]), text)
    for match in _ADDRESS.finditer(rest):
        address = match[0].rstrip(".,;:!?'’…")
        # "it was fine.so I went": without a slash, an ending that is a word of English may only be a missing space.
        is_meant = "/" in address or address.lower().startswith("www.") or not _is_word(address.rpartition(".")[2])
        if is_meant:
            note(match, address, address)
    return tuple(sorted(found, key=lambda link: link.start))
