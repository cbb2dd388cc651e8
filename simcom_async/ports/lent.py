"""A port that is lent to whoever asks the module behind it who it is, and kept open for whoever uses it then."""

from __future__ import annotations

from simcom_async.errors import PortLost
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["LentPort"]


class LentPort(PassingPort):
    """Another port, whose opening and closing are a borrower's coming and going; ``finish`` closes it.

    What comes while nobody has borrowed it is dropped.
    """

    def __init__(self, port: Port) -> None:
        super().__init__(port)
        self._opened = False
        self._gone: PortLost | None = None
        self._sink: Sink | None = None
        self._lost: Lost | None = None

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Borrows it, and opens it where it is not. Raises LinkError as the port does, and once it is gone."""
        if self._gone is not None:
            raise self._gone
        self._sink, self._lost = sink, lost
        if not self._opened:
            await self._port.open(self._received, self._left)
            self._opened = True

    async def aclose(self) -> None:
        """Gives it back; it stays open."""
        self._sink = self._lost = None

    async def finish(self) -> None:
        """Closes the port."""
        self._sink = self._lost = None
        await self._port.aclose()

    def _received(self, data: bytes) -> None:
        if self._sink is not None:
            self._sink(data)

    def _left(self, error: PortLost) -> None:
        self._gone = error
        if self._lost is not None:
            self._lost(error)
