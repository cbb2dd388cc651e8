"""Unsolicited lines of one line of the module: said when the line is free, until then kept."""

from __future__ import annotations

from collections import deque

from simcom_async.at.responder import Mode, Responder
from simcom_async.ports.clock import Clock
from simcom_async.virtual.outgoing import Outgoing
from simcom_async.virtual.piece import Piece

__all__ = ["TYPING", "URC_LIMIT", "Unsolicited"]

#: Lines that wait while the line is taken; the oldest are dropped.
URC_LIMIT = 256
#: Seconds for which a half-typed command line holds them back.
TYPING = 0.5


class Unsolicited:
    """Says unsolicited lines when neither an answer, an entry, a connection nor a command that is typed is under way.

    ``dropped`` counts those that did not fit.
    """

    def __init__(self, responder: Responder, out: Outgoing, clock: Clock) -> None:
        self.typed_at = 0.0
        self.dropped = 0
        self._responder = responder
        self._out = out
        self._clock = clock
        self._waiting: deque[Piece] = deque()

    def say(self, piece: Piece) -> None:
        """Say it, now or later."""
        self._waiting.append(piece)
        if len(self._waiting) > URC_LIMIT:
            self._waiting.popleft()
            self.dropped += 1
        if self._responder.typing and self._clock.time() < self.typed_at + TYPING:
            self._clock.call_at(self.typed_at + TYPING, self._when_free)
        else:
            self._when_free()

    def flush(self) -> None:
        """The line is free: say what waits."""
        if self._waiting:
            pieces = tuple(self._waiting)
            self._waiting.clear()
            self._out.send(*pieces)

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def _when_free(self) -> None:
        if self._responder.mode is Mode.COMMAND:
            self.flush()
