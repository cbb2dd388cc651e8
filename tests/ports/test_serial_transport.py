"""The tuned transport and the inherited one, on real descriptors."""

import asyncio
import errno
import socket

import pytest
import serial
import serial_asyncio

from simcom_async.ports.serial_device import build, release
from simcom_async.ports.serial_transport import DescriptorTransport, InheritedTransport, attach

pytestmark = pytest.mark.usefixtures("no_errors")


class Wire:
    """What a transport tells."""

    def __init__(self, box):
        self.data_received = box.sink
        self.told = []
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.told.append("made")

    def connection_lost(self, error):
        self.ended.set_result(error)

    def pause_writing(self):
        self.told.append("pause")

    def resume_writing(self):
        self.told.append("resume")


@pytest.fixture
async def fast(bare_pty, inbox):
    """A tuned transport, its wire, its inbox and the bare pseudo-terminal."""
    port, box = build(bare_pty.path, 115200, rtscts=False, exclusive=True), inbox()
    wire = Wire(box)
    transport = attach(asyncio.get_running_loop(), wire, port)
    yield transport, wire, box, bare_pty
    transport.abort()
    await wire.ended
    release(port)


@pytest.fixture
async def inherited(inbox):
    """The same on pyserial's socket port, which is no terminal."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = serial.serial_for_url("socket://{}:{}".format(*server.getsockname()))
        far, _ = server.accept()
    wire = Wire(inbox())
    transport = attach(asyncio.get_running_loop(), wire, port)
    with far:
        yield transport, wire, far
    transport.abort()
    await wire.ended
    release(port)


async def test_a_terminal_is_read_and_written_directly(fast):
    transport, wire, box, far = fast
    assert isinstance(transport, DescriptorTransport)
    assert isinstance(transport, serial_asyncio.SerialTransport)
    transport.write(b"AT\r")
    assert await far.read(3) == b"AT\r"
    far.write(b"OK")
    assert await box.holds(2) == b"OK"
    assert wire.told == ["made"]


async def test_a_read_is_as_long_as_the_kernel_gives(fast):
    _, _, box, far = fast
    far.write(bytes(4000))
    await box.holds(4000)
    assert max(map(len, box.reads)) > 1024  # the library's own read stops there


async def test_room_is_told_at_low_water(fast):
    transport, wire, _, far = fast
    transport.write(bytes(100_000))
    assert wire.told[-1] == "pause"
    await far.read(100_000)
    assert wire.told[-1] == "resume"
    assert transport.get_write_buffer_size() == 0


async def test_an_end_is_told_once_and_leaves_the_serial_object_open(fast):
    transport, wire, *_ = fast
    port = transport.serial
    transport.write(bytes(100_000))
    transport.abort()
    transport.close()
    transport.abort()
    transport.write(b"ignored")
    assert await wire.ended is None
    assert port.is_open
    assert transport.get_write_buffer_size() == 0


@pytest.mark.parametrize("use", ["read", "write", "held"])
async def test_an_error_of_the_descriptor_ends_it(fast, use):
    transport, wire, _, far = fast
    await asyncio.sleep(0)
    if use == "held":
        transport.write(bytes(100_000))
    transport.pause_reading()
    far.close()
    if use == "read":
        transport.resume_reading()
    elif use == "write":
        transport.write(b"x")
        assert transport.is_closing()
    error = await wire.ended
    assert error is None or error.errno == errno.EIO


async def test_what_is_no_terminal_is_read_and_written_by_the_library(inherited):
    transport, wire, far = inherited
    assert type(transport) is InheritedTransport
    box = wire.data_received.__self__
    far.sendall(b"RDY")
    assert await box.holds(3) == b"RDY"
    transport.write(b"AT\r")
    far.setblocking(False)
    assert await asyncio.get_running_loop().sock_recv(far, 3) == b"AT\r"
    far.close()
    error = await wire.ended
    assert isinstance(error, serial.SerialException)


async def test_an_error_of_the_library_ends_it_quietly(inherited):
    transport, wire, _ = inherited
    error = OSError("dead adapter")
    transport._fatal_error(error)
    assert await wire.ended is error


async def test_spurious_wake_ups_are_harmless(fast):
    transport, wire, _, far = fast
    await asyncio.sleep(0)
    transport._read_ready()
    transport.write(bytes(200_000))
    taken = -1
    while taken:  # until the kernel takes nothing more
        held = transport.get_write_buffer_size()
        transport._write_ready()
        taken = held - transport.get_write_buffer_size()
    assert not wire.ended.done()
    assert await far.read(200_000) == bytes(200_000)
