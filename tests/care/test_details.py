"""What looks like a personal detail and what only looks like one: medical texts are full of numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.care.details import children, find_details
from forum.discussion.details import leave_out, mark_in_html

pytestmark = pytest.mark.one_database

IS_ONE = [
    ("email", "joan.p@example.org", "write to joan.p@example.org, please"),
    ("email", "Ünal.k@exämple.de", "Ünal.k@exämple.de"),
    ("email", "joan (at) example (dot) org", "joan (at) example (dot) org"),
    ("email", "joan[at]example.org", "it is joan[at]example.org"),
    ("email", "joan at example dot org", "reach me, joan at example dot org"),
    ("email", "mailto:joan@example.org", "[me](mailto:joan@example.org)"),
    ("phone", "020 7946 0182", "my number is 020 7946 0182 evenings are best"),
    ("phone", "07700 900123", "call me on 07700 900123"),
    ("phone", "07700900123", "07700900123 is my mobile"),
    ("phone", "07700 900123", "07700 900123 u can ring"),
    ("phone", "+44 7700 900123", "+44 7700 900123"),
    ("phone", "+44 (0)20 7946 0182", "+44 (0)20 7946 0182"),
    ("phone", "0044 7700 900123", "0044 7700 900123"),
    ("phone", "(415) 555-2671", "(415) 555-2671 is my number"),
    ("phone", "415-555-2671", "415-555-2671"),
    ("phone", "415.555.2671", "415.555.2671"),
    ("phone", "4155552671", "my cell is 4155552671"),
    ("phone", "030 901820", "Tel. 030 901820"),
    ("phone", "0151 23456789", "Handy: 0151 23456789"),
    ("phone", "0151/23456789", "ruf mich an: 0151/23456789"),
    ("phone", "06 12 34 56 78", "appelez-moi au 06 12 34 56 78"),
    ("phone", "+33 6 12 34 56 78", "+33 6 12 34 56 78"),
    ("phone", "06-12345678", "06-12345678"),
    ("phone", "9876543210", "9876543210"),
    ("phone", "+91 98765 43210", "Contact +91 98765 43210 for me"),
    ("phone", "612 345 678", "llámame al 612 345 678"),
    ("phone", "912 345 678", "telemóvel 912 345 678"),
    ("phone", "347 1234567", "chiamami al 347 1234567"),
    ("phone", "(11) 98765-4321", "(11) 98765-4321"),
    ("phone", "0412 345 678", "my mobile 0412 345 678"),
    ("address", "14 Hill Road, Leeds LS1 4AB", "I live at 14 Hill Road, Leeds LS1 4AB."),
    ("address", "14 hill road, leeds ls1 4ab", "14 hill road, leeds ls1 4ab"),
    ("address", "Flat 3, 22 Baker Street", "Flat 3, 22 Baker Street"),
    ("address", "LS1 4AB", "we are in LS1 4AB now"),
    ("address", "K1A 0B1", "Ottawa K1A 0B1"),
    ("address", "742 Evergreen Terrace, Springfield, OR 97477", "742 Evergreen Terrace, Springfield, OR 97477"),
    ("address", "Lindenstraße 14, 12345", "Lindenstraße 14, 12345 Berlin"),
    ("address", "lindenstr. 14", "lindenstr. 14"),
    ("address", "Heideweg 7, 21244", "Heideweg 7, 21244 Buchholz"),
    ("address", "12 rue de la Paix, 75002", "12 rue de la Paix, 75002 Paris"),
    ("address", "Calle de Alcalá 45, 28014", "Calle de Alcalá 45, 28014 Madrid"),
    ("address", "rua das Flores, 12, 1200-195", "rua das Flores, 12, 1200-195 Lisboa"),
    ("address", "via Roma 12, 20121", "via Roma 12, 20121 Milano"),
    ("address", "Prinsengracht 263, 1016 GV", "Prinsengracht 263, 1016 GV Amsterdam"),
    ("address", "12 Nehru Road, Bengaluru 560001", "12 Nehru Road, Bengaluru 560001"),
    ("address", "P.O. Box 1234", "P.O. Box 1234"),
    ("record", "943 476 5919", "my NHS number is 943 476 5919"),
    ("record", "943 476 5919", "943 476 5919"),
    ("record", "943 476 5919", "my NHS number is 943 476 5919 can I have it changed"),
    ("record", "12345678", "patient no. 12345678"),
    ("record", "00123456", "MRN: 00123456"),
    ("record", "H1234567", "hospital number H1234567"),
    ("record", "A123456780", "A123456780"),
    ("record", "078-05-1120", "078-05-1120"),
    ("record", "AB-1234567", "My insurance policy number: AB-1234567"),
    ("record", "AB 12 34 56 C", "AB 12 34 56 C"),
    ("record", "RSSMRA85T10A562S", "RSSMRA85T10A562S"),
    ("record", "12345678Z", "DNI 12345678Z"),
    ("record", "111.444.777-35", "111.444.777-35"),
    ("record", "2 69 05 49 588 157 80", "2 69 05 49 588 157 80"),
    ("record", "2341 2341 2346", "2341 2341 2346"),
    ("record", "756.1234.5678.97", "756.1234.5678.97"),
    ("card", "4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("card", "4111111111111111", "4111111111111111"),
    ("card", "3782 822463 10005", "3782 822463 10005"),
    ("bank", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
    ("bank", "DE89370400440532013000", "DE89370400440532013000 please"),
    ("bank", "de89 3704 0044 0532 0130 00", "de89 3704 0044 0532 0130 00"),
    ("bank", "12345678", "account number 12345678"),
    ("child", "Tom", "My son Tom, 8, had the pump"),
    ("child", "Maya", "my daughter is called Maya, she is 11 years old"),
    ("child", "Maya Example", "our daughter Maya Example is eleven now"),
    ("child", "Tom", "my 8 year old son Tom"),
    ("child", "Jonas", "mein 8-jähriger Sohn Jonas"),
    ("child", "Jonas", "Mein Sohn Jonas ist 8 Jahre alt"),
    ("child", "Léa", "ma fille Léa a 8 ans"),
    ("child", "Mateo", "mi hijo Mateo tiene 8 años"),
    ("child", "Inês", "minha filha Inês tem 8 anos"),
    ("child", "Luca", "mio figlio Luca ha 8 anni"),
    ("child", "Daan", "mijn zoon Daan is 8 jaar"),
    ("profile", "https://www.instagram.com/joan_p/", "https://www.instagram.com/joan_p/"),
    ("profile", "facebook.com/joan.parker.12", "find me: facebook.com/joan.parker.12."),
    ("profile", "linkedin.com/in/joanp", "linkedin.com/in/joanp"),
]

IS_NONE = [
    "10 mg 3 times",
    "baclofen 10 mg 3 times a day since 1999–2003, then 20-25 mg",
    "1999–2003",
    "DOI 10.1000/182",
    "see doi:10.1016/j.apmr.2004.03.014",
    "L4-L5",
    "L4-L5, C5 6th and L1 3rd, T10-T12, L1 L2 L3 L4 L5 S1",
    "he takes 10 20 30 40 50 mg",
    "PMID 12345678 and PMC1234567",
    "NCT01234567 and ISRCTN12345678, EudraCT 2004-000446-20",
    "blood pressure 120/80 130/85 125/82",
    "baclofen 500 mcg/ml 40 ml pump 02/03/2015 14:30",
    "12.03.2015 and 2015-03-12 and 3/10/15",
    "2000 IU vitamin D and 1000 IU",
    "20 mg 4x a day for 12 years, 80 mg in all",
    "call the Samaritans on 116 123",
    "call 0800 1111, 999 or 112, or 1-800-273-8255",
    "the pump 8637-40 serial no. NGP123456H",
    "ISBN 978-3-16-148410-0",
    "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC3222234/?report=12345678901",
    "https://example.org/a/4155552671",
    "5 out of 10 on the scale, 3 3 4 4 5 5",
    "Ashworth 1+ 2 3 4",
    "I was 45 when it began in 1987, 1988, 1989 and 1990",
    "in 2004 2005 2006 2007",
    "a 2 way street",
    "a 10 minute road trip, 5 very close friends, 1 place to go",
    "via the pump 5 times",
    "via Baclofen 10 mg",
    "200 300 4000",
    "0.05 0.10 0.15 0.20",
    "my son is 8",
    "my son Tom is in pain",
    "my son Tom had his pump 8 years ago",
    "my son Tom is 34",
    "my daughter has Cerebral Palsy, 8 years old",
    "our son ITB pump 8 years",
    "My son Tuesday was fine for 8 hours",
    "Harvard Medical School says my son is fine",
    "She went back to High School",
    "mein Sohn ist 8 Jahre alt",
    "p < 0.001, n = 1234567",
    "it costs 12 345 678",
    "he weighs 80 kg, 180 cm, BMI 24.5, pulse 60 70 80",
    "page 123-145 volume 12345678",
    "I had 3 surgeries 2003-2007 and 2 more 2010/2011",
    "HbA1c 48 mmol",
    "study 12345678",
    "number of patients is 1234567",
    "please call us when you are 18",
    "thanks for the info 12345",
    "facebook.com/groups/spasticity",
    "look at 5 dots",
    "4111 1111 1111 1112",  # wrong by one digit, as are the next five
    "GB82 WEST 1234 5698 7654 33",
    "12345678A",
    "111.444.777-36",
    "A123456789",
    "2341 2341 2347",
]


@pytest.mark.parametrize(("kind", "words", "text"), IS_ONE)
def test_a_detail_is_found_where_it_stands(kind, words, text):
    (found,) = find_details(text)
    assert (found.kind.value, found.text, text[found.start : found.end]) == (kind, words, words)


@pytest.mark.parametrize("text", IS_NONE)
def test_what_only_looks_like_a_detail_is_left_alone(text):
    assert [(detail.kind.value, detail.text) for detail in find_details(text)] == []


def test_a_child_is_found_with_name_and_school():
    text = "Maya Example is eleven now and in Miss Field’s class at Hill Road School. We draw on the splints."
    assert [(detail.kind.value, detail.text) for detail in find_details(text)] == [
        ("child", "Maya Example"),
        ("school", "Hill Road School"),
    ]
    text = "our little boy, Sam (6), is at St Mary's Primary School"
    assert [(detail.kind.value, detail.text) for detail in find_details(text)] == [
        ("child", "Sam"),
        ("school", "St Mary's Primary School"),
    ]


def test_each_detail_of_a_text_is_found_once_and_none_overlaps():
    text = "Call 07700 900123 or +44 7700 900123, mail a@b.org, 14 Hill Road LS1 4AB, card 4111 1111 1111 1111."
    found = find_details(text)
    assert [detail.kind.value for detail in found] == ["phone", "phone", "email", "address", "card"]
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_plain_word_stands_in_the_place_of_what_is_left_out():
    text = "call 07700 900123(evenings) or a@b.org\nthanks"
    expected = "call [phone number left out] (evenings) or [email address left out]\nthanks"
    assert leave_out(text, find_details(text)) == expected


def test_details_are_marked_in_html_but_never_in_a_tag():
    text = "a&b@c.org <07700 900123>"
    html = '<p>a&amp;b@c.org &lt;07700 900123&gt; <a href="07700 900123">07700 900123</a></p>'
    marked = mark_in_html(html, find_details(text))
    assert '<a href="07700 900123"><mark>07700 900123</mark></a>' in marked
    assert "&lt;<mark>07700 900123</mark>&gt;" in marked
    assert mark_in_html(html, ()) == html


AMOUNTS = st.builds("{} {}".format, st.integers(1, 3000), st.sampled_from(["mg", "mcg", "ml", "%", "kg", "units", "IU", "hours"]))
SPANS = st.builds(lambda first, size: f"{first}–{first + size}", st.integers(1950, 2020), st.integers(0, 9))
LEVELS = st.builds(lambda part, number: f"{part}{number}-{part}{number + 1}", st.sampled_from("CTLS"), st.integers(1, 11))
TIMES = st.builds("{} times".format, st.integers(1, 12))
MEDICAL = st.lists(
    st.one_of(AMOUNTS, SPANS, LEVELS, TIMES, st.sampled_from(["the pump", "since", "and then", ", "])), max_size=12
)


@given(MEDICAL)
def test_no_list_of_doses_levels_and_years_is_a_detail(parts):
    assert find_details(" ".join(parts)) == ()


@given(st.sampled_from([text for _kind, _words, text in IS_ONE]), st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_was_found_is_still_there_when_it_is_left_out(text, before, after):
    whole = f"{before}\n\n{text}\n\n{after}"
    found = find_details(whole)
    assert found
    rest = leave_out(whole, found)
    assert find_details(rest) == ()
    assert all(detail.text not in rest or detail.text in before + after for detail in found)


@given(st.text(alphabet="0123456789 -/.()+@aLAs\n", max_size=300))
def test_any_text_can_be_searched(text):
    for detail in find_details(text):
        assert text[detail.start : detail.end] == detail.text


PARTS = (
    "my ",
    "MY ",
    "son",
    "Sohn",
    "MÄDCHEN",
    "CHİLD",
    "chıld",
    "ſon",
    "little one",
    "’s",
    " called Tom",
    ", 8.",
    "2",
    "-",
    "_",
)


@given(text=st.lists(st.sampled_from(PARTS)))
def test_no_text_that_speaks_of_a_child_is_left_out(text):
    whole = "".join(text)
    if children._CHILD.search(whole):
        assert not children._CHILD_WORDS.isdisjoint(children._LETTERS.findall(children._fold(whole)))
