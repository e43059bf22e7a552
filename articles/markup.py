"""Article text to HTML with numbered references resolved. Pure."""

from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False})


def render_article(body: str) -> str:
    """Return the Markdown of an article as HTML."""
    return _markdown.render(body)
