"""Mails for the tests, and what must be equal of them when they have gone over a module."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from simcom_async.sites.smtp import ReceivedMail

BINARY = bytes(range(256)) * 10


def mail(
    text: str = "Hello.\n",
    *,
    subject: str = "Test",
    to: str = "Bob <bob@example.com>",
    cc: str = "",
    bcc: str = "",
    sender: str = "Alice <alice@example.com>",
    files: dict[str, bytes] | None = None,
) -> EmailMessage:
    """A mail."""
    message = EmailMessage()
    for name, value in (("From", sender), ("To", to), ("Cc", cc), ("Bcc", bcc), ("Subject", subject)):
        if value:
            message[name] = value
    message.set_content(text)
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def essence(message: EmailMessage) -> dict[str, object]:
    """What a reader sees of a mail: headers, text without the line end behind it, attachments with names and bytes."""
    body = message.get_body(("plain",))
    return {
        "people": {
            name: [(address.display_name, address.addr_spec) for address in message[name].addresses]
            for name in ("From", "To", "Cc")
            if message[name]
        },
        "subject": str(message["Subject"] or ""),
        "text": "" if body is None else body.get_content().replace("\r\n", "\n").rstrip("\n"),
        "files": [(part.get_filename(), part.get_payload(decode=True)) for part in message.iter_attachments()],
    }


def check_arrived(sent: EmailMessage, received: ReceivedMail, recipients: tuple[str, ...]) -> None:
    """The mail that the server took is the one that was sent, for these recipients, and nobody reads of Bcc."""
    assert received.recipients == recipients
    assert received.sender == sent["From"].addresses[0].addr_spec
    assert essence(received.message) == essence(sent)
    assert received.message["Bcc"] is None


def whole(received: ReceivedMail) -> EmailMessage:
    """The mail that is the one attachment of a received one."""
    (attached,) = received.message.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    return message_from_bytes(content, policy=policy.default)
