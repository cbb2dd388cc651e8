"""What a reader finds in a mail, told without the code under test: to compare a mail with what has come of it."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.mails.specimen import Specimen

__all__ = ["as_sent", "content", "found"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


def as_sent(specimen: Specimen) -> dict[str, object]:
    """What must be found of a specimen when a module has written it anew."""
    wanted = found(specimen.message)
    if specimen.text is not None:
        wanted["text"] = _ended(specimen.text)
    return wanted


def found(message: EmailMessage) -> dict[str, object]:
    """Senders, recipients, subject, text and files; the line end behind the text is the server's business."""
    text, files = "", []
    parts = list(message.iter_parts()) if message.is_multipart() else [message]
    for part in parts:
        assert isinstance(part, EmailMessage)
        if part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
            files.append((part.get_filename(), part.get_payload(decode=True)))
        else:
            text += part.get_content()
    people = {name: _people(message, name) for name in ("From", "To", "Cc")}
    return {**people, "Subject": str(message["Subject"] or ""), "text": _ended(text), "files": files}


def content(message: EmailMessage) -> list[object]:
    """All headers and parts, with line ends of one kind and none at the end: what a mail is, however it was written."""
    parts: list[object] = []
    for part in message.walk():
        headers = [(name, " ".join(str(value).split())) for name, value in part.items()]
        payload = None if part.is_multipart() else part.get_payload(decode=True)
        parts += [
            headers,
            _LINE_END.sub(b"\n", payload).rstrip(b"\n") if isinstance(payload, bytes) else part.get_content_type(),
        ]
    return parts


def _people(message: EmailMessage, header: str) -> list[tuple[str, str]]:
    addresses = (address for value in message.get_all(header, []) for address in value.addresses)
    return [(_utf8(address.display_name), address.addr_spec) for address in addresses]


def _utf8(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8")


def _ended(text: str) -> str:
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else text + "\n"
