"""How a mail goes over a connection: every line ends with CR LF, a leading dot is doubled, a lone dot is the end."""

from __future__ import annotations

import re

__all__ = ["DotStuffing"]

_LINE_END = re.compile(rb"\r\n|\r|\n")


class DotStuffing:
    """Makes a mail, fed in pieces of any size, fit for SMTP's DATA (RFC 5321 4.5.2)."""

    def __init__(self) -> None:
        self._line_begins = True
        self._pending = b""

    def feed(self, piece: bytes) -> bytes:
        """What to send of the next piece. A CR at its end waits for what follows."""
        data = self._pending + piece
        self._pending = b"\r" if data.endswith(b"\r") else b""
        return self._stuffed(data[: len(data) - len(self._pending)])

    def end(self) -> bytes:
        """What ends the mail, with what still waits."""
        rest = self._stuffed(_LINE_END.sub(b"\r\n", self._pending))
        self._pending = b""
        return rest + (b".\r\n" if self._line_begins else b"\r\n.\r\n")

    def _stuffed(self, data: bytes) -> bytes:
        if not data:
            return b""
        data = _LINE_END.sub(b"\r\n", data)
        if self._line_begins and data.startswith(b"."):
            data = b"." + data
        self._line_begins = data.endswith(b"\r\n")
        return data.replace(b"\r\n.", b"\r\n..")
