"""Names that look alike, names that pass for staff, and ordinary names of many scripts that are neither."""

import pytest

from forum.accounts.names import MAX_KEY_CHARS, MAX_NAME_CHARS, name_key, sounds_like_staff, suggest_names, tidy_name


@pytest.mark.parametrize(
    "look_alike",
    [
        "MARIT",
        "  marit ",
        "Márit",
        "Ma\u0301rit",
        "Mаrit",  # Cyrillic а
        "МАRІТ",  # Cyrillic capitals
        "mаrlt",
        "Mar1t",
        "Marıt",
        "M\u200barit",
        "Ma\u00adrit",
        "Ma\u200e\u202erit",
        "Ma\ufe0frit",
        "Ma\u3164rit",
        "Ｍａｒｉｔ",
        "𝓜𝓪𝓻𝓲𝓽",
        "M.a.r.i.t",
        "M a r i t",
        "M@rit",
    ],
)
def test_look_alikes_of_marit_have_her_key(look_alike):
    assert name_key(look_alike) == name_key("Marit")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Арина", "Ариса"),
        ("Арина", "Irina"),
        ("李娜", "李娟"),
        ("فاطمة", "زينب"),
        ("राम", "रमा"),
        ("かな", "がな"),
        ("สมชาย", "สมหญิง"),
        ("김민준", "김민서"),
        ("Γιώργος", "Γιώτα"),
        ("Marit", "Marita"),
        ("Marit", "Marit B."),
    ],
)
def test_ordinary_names_keep_keys_of_their_own(one, other):
    assert name_key(one)
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ["Арина", "Нина", "Émile", "MARıT"])
def test_case_never_tells_names_apart(name):
    assert name_key(name) == name_key(name.upper()) == name_key(name.lower())


def test_key_of_a_name_that_spells_out_long_still_fits():
    assert len(name_key("ﷺ" * MAX_NAME_CHARS)) == MAX_KEY_CHARS


@pytest.mark.parametrize(
    "name",
    [
        "admin",
        "Adm1n",
        "4dm1n",
        "@dmin",
        "m0derator",
        "Mod erator",
        "a d m i n",
        "The Moderator",
        "Modérator Anna",
        "SiteAdmin",
        "admin2",
        "Anna_admin",
        "Аdmіn",  # Cyrillic А and і
        "adm\u200bin",
        "\u202eadmin",
        "ＳＴＡＦＦ",
        "𝐚𝐝𝐦𝐢𝐧",
        "Understory",
        "under story",
        "UNDERST0RY team",
        "Ⓐdmin",
        "operator@understory",
        "Mod Anna",
    ],
)
def test_words_of_staff_are_heard_through_disguises(name):
    assert sounds_like_staff(name)


@pytest.mark.parametrize(
    "name",
    [
        "Teamwork",
        "Steam",
        "Staffan",
        "Arthur",
        "Adminah",
        "Modesty",
        "anna@home",
        "Supportive sister",
        "李娜",
        "فاطمة",
        "Арина",
        "",
        "🙂",
        "…",
    ],
)
def test_ordinary_names_do_not_sound_like_staff(name):
    assert not sounds_like_staff(name)


def test_site_name_of_several_words_is_kept_for_the_site(settings):
    settings.SITE_NAME = "Long Talk"
    assert sounds_like_staff("Anna of Long Talk")
    assert not sounds_like_staff("Long John")


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        (" Dee \t of\r\nLeeds ", "Dee of Leeds"),
        ("D\x00e\x07e\u202e", "Dee"),
        ("\u200f فاطمة \u200e", "فاطمة"),
        ("نیلوفر\u200cجان", "نیلوفر\u200cجان"),
        ("\u200b\u2060\u3164", ""),
        ("Jose\u0301", "José"),
    ],
)
def test_tidy_name_drops_what_nobody_sees(typed, tidy):
    assert tidy_name(typed) == tidy


def test_suggestions_are_names_that_are_free():
    taken = {"Marit", "Marit B.", "Marit C.", "Marit from Leeds"}
    assert suggest_names("Marit", lambda name: name not in taken) == ["Marit D.", "Marit from Cork"]


def test_suggestion_for_a_staff_name_leaves_the_word_out():
    def is_free(name):
        return not sounds_like_staff(name)

    assert suggest_names("Anna (moderator)", is_free) == ["Anna"]
    assert suggest_names("The Moderator", is_free) == []
    assert suggest_names("Adm1n", is_free) == []


def test_suggestion_for_the_longest_name_fits():
    name = "M" * MAX_NAME_CHARS
    suggestions = suggest_names(name, lambda candidate: candidate != name)
    assert [len(found) for found in suggestions] == [MAX_NAME_CHARS, MAX_NAME_CHARS]
