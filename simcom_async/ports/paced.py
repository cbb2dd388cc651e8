"""A port whose received bytes come at the pace of a serial line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.ports.passing import PassingPort

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock, Timer
    from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["PacedPort"]

_BITS_A_BYTE = 10
_PIECES_A_SECOND = 500
#: Bytes that wait here at most, a read of the port on top; the rest waits where it comes from.
_ROOM = 4096


class PacedPort(PassingPort):
    """Hands on what it receives at ``baud`` bit/s, ten bits a byte; what is written goes out at once."""

    def __init__(self, port: Port, clock: Clock, baud: int) -> None:
        super().__init__(port)
        self._clock = clock
        self._baud = baud
        self._sink: Sink | None = None
        self._waiting = bytearray()
        self._timer: Timer | None = None
        self._free_at = 0.0
        self._paused = self._full = False

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Opens the other port."""
        self._sink = sink
        await self._port.open(self._came, lost)

    def pause(self) -> None:
        """Hands on nothing until ``resume()``."""
        self._paused = True
        self._stop()
        self._port.pause()

    def resume(self) -> None:
        """Goes on, with what waits first."""
        self._paused = False
        self._free_at = max(self._free_at, self._clock.time())
        self._schedule()
        if not self._full:
            self._port.resume()

    async def set_baud(self, baud: int) -> None:
        """From here on at this rate."""
        self._baud = baud
        await self._port.set_baud(baud)

    async def aclose(self) -> None:
        """Closes the other port; what waits is lost, as on a wire."""
        self._stop()
        self._waiting.clear()
        self._full = self._paused = False
        await self._port.aclose()

    def _came(self, data: bytes) -> None:
        if not self._waiting:
            self._free_at = max(self._free_at, self._clock.time())
        self._waiting += data
        if len(self._waiting) >= _ROOM and not self._full:
            self._full = True
            self._port.pause()
        self._schedule()

    def _schedule(self) -> None:
        """Sets the timer for the next piece, for the moment when its last bit has come."""
        if self._timer is not None or self._paused or not self._waiting:
            return
        length = min(self._length, len(self._waiting))
        self._free_at += length * _BITS_A_BYTE / self._baud  # what a late timer has lost is made up for
        self._timer = self._clock.call_at(self._free_at, lambda: self._hand_on(length))

    def _hand_on(self, length: int) -> None:
        self._timer = None
        piece = bytes(self._waiting[:length])
        del self._waiting[:length]
        if self._full and len(self._waiting) < _ROOM // 2:
            self._full = False
            self._port.resume()
        if self._sink is not None:
            self._sink(piece)
        self._schedule()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _length(self) -> int:
        return max(1, self._baud // (_BITS_A_BYTE * _PIECES_A_SECOND))
