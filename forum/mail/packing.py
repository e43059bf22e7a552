"""A message as JSON and back, so that it can wait in a row for any transport, an SMTP server or a provider's own interface."""

from base64 import b64decode, b64encode
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives


def pack(message: EmailMessage, *, headers: dict[str, str], to: str) -> dict[str, Any]:
    """Return what is needed to send ``message`` to one address, as JSON. Attachments are triples of name, content, type."""
    attachments = []
    for attachment in message.attachments:
        if not isinstance(attachment, tuple):
            raise TypeError("attach a name, the content and its type; a ready MIME part is not kept")
        name, data, mimetype = attachment
        data = data.encode() if isinstance(data, str) else data
        attachments.append([name, b64encode(data).decode(), mimetype])
    return {
        "subject": str(message.subject),
        "body": str(message.body),
        "subtype": message.content_subtype,
        "from": message.from_email,
        "to": to,
        "reply_to": list(message.reply_to),
        "headers": {name: str(value) for name, value in headers.items()},
        "alternatives": [list(alternative) for alternative in getattr(message, "alternatives", ())],
        "attachments": attachments,
    }


def unpack(content: dict[str, Any]) -> EmailMultiAlternatives:
    """Return the message again, of a class that every e-mail backend knows."""
    message = EmailMultiAlternatives(
        content["subject"],
        content["body"],
        content["from"],
        [content["to"]],
        reply_to=content["reply_to"],
        headers=content["headers"],
        alternatives=[tuple(alternative) for alternative in content["alternatives"]],
        attachments=[(name, b64decode(data), mimetype) for name, data, mimetype in content["attachments"]],
    )
    message.content_subtype = content["subtype"]
    return message
