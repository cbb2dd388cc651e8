"""A recording served as a module: the host has to send what was recorded, and gets what was recorded."""

import asyncio

from simcom_async.errors import ProtocolError
from simcom_async.ports.clock import Clock, LoopClock, Timer
from simcom_async.ports.port import Lost, OpenState, Sink
from simcom_async.ports.record import Recording

__all__ = ["ReplayPort"]

_MASK = ord("*")
_SHOWN = 40


class ReplayPort:
    """The host's port onto a recording.

    What was received before the first ``tx`` entry comes at once; what was received after one comes when the host has
    written that entry, however it cuts its writes. A recorded ``*`` stands for any byte, since secrets are masked.
    With ``realtime`` each read keeps its recorded distance to the ``tx`` entry before it. A deviation raises
    ``ProtocolError`` in ``write()``, and the port is lost.
    """

    def __init__(self, recording: Recording, *, realtime: bool = False, clock: Clock | None = None) -> None:
        self._entries = recording.entries
        self._realtime = realtime
        self._clock = clock or LoopClock()
        self._state = OpenState("replay")
        self._sink: Sink | None = None
        self._timer: Timer | None = None
        self._paused = False
        self._offset: float | None = None
        self._left = self._matched = self._tx = self._rx = 0
        self._rewind()

    @property
    def url(self) -> str:
        """``replay``."""
        return self._state.url

    @property
    def flow_control(self) -> bool:
        """Whoever writes waits while nobody reads."""
        return True

    @property
    def pending(self) -> int:
        """Nothing waits."""
        return 0

    @property
    def remaining(self) -> int:
        """Entries that were not yet sent by the host or received by it, 0 at the end."""
        return self._left

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Starts the recording from its beginning."""
        self._state.check_closed()
        self._rewind()
        self._sink, self._paused = sink, False
        self._state.opened(lost)
        first = self._entries[0].t if self._entries else None
        self._anchor(first)
        self._go_on()

    def write(self, data: bytes) -> None:
        """Compares with the recording. Raises ``ProtocolError`` with what was expected and what came."""
        self._state.check()
        while data:
            expected = self._expected()
            part, data = data[: len(expected)], data[len(expected) :]
            if not part or not _equal(expected[: len(part)], part):
                raise self._deviation(expected, part or data)
            self._matched += len(part)
            if len(part) == len(expected):
                self._anchor(self._entries[self._tx].t)
                self._left -= 1
                self._matched = 0
                self._tx = self._find("tx", self._tx + 1)
        self._go_on()

    async def drain(self) -> None:
        """Nothing waits."""
        self._state.check()

    def pause(self) -> None:
        """Stops the delivery."""
        self._paused = True

    def resume(self) -> None:
        """Goes on with it."""
        self._paused = False
        self._go_on()

    async def set_baud(self, baud: int) -> None:
        """There is no rate."""

    async def aclose(self) -> None:
        """Ends the replay."""
        self._state.closed()
        self._stop()

    def _rewind(self) -> None:
        self._left = len(self._entries)
        self._matched = 0
        self._offset = None
        self._tx = self._find("tx", 0)
        self._rx = self._find("rx", 0)

    def _find(self, direction: str, start: int) -> int:
        """The place of the next entry of a direction, or the end."""
        for index in range(start, len(self._entries)):
            if self._entries[index].dir == direction:
                return index
        return len(self._entries)

    def _anchor(self, recorded: float | None) -> None:
        """What was recorded at this time happens now."""
        if recorded is not None:
            self._offset = self._clock.time() - recorded

    def _expected(self) -> bytes:
        return self._entries[self._tx].data[self._matched :] if self._tx < len(self._entries) else b""

    def _deviation(self, expected: bytes, came: bytes) -> ProtocolError:
        if expected:
            number, what = self._tx + 1, f"expected {expected[:_SHOWN]!r}, came {_shown(expected, came)!r}"
        else:
            number, what = len(self._entries), f"nothing more is sent; came {came[:_SHOWN]!r}"
        error = ProtocolError(f"the host left the recording at entry {number}: {what}", port=self.url)
        self._state.lose("is over: the host left the recording", error)
        self._stop()
        return error

    def _go_on(self) -> None:
        """Prepares the next delivery, unless one is, or the host has to send first."""
        if self._timer is not None or self._paused or self._sink is None or self._rx >= self._tx:
            return
        recorded = self._entries[self._rx].t
        if self._realtime and recorded is not None and self._offset is not None:
            self._timer = self._clock.call_at(recorded + self._offset, self._deliver)
        else:
            self._timer = asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        if self._paused or self._sink is None:
            return
        data = self._entries[self._rx].data
        self._rx = self._find("rx", self._rx + 1)
        self._left -= 1
        try:
            self._sink(data)
        finally:
            self._go_on()

    def _stop(self) -> None:
        self._sink = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _equal(expected: bytes, came: bytes) -> bool:
    return expected == came or all(want in (got, _MASK) for want, got in zip(expected, came, strict=True))


def _shown(expected: bytes, came: bytes) -> bytes:
    """What came, up to the first difference, without anything that may belong to a secret."""
    shown = bytearray()
    for want, got in zip(expected, came, strict=False):
        hidden = want == _MASK or (shown and shown[-1] == _MASK)
        shown.append(_MASK if hidden else got)
        if want not in (got, _MASK):
            break
    return bytes(shown[-_SHOWN:])
