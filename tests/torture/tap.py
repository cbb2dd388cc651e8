"""What a host has received, and whether every byte of it has become an event (law 2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from simcom_async.at.event import Event, LineEvent, PayloadChunk, PromptLine
from simcom_async.link.bus import EventBus
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Lost, Port, Sink

__all__ = ["TappedPort"]

FRAMING = b"\r\n"


@dataclass
class Life:
    """The bytes between the opening of a port and its end, and the places of the events made of them."""

    received: bytearray = field(default_factory=bytearray)
    covered: list[tuple[int, int]] = field(default_factory=list)

    def vanished(self) -> bytes:
        """Received bytes that are in no event and no framing; what came behind the last event is not counted."""
        end = min(max((end for _, end in self.covered), default=0), len(self.received))
        marks = bytearray(end)
        for start, behind in self.covered:
            marks[start:behind] = b"\1" * (min(behind, end) - start)
        return bytes(byte for byte, taken in zip(self.received, marks, strict=False) if not taken).strip(FRAMING)

    def unfinished(self) -> bytes:
        """What came behind the last event."""
        end = max((end for _, end in self.covered), default=0)
        return bytes(self.received[end:]).strip(FRAMING)


class TappedPort(PassingPort):
    """Keeps what passes to the host, life by life."""

    def __init__(self, port: Port) -> None:
        super().__init__(port)
        self.lives: list[Life] = []

    async def open(self, sink: Sink, lost: Lost) -> None:
        """The other port's, listened to."""
        life = Life()

        def received(data: bytes) -> None:
            life.received += data
            sink(data)

        await super().open(received, lost)
        self.lives.append(life)

    def listen(self, bus: EventBus) -> None:
        """Note the events from here on; what was received before is taken for heard."""
        life = self.lives[-1]
        life.covered.append((0, len(life.received)))
        bus.on(Event, self._heard)

    def vanished(self) -> bytes:
        """Received bytes that are in no event, of all lives."""
        return b"".join(life.vanished() for life in self.lives)

    def _heard(self, event: Event) -> None:
        if isinstance(event, LineEvent | PayloadChunk):
            blank = isinstance(event, PromptLine)  # one behind a prompt belongs to it, whenever it comes
            self.lives[-1].covered.append((event.start, event.end + blank))
