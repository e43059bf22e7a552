"""A child's name beside an age or a school. Pure.

A name alone is what people are asked to write; with an age or a school it leads to one child. Only names with a capital letter
are known as such, and only beside words that say whose child it is, so that no list of names is needed.
"""

import re
from collections.abc import Iterator

from .spans import Found, has_any

ADULT_AGE = 18
NEAR = 160  # characters after the name in which an age or a school is looked for, an age up to the end of the sentence
BEFORE = 40
MAX_NAMES = 50  # looked at in one text

_CHILDREN = """
son daughter child boy girl kid baby toddler grandson granddaughter grandchild nephew niece stepson stepdaughter stepchild
brother sister cousin pupil
sohn tochter kind enkel enkelin junge mädchen neffe nichte
fils fille enfant neveu nièce bébé
hijo hija niño niña nieto nieta sobrino sobrina
filho filha neto neta sobrinho sobrinha bebê menino menina
figlio figlia nipote bambino bambina
zoon zoontje dochter dochtertje kleinzoon kleindochter neefje nichtje jongen meisje
"""
_CHILD = re.compile(rf"\b(?:{'|'.join(_CHILDREN.split())}|little one)\b", re.IGNORECASE)
_CHILD_WORDS = frozenset((*_CHILDREN.split(), "little"))  # in most texts there is none of them, which is sooner known
_LETTERS = re.compile(r"[^\W\d_]+")
# Up to three words stand between: "my eight year old", "mein 8-jähriger".
_WHOSE = re.compile(
    r"\b(?:my|our|his|her|their|the|meine?[nmr]?|unsere?[nmr]?|mon|ma|notre|son|sa|mi|nuestr[oa]|meu|minha|noss[oa]|mi[oa]|"
    r"nostr[oa]|mijn|onze|"
    r"ons) (?:[\w-]+[ -]){0,4}$",
    re.IGNORECASE,
)
_CALLED = (
    r"(?:,? ?(?:is called|is named|called|named|whose name is|who is called|her name is|his name is|heißt|heisst|namens|"
    r"s['’]appelle|se llama|llamad[oa]|se chama|chamad[oa]|si chiama|di nome|heet|genaamd),? ?|,? |: ?)"
)
# A capital and small letters: abbreviations (ITB, SDR) are no names.
_ONE_NAME = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]{1,20}(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{1,20})?"
_NO_NAME = (
    r"(?!(?:I|The|This|That|He|She|We|It|They|His|Her|And|But|So|When|Who|Has|Had|Was|Is|In|At|On|After|Before|Dr|Mr|Mrs|Ms|Prof|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|"
    r"October|"
    r"November|December|Christmas|Easter|Botox|Baclofen|Der|Die|Das|Er|Sie|Wir|Und|Hat|Ist|Im|Am|Mit|Il|Elle|Nous|Et|Le|La|Les|"
    r"El|Ella|Ha|Tiene|Ele|Ela|Tem|Lei|Lui|Hij|Zij|Heeft)\b)"
)
_NAMED = re.compile(rf"(?i:{_CALLED}){_NO_NAME}(?P<name>{_ONE_NAME}(?: {_NO_NAME}{_ONE_NAME})?)(?![\w])")
# "Maya Example is eleven": a whole name at the beginning of a sentence.
_WHOLE = re.compile(
    rf"(?:^|(?<=[.!?\n] )|(?<=\n)){_NO_NAME}(?P<name>{_ONE_NAME} {_NO_NAME}{_ONE_NAME})(?= (?:is|was|turned|turns|ist|wird|"
    rf"a|tiene|tem|ha|is nu) )"
)
_NUMBER_WORDS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf deux trois quatre cinq sept huit neuf dix onze douze
dos tres cuatro cinco seis siete ocho nueve diez dois três quatro sete oito nove dez due tre quattro cinque sei sette otto
twee drie vijf zes zeven negen tien
"""
_AGE_NUMBER = rf"(?P<{{}}>\d{{{{1,2}}}}|{'|'.join(sorted(set(_NUMBER_WORDS.split()), key=len, reverse=True))})"
_OLD = (
    r"(?:[ -]?(?:year|yr|month|week)s?[ -]?old|[ -]?y/?o|[ -]years of age|[ -]?jähriger?|[ -]?Jahre? alt|[ -]Jahre?|"
    r"[ -]Monate? alt"
)
_OLD += r"|[ -](?:ans|años|anos|anni|jaar)(?! (?:ago|later|il y a|hace|fa|há|geleden)))"
_AGE = re.compile(
    rf"\b{_AGE_NUMBER.format('a')}{_OLD}\b(?! (?:ago|later|after|before))"
    rf"|\b(?:aged?|age of|im Alter von|âgée? de) {_AGE_NUMBER.format('b')}\b"
    rf"|^(?:, ?| ?\() ?{_AGE_NUMBER.format('c')}(?:\)|,|\.| and\b| who\b)(?!\d)"
    rf"|^(?: [^\W\d_]+)? (?:is|was|turned|turns|just turned|is now|ist|wird|is nu) {_AGE_NUMBER.format('d')}(?=[.,;!?\n]|"
    rf" now\b| and\b| in\b| this\b| years?\b| Jahre?\b|$)"
    rf"(?! (?:years?|months?|weeks?|days?) (?:ago|later|after|post))",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"(?:(?:[A-Z][\w'’.-]{1,30}|of|St\.?) ){1,5}(?:(?:Primary|Elementary|Middle|High|Secondary|Infant|Junior|Nursery|"
    r"Special|Grammar|Community) )*"
    r"(?:School|Academy|Kindergarten|Nursery|Preschool|Primary|Elementary)\b"
    r"|\b(?:[A-ZÄÖÜ][\wäöüß-]{1,30}[ -]){1,3}(?:Grundschule|Schule|Gymnasium|Realschule|Gesamtschule|Kindergarten|Kita|"
    r"Förderschule)\b"
    r"|\b(?:Grundschule|Gymnasium|Kindergarten|Kita|école|collège|lycée|colegio|escuela|instituto|escola|colégio|scuola|"
    r"liceo|istituto|"
    r"basisschool|school) (?:(?:de|du|des|la|le|les|d['’]|l['’]|San|Santa|St\.?|Saint|Sainte|primaire|maternelle|"
    r"elementare|am|an der|im|zum|zur|De) ?){0,3}"
    r"[A-ZÀ-ÖØ-Þ][\w'’-]{2,30}(?: [A-ZÀ-ÖØ-Þ][\w'’-]{2,30}){0,2}"
)
_KINDS = r"(?:High|Primary|Elementary|Middle|Special|Nursery|Secondary|Infant|Junior|Grammar|Community|Old|New)"
# "Medical School" teaches others, "High School" is any.
_NO_SCHOOL = re.compile(
    r".*\b(?:Medical|Medicine|Nursing|Law|Business|Dental|Health|Graduate|Summer|Sunday|Art|Drama|Music|Driving|"
    r"Riding) (?:School|Academy)"
    rf"|(?:(?:A|My|Your|This|That) )?(?:{_KINDS} )*(?:School|Academy|Nursery|Primary|Elementary)"
)
_SCHOOL_HINTS = (
    "school", "academy", "nursery", "primary", "elementary", "kindergarten", "schule", "gymnasium", "kita", "école", "collège",
    "lycée", "colegio", "escuela", "instituto", "escola", "colégio", "scuola", "liceo", "istituto",
)  # fmt: skip
_PUPIL = re.compile(
    r"\b(?:class|grade|year \d|pupil|attends|goes to|started at|geht (?:in|auf|zur)|besucht|va à|en classe|va al?|cursa|"
    r"frequenta|klas|zit op)\b"
)


def _fold(text: str) -> str:
    """Return ``text`` in small letters, as far as patterns that ignore case take them for the same."""
    return text.replace("İ", "i").replace("ı", "i").casefold()


def find_children(text: str) -> tuple[list[Found], list[Found]]:
    """Return the places of children's names, and those of schools; a name alone is left, and so is a school without a child."""
    names: list[Found] = []
    schools: list[Found] = []
    named_schools = list(_find_schools(text)) if has_any(text.lower(), _SCHOOL_HINTS) else []
    for start, place in _find_names(text):
        if names and place[0] < names[-1][1]:
            continue
        near = [school for school in named_schools if -NEAR <= school[0] - place[1] <= NEAR]
        age_before = not near and _has_age(text[max(0, start - BEFORE) : place[0]])
        if near or age_before or _has_age(_after(text, place[1])):
            names.append(place)
            schools += near
    for school in named_schools:
        before = text[max(0, school[0] - 96) : school[0]]
        if _PUPIL.search(before) or _CHILD.search(before):
            schools.append(school)
    return names, sorted(set(schools))


