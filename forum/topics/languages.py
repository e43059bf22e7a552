"""Which language a text is in, told by its commonest small words. Pure; good enough to know German from Polish, nothing more."""

from collections.abc import Iterable

LEAST = 3  # so many small words, or it could be any language

_SMALL_WORDS = {
    "en": "the and of to in is that it for was with my have he she not but we they this are had his her you",
    "de": "und der die das ist nicht ich mit ein eine den dem zu hat sie auf fur auch wir war es im sich haben aber",
    "fr": "le la les de des et est un une je il elle pas que pour dans avec mon ma nous sur ce qui ne au",
    "es": "el la los las de y es que un una en no por con mi se su para lo me muy pero ha del al",
    "pt": "o a os as de e que um uma em nao com meu minha para por se foi mas muito eu do da ele ela",
    "it": "il la le di e che un una non per con mio mia sono ha mi si ma anche del della ho gli nel lo",
    "nl": "de het een en van ik is niet dat mijn met voor op zijn maar heeft hij ze ook te er aan wij wel",
    "sv": "och det att jag en ett ar inte som pa for med har min han hon men av till vi den kan mycket",
    "pl": "i w na nie sie z jest ze do to moj moja ale jak mam po od ma za czy juz tak ja przez",
}
_LANGUAGES: dict[str, list[str]] = {}  # by small word
for _language, _words in _SMALL_WORDS.items():
    for _word in set(_words.split()):
        _LANGUAGES.setdefault(_word, []).append(_language)


def guess_language(words: Iterable[str]) -> str:
    """Return the language of a text by its folded words, "" where too few of them tell."""
    counts = dict.fromkeys(_SMALL_WORDS, 0)
    for word in filter(_LANGUAGES.__contains__, words):
        for language in _LANGUAGES[word]:
            counts[language] += 1
    first, second = sorted(counts, key=lambda language: -counts[language])[:2]
    return first if counts[first] >= LEAST and counts[first] > counts[second] else ""
