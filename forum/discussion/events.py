"""What happens in conversations, announced to the apps above: Django's signals, in the past tense, sent in the transaction."""

from django.dispatch import Signal

# Sent with ``comment``, not stored yet, before the transaction that stores it: whoever is slow at reading reads its words now.
comment_coming = Signal(use_caching=True)
# Sent with ``comment``, ``arrival`` (how it came in), ``signals`` (what was found in it), ``wants_mail`` (whether its writer
# asked to be told what becomes of it and who answers) and ``wants_asking`` (whether they may be asked later how it went) when
# somebody's text was stored, in any state.
comment_posted = Signal(use_caching=True)
# Sent with ``comment``, ``submission`` (the words that were looked at, of a change too) and ``signals`` (what was found) when new
# words were screened and are stored, before anything of them is public.
comment_screened = Signal(use_caching=True)
# Sent with ``comment`` after what software found in it has changed while its text and its state did not.
signals_changed = Signal(use_caching=True)
# Sent with ``comment`` the first time it becomes public, and never again: alerts hang on this.
comment_published = Signal(use_caching=True)
# Sent with ``comment`` and ``decision`` after each change of state or place.
comment_state_changed = Signal(use_caching=True)
# Sent with ``comment``, ``former_root_id`` and ``moved`` (the ids of all that moved along) after it came into another thread.
comment_moved = Signal(use_caching=True)
# Sent with ``comment``, ``revision`` and ``decision`` (None where nobody had to decide) after its text changed.
comment_edited = Signal(use_caching=True)
# Sent with ``comment`` after its writer asked for something that a moderator decides (a change of a public comment, a second
# look), took it back, or was answered.
comment_request_changed = Signal(use_caching=True)
# Sent with ``comment``, ``member`` and ``guest`` (one of them, the other None) and ``was_right`` after a moderator decided about
# a comment that this person had reported. Undone and decided again, it is sent again.
report_settled = Signal(use_caching=True)
# Sent with ``discussion`` after it was opened, closed, hidden or shown, and the state ``before``.
discussion_changed = Signal(use_caching=True)
# Sent with ``comment`` after it lost its writer for good; its words stand, but for the writer's name in them.
comment_anonymised = Signal(use_caching=True)
# Sent with ``comment`` and ``decision`` when a moderator answered its writer: about a change, or a question for a second look;
# and with a decision that ``undoes`` an earlier one when the answer was taken back.
writer_answered = Signal(use_caching=True)
