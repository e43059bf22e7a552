"""Text that reads like people writing about stiffness and care, from a seed: phrases, common words, many rare ones.

Words follow Zipf's law: a search meets what it meets on a real site: words of every third comment, and of one in a million.
"""

import random
from functools import cache
from itertools import accumulate
from pathlib import Path

COMMON_WORDS = Path(__file__).parent.parent / "forum/moderation/data/common_words.txt"
RARE_WORDS = 40_000
PHRASE_SHARE = 0.5  # of the pieces a text is made of
SUBJECT_WEIGHT = 0.2  # of a phrase that names a topic: two or so a comment
FIRST_RANK = 3.0  # flattens the head of the curve: no single word is on every line

# Two words of every tenth comment each, together in one of a hundred; two that are seldom anywhere and in few together.
COMMON_PAIR = ("tizanidine", "orthotist")
RARE_PAIR = ("harpsichord", "hydrotherapy")
NO_MATCH = ("zyxgloriam", "quetzalward")

PHRASES = (
    "in the left arm", "after two years", "every morning", "it is not easy", "into the calf", "for about three months",
    "the doctor did not know", "her hand was closed", "we open it slowly", "I would ask again", "with a new cushion",
    "she cannot speak", "but she understands", "the nurse showed us", "how to turn him", "in bed", "when it is cold",
    "it got better", "step by step", "do not give up", "thank you for writing", "I read every story here", "from far away",
    "we are not alone", "in a clinic", "last winter", "the pump was refilled", "he drags his foot", "we bought a rail",
    "the bathroom is small", "he is forty now", "since the accident", "is higher in the evening", "a medicine called",
    "my own experience", "as far as I know", "and then", "so that", "because of this", "of course", "more than before",
    "for a while", "one day", "to be honest", "I am", "it was", "there is", "we have", "you should", "they said", "he has",
    "and the", "of the", "in the", "with a", "to the", "but I", "for the", "that the", "on a", "from the", "not a", "which is",
    "this is", "at the", "as a",
)  # fmt: skip
SUBJECT_PHRASES = (
    "my husband had a stroke", "the physiotherapist said", "at night", "we tried the splint", "the spasms came back",
    "she can walk with a stick", "I was diagnosed with", "multiple sclerosis", "cerebral palsy", "a spinal cord injury",
    "the baclofen made me tired", "a low dose of", "botulinum toxin", "stretching twice a day", "with warm water",
    "my daughter is nine", "at school", "it helps a little", "nothing helped until", "the side effects", "very dizzy",
    "in the wheelchair", "my mother lives with us", "without pain", "the cramp in my foot", "when I am tired",
    "after the infection", "it got worse", "the occupational therapist", "a brace for the ankle", "on the stairs",
    "I sleep badly", "the muscle tone",
)  # fmt: skip
ASKING = (
    "Has anybody here tried this?", "Does it get better with time?", "What did you do in the first year?",
    "Is there a better splint?",
    "How long did it take?", "Which exercises helped you?", "Can somebody tell me more?", "Did the dose make a difference?",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Bram", "Carla", "Dmitri", "Elif", "Fatou", "Goran", "Hilde", "Ines", "Jamal", "Kaisa", "Liam", "Marit", "Nuno",
    "Olga", "Pilar", "Quentin", "Rosa", "Sven", "Tomas", "Uta", "Vera", "Wim", "Xenia", "Yusuf", "Zoe", "Anil", "Birgit", "Cem",
    "Dora", "Emeka", "Freja", "Gita", "Hugo", "Ilse", "Joan", "Kemal", "Lotte", "Mina", "Noor", "Otto", "Petra", "Rafael",
    "Salma", "Thea",
)  # fmt: skip
_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
)
_VOWELS = ("a", "e", "i", "o", "u", "ae", "io")
_CODAS = ("", "", "n", "r", "l", "s", "m", "x", "nd", "rt")


@cache
def vocabulary() -> tuple[str, ...]:
    """Return single words, the most used first: the common ones in an order that a seed has shuffled, then made ones."""
    rng = random.Random(1)
    common = [line for line in COMMON_WORDS.read_text(encoding="utf-8").split("\n") if line.isalpha() and line.isascii()]
    rng.shuffle(common)
    made: dict[str, None] = {}
    while len(made) < RARE_WORDS:
        made["".join(_syllable(rng) for _ in range(rng.choice((2, 3, 3, 4))))] = None
    planted = {*COMMON_PAIR, *RARE_PAIR, *NO_MATCH}
    return tuple(word for word in (*common, *made) if word not in planted)


def _syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)


@cache
def _pieces() -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return phrases and words, with the weights added up."""
    words = vocabulary()
    zipf = [1 / (rank + FIRST_RANK) for rank in range(len(words))]
    phrases = [1.0] * len(PHRASES) + [SUBJECT_WEIGHT] * len(SUBJECT_PHRASES)
    scale = sum(zipf) * PHRASE_SHARE / (1 - PHRASE_SHARE) / sum(phrases)
    return (*PHRASES, *SUBJECT_PHRASES, *words), tuple(accumulate([scale * weight for weight in phrases] + zipf))


def write_paragraphs(rng: random.Random, words: int, *, planted: tuple[str, ...] = (), asks: bool = False) -> str:
    """Return prose of about ``words`` words; ``planted`` words stand in it, and with ``asks`` a question at its end."""
    pieces, weights = _pieces()
    chosen = rng.choices(pieces, cum_weights=weights, k=max(2, round(words * 0.48)))
    for word in planted:
        chosen.insert(rng.randrange(len(chosen)), word)
    sentences, start = [], 0
    while start < len(chosen):
        end = start + rng.randint(4, 9)
        sentence = " ".join(chosen[start:end])
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
        start = end
    if asks:
        sentences.append(rng.choice(ASKING))
    return "\n\n".join(" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4))


def write_title(rng: random.Random, words: int) -> str:
    """Return a few words as a title."""
    pieces, weights = _pieces()
    title = " ".join(rng.choices(pieces, cum_weights=weights, k=words))
    return title[0].upper() + title[1:]


def planted_in(number: int) -> tuple[str, ...]:
    """Return the words of the two pairs that stand in the comment with this number."""
    words = [COMMON_PAIR[0]] if number % 10 == 3 else []
    words += [COMMON_PAIR[1]] if number // 10 % 10 == 3 else []
    root = round((number / 1_000) ** 0.5)
    if number == 1_000 * root * root:
        return (*words, *RARE_PAIR)
    words += [RARE_PAIR[0]] if number % 1_009 == 5 else []
    words += [RARE_PAIR[1]] if number % 509 == 7 else []
    return tuple(words)


def name_of(person: int) -> str:
    """Return the name that a person with this number writes under."""
    first = FIRST_NAMES[person % len(FIRST_NAMES)]
    rest = person // len(FIRST_NAMES)
    return f"{first} {chr(65 + rest % 26)}." if rest else first
