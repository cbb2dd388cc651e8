"""A link with a far end that says whatever a test wants, and a clock turned by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from simcom_async.at.dialect import Dialect
from simcom_async.errors import PortLost
from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from tests.link.speech import SPEECH

__all__ = ["READ", "FarEnd", "at_link", "in_reads"]

#: Bytes of one read, as many as a busy port hands over.
READ = 65_536


class FarEnd:
    """The module's end: ``answer`` is called with each command line, and says what is said to it."""

    def __init__(self) -> None:
        self.host, self._port = memory_line()
        self.heard: list[bytes] = []
        self.answer: Callable[[bytes], bytes | None] = lambda line: b"\r\nOK\r\n"
        self._rest = b""

    async def open(self) -> None:
        """Be there."""
        await self._port.open(self._receive, self._lost)

    def say(self, data: bytes) -> None:
        """Say something, in one read."""
        self._port.write(data)

    async def flood(self, clock: ManualClock, reads: Iterable[bytes]) -> None:
        """Say something as long as there is something, and let each read arrive."""
        for data in reads:
            self._port.write(data)
            await clock.settle()

    async def aclose(self) -> None:
        """Be away."""
        await self._port.aclose()

    def _receive(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\r")
        for line in lines:
            self.heard.append(line)
            said = self.answer(line)
            if said:
                self.say(said)

    def _lost(self, error: PortLost) -> None:
        raise AssertionError(error)


@asynccontextmanager
async def at_link(dialect: Dialect = SPEECH) -> AsyncIterator[tuple[Link, FarEnd, ManualClock]]:
    """A link that is open, its far end, and their clock."""
    clock = ManualClock()
    far = FarEnd()
    await far.open()
    link = Link(far.host, dialect, clock=clock)
    await link.open()
    try:
        yield link, far, clock
    finally:
        await clock.run_until(link.aclose(), 60)
        await far.aclose()


def in_reads(data: bytes, size: int = READ) -> Iterable[bytes]:
    """The pieces of something long."""
    return (data[start : start + size] for start in range(0, len(data), size))
