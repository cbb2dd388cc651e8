"""What the tests of the link share: a scripted peer at the far end of a line in memory, and a clock turned by hand."""

import asyncio

import pytest

from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line

from .speech import SPEECH


class Peer:
    """The far end: bytes in, bytes out, nothing else. ``answers`` maps command lines to what is said at once."""

    def __init__(self, port, clock):
        self.port = port
        self.clock = clock
        self.heard = b""
        self.answers = {}
        self._taken = 0
        self._changed = asyncio.Event()

    async def open(self):
        await self.port.open(self._sink, lambda error: None)

    def _sink(self, data):
        self.heard += data
        self._changed.set()
        for line in data.split(b"\r"):
            if line in self.answers:
                self.say(self.answers[line])

    @property
    def news(self):
        """What was heard since this was asked last."""
        found = self.heard[self._taken :]
        self._taken = len(self.heard)
        return found

    async def hears(self, data):
        """Waits until ``data`` has been heard, behind what was waited for before."""
        while (place := self.heard.find(data, self._taken)) < 0:
            self._changed.clear()
            await self._changed.wait()
        self._taken = place + len(data)

    def say(self, data):
        """Sends bytes."""
        self.port.write(data)

    async def says(self, *pieces):
        """Sends bytes, each piece as a read of its own, and lets them arrive."""
        for piece in pieces:
            self.port.write(piece)
            await self.clock.settle()


@pytest.fixture
def clock():
    """The clock, at zero."""
    return ManualClock()


@pytest.fixture
async def line(clock):
    """A link that is open, and its peer; both without any echo."""
    near, far = memory_line(clock=clock)
    peer = Peer(far, clock)
    await peer.open()
    link = Link(near, SPEECH, clock=clock)
    await link.open()
    yield link, peer
    await clock.run_until(link.aclose(), 10)
    await far.aclose()


@pytest.fixture
def link(line):
    """The link."""
    return line[0]


@pytest.fixture
def peer(line):
    """Its peer."""
    return line[1]


@pytest.fixture
async def start(clock):
    """Starts a call as a task and lets it get as far as it can."""
    tasks = []

    async def start(call):
        task = asyncio.ensure_future(call)
        tasks.append(task)
        await clock.settle()
        return task

    yield start
    for task in tasks:
        assert task.done(), task
