"""The parts of a mail: the one text and the attachments that a module can carry; everything else is refused by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage

from simcom_async.errors import UsageError
from simcom_async.sessions.mail_words import check_text

__all__ = ["REMEDY", "Attachment", "CannotCarry", "parts"]

REMEDY = "leave it out, or let the whole mail go as one attachment (whole_as_attachment=True)"
#: What describes a part without adding to it; the module writes its own.
_PART_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
_NESTED = {
    "multipart/alternative": "other versions of the text",
    "multipart/related": "a text with files inside it",
    "multipart/signed": "a signature",
    "message/rfc822": "a mail inside the mail",
}


class CannotCarry(UsageError):
    """A part of the mail that this module cannot carry in a mail of its own making."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail: its ``name``, its bytes, and the content type that its sender gave it."""

    name: str
    data: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


def parts(message: EmailMessage) -> tuple[str, tuple[Attachment, ...]]:
    """The text (lines end with LF) and the attachments. Raises CannotCarry for every other part."""
    if not message.is_multipart():
        return ("", (_attachment(message),)) if _is_file(message) else (_text(message), ())
    if message.get_content_type() != "multipart/mixed":
        raise refused(_named(message))
    text, attachments, first = "", [], True
    for part in message.iter_parts():
        if not isinstance(part, EmailMessage) or part.is_multipart():
            raise refused(_named(part))
        _check_headers(part)
        if _is_file(part):
            attachments.append(_attachment(part))
        elif first:
            text = _text(part)
        else:
            raise refused(f"{_named(part)} that is neither the first part nor an attachment")
        first = False
    return text, tuple(attachments)


def refused(what: str, remedy: str = REMEDY) -> CannotCarry:
    """The error for something that the module cannot carry."""
    return CannotCarry(f"message: the module cannot carry {what}; {remedy}", field="message", value=what)


def _is_file(part: EmailMessage) -> bool:
    if part.get_content_maintype() == "multipart":
        raise refused(f"parts that cannot be told apart ({part.get_content_type()})")
    if part.get_content_disposition() == "attachment":
        return True
    if part.get_content_disposition() == "inline" and part.get_filename():
        raise refused(f"the inline file {part.get_filename()!r}")
    return part.get_content_maintype() != "text"


def _attachment(part: EmailMessage) -> Attachment:
    name = part.get_filename()
    if not name:
        raise refused(f"an attachment without a file name ({part.get_content_type()})")
    check_text("message attachment", name)
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        raise refused(f"the attachment {name!r}, whose content cannot be decoded")
    return Attachment(name, data, part.get_content_type())


def _text(part: EmailMessage) -> str:
    if part.get_content_type() != "text/plain":
        raise refused(f"a body of the type {part.get_content_type()}")
    data = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    try:
        text = data.decode("utf-8" if charset == "us-ascii" else charset) if isinstance(data, bytes) else ""
    except (LookupError, ValueError) as error:  # UnicodeDecodeError, or a charset with a NUL in it
        raise refused(f"a text that is not {charset}, as it says it is ({error})") from error
    text = text.replace("\r\n", "\n")
    check_text("message body", text, lines=True)
    return text


def _check_headers(part: EmailMessage) -> None:
    own = [name for name in part if name.lower() not in _PART_HEADERS]
    if own:
        raise refused(f"{own[0]} of {_named(part)}")


def _named(part: object) -> str:
    """What a part is called in an error."""
    if not isinstance(part, EmailMessage):
        return f"a part of the type {type(part).__name__}"
    kind, name = part.get_content_type(), part.get_filename()
    if kind in _NESTED:
        return f"{_NESTED[kind]} ({kind})"
    if part.is_multipart():
        return f"parts inside a part ({kind})"
    return kind + (f" {name!r}" if name else "")
