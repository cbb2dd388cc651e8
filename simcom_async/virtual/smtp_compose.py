"""The mail that the SIM7100 makes of what was set: headers, body, attachments, in pieces of bounded size.

The document shows no mail (SIM7100 Internet service 3): it names the headers, the character set of AT+SMTPBCH, and that
the module encodes attachments. Where it is silent: one part of text, or with attachments multipart/mixed; a body of
ASCII in lines that SMTP takes goes as it is, any other in base64, and so does every attachment.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import IO

from simcom_async.commands.smtp_settings import SmtpRecipientKind
from simcom_async.virtual.file_place import Place
from simcom_async.virtual.mail_headers import address_list, block, mailbox, parameter, unstructured
from simcom_async.virtual.smtp_draft import Attached, Draft

__all__ = ["compose"]

_CRLF = b"\r\n"
_LINE_END = re.compile(rb"\r\n|\r|\n")
#: Characters of a line that SMTP carries (RFC 5321 4.5.3.1.6).
_LINE_LIMIT = 998
#: Bytes of a file that are encoded at a time: whole lines of base64.
_PIECE = 57 * 1024
_HEADERS = ((SmtpRecipientKind.TO, "To"), (SmtpRecipientKind.CC, "Cc"))


def compose(draft: Draft, *, date: datetime, opened: Callable[[Place], IO[bytes]]) -> Iterator[bytes]:
    """The mail of a draft, written at ``date``, piece by piece; ``opened`` opens an attachment for reading."""
    headers = [
        f"Date: {format_datetime(date)}",
        f"From: {mailbox(*draft.sender)}",
        *_addresses(draft),
        f"Subject: {unstructured(draft.subject)}",
        "MIME-Version: 1.0",
    ]
    if not draft.attachments:
        yield block(headers) + _text(draft)
        return
    boundary = _boundary(draft.body)
    delimiter = f"--{boundary}".encode("ascii")
    headers.append(f'Content-Type: multipart/mixed; boundary="{boundary}"')
    yield block(headers) + _CRLF + delimiter + _CRLF + _text(draft)
    for _, attached in sorted(draft.attachments.items()):
        yield _CRLF + delimiter + _CRLF + _about(attached)
        with opened(attached.place) as file:
            while piece := file.read(_PIECE):
                yield base64.encodebytes(piece).replace(b"\n", _CRLF)
    yield _CRLF + delimiter + b"--" + _CRLF


def _addresses(draft: Draft) -> Iterator[str]:
    for kind, header in _HEADERS:
        found = [mailbox(*one) for one in draft.addressed(kind)]
        if found:
            yield address_list(header, found)


def _text(draft: Draft) -> bytes:
    """The body as a part: its headers, an empty line, itself."""
    body = _LINE_END.sub(_CRLF, draft.body)
    plain = body.isascii() and b"\0" not in body and all(len(line) <= _LINE_LIMIT for line in body.split(_CRLF))
    headers = [
        parameter("Content-Type: text/plain", "charset", draft.charset),
        f"Content-Transfer-Encoding: {'7bit' if plain else 'base64'}",
    ]
    return block(headers) + _CRLF + (body if plain else base64.encodebytes(body).replace(b"\n", _CRLF))


def _about(attached: Attached) -> bytes:
    """The headers of an attachment, and the empty line."""
    name = attached.place.name
    return (
        block(
            [
                parameter("Content-Type: application/octet-stream", "name", name),
                "Content-Transfer-Encoding: base64",
                parameter("Content-Disposition: attachment", "filename", name),
            ]
        )
        + _CRLF
    )


def _boundary(body: bytes) -> str:
    """What is in no part of the mail: base64 cannot hold it, and the body does not."""
    number = 0
    while (boundary := f"=_SIMCOM_{number}").encode("ascii") in body:
        number += 1
    return boundary
