"""A prompt that came damaged: nothing else is like it, and nothing more comes until its entry is ended."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from simcom_async.at.codec import constant
from simcom_async.at.event import LineEvent
from simcom_async.at.exchange import State
from simcom_async.errors import ProtocolError
from simcom_async.link.timer import LazyTimer

if TYPE_CHECKING:
    from simcom_async.link.channel import Channel
    from simcom_async.link.operation import Operation

__all__ = ["PromptWatch"]

_ALIKE = 0.75  # how much of the two must be the same, 0 to 1
_SILENCE = 1.0  # seconds behind it, in which what it was may still turn out
#: By which rules a line comes out that is nothing that was declared.
_UNKNOWN = frozenset({"no-line-of-at", "undeclared-urc", "own-name"})


class PromptWatch:
    """Watches for what looks like the prompt of one operation until that is asked for its entry, or has ended.

    The operation fails, by ``fail``, when it is silent behind such a line. Only a prompt in which nothing varies, and
    that is a line of its own, is known so.
    """

    def __init__(self, channel: Channel, operation: Operation, fail: Callable[[Operation, Exception], None]) -> None:
        self._channel = channel
        self._operation = operation
        self._fail = fail
        self._line = b""
        self._seen = 0.0
        entry = operation.command.wire.entry
        self._word = None if entry is None or entry.prompt.wire.mark else constant(entry.prompt)
        if self._word is None:
            return
        self._timer = LazyTimer(channel.time, self._look)
        self._watch = channel.bus.on(LineEvent, self._came)
        operation.done.add_done_callback(lambda _: self._close())

    def _close(self) -> None:
        self._timer.cancel()
        self._watch.close()

    def _came(self, event: LineEvent) -> None:
        if event.rule in _UNKNOWN and self._waits and self._word is not None and _alike(event.text, self._word):
            self._line = event.text
            self._seen = self._channel.time.now()
            self._timer.arm(self._seen + _SILENCE)

    def _look(self) -> float | None:
        if not self._waits:
            return None
        silent = self._seen + _SILENCE
        if not self._channel.time.reached(silent):
            return silent
        self._operation.spoilt = True
        url = self._channel.port.url
        what = f"{self._operation.command.masked}: {self._line!r} came in place of {self._word!r}"
        seen = self._channel.trace.seen()
        self._fail(
            self._operation, ProtocolError(f"{what}; bytes were lost or changed on the line", port=url, seen=seen)
        )
        return None

    @property
    def _waits(self) -> bool:
        operation = self._operation
        return operation is self._channel.current and operation.exchange.state is State.SENT


def _alike(line: bytes, word: bytes) -> bool:
    if len(line) > 2 * len(word):
        return False
    return SequenceMatcher(None, line.decode("latin-1"), word.decode("latin-1"), autojunk=False).ratio() >= _ALIKE
