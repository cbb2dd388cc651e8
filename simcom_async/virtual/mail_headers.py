"""Headers of the mails that a module makes: addresses with names, encoded words, parts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.header import Header

__all__ = ["address_list", "block", "mailbox", "parameter", "unstructured"]

_ENCODED_WORDS = re.compile(r"(?:=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=(?: |\Z))+\Z")
_QUOTED = re.compile(r'(["\\])')


def mailbox(address: str, name: str) -> str:
    """An address with its name, which may be empty; encoded words stay as they are."""
    if not name:
        return f"<{address}>"
    if _ENCODED_WORDS.match(name):
        return f"{name} <{address}>"
    return f"{unstructured(name)} <{address}>" if not name.isascii() else f"{_quoted(name)} <{address}>"


def address_list(header: str, mailboxes: Iterable[str]) -> str:
    """A header of several addresses, each on a line of its own."""
    return f"{header}: " + ",\r\n ".join(mailboxes)


def unstructured(text: str) -> str:
    """A text as it stands in a header: ASCII as it is, anything else as encoded words of UTF-8."""
    return text if text.isascii() else Header(text, "utf-8").encode(linesep="\r\n")


def parameter(header: str, name: str, value: str) -> str:
    """A header's parameter (``; filename="x"``), by RFC 2231 where its value is not ASCII."""
    if value.isascii():
        return f"{header}; {name}={_quoted(value)}"
    octets = "".join(chr(byte) if chr(byte).isalnum() and byte < 0x80 else f"%{byte:02X}" for byte in value.encode())
    return f"{header};\r\n {name}*=utf-8''{octets}"


def block(headers: Iterable[str]) -> bytes:
    """Headers as bytes, without the empty line behind them."""
    return "".join(f"{header}\r\n" for header in headers).encode("ascii")


def _quoted(text: str) -> str:
    return '"' + _QUOTED.sub(r"\\\1", text) + '"'
