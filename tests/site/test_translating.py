"""Words that are remembered are those of the reader's language all the same."""

import pytest
from django.template import engines
from django.utils import translation

from forum.site.translating import current_language, gettext, ngettext, one_language


def test_words_follow_the_language():
    for language in ("de", "en", "de"):
        with translation.override(language):
            assert gettext("Yes") == translation.gettext("Yes")
            assert current_language() == language
    with translation.override("de"):
        assert gettext("Yes") == "Ja"


def test_numbers_take_their_form():
    for number in (0, 1, 2, 1):
        assert ngettext("%d hour", "%d hours", number) == translation.ngettext("%d hour", "%d hours", number)


def test_a_block_asks_once_and_forgets():
    with translation.override("de"), one_language():
        assert gettext("Yes") == "Ja"
    with translation.override("en"):
        assert gettext("Yes") == "Yes"


def test_what_is_remembered_is_in_the_language_it_is_remembered_for():
    with translation.override("de"), one_language(), translation.override("fr"):
        words = gettext("Save")
    with translation.override("de"):
        assert words == gettext("Save") == translation.gettext("Save") != "Save"


def test_a_page_is_in_one_language_and_the_next_one_in_its_own():
    template = engines["django"].from_string("{% if fails %}{{ fails.now }}{% endif %}{{ page }}")
    with translation.override("de"):
        template.render({"page": current_language()})
        with pytest.raises(ZeroDivisionError):
            template.render({"fails": _Failing()})
    with translation.override("en"):
        assert current_language() == "en"


class _Failing:
    @property
    def now(self) -> None:
        raise ZeroDivisionError
