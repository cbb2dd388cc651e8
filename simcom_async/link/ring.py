"""The last events, for whoever subscribes late."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from simcom_async.at.event import Event, Gap, LineEvent, PayloadChunk
from simcom_async.link.subscription import gap_of

__all__ = ["ReplayRing"]


class ReplayRing:
    """The newest events, at most ``events`` of them with at most ``octets`` bytes of text.

    It holds no payload: payload chunks leave a count behind. ``newest`` is the number of the last event kept.
    """

    def __init__(self, events: int, octets: int) -> None:
        self.octets = octets
        self._ring: deque[Event] = deque(maxlen=events)
        self._most = 0
        self.newest = 0

    def __len__(self) -> int:
        return len(self._ring)

    @property
    def held(self) -> int:
        """The bytes of text that it holds."""
        return sum(len(event.text) for event in self._ring if isinstance(event, LineEvent))

    def keep(self, events: Sequence[Event], octets: int) -> None:
        """Remembers events that came together, none of them payload; ``octets`` is the most that their text can be."""
        self._ring.extend(events)
        self.newest += len(events)
        self._most += octets
        if self._most > self.octets:
            self._shrink()

    def keep_mixed(self, events: Sequence[Event]) -> None:
        """Remembers events of which some may be payload."""
        ring = self._ring
        for event in events:
            if event.__class__ is not PayloadChunk:
                ring.append(event)
                if isinstance(event, LineEvent):
                    self._most += len(event.text)
            elif ring and isinstance(last := ring[-1], Gap):
                last.count += 1
                last.last = last.sequence = event.sequence
                last.time = event.time
            else:
                ring.append(gap_of(event))
        self.newest += len(events)
        if self._most > self.octets:
            self._shrink()

    def forgotten(self, sequence: int) -> Gap | None:
        """The gap of the events behind ``sequence`` that it has no more, of whatever kind they were."""
        first = self.newest + 1
        if self._ring:
            oldest = self._ring[0]
            first = oldest.first if isinstance(oldest, Gap) else oldest.sequence
        return _gap(sequence + 1, first - 1) if sequence + 1 < first else None

    def since(self, sequence: int) -> list[Event]:
        """The remembered events behind ``sequence``; gaps stand for payload."""
        return [
            _gap(max(event.first, sequence + 1), event.last) if isinstance(event, Gap) else event
            for event in self._ring
            if event.sequence > sequence
        ]

    def _shrink(self) -> None:
        """Counts what is held, and drops the oldest down to half of the bound where that is exceeded."""
        held = self.held
        if held > self.octets:
            while held > self.octets // 2:
                oldest = self._ring.popleft()
                held -= len(oldest.text) if isinstance(oldest, LineEvent) else 0
        self._most = held


def _gap(first: int, last: int) -> Gap:
    gap = Gap(last - first + 1, first, last)
    gap.sequence, gap.time = last, 0.0
    return gap
