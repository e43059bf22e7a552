"""Parts of pages that are written once for all that they depend on."""

from collections import OrderedDict

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from forum.site import kept_parts


def write(source, **values):
    return Template("{% load kept %}" + source).render(Context(values))


def test_a_part_is_written_once_for_its_values():
    source = '{% kept "once" pk version %}{{ words }}{% endkept %}'
    assert write(source, pk=1, version="a", words="First") == "First"
    assert write(source, pk=1, version="a", words="Second") == "First"
    assert write(source, pk=1, version="b", words="Third") == "Third"
    assert write(source, pk=2, version="a", words="<b>") == "&lt;b&gt;"
    assert write(source, pk=2, version="a", words="") == "&lt;b&gt;"


def test_two_parts_and_two_languages_are_apart():
    for name in ("one", "other"):
        for language in ("en", "de"):
            with translation.override(language):
                assert write('{% kept "' + name + '" 1 %}{{ words }}{% endkept %}', words=name + language) == name + language


def test_nothing_is_kept_of_what_is_not_stored():
    source = '{% kept "preview" key %}{{ words }}{% endkept %}'
    assert write(source, key=None, words="First") == "First"
    assert write(source, key=None, words="Second") == "Second"


def test_a_part_cannot_depend_on_an_object():
    with pytest.raises(TemplateSyntaxError, match="neither a text nor a number"):
        write('{% kept "odd" thing %}{% endkept %}', thing=[1])


def test_what_was_not_asked_for_lately_is_thrown_out(monkeypatch):
    monkeypatch.setattr(kept_parts, "_parts", OrderedDict())
    monkeypatch.setattr(kept_parts, "_chars", 0)
    monkeypatch.setattr(kept_parts, "MOST_CHARS", 250)
    source = '{% kept "long" number %}{{ words }}{% endkept %}'
    for number in range(200):
        write(source, number=number, words="x" * 100)
        write(source, number=0, words="again")
    assert kept_parts._chars <= kept_parts.MOST_CHARS
    assert kept_parts._chars == sum(map(len, kept_parts._parts.values()))
    assert write(source, number=0, words="again") in ("x" * 100, "again")
    assert write(source, number=3, words="anew") == "anew"
