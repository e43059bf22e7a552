"""WordPress's marks in square brackets, "[gallery ids=…]": none of them means anything here. Pure.

Words between them stay, and so do a caption and the addresses that a mark names. What only looks like one, "[sic]", is text.
"""

from __future__ import annotations

import re
from html import escape, unescape

MARK = re.compile(r"(?P<quoted>\[)?\[(?P<closes>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>[\s=/][^\[\]]*)?\](?(quoted)\])")
KNOWN = frozenset(("audio", "caption", "embed", "gallery", "playlist", "video", "wp_caption", "youtube", "vimeo", "more"))
ADDRESS = re.compile(r"https?://[^\s\"'<>\[\]]+")
ESCAPED_TWICE = re.compile(r"&amp;(?=#\d+;|quot;|amp;|lt;|gt;)")  # as an editor of WordPress wrote captions
CAPTION = re.compile(r"""\bcaption=(?:"([^"]*)"|'([^']*)')""")


def drop_shortcodes(html: str) -> tuple[str, int]:
    """Return ``html`` without such marks, and how many there were; a closing one is not counted."""
    if "[" not in html:
        return html, 0
    closed = {match["name"] for match in MARK.finditer(html) if match["closes"]}
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        name, attributes = match["name"], match["attributes"] or ""
        if match["quoted"]:
            return match[0][1:-1]
        if not (name in KNOWN or name in closed or re.search(r"\w\s*=\s*\S", attributes)):
            return match[0]
        if match["closes"]:
            return ""
        count += 1
        caption = CAPTION.search(attributes)
        words = f" {ESCAPED_TWICE.sub('&', caption[1] or caption[2] or '')} " if caption else ""
        urls = (escape(unescape(url)) for url in ADDRESS.findall(attributes))
        links = "".join(f' <a href="{url}">{url}</a> ' for url in urls)
        return f"{words}{links}"

    return MARK.sub(replace, html), count
