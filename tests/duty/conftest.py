"""Mail that is really queued, and waits, as for the mail of subscriptions."""

from tests.subscriptions.conftest import _queue, mail_server

__all__ = ["_queue", "mail_server"]
