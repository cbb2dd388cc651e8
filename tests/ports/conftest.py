"""What the tests of ports share: an inbox for what a port delivers, and a bare pseudo-terminal."""

import asyncio
import os
import tty
from pathlib import Path

import pytest


class Inbox:
    """Collects what a port delivers, and lets a test await it."""

    def __init__(self):
        self.reads = []
        self.data = bytearray()
        self.losses = []
        self._changed = asyncio.Event()

    def sink(self, data):
        assert isinstance(data, bytes)
        self.reads.append(data)
        self.data += data
        self._changed.set()

    def lost(self, error):
        self.losses.append(error)
        self._changed.set()

    async def until(self, condition):
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    async def holds(self, count):
        """Awaits ``count`` bytes and returns all."""
        await self.until(lambda: len(self.data) >= count)
        return bytes(self.data)

    async def loss(self):
        """Awaits the loss of the port."""
        await self.until(lambda: self.losses)
        return self.losses[0]


class BarePty:
    """A pseudo-terminal whose master the test holds itself."""

    def __init__(self):
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self.master, False)
        self._closed = False

    async def read(self, count):
        """Reads exactly ``count`` bytes."""
        loop = asyncio.get_running_loop()
        data = bytearray()
        while len(data) < count:
            readable = loop.create_future()
            loop.add_reader(self.master, lambda waiter=readable: waiter.done() or waiter.set_result(None))
            try:
                await readable
                data += os.read(self.master, count - len(data))
            except BlockingIOError:
                continue
            finally:
                loop.remove_reader(self.master)
        return bytes(data)

    def write(self, data):
        assert os.write(self.master, data) == len(data)

    def close(self):
        if not self._closed:
            self._closed = True
            os.close(self.master)


@pytest.fixture
def inbox():
    """Makes inboxes."""
    return Inbox


@pytest.fixture
def bare_pty():
    """A pseudo-terminal with a bare master."""
    pty = BarePty()
    yield pty
    pty.close()


@pytest.fixture
def descriptors():
    """Counts the open descriptors of this process."""
    return lambda: len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
async def no_errors():
    """Fails the test when a callback of the loop raised."""
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    yield
    assert not errors
