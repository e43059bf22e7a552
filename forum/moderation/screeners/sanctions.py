"""The check of who writes: whether a moderator has made a sanction for this writer. Nobody's words are looked at here."""

from forum.discussion.models import Comment, Lane
from forum.discussion.screening import Kind, Signal, Strength, Submission, is_trusted

from ..models import Sanction
from ..sanctions import find_sanctions, tell_moderator, tell_writer


class Sanctions:
    """Somebody whose comments are always looked at, or who cannot write for a while: they are told, and keep their text.

    What they wrote before stays theirs: a change of it waits for a moderator and is never refused. Staff are never touched, and
    an import brings what others wrote.
    """

    asks_again = True  # a moderator may make one while the text is read

    def __call__(self, submission: Submission) -> list[Signal]:
        if submission.is_staff or submission.kind == Kind.IMPORT:
            return []
        found = find_sanctions(
            member_id=submission.author_id,
            guest_id=submission.guest_id,
            client_ip=submission.client_ip,
            email=submission.email,
            is_known=is_trusted(
                is_member=submission.is_member, is_proven=submission.is_proven, approved_count=submission.approved_count
            ),
        )
        return [self._say(sanction, may_refuse=submission.kind == Kind.POST) for sanction in found]

    def _say(self, sanction: Sanction, *, may_refuse: bool) -> Signal:
        refuses = may_refuse and sanction.action == Sanction.Action.REFUSE
        return Signal(
            "sanction",
            Strength.STRONG,
            tell_moderator(sanction),
            lane=Lane.ADVERTISING if sanction.reason == Comment.Reason.ADVERTISING else Lane.FIRST,
            refusal=tell_writer(sanction) if refuses else "",
        )
