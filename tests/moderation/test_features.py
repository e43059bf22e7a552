"""What the filter looks at in a comment, and where a reason finds it again."""

from hypothesis import given
from hypothesis import strategies as st

from forum.moderation.features import FAR_APART, features_of, show
from forum.moderation.links import find_links
from forum.moderation.wording import find_words

WORDS = st.sampled_from(["The", "BRACE", "brace", "don’t", "ß", "Straße", "12", "7", "x" * 50, "www.example.org", "a@b.org"])
SIGNS = st.sampled_from([" ", ", ", " -- ", "\n", "\n> quoted\n", "’ "])
BODIES = st.lists(st.tuples(WORDS, SIGNS).map("".join), max_size=20).map("".join)


def features(body, **more):
    return features_of(**{"subject": "", "name": "", "body": body} | more)


def test_features_of_a_comment():
    body = "Buy the brace, buy it.\n> never mind\nSee https://shop.example.com/brace now: 12 or 7"
    found = features(body, name="Ann Miller", subject="A brace", links=find_links(body), form=("form_fast",))
    assert [key for key in found if key.startswith("w:")] == [
        "w:buy",
        "w:the",
        "w:brace",
        "w:it",
        "w:see",
        "w:now",
        "w:#",
        "w:or",
    ]
    pairs = ["buy the", "the brace", "brace buy", "buy it", "now #", "# or", "or #"]  # no line, no address between the two
    assert [key for key in found if key.startswith("p:")] == [f"p:{pair}" for pair in pairs]
    assert found[-7:] == ["t:a", "t:brace", "n:ann", "n:miller", "f:form_fast", "d:example.com", "d:some"]
    assert features("Well") == ["w:well", "n:", "d:none"]


@given(BODIES)
def test_each_is_there_once_and_is_shown_where_it_first_stands(body):
    links = find_links(body)
    found = features(body, links=links)
    assert len(set(found)) == len(found)
    words = find_words(body)
    for key in found:
        shown = show(key, body, links)
        if key in ("n:", "d:none", "d:some"):
            assert shown is None
            continue
        start, end = shown.span
        inside = [word for word in words if start <= word.start and word.end <= end]
        texts = ["#" if word.text.isdigit() else word.text[:40] for word in inside]
        match key[0]:
            case "w":
                assert (len(texts), texts[0]) == (1, shown.text)
                assert not any(word.text[:40] == texts[0] for word in words if word.end <= start)
            case "p":
                assert " ".join(texts) == shown.text
                assert inside[1].start - inside[0].end < FAR_APART
            case "d":
                assert shown.text in body[start:end]


@given(st.text(max_size=120))
def test_any_text_has_features_that_can_be_shown(body):
    for key in features(body, links=find_links(body)):
        shown = show(key, body, find_links(body))
        assert (shown is None) == (key in ("n:", "d:none", "d:some"))
