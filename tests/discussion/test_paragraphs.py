"""Breaks offered for long blocks: no word changes, and lists stay lists."""

from hypothesis import given
from hypothesis import strategies as st

from forum.discussion.markup import render, to_plain
from forum.discussion.paragraphs import LONG_BLOCK_WORDS, split_long_blocks

SENTENCE = "we waited a long time for the second visit and then it went well enough for him to walk."


def _words(text):
    return to_plain(render(text)).split()


def test_long_block_becomes_paragraphs_of_whole_sentences():
    text = " ".join([SENTENCE] * 12)
    divided = split_long_blocks(text)
    paragraphs = divided.split("\n\n")
    assert len(paragraphs) > 1
    assert all(paragraph.endswith(".") for paragraph in paragraphs)
    assert divided.split() == text.split()


def test_block_of_just_the_limit_is_left_alone():
    text = " ".join(["word."] * LONG_BLOCK_WORDS)
    assert split_long_blocks(text) == text
    assert split_long_blocks(f"{text} more.") != f"{text} more."


def test_text_without_any_end_of_a_sentence_is_left_alone():
    text = "and then " * 200
    assert split_long_blocks(text) == text


def test_line_breaks_already_there_are_kept():
    long = " ".join([SENTENCE] * 8)
    divided = split_long_blocks(f"Hello Marit,\n{long}\n\nJoan")
    assert divided.startswith("Hello Marit,\nwe waited")
    assert divided.endswith("\n\nJoan")


def test_lists_and_quotations_stay_whole():
    long = " ".join([SENTENCE] * 8)
    for mark in ("- ", "> ", "1. ", "* "):
        assert split_long_blocks(mark + long) == mark + long


def test_no_paragraph_begins_with_what_would_become_a_list():
    half = " ".join([SENTENCE] * 5)
    divided = split_long_blocks(f"{half} 1999. {half} - that was all. {half}")
    assert all(not paragraph.startswith(("1999.", "- ")) for paragraph in divided.split("\n\n"))


def test_short_forms_do_not_end_a_paragraph():
    half = "word " * 70
    text = f"{half}then we saw Dr. Smith and J. Brown. {half}"
    assert split_long_blocks(text).split("\n\n")[1].startswith("word")


def test_emphasis_is_never_cut_in_two():
    half = "word " * 70
    text = f"{half}*it was hard. {half} and long.* {half}"
    assert _words(split_long_blocks(text)) == _words(text)


def test_sentences_of_other_scripts_are_seen():
    sentence = "كان الأمر صعبا في البداية ثم تحسن كل شيء بعد ذلك؟ "
    assert "\n\n" in split_long_blocks(sentence * 20)


@given(st.lists(st.sampled_from(["word", "end.", "Dr.", "why?", "*", "-", "1.", "\n", "“no.”", ">", "_a", "b_"]), max_size=400))
def test_words_and_their_order_never_change(parts):
    text = " ".join(parts)
    divided = split_long_blocks(text)
    assert divided.split() == text.split()
    assert _words(divided) == _words(text)
    assert divided.count("\n") >= text.count("\n")
