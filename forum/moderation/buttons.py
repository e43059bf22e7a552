"""The verbs on a card of the queue, in the words of the buttons, the likeliest first."""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forum.discussion.models import Comment, Lane

from .models import QueueItem

_S = Comment.State


@dataclass(frozen=True, slots=True)
class Button:
    """A verb on a card; ``key`` is its shortcut."""

    verb: str
    label: str | Promise
    key: str = ""
    css: str = ""


PUBLISH = Button("publish", _("Publish"), "P", "q-go")
PUBLISH_AS_IT_IS = Button("publish", _("Publish as it is"), "P")
PUBLISH_AFTER_ALL = Button("publish", _("Publish it after all"), "P")
LEAVE_PUBLIC = Button("publish", _("Leave it public"), "P", "q-go")
CUT_PHRASE = Button("cut", _("Publish without the phrase"), "D")
CUT_DETAILS = Button("cut", _("Publish without the details"), "D", "q-go")
PUBLISH_CHANGE = Button("publish_change", _("Publish the change"), "P", "q-go")
CUT_CHANGE = Button("cut_change", _("Publish the change without what is marked"), "D")
ADVERTISING = Button("advertising", _("Remove as advertising"), "A", "q-no")
SECOND = Button("second", _("Ask a second moderator"))
ASK_CHANGE = Button("ask_change", _("Ask its writer to change it"))


def choose_buttons(comment: Comment, lane: Lane, about: str, *, can_cut: bool) -> list[Button]:
    """Return the verbs for a card. Read first has neither shortcuts nor a quick removal."""
    buttons = _choose(comment, lane, about, can_cut=can_cut)
    if lane == Lane.CARE:
        quiet = [replace(button, key="") for button in buttons if button not in (ADVERTISING, CUT_PHRASE)]
        return [*quiet, SECOND]
    return buttons


def _choose(comment: Comment, lane: Lane, about: str, *, can_cut: bool) -> list[Button]:
    if about == QueueItem.About.APPEAL:
        return [PUBLISH_AFTER_ALL]
    if about == QueueItem.About.CHANGE:
        return [PUBLISH_CHANGE, CUT_CHANGE] if can_cut else [PUBLISH_CHANGE]
    publish = LEAVE_PUBLIC if comment.state == _S.PUBLISHED else PUBLISH
    if lane == Lane.DETAILS:
        buttons = [CUT_DETAILS, PUBLISH_AS_IT_IS] if can_cut else [publish]
        return [*buttons, ASK_CHANGE] if comment.state == _S.HELD else [*buttons, ADVERTISING]
    if lane == Lane.ADVERTISING:
        plain = replace(publish, css="")
        return [ADVERTISING, CUT_PHRASE, plain] if can_cut else [ADVERTISING, plain]
    return [publish, CUT_PHRASE, ADVERTISING] if can_cut else [publish, ADVERTISING]
