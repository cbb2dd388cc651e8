"""A command line as a module reads it: without control characters, and without blanks outside quotes (V.250 5.2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

__all__ = ["Squeezed", "squeezed"]

_QUOTED_OR_BLANK = re.compile(rb'("[^"]*"?)| +')
_QUOTED_OR_NOT = re.compile(rb'"[^"]*"?|[^"]+')
_INVISIBLE = bytes([*range(0x20), 0x7F])
_BLANKS = _INVISIBLE + b" "


def squeezed(line: bytes) -> bytes:
    """The line without all that the module passes over."""
    visible = line.translate(None, _INVISIBLE)
    return _QUOTED_OR_BLANK.sub(rb"\1", visible) if b" " in visible else visible


class Squeezed:
    """The same as ``text``, which knows where each part of it stands in the line itself."""

    def __init__(self, line: bytes) -> None:
        self.text = squeezed(line)
        self._line = line

    def original(self, start: int, end: int) -> bytes:
        """What stands in the line where this part of the text comes from, with what was passed over inside it."""
        return self._line[self._places[start] : self._places[end - 1] + 1]

    @cached_property
    def _places(self) -> list[int]:
        return [place for piece in _QUOTED_OR_NOT.finditer(self._line) for place in _seen(piece)]


def _seen(piece: re.Match[bytes]) -> Iterator[int]:
    unseen = _INVISIBLE if piece[0].startswith(b'"') else _BLANKS
    return (place for place in range(*piece.span()) if piece.string[place] not in unseen)
