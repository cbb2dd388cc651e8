"""A port that remembers what was written to it."""

from __future__ import annotations

from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Port

__all__ = ["Tap"]


class Tap(PassingPort):
    """Another port, with a look at what goes out: ``written`` holds each write."""

    def __init__(self, port: Port) -> None:
        super().__init__(port)
        self.written: list[bytes] = []

    @property
    def lines(self) -> list[str]:
        """The command lines that were written, entries left out."""
        return [data[:-1].decode("ascii") for data in self.written if data[:2] == b"AT" and data[-1:] == b"\r"]

    def write(self, data: bytes) -> None:
        """Sends and remembers."""
        self.written.append(bytes(data))
        super().write(data)
