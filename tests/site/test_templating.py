"""What a page was written from is gone with it, before Python looks for circles."""

import gc
import re
import weakref
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template
from django.test import RequestFactory

from forum.site.templating import Template


class Words:
    """Something on a page."""

    def __str__(self) -> str:
        return "Hello"


@pytest.fixture
def _nobody_looks() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_nobody_looks")
def test_context_is_gone_with_the_page() -> None:
    words = Words()
    template = engines["django"].from_string("{% with again=words %}{{ words }} {{ again }}{% endwith %}")
    assert template.render({"words": words}, RequestFactory().get("/")) == "Hello Hello"
    gone = weakref.ref(words)
    del words
    assert gone() is None


def test_templates_of_files_are_such_ones_and_a_missing_one_is_told() -> None:
    assert isinstance(get_template("base.html"), Template)
    with pytest.raises(TemplateDoesNotExist, match=r"no/such\.html"):
        get_template("no/such.html")
    with pytest.raises(TemplateDoesNotExist, match=r"no/such\.html") as raised:
        engines["django"].from_string("{% include 'no/such.html' %}").render({})
    assert raised.value.backend is engines["django"]  # as the page of a failure tells it


def test_no_template_changes_the_language_in_the_middle() -> None:
    templates = [path for path in (settings.BASE_DIR / "templates").rglob("*") if path.is_file()]
    assert templates
    assert [path.name for path in templates if re.search(r"{%\s*language\b", path.read_text(encoding="utf-8"))] == []
