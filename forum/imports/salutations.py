"""Whom a comment answers, where its own first words say so ("Hi Luz"), and only there.

Old pages lost the order of their threads. A greeting that names exactly one other writer of the page is evidence; a topic, a
place on the page or a likeness is not. What stays open is reported for a moderator, never decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forum.imports.records import CommentRecord, Problem

GREETING = re.compile(r"(?:hi|hello|dear|hey)\b[ ,]*(?P<rest>[^\n]*)", re.IGNORECASE)
# A greeting ends with its line or at a mark; a name has no more words than this.
GREETING_END = re.compile(r"[,.!?:;()]|\s[-–—]")
MAX_NAME_WORDS = 4
# "Hi Ann and Ben": two people are greeted, and the page does not say which of them is answered.
AND_ANOTHER = re.compile(r"^\s*(?:,|&|/|\band\b)\s*(?:and\s+)?(?P<rest>.*)", re.IGNORECASE)
# First words that are no name by themselves, and greetings of nobody in particular.
NOT_A_NAME = {
    "a", "an", "the", "i", "my", "our", "your", "dr", "doctor", "mr", "mrs", "ms", "miss",
    "prof", "professor", "sir", "madam", "there", "all", "everyone", "everybody", "anyone", "again", "to", "from", "friend",
    "friends", "folks", "guys", "and", "this", "is", "im", "it", "serendip", "visitor", "guest", "anonymous", "reader",
}  # fmt: skip

FIRST_LETTERS = re.compile(r"\w+")
# "Ray's" and "Ray-Ann" do not call Ray.
NAME_GOES_ON = re.compile(r"\w|['’-]\w")

NOBODY = "greets “{name}”, and nobody else on the page has that name. Not attached to any comment."
AMBIGUOUS = "greets “{name}”, which may be the writer of {count} comments. Not attached to any of them."
SEVERAL = "greets more than one person. Not attached to any comment."
CIRCLE = "the comments greet each other in a circle, so none is known to be the first. Each is left as a thread of its own."


@dataclass(frozen=True, slots=True)
class _Finding:
    target: CommentRecord | None = None
    sentence: str = ""


def attach_replies(comments: Sequence[CommentRecord]) -> tuple[CommentRecord, ...]:
    """Return the comments with ``parent`` set where a greeting names exactly one other writer; doubts become problems."""
    writers = _Writers(comments)
    findings = {comment.source_id: _find_addressee(comment, writers) for comment in comments}
    parents = {source_id: finding.target.source_id for source_id, finding in findings.items() if finding.target}
    circular = {source_id for source_id in parents if _is_circular(source_id, parents)}
    attached = []
    for comment in comments:
        is_circular = comment.source_id in circular
        sentence = CIRCLE if is_circular else findings[comment.source_id].sentence
        problems = (*comment.problems, Problem(comment.line, sentence)) if sentence else comment.problems
        attached.append(replace(comment, parent=None if is_circular else parents.get(comment.source_id), problems=problems))
    return tuple(attached)


class _Writers:
    """The comments of a page by first word and name of their writer, so that a long page is not searched for each greeting."""

    def __init__(self, comments: Sequence[CommentRecord]) -> None:
        self._by_first_word: dict[str, dict[str, list[CommentRecord]]] = {}
        for comment in comments:
            names = self._by_first_word.setdefault(_first_letters(comment.name), {})
            names.setdefault(comment.name, []).append(comment)

    def called_at_start(self, text: str) -> dict[str, list[CommentRecord]]:
        """Return the comments by names that the first words of ``text`` call."""
        names = self._by_first_word.get(_first_letters(text), {})
        return {name: comments for name, comments in names.items() if _after_name(text, name) is not None}


def _first_letters(text: str) -> str:
    match = FIRST_LETTERS.match(text)
    return match[0].casefold() if match else ""


def _find_addressee(comment: CommentRecord, writers: _Writers) -> _Finding:
    greeting = GREETING.match(comment.body)
    if greeting is None:
        return _Finding()
    rest = greeting["rest"].strip()
    names = writers.called_at_start(rest)
    addressed = [comments for name, comments in names.items() if name.casefold() != comment.name.casefold()]
    called = GREETING_END.split(rest, maxsplit=1)[0].strip()
    if not addressed:
        return _Finding(sentence=NOBODY.format(name=called) if _looks_like_name(called) else "")
    count = sum(map(len, addressed))
    if count > 1:
        return _Finding(sentence=AMBIGUOUS.format(name=called, count=count))
    ((target,),) = addressed
    second = AND_ANOTHER.match(_after_name(rest, target.name) or "")
    if second and writers.called_at_start(second["rest"]).keys() - {target.name}:
        return _Finding(sentence=SEVERAL)
    return _Finding(target=target)


def _after_name(text: str, name: str) -> str | None:
    """Return what follows when ``text`` begins by calling the bearer of ``name``: in full or by the first word; else None."""
    first_word = name.split()[0] if name.split() else ""
    calls = [name]
    if first_word.casefold() not in NOT_A_NAME and len(first_word) > 1:
        calls.append(first_word)
    for call in calls:
        after = text[len(call) :]
        if not call or text[: len(call)].casefold() != call.casefold() or NAME_GOES_ON.match(after):
            continue
        # "hi u all": a name of one letter counts only as it is written, and alone.
        if len(call) == 1 and (text[:1] != call or not _ends_greeting(after)):
            continue
        if call != name and _goes_on_as_another_name(after):
            continue
        return after
    return None


def _ends_greeting(after: str) -> bool:
    return not after.strip() or GREETING_END.match(after) is not None


def _goes_on_as_another_name(after: str) -> bool:
    """Say whether a first name is followed by a family name that is not the writer's: "Hi Arthur Miller,"."""
    called = GREETING_END.split(after, maxsplit=1)[0]
    return 0 < len(called.split()) < MAX_NAME_WORDS - 1 and all(word[:1].isupper() for word in called.split())


def _looks_like_name(called: str) -> bool:
    words = called.split()
    return 0 < len(words) <= MAX_NAME_WORDS and words[0][:1].isupper() and words[0].casefold().replace("'", "") not in NOT_A_NAME


def _is_circular(source_id: str, parents: dict[str, str]) -> bool:
    """Say whether following the parents from a comment leads back to it."""
    seen: set[str] = set()
    at = source_id
    while at in parents and at not in seen:
        seen.add(at)
        at = parents[at]
        if at == source_id:
            return True
    return False
