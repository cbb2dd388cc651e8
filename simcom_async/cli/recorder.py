"""A recorder for traffic that somebody else's program makes: it finds the secrets by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.cli.secrets import SecretWatch
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.record import RecordingPort

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect
    from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["MaskingRecorder"]

_RELEASE = 5.0  # seconds that part of a line is kept back, should its end never come


class MaskingRecorder(PassingPort):
    """Records a port to a file; what ``dialects`` declare to be secret is masked, whoever wrote it.

    To know a secret before it is written down, the end of a line that may hold one is kept back until the line is
    complete, at most five seconds.
    """

    def __init__(self, port: Port, file: str, dialects: tuple[Dialect, ...], name: str | None = None) -> None:
        self._received = _ReceivedFirst(port, self._look)
        self._recorder = RecordingPort(self._received, file, dialect=name)
        self._watch = SecretWatch(dialects, self._recorder.mask)
        self._timer: asyncio.TimerHandle | None = None
        super().__init__(self._recorder)

    def write(self, data: bytes) -> None:
        """Send and record, up to what is kept back."""
        passed = self._watch.sent(data)
        if passed:
            self._recorder.write(passed)
        self._arm()

    async def aclose(self) -> None:
        """Close the port and complete the file. Raises LinkError when some of it could not be written."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._received.hand_on(self._watch.release()[1])
        await super().aclose()

    def _look(self, data: bytes) -> bytes:
        passed = self._watch.received(data)
        self._arm()
        return passed

    def _arm(self) -> None:
        if self._watch.keeps and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_RELEASE, self._release)

    def _release(self) -> None:
        self._timer = None
        kept, unread = self._watch.release()
        if kept:
            self._recorder.write(kept)
        self._received.hand_on(unread)


class _ReceivedFirst(PassingPort):
    """A port whose received bytes are looked at before anybody else has them."""

    def __init__(self, port: Port, look: Callable[[bytes], bytes]) -> None:
        super().__init__(port)
        self._look = look
        self._sink: Sink | None = None

    async def open(self, sink: Sink, lost: Lost) -> None:
        self._sink = sink
        await super().open(lambda data: self.hand_on(self._look(data)), lost)

    def hand_on(self, data: bytes) -> None:
        if data and self._sink is not None:
            self._sink(data)