def _find_names(text: str) -> Iterator[tuple[int, Found]]:
    """Yield where words that say who it is begin, and the name."""
    found = []
    speaks_of_child = not _CHILD_WORDS.isdisjoint(_LETTERS.findall(_fold(text)))
    for child in _CHILD.finditer(text) if speaks_of_child else ():
        named = _NAMED.match(text, child.end())
        if named and _WHOSE.search(text[max(0, child.start() - BEFORE) : child.start()]):
            found.append((child.start(), named.span("name")))
    found += [(whole.start(), whole.span("name")) for whole in _WHOLE.finditer(text)]
    yield from sorted(found, key=lambda name: name[1])[:MAX_NAMES]


def _after(text: str, start: int) -> str:
    """Return what follows a name up to the end of its sentence."""
    return re.split(r"[.!?](?:\s|$)|\n\s*\n", text[start : start + NEAR], maxsplit=1)[0] + "."


def _has_age(words: str) -> bool:
    """Tell whether ``words`` give the age of a child."""
    for match in _AGE.finditer(words):
        age = next(group for group in match.groups() if group)
        if not age.isdigit() or int(age) < ADULT_AGE:
            return True
    return False


def _find_schools(text: str) -> Iterator[Found]:
    for match in _SCHOOL.finditer(text):
        start, end = match.span()
        # A sentence that begins with a small word in capitals: "At Hill Road School".
        lead = re.match(r"(?:(?:At|In|The|And|But|My|His|Her|Our|From|To|Of|After|When|She|He|We|of) )+", match[0])
        start += lead.end() if lead else 0
        words = text[start:end]
        if " " in words and not _NO_SCHOOL.fullmatch(words):
            yield start, end
