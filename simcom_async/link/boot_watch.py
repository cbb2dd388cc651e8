"""A restart in the middle of a payload that has no length: the module's boot lines look like its data."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from simcom_async.at.codec import line_of
from simcom_async.at.event import PayloadChunk, UrcLine
from simcom_async.at.message import Escaped
from simcom_async.commands.topics import ModuleBooted
from simcom_async.link.timer import LazyTimer

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

__all__ = ["BootWatch", "streams"]

_SILENCE = 5.0  # seconds behind what looks like a boot line, until the module is asked
_ANSWER = 1.0  # seconds for its answer
_QUESTIONS = 3
_TAIL = 512  # bytes in which a boot line is looked for
_OK = b"\r\nOK\r\n"


class BootWatch:
    """Watches the payload of one operation until that has ended.

    A boot line among its last bytes, then silence, then an OK to AT: only a module that has restarted says so, because
    one in the middle of a payload takes no command. Then the line is published as what it is.
    """

    def __init__(self, channel: Channel, operation: Operation) -> None:
        self._channel = channel
        self._command = operation.command
        self._tail = b""
        self._last = 0.0
        self._asked = 0
        self._timer = LazyTimer(channel.time, self._look)
        self._watch = channel.bus.on(PayloadChunk, self._came)
        operation.done.add_done_callback(lambda _: self.close())

    def close(self) -> None:
        """Watches no more; again is harmless."""
        self._timer.cancel()
        self._watch.close()

    def _came(self, chunk: PayloadChunk) -> None:
        if chunk.command is not self._command:
            return
        self._last = self._channel.time.now()
        if chunk.last:
            self._tail = b""
            return
        self._tail = (self._tail + chunk.data)[-_TAIL:]
        if self._asked and self._tail.endswith(_OK):
            self._restarted()
            return
        self._timer.arm(self._last + _SILENCE)

    def _look(self) -> float | None:
        """Asks, where it is silent behind a boot line; returns when to look again."""
        channel = self._channel
        silent = self._last + (_ANSWER if self._asked else _SILENCE)
        if not channel.time.reached(silent):
            return silent
        if not self._tail or self._asked == _QUESTIONS or self._boot_line() is None:
            return None
        self._asked += 1
        self._last = channel.time.now()
        channel.write(b"AT\r")
        return self._last + _ANSWER

    def _restarted(self) -> None:
        event = self._boot_line()
        self.close()
        if event is not None:
            self._channel.bus.publish(event)

    def _boot_line(self) -> UrcLine | None:
        """The first boot line in the tail, as an event."""
        demux = self._channel.demux
        for line in self._tail.split(b"\r\n"):
            for entry in demux.dialect.table.unsolicited.get(line.partition(b":")[0], ()):
                match = entry.match(line)
                if match is not None and issubclass(entry.declaration, ModuleBooted):
                    return UrcLine(line, demux.received, "boot-line-in-a-payload", None, entry, match)
        return None


@cache
def streams(kind: type[Command[Any]]) -> bool:
    """Whether a command may have a payload that has no length."""
    completion = kind.wire.completion
    packets = () if completion is None else completion.packets
    return any(isinstance(line_of(message).opens, Escaped) for message in (*kind.wire.replies, *packets))
