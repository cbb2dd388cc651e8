"""HTTP as some firmware hands it on: the status line and the names of the header fields in lower case."""

from __future__ import annotations

__all__ = ["LowerCaseHead"]

_COLON, _CR, _LF = b":\r\n"


class LowerCaseHead:
    """Changes the head of a stream, however it is cut; the values of the fields and the body are as they were."""

    def __init__(self) -> None:
        self._over = False
        self._empty = True
        self._lower = True
        self._first = True

    def change(self, data: bytes) -> bytes:
        """The same bytes as that firmware has them."""
        changed = bytearray()
        for place, byte in enumerate(data):
            if self._over:
                return bytes(changed) + data[place:]
            changed += bytes([byte]).lower() if self._lower else bytes([byte])
            self._follow(byte)
        return bytes(changed)

    def _follow(self, byte: int) -> None:
        """What the next byte belongs to."""
        if byte == _LF:
            self._over = self._empty and not self._first
            self._empty = self._lower = True
            self._first = False
        elif byte != _CR:
            self._empty = False
            self._lower = self._lower and (self._first or byte != _COLON)
