"""A port that remembers what was written to it."""

from __future__ import annotations

from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["Tap"]


class Tap:
    """Another port, with a look at what goes out: ``written`` holds each write."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.written: list[bytes] = []

    @property
    def url(self) -> str:
        """As the port's."""
        return self._port.url

    @property
    def flow_control(self) -> bool:
        """As the port's."""
        return self._port.flow_control

    @property
    def pending(self) -> int:
        """As the port's."""
        return self._port.pending

    @property
    def lines(self) -> list[str]:
        """The command lines that were written, entries left out."""
        return [data[:-1].decode("ascii") for data in self.written if data[:2] == b"AT" and data[-1:] == b"\r"]

    async def open(self, sink: Sink, lost: Lost) -> None:
        """As the port's."""
        await self._port.open(sink, lost)

    def write(self, data: bytes) -> None:
        """As the port's."""
        self.written.append(bytes(data))
        self._port.write(data)

    async def drain(self) -> None:
        """As the port's."""
        await self._port.drain()

    def pause(self) -> None:
        """As the port's."""
        self._port.pause()

    def resume(self) -> None:
        """As the port's."""
        self._port.resume()

    async def set_baud(self, baud: int) -> None:
        """As the port's."""
        await self._port.set_baud(baud)

    async def aclose(self) -> None:
        """As the port's."""
        await self._port.aclose()
