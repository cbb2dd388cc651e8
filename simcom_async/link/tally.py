"""What a link counts: integers that cost one addition where the bytes pass, and listeners for what is rare."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from simcom_async.at.event import LateReply, Noise
from simcom_async.commands.topics import ModuleBooted
from simcom_async.link.condition import Condition, LinkChanged

if TYPE_CHECKING:
    from simcom_async.link.bus import EventBus

__all__ = ["WINDOW", "Tally"]

#: Of so many commands, the last ones, the rates are told.
WINDOW = 100
_LINE_END = 2


class Tally:
    """The counters of one link, from its making on; none of them ever falls but ``consecutive_timeouts``.

    ``commands`` were written, ``failed`` ended with a bad final result, ``timeouts`` with a time-out (one that waited
    for its turn only is not counted), the last ``consecutive_timeouts`` of them in a row. ``late``: lines that came for
    a command which was given up. ``noise``, ``noise_bytes``: lines that are none of AT, line ends counted in.
    ``restarts`` of the module, ``losses`` of the port. ``bytes_in``, ``bytes_out``. ``last_heard``: the seconds of the
    clock at the last read, None before the first.
    """

    __slots__ = (
        "_failures",
        "_timeouts",
        "bytes_in",
        "bytes_out",
        "commands",
        "consecutive_timeouts",
        "failed",
        "last_heard",
        "late",
        "losses",
        "noise",
        "noise_bytes",
        "restarts",
        "timeouts",
    )

    def __init__(self) -> None:
        self.commands = self.failed = self.timeouts = self.consecutive_timeouts = 0
        self.late = self.noise = self.noise_bytes = self.restarts = self.losses = 0
        self.bytes_in = self.bytes_out = 0
        self.last_heard: float | None = None
        #: The numbers of the commands that ended so. Of a good one nothing is kept.
        self._failures: deque[int] = deque(maxlen=WINDOW)
        self._timeouts: deque[int] = deque(maxlen=WINDOW)

    def watch(self, bus: EventBus) -> None:
        """Counts what is published on a bus: late lines, noise, restarts, losses."""
        bus.on(LateReply, self._came_late)
        bus.on(Noise, self._rustled)
        bus.on(ModuleBooted, self._restarted)
        bus.on(LinkChanged, self._changed)

    def written(self, size: int) -> None:
        """A command line of so many bytes is written."""
        self.commands += 1
        self.bytes_out += size

    def ended(self, failed: bool) -> None:
        """Nothing more of a command is awaited: the module has answered it."""
        self.consecutive_timeouts = 0
        if failed:
            self.failed += 1
            self._failures.append(self.commands)

    def timed_out(self) -> None:
        """The patience with a command has ended."""
        self.timeouts += 1
        self.consecutive_timeouts += 1
        self._timeouts.append(self.commands)

    @property
    def failure_rate(self) -> float:
        """The share of the last 100 commands that ended with a bad final result: 0 to 1."""
        return self._rate(self._failures)

    @property
    def timeout_rate(self) -> float:
        """The share of the last 100 commands that ended with a time-out: 0 to 1."""
        return self._rate(self._timeouts)

    @property
    def sense(self) -> int:
        """The bytes received that were not noise; it grows as long as a module lives and says something."""
        return self.bytes_in - self.noise_bytes

    def _rate(self, numbers: deque[int]) -> float:
        first = self.commands - WINDOW
        return min(1.0, sum(number > first for number in numbers) / max(1, min(WINDOW, self.commands)))

    def _came_late(self, _: LateReply) -> None:
        self.late += 1

    def _rustled(self, noise: Noise) -> None:
        self.noise += 1
        self.noise_bytes += len(noise.text) + _LINE_END

    def _restarted(self, _: ModuleBooted) -> None:
        self.restarts += 1

    def _changed(self, event: LinkChanged) -> None:
        self.losses += event.condition is Condition.LOST
