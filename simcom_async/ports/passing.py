"""A port that is another one, as a beginning for those that look at what passes, or change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.ports.port import Rated

if TYPE_CHECKING:
    from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["PassingPort"]


class PassingPort:
    """Everything is the other port's; a subclass says what is not."""

    def __init__(self, port: Port) -> None:
        self._port = port

    @property
    def url(self) -> str:
        """The other port's."""
        return self._port.url

    @property
    def flow_control(self) -> bool:
        """The other port's."""
        return self._port.flow_control

    @property
    def line_rate(self) -> int | None:
        """The other port's, None where it has none."""
        return self._port.line_rate if isinstance(self._port, Rated) else None

    @property
    def pending(self) -> int:
        """The other port's."""
        return self._port.pending

    async def open(self, sink: Sink, lost: Lost) -> None:
        """The other port's."""
        await self._port.open(sink, lost)

    def write(self, data: bytes) -> None:
        """The other port's."""
        self._port.write(data)

    async def drain(self) -> None:
        """The other port's."""
        await self._port.drain()

    def pause(self) -> None:
        """The other port's."""
        self._port.pause()

    def resume(self) -> None:
        """The other port's."""
        self._port.resume()

    async def set_baud(self, baud: int) -> None:
        """The other port's."""
        await self._port.set_baud(baud)

    async def aclose(self) -> None:
        """The other port's."""
        await self._port.aclose()
