"""The transport of a development site: each mail is a file that any mail program opens."""

import logging
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.crypto import get_random_string

logger = logging.getLogger("forum.mail")


class EmailBackend(BaseEmailBackend):
    """Writes ``.eml`` files into DATA_DIR/outbox and says where."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message to a file of its own."""
        folder = Path(settings.MAIL_OUTBOX)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{timezone.now():%Y%m%d-%H%M%S-%f}-{get_random_string(4)}.eml"
            path.write_bytes(message.message().as_bytes())
            logger.info("E-mail written to %s", path)
        return len(email_messages)
