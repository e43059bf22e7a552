"""What counts as a question, by the rule that a person may correct."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.asking import THANKS, has_phrase, has_thanks, may_have_phrase, read_tables
from forum.discussion.patterns import normalise
from forum.discussion.questions import EXCERPT_CHARS, is_question, may_ask, question_excerpt, shorten

TABLES = read_tables()
PHRASES = [language for language in TABLES if language != THANKS]
ASKING = {
    "en": [
        "Does warm water help?",
        "i want to know if the pump is loud",
        "I would so like to know how your girl is now",
        "I really need to know what comes next.",
        "has anyone tried this",
        "Has anybody had the pump for ten years",
        "Does any one of you sleep through",
        "I wonder whether it comes back.",
        "I've always wondered what others do at night.",
        "Please help. My leg does not bend.",
        "any advice for the nights",
        "Any exercise that one can do at home which might loosen it.",
        "I was wondering if it gets better.",
        "we are looking for information about splints",
        "let me know",
        "kindly tell me more",
        "I am curious about other ways to loosen it.",
        "If anyone knows a doctor for this, we would be glad.",
        "It hurt.\nwhat can we do about it",
        "How do you sleep",
        "I don't know what to do any more.",
        "Your thoughts would be very much appreciated.",
        "We are at our wits' end. Thanks in advance!",
        "See http://a.example/?q=1 . Did it work for you?",
    ],
    "de": [
        "Hat jemand Erfahrung mit der Pumpe",
        "Ich würde gerne wissen, ob das wieder weggeht.",
        "Ich frage mich manchmal, ob es an den Tabletten liegt.",
        "Kann mir jemand sagen, wie lange das dauert",
        "Weiß jemand von euch Rat",
        "Wer kennt eine gute Praxis",
        "Gibt es Schienen für die Nacht",
        "Wir suchen Rat für unseren Sohn.",
        "Für jeden Tipp bin ich dankbar.",
        "Danke im Voraus",
    ],
    "fr": [
        "Est-ce que cela passe avec le temps",
        "Quelqu’un a-t-il essayé la pompe",
        "Je me demande si c'est la dose.",
        "J'aimerais beaucoup savoir comment vous faites.",
        "Y a-t-il d'autres parents ici",
        "Que faire la nuit",
        "Merci de me répondre.",
        "Je cherche des témoignages.",
        "Merci d'avance",
    ],
    "es": [
        "¿Alguien lo ha probado",
        "Alguien sabe si duele",
        "Me pregunto si es la dosis.",
        "Quisiera saber cuánto dura.",
        "Me gustaría saber más de la bomba.",
        "Qué puedo hacer por las noches",
        "Por favor ayuda, no duerme.",
        "Podrían decirme dónde lo hacen",
        "Gracias de antemano",
    ],
    "pt": [
        "Alguém sabe se dói",
        "Gostaria de saber quanto tempo dura.",
        "Será que passa",
        "Me pergunto se é a dose.",
        "Alguém me pode ajudar",
        "Alguma dica para as noites",
        "Desde já agradeço",
    ],
    "it": [
        "Qualcuno sa se fa male",
        "Mi chiedo se sia la dose.",
        "Vorrei tanto sapere quanto dura.",
        "Cosa posso fare di notte",
        "Qualcuno di voi ha la pompa",
        "Sapreste indicarmi un medico",
        "Grazie in anticipo",
    ],
    "nl": [
        "Heeft iemand ervaring met de pomp",
        "Ik vraag me af of het door de pillen komt.",
        "Ik zou graag willen weten hoe lang het duurt.",
        "Zijn er mensen die dit herkennen",
        "Wat kan ik 's nachts doen",
        "Alvast bedankt",
    ],
    "sv": [
        "Har någon provat pumpen",
        "Jag undrar om det går över.",
        "Jag skulle gärna vilja veta hur länge det tar.",
        "Finns det någon här som har samma sak",
        "Vad kan man göra på natten",
        "Tack på förhand",
    ],
    "da": [
        "Er der nogen der kender det",
        "Jeg lurer på om det går over.",
        "Jeg vil gerne vide hvor længe det tager.",
        "På forhånd tak",
    ],
    "pl": [
        "Czy ktoś ma pompę",
        "Ktoś wie, jak długo to trwa",
        "Zastanawiam się, czy to od tabletek.",
        "Chciałabym się dowiedzieć, co pomaga.",
        "Proszę o radę.",
        "Jak sobie radzicie w nocy",
        "Z góry dziękuję",
    ],
    "el": ["Βοηθάει το ζεστό νερό;", "Ξέρει κανείς έναν γιατρό", "Αναρωτιέμαι αν θα περάσει.", "Θα ήθελα να μάθω περισσότερα."],
    "ar": ["هل يساعد الماء الدافئ؟", "هل جرب أحدكم هذا", "أريد أن أعرف كم يستغرق"],
    "others": ["Is it safe？", "這個會痛嗎", "这个会好吗。", "夜は眠れますか。", "Ցա՞վ է", "Помогает ли вода?", "बहुत दर्द है?"],
}
TELLING = {
    "en": [
        "",
        "It helped us a lot.",
        "My brother, who was there, said so.",
        "We know what to do now.",
        "Read http://a.example/?page=2",
        "See www.a.example/list?page=2 for more.",
        "I would like to thank you.",
        "She asked me and I told her.",
        "The dose was 40 (?) in the end.",
        "They will let me know next week.",
        "I did it for my mother for nine years.",
        "I thought your girl might like to know that someone came after her.",
        "Without any help from the clinic we found our way.",
        "This is what helped; nothing else did.",
        "I never gave up hope.",
        "There is no cure, but there is help.",
        "To anyone with a new pump: be patient.",
        "Thank you all.",
        "> Does it help?\nYes, a little.",
        "...",
    ],
    "de": [
        "Ich kann mir die Schuhe wieder binden.",
        "Jemand hat mir das gesagt.",
        "Wir haben lange gesucht.",
        "Danke euch allen.",
    ],
    "fr": [
        "C’est ce que le médecin a dit.",
        "Quelqu’un m’a dit que ça passe.",
        "Quand il marche, ça va mieux.",
        "Merci pour votre aide.",
    ],
    "es": ["Alguien me dijo que pasa.", "Cuando me operaron tenía seis años.", "El ejercicio puede ayudar.", "Gracias a todos."],
    "pt": ["Alguém disse que passa.", "O exercício pode ajudar.", "Quando posso, caminho.", "Obrigada a todos."],
    "it": ["Qualcuno mi ha detto che passa.", "Quando posso cammino.", "Grazie a tutti."],
    "nl": ["Iemand zei dat het overgaat.", "Ik weet het nu.", "Bedankt allemaal."],
    "sv": ["Jag har någon att prata med.", "När jag går känns det bättre.", "Tack alla."],
    "da": ["Jeg har nogen at tale med.", "Tak til alle."],
    "pl": ["Ktoś mi powiedział, że to mija.", "Miał pompę i było lepiej.", "Dziękuję wszystkim."],
    "el": ["Μας βοήθησε πολύ.", "Η δόση β; no more."],
    "ar": ["ساعدنا ذلك كثيرا."],
    "others": ["很好。", "よく眠れました。"],
}


@pytest.mark.parametrize("text", [text for texts in ASKING.values() for text in texts])
def test_asking_is_recognised_however_it_is_typed(text: str) -> None:
    assert is_question(text)
    assert is_question(text.upper())


@pytest.mark.parametrize("text", [text for language in PHRASES for text in ASKING[language]])
def test_asking_is_recognised_without_accents(text: str) -> None:
    assert is_question("".join(normalise(part) for part in re.split(r"(\W)", text)))


@pytest.mark.parametrize("text", [text for texts in TELLING.values() for text in texts])
def test_telling_is_not_taken_for_asking(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize("language", PHRASES)
def test_every_phrase_of_a_table_is_found(language: str) -> None:
    for line in TABLES[language]:
        parts = [part for part in line.removeprefix("^").split() if not part.startswith("-")]
        for choose in (0, -1):
            said = " ".join(part.split("/")[choose].replace("...", "so") for part in parts)
            assert has_phrase(said), line
            assert has_phrase(f"And {said}."), line


def test_every_thanks_in_advance_is_found() -> None:
    for line in TABLES[THANKS]:
        assert has_thanks(" ".join(part.split("/")[-1] for part in line.split())), line


def test_question_in_the_middle_of_a_sentence_that_opens_otherwise_is_a_story() -> None:
    assert has_phrase("is it normal")
    assert has_phrase("But is it normal")
    assert not has_phrase("the way he walks is it for us")


def test_excerpt_is_the_sentence_that_asks() -> None:
    assert question_excerpt("We tried it. Does it help? It hurt.") == "Does it help?"
    assert question_excerpt("Wir haben es. Ich frage mich, ob es hilft. Danke im Voraus!") == "Ich frage mich, ob es hilft."
    assert question_excerpt("試しました。夜は眠れますか。ありがとう。") == "夜は眠れますか。"
    assert question_excerpt("No question here, but marked as one.") == "No question here, but marked as one."


@given(text=st.text(max_size=400), limit=st.integers(2, 60))
def test_excerpt_fits_and_holds_only_words_of_the_text(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
    assert " ".join(text.split()).startswith(short.removesuffix("…"))
    assert len(question_excerpt(text)) <= EXCERPT_CHARS


@given(before=st.text(max_size=200), asked=st.sampled_from([text for texts in ASKING.values() for text in texts]))
def test_what_stands_before_a_question_does_not_hide_it(before: str, asked: str) -> None:
    assert is_question(f"{before}\n{asked}")


@given(
    before=st.text(max_size=60).filter(lambda text: ">" not in text),  # which would make a quotation of it
    asked=st.sampled_from([text for texts in ASKING.values() for text in texts]),
    after=st.text(max_size=60),
)
def test_text_in_which_a_part_asks_is_taken_apart(before: str, asked: str, after: str) -> None:
    assert is_question(asked)
    assert may_ask(asked)
    assert may_ask(f"{before}. {asked}. {after}")


PIECES = [
    "which is",
    "how to",
    "is it",
    "and",
    "but",
    "the pump",
    "Has anyone",
    "www.example.org.",
    "> quoted\n",
    "。",
    "؟",
    "…",
    "(?)",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", ". ", ".", "! ", "\n", ", ", "? "])).map("".join), max_size=8
    )
)
def test_text_with_a_sentence_that_asks_is_never_taken_for_one_that_cannot(pieces):
    text = "".join(pieces)
    for sentence in filter(None, map(str.strip, re.split(r"(?<=[.!?؟…])\s+|(?<=[。？！])\s*|\n+", text))):
        assert may_have_phrase(text) or not has_phrase(sentence)


def test_phrase_that_only_opens_a_sentence_is_told_from_the_same_words_inside_one():
    assert not may_have_phrase("The pump, which is loud. We know how to sleep.")
    assert may_have_phrase("It is loud. Which is the one that is not.")
    assert may_have_phrase("And which is the one that is not")
