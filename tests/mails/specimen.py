"""One mail of the corpus: its bytes, which line of the page on mail it is a witness of, and who cannot send it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import TypedDict, Unpack

__all__ = [
    "CRLF",
    "PEOPLE",
    "Refusals",
    "Row",
    "Specimen",
    "coded",
    "file_part",
    "joined",
    "mail",
    "mixed",
    "multipart",
    "specimen",
    "text_part",
]

CRLF = b"\r\n"
PEOPLE = ("From: Alice <alice@example.com>", "To: Bob <bob@example.com>")


class Row(StrEnum):
    """The lines of the table in docs/mail.md, by what stands in their first cell; the last one is the text below it."""

    SENDER = "From"
    RECIPIENTS = "To, Cc, Bcc"
    ADDRESSES = "addresses"
    NAMES = "names"
    SUBJECT = "Subject"
    TEXT = "text"
    ENTRY_ENDS = "Ctrl-Z, ESC, BACKSPACE in the text"
    LONG_LINES = "lines of more than 998 bytes"
    NO_TEXT = "NUL, DEL, C1 controls and single CRs in the text; a text in another charset than it says"
    OTHER_BODY = "a body of another type than text/plain"
    FILES = "attachments"
    FILE_NAMES = "names of attachments"
    NAMELESS = "attachments without a name"
    FILE_TYPES = "content type of attachments"
    WRITTEN_ANEW = "Date, Message-ID"
    OWN_HEADERS = "every other header (Reply-To, References, X-...)"
    VERSIONS = "other versions of the text (HTML), files inside a text, signatures"
    INLINE = "inline files, a second text, parts with headers of their own"
    NESTED = "mails inside the mail, parts inside parts"
    GROUPS = "groups in address headers"
    WRONG = "refused in every case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A mail as a server has it. ``numeric`` and ``textual``: what these families say when they refuse to send it.

    An empty refusal: it is sent. ``whole``: what all say when it is to go as one attachment. ``text``: what its reader
    reads, where it was not made of that. ``rewritten``: the standard library does not write it as it read it.
    """

    name: str
    shape: str = ""
    row: Row
    source: bytes
    numeric: str = ""
    textual: str = ""
    whole: str = ""
    text: str | None = None
    rewritten: bool = False

    @property
    def message(self) -> EmailMessage:
        """It, parsed; a new one each time."""
        return message_from_bytes(self.source, policy=policy.default)

    def refusal(self, *, numeric: bool) -> str:
        """What a family of this kind says; empty: it sends it."""
        return self.numeric if numeric else self.textual


class Refusals(TypedDict, total=False):
    """What families say: both kinds (``refused``), or each kind, and when it is to go whole."""

    refused: str
    numeric: str
    textual: str
    whole: str


def specimen(name: str, row: Row, source: bytes, **said: Unpack[Refusals]) -> Specimen:
    """A specimen of these bytes."""
    both = said.get("refused", "")
    numeric, textual = said.get("numeric", both), said.get("textual", both)
    return Specimen(name=name, row=row, source=source, numeric=numeric, textual=textual, whole=said.get("whole", ""))


def mail(name: str, row: Row, *head: str | bytes, body: bytes = b"Hello.\r\n", **said: Unpack[Refusals]) -> Specimen:
    """A specimen of this head and body."""
    subject = () if any(_is_subject(line) for line in head) else (f"Subject: {name}",)
    return specimen(name, row, joined(*head, *subject) + CRLF + body, **said)


def joined(*lines: str | bytes) -> bytes:
    """Lines, each with its end."""
    return b"".join((line.encode("utf-8") if isinstance(line, str) else line) + CRLF for line in lines)


def coded(data: bytes, encoding: str) -> bytes:
    """The bytes in a transfer encoding."""
    match encoding:
        case "base64":
            return base64.encodebytes(data).replace(b"\n", CRLF)
        case "quoted-printable":
            return binascii.b2a_qp(data, istext=True)
        case _:
            return data


def text_part(text: str, charset: str = "utf-8", encoding: str = "8bit") -> bytes:
    """A part of text, with its headers."""
    head = joined(f"Content-Type: text/plain; charset={charset}", f"Content-Transfer-Encoding: {encoding}")
    return head + CRLF + coded(text.replace("\n", "\r\n").encode(charset), encoding)


def file_part(
    data: bytes,
    *parameters: str,
    kind: str = "application/octet-stream",
    encoding: str = "base64",
    disposition: str = "attachment",
) -> bytes:
    """A part that is a file; ``parameters`` are those of its disposition, ``filename="x"`` for example."""
    head = joined(
        f"Content-Type: {kind}",
        f"Content-Transfer-Encoding: {encoding}",
        "".join((f"Content-Disposition: {disposition}", *(f";\r\n {parameter}" for parameter in parameters))),
    )
    return head + CRLF + coded(data, encoding)


def multipart(kind: str, *parts: bytes, boundary: str = "=_b", before: bytes = b"", behind: bytes = b"") -> bytes:
    """A part of parts, with its header."""
    delimiter = b"--" + boundary.encode()
    inside = b"".join(CRLF + delimiter + CRLF + part for part in parts)
    head = joined(f'Content-Type: multipart/{kind}; boundary="{boundary}"')
    return head + CRLF + before + inside + CRLF + delimiter + b"--" + CRLF + behind


def mixed(name: str, row: Row, *parts: bytes, subtype: str = "mixed", **said: Unpack[Refusals]) -> Specimen:
    """A specimen whose body has these parts."""
    head = joined(*PEOPLE, f"Subject: {name}", "MIME-Version: 1.0")
    return specimen(name, row, head + multipart(subtype, *parts), **said)


def _is_subject(line: str | bytes) -> bool:
    return (line.encode("utf-8") if isinstance(line, str) else line).lower().startswith(b"subject:")
