"""Words that can mean despair, self-harm, or danger from another person: where they stand in a text. Pure.

Nothing here judges a person. A false alarm costs its writer a few kind lines and a moderator a look, and must stay that cheap; a
missed one can cost more. So whatever is denied in plain words ("I would never …"), quoted from what is answered, or named as
harmless by the operator is left alone, what is told of the past is marked as past, and in doubt the words are found.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.discussion.patterns import Match, Pattern, PatternSet, Tokens, normalise, parse_pattern, tokens_of


class Concern(models.TextChoices):
    """What words can mean. Those that are harmless take away what they overlap."""

    DESPAIR = "despair", _("despair: somebody may think of dying")
    SELF_HARM = "self_harm", _("self-harm: somebody may hurt themselves")
    DANGER = "danger", _("danger: another person may hurt somebody")
    HARMLESS = "harmless", _("harmless: means nothing of the kind")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one phrase means; ``denies`` says that a "not" is part of it ("do not want to live")."""

    concern: Concern
    denies: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Words from ``start`` to ``end`` that can mean something; ``is_past`` if they are told of a time that is over."""

    concern: Concern
    start: int
    end: int
    is_past: bool = False


Phrases = PatternSet[Meaning]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words are as ``normalise`` leaves them: no accents, no apostrophes.
_NEGATORS = _words(
    """
    never not no nor neither dont doesnt didnt wont wouldnt isnt wasnt arent werent havent hasnt hadnt shouldnt aint
    nicht nie niemals kein keine keinen keinem keiner weder
    ne pas jamais plus aucun aucune ni
    nunca jamas tampoco nao jamais nem non mai neanche niet nooit geen
    """
)
# These say "not" inside a phrase, but do not take back what follows: "I cannot kill myself because of the children".
_UNABLE = frozenset(("cant", "cannot", "couldnt", "kann", "peux", "puedo", "posso", "kan"))
# What may stand between "never" and the words it denies. Anything else ("not sure whether", "cannot stop") denies nothing.
_LIGHT = _words(
    """
    i you he she we they it want wanted wants wanting to would will ever even really actually going go gonna think thinking
    thought thoughts of about feel feeling felt like be been being have had having am was were is are do did any a an the my
    plan plans planning intend intention intending trying consider considering considered once seriously
    ich du er sie wir mich mir will wollte wurde werde habe hatte daran gedanken gedacht denke an zu den das mein meine
    wirklich
    je tu il elle me ai avais eu pense pensais pensee a de envie voulu vraiment idee la le les des
    yo he habia pensado pense pensar en que quise quiero idea intencion
    eu pensei penso em quis quero ja tenho
    io mi ho avevo pensato penso di voglio
    ik heb had gedacht denk aan om te wil zou het
    """
)
_NOT_ONLY = _words("only just simply merely nur blos seulement juste solo solamente so apenas soltanto alleen enkel")
_BUT = _words("but however though although yet aber doch jedoch mais pourtant pero sino mas porem ma pero maar echter")
_PRESENT = _words(
    """
    want wants wanna wish am are is feel wont cant cannot will mochte mag bin fuhle veux voudrais suis quiero quisiera soy estoy
    quero sou estou voglio vorrei sono wil ben
    """
)
# In the same sentence these say that it goes on; in the same breath, that it is of now.
_STILL = _words("still again noch wieder encore toujours nouveau todavia aun otra ainda outra ancora nuovo nog weer opnieuw")
_NOW = _words(
    "now today tonight currently lately recently jetzt heute gerade maintenant aujourdhui ahora hoy agora hoje adesso ora oggi "
    "nu vandaag"
)
_PAUSES = (",", ";", ":", "–", "\n")
_LOOK_BACK = 8  # words before a phrase

_PAST: PatternSet[None] = PatternSet(
    (parse_pattern(phrase), None)
    for phrase in (
        "years/year/months/decades/decade/ages ago", "long ago", "back then", "in the past", "used to", "at the/that time",
        "in those days", "when i was", "as a teenager/child/student",
        "vor … jahren/jahr/monaten", "früher", "damals", "als ich … war",
        "il y a … ans/an/mois/années", "à l'époque", "autrefois", "à cette époque",
        "hace … años/año/meses", "en aquel entonces", "en aquella época", "en el pasado",
        "há … anos/ano/meses", "naquela época/altura", "no passado", "antigamente",
        "anni/mesi/anno fa", "a quel tempo", "in passato",
        "jaren/jaar/maanden geleden", "vroeger", "destijds", "in het verleden",
    )
)  # fmt: skip
_QUOTED = re.compile(r"[“”„«»\"]([^“”„«»\"\n]{8,400})[“”«»\"]")


def make_phrases(rows: Iterable[tuple[Pattern, str]]) -> Phrases:
    """Return phrases with what each means (a value of ``Concern``), ready to be looked for."""
    return PatternSet((pattern, Meaning(Concern(concern), _denies(pattern))) for pattern, concern in rows)


def _denies(pattern: Pattern) -> bool:
    return any(not place.words.isdisjoint(_NEGATORS | _UNABLE) for place in pattern)


@lru_cache(maxsize=16)  # asked for the signals of a text, and for its mark
def find_concerns(text: str, phrases: Phrases, *, quoted: str = "") -> Sequence[Finding]:
    """Return what words in ``text`` can mean, in order, none overlapping another of its kind.

    ``quoted`` is what the writer may have quoted: words in quotation marks that stand there are not theirs.
    """
    text = _blank_quoted(text, quoted)
    tokens = tokens_of(text)
    matches = sorted(phrases.find(tokens), key=lambda found: (found[0].first, -found[0].last))
    harmless = [match for match, meaning in matches if meaning.concern == Concern.HARMLESS]
    found: dict[Concern, list[tuple[Match, bool]]] = {}
    for match, meaning in matches:
        here = found.setdefault(meaning.concern, [])
        if meaning.concern == Concern.HARMLESS or (here and match.first < here[-1][0].last):
            continue
        if any(match.first < other.last and other.first < match.last for other in harmless):
            continue
        if meaning.denies or not _is_denied(tokens, match):
            here.append((match, _is_past(text, tokens, match)))
    findings = [
        Finding(concern, tokens[match.first].start, tokens[match.last - 1].end, is_past)
        for concern, here in found.items()
        for match, is_past in here
    ]
    return tuple(sorted(findings, key=lambda finding: finding.start))


def _blank_quoted(text: str, quoted: str) -> str:
    """Return ``text`` with spaces in place of what is quoted from ``quoted`` in quotation marks."""
    if not quoted or not _QUOTED.search(text):
        return text
    theirs = f" {' '.join(tokens_of(quoted).words)} "

    def blank(match: re.Match[str]) -> str:
        words = " ".join(normalise(word) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", match[1]))
        return " " * len(match[0]) if f" {words} " in theirs else match[0]

    return _QUOTED.sub(blank, text)


def _is_denied(tokens: Tokens, match: Match) -> bool:
    """Tell whether the words are denied: "never" before them with nothing of weight between, or inside them."""
    if any(token.text in _NEGATORS for token in tokens[match.first : match.last]):
        return True
    sentence = tokens[match.first].sentence
    for index in range(match.first - 1, max(-1, match.first - 1 - _LOOK_BACK), -1):
        word = tokens[index].text
        if tokens[index].sentence != sentence:
            return False
        if word in _NEGATORS:
            asks_why = index > 0 and tokens[index - 1].text == "why"
            return tokens[index + 1].text not in _NOT_ONLY and not asks_why
        if word not in _LIGHT:
            return False
    return False


def _is_past(text: str, tokens: Tokens, match: Match) -> bool:
    """Tell whether the words are told of a time that is over, in the same breath and not in the present tense."""
    if any(token.text in _PRESENT for token in tokens[match.first : match.last]):
        return False
    first, last = match.first, match.last
    while first and _goes_on(tokens, first - 1, first) and tokens[first - 1].text not in _BUT:
        first -= 1
    while last < len(tokens) and _goes_on(tokens, last - 1, last) and tokens[last].text not in _BUT:
        last += 1
    sentence = tokens[first:last]
    if any(token.text in _STILL for token in sentence) or not any(True for _found in _PAST.find(sentence)):
        return False
    start = max(text.rfind(mark, 0, tokens[match.first].start) for mark in _PAUSES)
    ends = [end for mark in _PAUSES if (end := text.find(mark, tokens[match.last - 1].end)) >= 0]
    end = min(ends, default=len(text))
    return not any(token.text in _NOW for token in sentence if start < token.start < end)


def _goes_on(tokens: Tokens, one: int, other: int) -> bool:
    return tokens[one].sentence == tokens[other].sentence
