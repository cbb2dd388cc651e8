"""A port that is lent to whoever asks the module behind it who it is, and kept open for whoever uses it then."""

from __future__ import annotations

from simcom_async.errors import PortLost
from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["LentPort"]


class LentPort:
    """Another port, whose opening and closing are a borrower's coming and going; ``finish`` closes it.

    What comes while nobody has borrowed it is dropped.
    """

    def __init__(self, port: Port) -> None:
        self._port = port
        self._opened = False
        self._gone: PortLost | None = None
        self._sink: Sink | None = None
        self._lost: Lost | None = None

    @property
    def url(self) -> str:
        """That of the port."""
        return self._port.url

    @property
    def flow_control(self) -> bool:
        """As the port has it."""
        return self._port.flow_control

    @property
    def pending(self) -> int:
        """As the port says."""
        return self._port.pending

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Borrows it, and opens it where it is not. Raises LinkError as the port does, and once it is gone."""
        if self._gone is not None:
            raise self._gone
        self._sink, self._lost = sink, lost
        if not self._opened:
            await self._port.open(self._received, self._left)
            self._opened = True

    def write(self, data: bytes) -> None:
        """Writes."""
        self._port.write(data)

    async def drain(self) -> None:
        """Waits for low water."""
        await self._port.drain()

    def pause(self) -> None:
        """Stops reading."""
        self._port.pause()

    def resume(self) -> None:
        """Goes on reading."""
        self._port.resume()

    async def set_baud(self, baud: int) -> None:
        """Changes the rate."""
        await self._port.set_baud(baud)

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
