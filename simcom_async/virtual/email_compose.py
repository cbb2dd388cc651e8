"""The mail that the module makes of what was set: headers, charset, attachment (SIM900 e-mail manual 2.5 to 2.12).

The documents show no mail. Where they are silent: one part of text, or with an attachment multipart/mixed; subject and
body of another charset than ASCII are encoded in base64; names that are encoded words already stay as they are.
"""

from __future__ import annotations

import base64
import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.charset import Charset
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING

from simcom_async.commands.email_smtp_settings import EmailSmtpEncoding, EmailSmtpFileType, EmailSmtpRecipientType
from simcom_async.virtual.mail_headers import address_list, block, mailbox

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["ASCII", "Attached", "Composed", "Letter", "Uncomposable", "compose", "known_charset"]

ASCII = "ASCII"
_CRLF = b"\r\n"
_ENCODINGS = {EmailSmtpEncoding.SEVEN_BIT: "7bit", EmailSmtpEncoding.BASE64: "base64"}
_TYPES = {EmailSmtpFileType.TEXT: "text/plain", EmailSmtpFileType.BINARY: "application/octet-stream"}
_HEADERS = ((EmailSmtpRecipientType.TO, "To"), (EmailSmtpRecipientType.CC, "Cc"))


class Uncomposable(Exception):
    """Subject or body are not what the charset wants: an even number of hexadecimal digits, of its characters."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment; its bytes come later, in the encoding that is named."""

    type: EmailSmtpFileType
    name: str
    encoding: EmailSmtpEncoding


@dataclass(frozen=True, slots=True)
class Letter:
    """What was set of a mail; addresses with their names, which may be empty."""

    sender: tuple[str, str]
    recipients: Mapping[tuple[EmailSmtpRecipientType, int], tuple[str, str]]
    subject: str
    body: bytes
    charset: str
    attached: Attached | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail up to where the attachment's bytes go, and what follows them (without one: all, and nothing)."""

    head: bytes
    tail: bytes = b""


def known_charset(name: str) -> bool:
    """Whether the module can write in this charset."""
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def compose(letter: Letter, *, date: datetime, boundary: str) -> Composed:
    """The mail of a letter. ``boundary`` must be in no part of it. Raises Uncomposable."""
    headers = [
        f"Date: {format_datetime(date)}",
        f"From: {mailbox(*letter.sender)}",
        *_recipients(letter),
        f"Subject: {_subject(letter)}",
        "MIME-Version: 1.0",
    ]
    text = _text(letter)
    if letter.attached is None:
        return Composed(block(headers) + text)
    headers.append(f'Content-Type: multipart/mixed; boundary="{boundary}"')
    delimiter = f"--{boundary}".encode("ascii")
    head = [block(headers), _CRLF, delimiter, _CRLF, text, _CRLF, delimiter, _CRLF, _about(letter.attached)]
    return Composed(b"".join(head), _CRLF + delimiter + b"--" + _CRLF)


def _recipients(letter: Letter) -> Iterable[str]:
    for kind, header in _HEADERS:
        found = [mailbox(*letter.recipients[place]) for place in sorted(letter.recipients) if place[0] is kind]
        if found:
            yield address_list(header, found)


def _subject(letter: Letter) -> str:
    if letter.charset.upper() == ASCII:
        return letter.subject
    try:
        subject = _unhexed(letter.subject.encode("ascii")).decode(letter.charset)
    except UnicodeDecodeError as error:
        raise Uncomposable(f"the subject is not {letter.charset}: {error}") from error
    return Header(subject, Charset(letter.charset), header_name="Subject").encode(linesep="\r\n")


def _text(letter: Letter) -> bytes:
    """The text as a part: its headers, an empty line, the body."""
    if letter.charset.upper() == ASCII:
        encoding = "7bit" if letter.body.isascii() else "8bit"
        headers = ['Content-Type: text/plain; charset="us-ascii"', f"Content-Transfer-Encoding: {encoding}", ""]
        return block(headers) + letter.body
    headers = [f'Content-Type: text/plain; charset="{letter.charset}"', "Content-Transfer-Encoding: base64", ""]
    return block(headers) + base64.encodebytes(_unhexed(letter.body)).replace(b"\n", _CRLF)


def _about(attached: Attached) -> bytes:
    """The headers of the attachment, and the empty line."""
    kind, name = _TYPES[attached.type], attached.name.replace("\\", "\\\\")
    return block(
        [
            f'Content-Type: {kind}; name="{name}"',
            f"Content-Transfer-Encoding: {_ENCODINGS[attached.encoding]}",
            f'Content-Disposition: attachment; filename="{name}"',
            "",
        ]
    )


def _unhexed(digits: bytes) -> bytes:
    try:
        return bytes.fromhex(b"".join(digits.split()).decode("ascii"))
    except ValueError as error:
        raise Uncomposable(f"not hexadecimal: {error}") from error
