"""What happens in the publication, announced to whoever cares: Django's signals, in the past tense, sent in the transaction."""

from django.dispatch import Signal

# Sent with ``article`` after it was stored, ``is_new``, whether it ``was_published`` before, and its ``former_language`` (empty
# for a new one).
article_saved = Signal(use_caching=True)

# Sent with ``collection`` after it was stored. Articles in it, however deep, have a new version: their pages name it.
collection_saved = Signal(use_caching=True)
