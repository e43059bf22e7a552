"""Checks for the sake of the people who write: listed in ``COMMENT_SCREENERS`` beside those that look for advertising."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from forum.discussion.details import Detail, DetailKind, find_details
from forum.discussion.models import Comment, Lane
from forum.discussion.screening import Kind, Signal, Strength, Submission

from .concerns import Concern, Finding
from .marks import CODE, CODE_BEFORE, has_open_mark, read_submission, words_of


class PersonalDetails:
    """E-mail, telephone, address, numbers, a child: the form has asked about them, and its writer has left them in.

    A moderator sees such a comment first. What an old site had published is only noted, and so is what stands in the public
    text that is changed: readers have it already.
    """

    def __call__(self, submission: Submission) -> list[Signal]:
        details = find_details(submission.body)
        elsewhere = [*find_details(submission.subject), *find_details(submission.name)]
        if not details and not elsewhere:
            return []
        public = self._public_keys(submission) if submission.kind == Kind.EDIT else set()
        kinds = dict.fromkeys(detail.kind for detail in (*details, *elsewhere))
        found = []
        for kind in kinds:
            here = [detail for detail in details if detail.kind == kind]
            away = [detail for detail in elsewhere if detail.kind == kind]
            is_news = submission.kind != Kind.IMPORT and any(detail.key not in public for detail in (*here, *away))
            found.append(self._say(kind, here, is_news=is_news))
        return found

    def _public_keys(self, submission: Submission) -> set[str]:
        comment = Comment.objects.filter(pk=submission.comment_id or 0, public=True).first()
        if comment is None:
            return set()
        return {detail.key for text in (comment.body, comment.subject, comment.name) for detail in find_details(text)}

    def _say(self, kind: DetailKind, here: list[Detail], *, is_news: bool) -> Signal:
        label = str(kind.label)
        sentence = f"{label[0].upper()}{label[1:]}."
        if not here:
            sentence = _("%(detail)s, in the title or the name.") % {"detail": sentence.removesuffix(".")}
        if is_news:
            sentence += " " + _("Its writer was asked, and left it in.")
        strength = Strength.STRONG if is_news else Strength.WEAK
        spans = tuple((detail.start, detail.end) for detail in here)
        return Signal(f"details_{kind.value}", strength, sentence, spans, lane=Lane.DETAILS)


class Distress:
    """Words that can mean despair, self-harm or danger. They hold nothing and count for nothing: a person reads them first.

    Those of an import are marked without a signal (``marks``), so that nobody is alarmed about what was written years ago.
    """

    def __call__(self, submission: Submission) -> list[Signal]:
        if submission.kind == Kind.IMPORT:
            return []
        findings = read_submission(submission)
        if not findings and submission.comment_id is not None and has_open_mark(submission.comment_id):
            sentence = _("An earlier text of it had words that a person must read first. See what was found.")
            return [Signal(CODE_BEFORE, Strength.WEAK, sentence, lane=Lane.CARE)]
        kinds = dict.fromkeys(finding.concern for finding in findings)
        return [self._say(kind, submission, [one for one in findings if one.concern == kind]) for kind in kinds]

    def _say(self, concern: Concern, submission: Submission, findings: Sequence[Finding]) -> Signal:
        words = "”, “".join(words_of(submission, findings))
        sentences = {
            Concern.DESPAIR: _("Words that can mean thoughts of dying: “%(words)s”."),
            Concern.SELF_HARM: _("Words that can mean that somebody hurts themselves: “%(words)s”."),
            Concern.DANGER: _("Words that can mean that somebody is in danger from another person: “%(words)s”."),
        }
        sentence = sentences[concern] % {"words": words}
        if all(finding.is_past for finding in findings):
            sentence += " " + _("They seem to be about a time that is over.")
        sentence += " " + _("A person must read this first. Its writer was shown the help lines at once.")
        size = len(submission.body)
        spans = tuple((finding.start, finding.end) for finding in findings if finding.end <= size)
        return Signal(f"{CODE}{concern.value}", Strength.WEAK, sentence, spans, lane=Lane.CARE)
