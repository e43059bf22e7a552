"""What happens for the sake of people at risk, announced to whoever tells moderators: Django's signals, in the past tense."""

from django.dispatch import Signal

# Sent with ``mark`` (a CareMark) in the transaction in which somebody has just written words that can mean that they are at risk:
# moderators should hear of it at once, before anything else. Not sent for imports, for what is told of the past, nor again for
# words that were marked before. The mail must not repeat the words; the way to them is ``admin:care_caremark_change``.
care_needed = Signal(use_caching=True)
