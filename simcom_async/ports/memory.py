"""Two joined ends in memory: a serial line for tests and embedded virtual modems."""

import asyncio
import math
from collections import deque

from simcom_async.errors import LinkError
from simcom_async.ports.clock import Clock, LoopClock, Timer
from simcom_async.ports.port import Lost, OpenState, Sink

__all__ = ["MemoryPort", "memory_line"]

_BITS_A_BYTE = 10  # start bit, eight data bits, stop bit
_PIECES_A_SECOND = 1_000  # a paced wire delivers about as often as a UART's buffer does


def memory_line(*, clock: Clock | None = None, baud: int | None = None) -> tuple["MemoryPort", "MemoryPort"]:
    """The two ends of a line, neither of them open.

    Without ``baud`` each write arrives whole in one of the next turns of the loop. With it both directions are paced
    on ``clock`` (the loop's by default), each on its own, at ten bits a byte, in pieces of at most one millisecond.
    """
    left, right = MemoryPort(), MemoryPort()
    clock = clock or LoopClock()
    left._join(right, _Wire(left, right, clock, baud))
    right._join(left, _Wire(right, left, clock, baud))
    return left, right


class MemoryPort:
    """One end of a line in memory. Bytes sent to an end that is not open are lost, counted in ``dropped``.

    ``unplug()`` takes this end away: both ends are lost, and the other one cannot be opened before this one is again.
    """

    _peer: "MemoryPort"
    _wire: "_Wire"

    def __init__(self) -> None:
        self._state = OpenState("memory")
        self._sink: Sink | None = None
        self._away = False
        self._paused = False

    @property
    def url(self) -> str:
        """``memory``."""
        return self._state.url

    @property
    def flow_control(self) -> bool:
        """Whoever writes waits while nobody reads."""
        return True

    @property
    def pending(self) -> int:
        """Bytes on the wire to the other end."""
        return self._wire.size

    @property
    def dropped(self) -> int:
        """Bytes from this end that never arrived: the other was not open, or an end was unplugged."""
        return self._wire.dropped

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Opens this end. Raises ``LinkError`` while the other end is unplugged."""
        self._state.check_closed()
        if self._peer._away:
            raise LinkError("memory is unplugged at its other end", port="memory")
        self._away = self._paused = False
        self._sink = sink
        self._state.opened(lost)

    def write(self, data: bytes) -> None:
        """Puts bytes on the wire."""
        self._state.check()
        self._state.check_bound(self._wire.size)
        self._wire.put(bytes(data))

    async def drain(self) -> None:
        """Waits for low water."""
        await self._state.low(lambda: self.pending)

    def pause(self) -> None:
        """Stops reading; the bytes stay on the wire."""
        self._paused = True

    def resume(self) -> None:
        """Goes on reading."""
        self._paused = False
        self._peer._wire.resume()

    async def set_baud(self, baud: int) -> None:
        """Changes the pace of what this end sends, if the line is paced."""
        self._wire.set_baud(baud)

    async def aclose(self) -> None:
        """Closes this end; what it has sent still arrives, and the other end is not told, as on a real line."""
        self._state.closed()
        self._sink = None
        self.resume()

    def unplug(self) -> None:
        """Takes this end off the line: both ends are lost, with all that is on the wires."""
        self._away = True
        for end in (self, self._peer):
            end._wire.clear()
            end._sink = None
            end._state.lose("was unplugged")

    def _join(self, peer: "MemoryPort", wire: "_Wire") -> None:
        self._peer, self._wire = peer, wire


class _Wire:
    """One direction of a line: whole writes in order, the first of them sent up to ``_sent``."""

    def __init__(self, source: MemoryPort, target: MemoryPort, clock: Clock, baud: int | None) -> None:
        self._source = source
        self._target = target
        self._clock = clock
        self._baud = baud
        self._writes: deque[bytes] = deque()
        self._sent = 0
        self._timer: Timer | None = None
        self._free_at = -math.inf
        self.size = 0
        self.dropped = 0

    def put(self, data: bytes) -> None:
        if data:
            self._writes.append(data)
            self.size += len(data)
            if self.size == len(data):
                self.resume()

    def set_baud(self, baud: int) -> None:
        if self._baud is not None:
            self._baud = baud

    def clear(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.dropped += self.size
        self._writes.clear()
        self.size = self._sent = 0

    def resume(self) -> None:
        """Goes on after the wire was idle: that time is not made up for."""
        if self._baud is not None:
            self._free_at = max(self._free_at, self._clock.time())
        self.go_on()

    def go_on(self) -> None:
        """Sends the next piece on its way, unless one is, or the other end does not read."""
        if self._timer is not None or not self._writes or self._target._paused:
            return
        left = len(self._writes[0]) - self._sent
        if self._baud is None:
            self._timer = asyncio.get_running_loop().call_soon(self._arrive, left)
            return
        length = min(left, max(1, self._baud // (_BITS_A_BYTE * _PIECES_A_SECOND)))
        self._free_at += length * _BITS_A_BYTE / self._baud  # what a late timer has lost is made up for
        self._timer = self._clock.call_at(self._free_at, lambda: self._arrive(length))

    def _arrive(self, length: int) -> None:
        self._timer = None
        if self._target._paused:  # resume() sends the piece again
            return
        data = self._take(length)
        try:
            if self._target._sink is None:
                self.dropped += length
            else:
                self._target._sink(data)
        finally:
            self.go_on()
            self._source._state.wake()

    def _take(self, length: int) -> bytes:
        first, start = self._writes[0], self._sent
        self._sent += length
        if self._sent == len(first):
            self._writes.popleft()
            self._sent = 0
        self.size -= length
        return first[start : start + length]
