"""A module's side of a pseudo-terminal, against bare clients."""

import asyncio
import os
import resource
import termios
import tty

import pytest
import serial

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.port import LOW_WATER
from simcom_async.ports.pty import PtyPort

pytestmark = pytest.mark.usefixtures("no_errors")


@pytest.fixture
async def module(inbox):
    """A module's port, and its inbox."""
    port, box = PtyPort(), inbox()
    await port.open(box.sink, box.lost)
    yield port, box
    await port.aclose()
    assert box.losses == []


class Client:
    """A program that opens the path."""

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    async def read(self, count):
        loop, data = asyncio.get_running_loop(), bytearray()
        while len(data) < count:
            readable = loop.create_future()
            loop.add_reader(self.fd, lambda waiter=readable: waiter.done() or waiter.set_result(None))
            await readable
            loop.remove_reader(self.fd)
            try:
                data += os.read(self.fd, count - len(data))
            except BlockingIOError:
                continue
        return bytes(data)

    def write(self, data):
        assert os.write(self.fd, data) == len(data)

    def close(self):
        os.close(self.fd)


@pytest.fixture
def client(module):
    client = Client(module[0].path)
    yield client
    client.close()


async def test_bytes_go_both_ways_unchanged(module, client):
    port, box = module
    everything = bytes(range(256))
    client.write(everything)
    assert await box.holds(256) == everything
    port.write(everything)
    assert await client.read(256) == everything
    assert port.url == port.path
    assert port.path.startswith("/dev/")
    await port.set_baud(9600)


async def test_clients_come_in_turn_and_drop_dtr(module):
    port, box = module
    for number in range(3):
        with serial.Serial(port.path, 9600 * (number + 1), timeout=5) as client:
            client.write(b"%d" % number)
            await box.holds(number + 1)
            port.write(b"OK")
            assert client.read(2) == b"OK"
    assert box.data == b"012"


async def test_echo_that_a_client_turned_on_is_seen_and_comes_back(module, client):
    port, box = module
    assert not port.echo
    attributes = termios.tcgetattr(client.fd)
    attributes[3] |= termios.ECHO
    termios.tcsetattr(client.fd, termios.TCSANOW, attributes)
    assert port.echo
    port.write(b"RING")
    assert await box.holds(4) == b"RING"
    assert await client.read(4) == b"RING"
    tty.setraw(client.fd)
    assert not port.echo
    port.write(b"BUSY")
    assert await client.read(4) == b"BUSY"
    client.write(b"x")
    assert await box.holds(5) == b"RINGx"


