"""What happens to topics, announced to the apps above: Django's signals, in the past tense, sent in the transaction."""

from django.dispatch import Signal

# Sent with ``ids`` of comments whose words were searched for the first time by the worker.
new_comments_searched = Signal(use_caching=True)
# Sent with ``comment``, locked, when a person says what it is about; before the counts are locked, which others wait for.
topics_corrected = Signal(use_caching=True)
