"""Checks for the sake of the people who write: listed in ``COMMENT_SCREENERS`` beside those that look for advertising."""

from django.utils.translation import gettext as _

from forum.discussion.details import Detail, DetailKind, find_details
from forum.discussion.models import Comment, Lane
from forum.discussion.screening import Kind, Signal, Strength, Submission


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
