"""Text of any script in the ASCII of mail headers, and text that no header can hold."""

from __future__ import annotations

from base64 import b64encode

from simcom_async.errors import UsageError

__all__ = ["check_text", "encoded_words", "header_text", "hexadecimal", "plain"]

_WORD_START, _WORD_END = "=?utf-8?b?", "?="
_WORD_BYTES = 45  # of UTF-8, so that a word has at most 75 characters (RFC 2047 section 2)
#: What ends or divides a name in a header (RFC 5322 section 3.2.3), and the quote that no AT parameter can hold.
_SPECIALS = frozenset('()<>[]:;@\\,."')


def check_text(field: str, text: str, *, lines: bool = False) -> None:
    """Raise UsageError for what no mail can hold in this place; ``lines``: it may have several lines.

    A blank or a tab is no harm; CR, LF and other control characters in a header are an injection.
    """
    for place, character in enumerate(text):
        number = ord(character)
        if character == "\t" or (lines and character == "\n"):
            continue
        if lines and 0 < number < 0x20 and character != "\r":
            continue  # the way that carries the text decides
        if number < 0x20 or 0x7F <= number < 0xA0 or 0xD800 <= number < 0xE000:
            what = "a byte that was not decoded" if number >= 0xD800 else f"control character 0x{number:02X}"
            raise UsageError(
                f"{field}: {what} at position {place} cannot be part of it",
                field=field,
                allowed="text without control characters",
            )


def plain(text: str) -> bool:
    """Whether a header and an AT parameter take the text as it is: printable ASCII that means nothing else there."""
    return text.isascii() and text.isprintable() and '"' not in text and "=?" not in text and text == text.strip()


def encoded_words(text: str) -> str:
    """The text as RFC 2047 words in base64 of UTF-8; no character is split between two words."""
    pieces = [bytearray()]
    for character in text:
        octets = character.encode("utf-8")
        if len(pieces[-1]) + len(octets) > _WORD_BYTES:
            pieces.append(bytearray())
        pieces[-1] += octets
    return " ".join(_WORD_START + b64encode(piece).decode("ascii") + _WORD_END for piece in pieces)


def header_text(text: str, *, name: bool = False) -> str:
    """What an AT parameter is given for a header: the text as it is where that is safe, else encoded words.

    A ``name`` stands in front of an address: what would end it there is encoded, too.
    """
    if not text or (plain(text) and not (name and _SPECIALS.intersection(text))):
        return text
    return encoded_words(text)


def hexadecimal(text: str) -> str:
    """The text as hexadecimal digits of its UTF-8 (SIM900 e-mail manual 2.12)."""
    return text.encode("utf-8").hex().upper()
