"""A restart in the middle of an answer: boot lines that look like payload, values that they have cut short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from simcom_async.at.armed import final_result
from simcom_async.at.codec import line_of
from simcom_async.at.event import PayloadChunk, UrcLine
from simcom_async.at.message import Escaped
from simcom_async.commands.topics import ModuleBooted
from simcom_async.link.timer import LazyTimer

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.demux import Demux
    from simcom_async.at.exchange import Exchange
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

__all__ = ["BootWatch", "boot_line", "cut_short", "streams"]

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
        return next(_boot_lines(self._channel.demux, self._tail.split(b"\r\n")), None)


def boot_line(channel: Channel) -> UrcLine | None:
    """The boot line among the last bytes that were received, as an event: an answer that has broken off has taken it.

    None where a final result stands behind it: then it was data, and bytes of that were lost on the line.
    """
    lines = channel.trace.seen().split(b"\r\n")
    last = max(
        (place for place, line in enumerate(lines) if final_result(line, line.partition(b":")[0]) is not None),
        default=-1,
    )
    return next(_boot_lines(channel.demux, lines[last + 1 : -1]), None)


def cut_short(exchange: Exchange) -> bool:
    """Whether values of the line that has ended a command may be missing, where a boot line stands right behind it.

    The line end of that line may be the one in front of the boot line.
    """
    line = exchange.lines[-1] if exchange.finished and exchange.lines else None
    if line is None or (exchange.final is not None and exchange.final.start > line.start):
        return False
    return line.declaration is not None and bool(line.declaration.model_fields)


def _boot_lines(demux: Demux, lines: Iterable[bytes]) -> Iterator[UrcLine]:
    for line in lines:
        for entry in demux.dialect.table.unsolicited.get(line.partition(b":")[0], ()):
            match = entry.match(line)
            if match is not None and issubclass(entry.declaration, ModuleBooted):
                yield UrcLine(line, demux.received, "boot-line-in-a-payload", None, entry, match)


@cache
def streams(kind: type[Command[Any]]) -> bool:
    """Whether a command may have a payload that has no length."""
    completion = kind.wire.completion
    packets = () if completion is None else completion.packets
    return any(isinstance(line_of(message).opens, Escaped) for message in (*kind.wire.replies, *packets))
