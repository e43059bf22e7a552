"""Which pages of topics stand in the sitemap: those about which there is something. When one changed is not known."""

from collections.abc import Iterable

from django.urls import reverse

from forum.site.sitemap import Place

from .pages import topics_with_something


class Topics:
    """The list of topics, and the page of each (``forum.site.sitemap.Section``). A vocabulary is hundreds, not thousands."""

    name = "topics"

    def parts(self) -> Iterable[Place]:
        """Return the only part, if there is anything in it."""
        return [Place("1")] if topics_with_something() else []

    def places(self, part: str) -> list[Place]:
        """Return the pages."""
        found = topics_with_something() if part == "1" else []
        return [Place(reverse("topics:topics")), *(Place(topic.get_absolute_url()) for topic, _count in found)] if found else []
