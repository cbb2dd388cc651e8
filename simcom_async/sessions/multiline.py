"""Answers of several lines as a mail server gives them: a status line, doubled dots, a line with one dot at the end."""

from __future__ import annotations

__all__ = ["MultiLine"]

_LINE_END, _END = b"\r\n", b"\r\n.\r\n"
#: The last line without its end, or with half of it.
_CUT = (_END[:-2], _END[:-1])
_DOUBLED, _SINGLE = b"\r\n..", b"\r\n."
_STATUS_MAXIMUM = 1024  # bytes of a status line with its end


class MultiLine:
    """Takes an answer in pieces of any size and gives what was meant, byte for byte (RFC 1939 section 3).

    ``ended`` once its last line has come. What was cut anywhere comes out the same; at most a few bytes are kept back.
    """

    def __init__(self) -> None:
        self.ended = False
        self.status = b""
        self._rest = b""
        self._begun = self._inside = False

    def feed(self, piece: bytes) -> bytes:
        """What follows from the next piece; empty when nothing is certain yet. What is behind the end is left out."""
        if self.ended:
            return b""
        buffer = self._rest + piece
        if not self._inside:
            end = buffer.find(_LINE_END, 0, _STATUS_MAXIMUM)
            if end < 0 and len(buffer) < _STATUS_MAXIMUM and b"+OK".startswith(buffer[:3]):
                self._rest = buffer
                return b""
            self._inside = True
            if buffer.startswith(b"+OK") and end >= 0:
                self.status, buffer = buffer[:end], buffer[end:]  # its line end is that of the line before the text
            else:
                buffer = _LINE_END + buffer
        return self._text(buffer)

    def finish(self) -> bytes:
        """What was kept back, for a module that leaves the last line away."""
        rest, self._rest = self._rest, b""
        if not self._inside:
            return b"" if rest.startswith(b"+OK") else rest
        for cut in _CUT:
            if rest.endswith(cut):  # a text would have the dot doubled
                self.ended, rest = True, rest.removesuffix(cut) + _LINE_END
        return self._given(rest)

    def _text(self, buffer: bytes) -> bytes:
        end = buffer.find(_END)
        if end >= 0:
            self.ended, self._rest = True, b""
            return self._given(buffer[: end + len(_LINE_END)])
        cut = buffer.find(b"\r", max(0, len(buffer) - len(_END) + 1))
        if cut < 0:
            cut = len(buffer)
        self._rest = buffer[cut:]
        return self._given(buffer[:cut])

    def _given(self, text: bytes) -> bytes:
        """The text without its doubled dots, and without the line end of the line before it."""
        if not text:
            return b""
        text = text.replace(_DOUBLED, _SINGLE)
        if not self._begun:
            self._begun = True
            return text[len(_LINE_END) :]
        return text
