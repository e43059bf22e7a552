"""Words that are remembered are those of the reader's language all the same."""

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
