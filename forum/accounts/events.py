"""What happens to accounts, announced to the apps above: Django's signals, in the past tense, sent in the transaction."""

from django.dispatch import Signal

# Sent with ``user`` when a member closed their account and can no longer sign in. Their comments stand as they were.
account_closed = Signal(use_caching=True)

# Sent with ``user`` when a member has another name, and so another address of their page.
member_renamed = Signal(use_caching=True)

# Sent with ``guest`` when the owner of their address confirmed it, the first time.
address_proven = Signal(use_caching=True)