async def test_huge_writes_complete_and_drain_waits(module, client):
    port, _ = module
    data = os.urandom(2_000_000)
    port.write(data)
    assert port.pending > LOW_WATER
    draining = asyncio.ensure_future(port.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    assert await client.read(len(data)) == data
    await draining
    assert port.dropped == 0


async def test_when_nobody_reads_the_oldest_bytes_are_dropped(inbox, caplog):
    port, box = PtyPort(bound=1000), inbox()
    await port.open(box.sink, box.lost)
    port.write(bytes(100_000))
    held = port.pending
    assert held > 1000
    assert port.dropped == 0
    port.write(b"newest")
    assert port.dropped == held - 1000
    assert port.pending <= 1006
    assert f"{held - 1000} bytes dropped" in caplog.text
    client = Client(port.path)
    data = await client.read(100_006 - port.dropped)
    assert data.endswith(b"newest")
    client.close()
    await port.aclose()


async def test_after_a_stall_all_that_is_held_is_dropped(inbox):
    port, box = PtyPort(stall=0.02), inbox()
    await port.open(box.sink, box.lost)
    port.write(bytes(100_000))
    await port.drain()
    assert port.pending == 0
    assert 0 < port.dropped < 100_000
    client = Client(port.path)
    assert await client.read(100_000 - port.dropped) == bytes(100_000 - port.dropped)
    client.close()
    await port.aclose()


async def test_a_client_that_reads_slowly_loses_nothing(inbox):
    port, box = PtyPort(stall=0.5), inbox()
    await port.open(box.sink, box.lost)
    data = os.urandom(300_000)
    port.write(data)
    client = Client(port.path)
    received = b""
    while len(received) < len(data):
        received += await client.read(min(30_000, len(data) - len(received)))
    assert received == data
    assert port.dropped == 0
    client.close()
    await port.aclose()


async def test_a_client_that_discards_its_input_gets_what_comes_later(module):
    port, box = module
    port.write(bytes(50_000))
    assert port.pending > 0
    client = Client(port.path)
    while port.pending:
        termios.tcflush(client.fd, termios.TCIFLUSH)
        port.write(b"")
        await asyncio.sleep(0)
    termios.tcflush(client.fd, termios.TCIFLUSH)
    client.write(b"AT\r")
    await box.holds(3)
    port.write(b"\r\nOK\r\n")
    assert (await client.read(6)).endswith(b"OK\r\n")
    client.close()


async def test_a_command_makes_held_bytes_go_on(module, client):
    port, box = module
    port.write(bytes(50_000))
    held = port.pending
    assert await client.read(20_000) == bytes(20_000)
    client.write(b"AT\r")
    await box.holds(3)
    assert port.pending < held
    assert await client.read(30_000) == bytes(30_000)


async def test_pausing_loses_nothing(module, client):
    port, box = module
    port.pause()
    port.pause()
    client.write(b"abc")
    for _ in range(5):
        await asyncio.sleep(0)
    assert box.data == b""
    port.resume()
    port.resume()
    assert await box.holds(3) == b"abc"


async def test_closing_hangs_the_line_up(module, inbox, descriptors):
    port, box = PtyPort(), inbox()
    before = descriptors()
    await port.open(box.sink, box.lost)
    with pytest.raises(UsageError, match="already open"):
        await port.open(box.sink, box.lost)
    client = Client(port.path)
    port.write(bytes(100_000))
    await port.aclose()
    assert os.read(client.fd, 10) == b""
    client.close()
    await port.aclose()
    assert descriptors() == before
    for use in (lambda: port.write(b"x"), lambda: port.path, lambda: port.echo):
        with pytest.raises(PortLost, match="is closed"):
            use()
    with pytest.raises(PortLost):
        await port.drain()
    port.pause()
    port.resume()
    assert box.losses == []


async def test_it_can_be_opened_again(module, inbox):
    port, box = PtyPort(), inbox()
    for _ in range(2):
        await port.open(box.sink, box.lost)
        client = Client(port.path)
        client.write(b"x")
        await box.until(lambda: box.data)
        box.data.clear()
        client.close()
        await port.aclose()


async def test_a_sink_may_close_the_port(inbox):
    port, box = PtyPort(), inbox()

    def sink(data):
        box.sink(data)
        port._state.closed()
        port._release()

    await port.open(sink, box.lost)
    client = Client(port.path)
    client.write(b"AT+CPOWD=1\r")
    await box.holds(11)
    client.close()
    assert port.pending == 0


@pytest.mark.parametrize("use", ["read", "write"])
async def test_a_broken_master_is_a_loss(inbox, use):
    port, box = PtyPort(), inbox()
    await port.open(box.sink, box.lost)
    os.close(port._slave)  # nobody holds the other end any more: reading the master fails
    port._slave = os.open("/dev/null", os.O_RDONLY)
    if use == "write":
        port.pause()
        os.dup2(port._slave, port._master)
        with pytest.raises(PortLost, match="is gone"):
            port.write(b"x")
    error = await box.loss()
    assert isinstance(error.__cause__, OSError)
    await port.aclose()
    assert box.losses == [error]


async def test_no_pseudo_terminal_to_be_had(inbox, descriptors):
    before, (soft, hard) = descriptors(), resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = os.dup(0) + 1  # one more descriptor: a pseudo-terminal takes two
    os.close(limit - 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        with pytest.raises(LinkError, match="no pseudo-terminal can be had"):
            await PtyPort().open(inbox().sink, inbox().lost)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert descriptors() == before
