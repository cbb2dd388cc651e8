"""The serial port, on real pseudo-terminals."""

import asyncio
import fcntl
import os
import resource
import socket
import stat
import subprocess
import sys
import termios
import threading
import time

import pytest
import serial

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND
from simcom_async.ports.pty import PtyPort
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.worker import start_in_thread

PORTS = 250

pytestmark = [
    pytest.mark.usefixtures("no_errors"),
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX"),
]


@pytest.fixture
async def opened(bare_pty, inbox):
    """A serial port on a bare pseudo-terminal, its inbox, and the pseudo-terminal."""
    port, box = SerialPort(bare_pty.path), inbox()
    await port.open(box.sink, box.lost)
    yield port, box, bare_pty
    await port.aclose()


async def test_bytes_go_both_ways(opened):
    port, box, far = opened
    port.write(b"AT\r")
    assert await far.read(3) == b"AT\r"
    far.write(bytes(range(256)))
    assert await box.holds(256) == bytes(range(256))
    assert port.pending == 0
    assert port.url == far.path


async def test_a_read_is_handed_on_whole(opened):
    _, box, far = opened
    far.write(b"\r\nOK\r\n")
    await box.holds(6)
    assert box.reads == [b"\r\nOK\r\n"]


async def test_an_idle_port_is_not_lost(opened):
    port, box, far = opened
    port._transport._read_ready()  # what a spurious wake-up does
    far.write(b"x")
    await box.holds(1)
    port._transport._read_ready()
    assert box.losses == []


@pytest.mark.parametrize("paused", [False, True])
async def test_unplugging_is_a_loss_told_once(opened, descriptors, paused):
    port, box, far = opened
    if paused:
        port.pause()
    far.close()
    if paused:
        await asyncio.sleep(0)
        port.resume()
    error = await box.loss()
    assert isinstance(error, PortLost)
    assert str(error).startswith(f"{port.url} is gone")
    with pytest.raises(PortLost, match="is gone"):
        port.write(b"AT\r")
    with pytest.raises(PortLost):
        await port.drain()
    port.pause()
    port.resume()
    await port.aclose()
    assert box.losses == [error]


async def test_a_write_to_an_unplugged_port_says_so(opened):
    port, box, far = opened
    port.pause()
    far.close()
    with pytest.raises(PortLost):
        port.write(b"AT\r")
    await box.loss()


async def test_it_can_be_opened_again_after_a_loss(inbox, descriptors):
    modem, port, box = PtyPort(), None, inbox()
    before = descriptors()
    await modem.open(inbox().sink, inbox().lost)
    port = SerialPort(modem.path)
    for _ in range(3):
        await port.open(box.sink, box.lost)
        port._transport._abort(OSError(5, "Input/output error"))  # as an adapter that drops out for a moment
        await box.until(lambda: len(box.losses) == 1)
        box.losses.clear()
    await port.open(box.sink, box.lost)
    modem.write(b"OK")
    assert await box.holds(2) == b"OK"
    await port.aclose()
    await modem.aclose()
    assert descriptors() == before


async def test_opening_and_closing_leaves_no_descriptor(bare_pty, inbox, descriptors):
    before, port, box = descriptors(), SerialPort(bare_pty.path), inbox()
    for _ in range(3):
        await port.open(box.sink, box.lost)
        assert descriptors() > before
        await port.aclose()
        assert descriptors() == before
    await port.aclose()
    assert box.losses == []
    with pytest.raises(PortLost, match="is closed"):
        port.write(b"x")


async def test_the_last_bytes_leave_before_the_port_closes(opened):
    port, _, far = opened
    data = os.urandom(200_000)
    port.write(data)
    assert port.pending > 0
    reading = asyncio.ensure_future(far.read(len(data)))
    await port.aclose()
    assert await reading == data


async def test_closing_does_not_wait_for_a_peer_that_does_not_read(opened, caplog):
    port, box, _ = opened
    port.write(bytes(200_000))
    assert port.pending > 0
    started = time.monotonic()
    await port.aclose()
    assert time.monotonic() - started < 3
    assert "does not take its bytes" in caplog.text
    assert box.losses == []


async def test_a_cancelled_close_still_closes(opened, descriptors, inbox):
    port, box, far = opened
    port.write(bytes(200_000))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await port.aclose()
    await port.aclose()
    await port.open(box.sink, box.lost)
    far.write(b"OK")
    assert await box.holds(2) == b"OK"


async def test_huge_writes_complete(opened):
    port, _, far = opened
    data = os.urandom(3_000_000)
    port.write(data)
    assert port.pending > 0
    assert await far.read(len(data)) == data
    await port.drain()
    assert port.pending == 0


async def test_held_bytes_keep_their_order_with_later_writes(opened):
    port, _, far = opened
    pieces = [os.urandom(size) for size in (100_000, 1, 0, 5_000, 3)]
    for piece in pieces:
        port.write(piece)
    data = b"".join(pieces)
    assert await far.read(len(data)) == data


async def test_drain_waits_for_low_water(opened):
    port, _, far = opened
    port.write(bytes(300_000))
    draining = asyncio.ensure_future(port.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    await far.read(100_000)
    assert not draining.done()
    await far.read(200_000)
    await draining
    assert port.pending <= LOW_WATER


async def test_drain_ends_when_the_port_is_lost_or_closed(opened, inbox):
    port, box, far = opened
    port.write(bytes(300_000))
    draining = asyncio.ensure_future(port.drain())
    await asyncio.sleep(0)
    far.close()
    with pytest.raises(PortLost):
        await draining
    await box.loss()


async def test_a_writer_who_never_drains_is_refused(opened):
    port, _, _ = opened
    port.write(bytes(OUTGOING_BOUND + 100_000))
    with pytest.raises(LinkError, match="does not take its bytes"):
        port.write(b"x")


async def test_pausing_loses_nothing(opened):
    port, box, far = opened
    data = os.urandom(3_000)
    far.write(data[:1000])
    await box.holds(1000)
    port.pause()
    port.pause()
    far.write(data[1000:])
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(box.data) == 1000
    port.resume()
    port.resume()
    assert await box.holds(3000) == data


async def test_a_sink_that_pauses_gets_nothing_more(bare_pty, inbox):
    port, box = SerialPort(bare_pty.path), inbox()

    def sink(data):
        box.sink(data)
        port.pause()

    await port.open(sink, box.lost)
    bare_pty.write(b"a" * 4095 + b"b")
    await box.holds(1)
    got = len(box.data)
    await asyncio.sleep(0)
    assert len(box.data) == got < 4096
    port.resume()
    assert (await box.holds(4096))[-1:] == b"b"
    await port.aclose()


async def test_the_rate_is_set_and_reading_goes_on(opened):
    port, box, far = opened
    assert port.baud == 115200
    for baud in (9600, 250_000):
        await port.set_baud(baud)
        assert port.baud == baud
        assert port._wire.port.baudrate == baud
        port._transport._read_ready()  # idle, and VMIN is still 1
        far.write(b"x")
        await box.until(lambda: box.data == b"x")
        box.data.clear()
    assert box.losses == []


async def test_what_was_written_before_the_rate_changed_has_left(opened):
    port, _, far = opened
    data = os.urandom(100_000)
    port.write(data)
    changing = asyncio.ensure_future(port.set_baud(9600))
    await asyncio.sleep(0)
    assert not changing.done()
    assert await far.read(len(data)) == data
    await changing


@pytest.mark.parametrize("baud", [0, -1, "fast", True, 2.5])
async def test_a_rate_that_is_none(opened, baud):
    port, _, far = opened
    with pytest.raises(UsageError, match="baud rate"):
        await port.set_baud(baud)
    with pytest.raises(UsageError, match="baud rate"):
        SerialPort(far.path, baud)


async def test_a_rate_that_the_port_cannot_do(opened):
    port, box, far = opened
    with pytest.raises(LinkError, match=rf"{port.url} cannot do {2**40} bit/s"):
        await port.set_baud(2**40)
    assert port.baud == 115200
    far.write(b"x")
    await box.holds(1)


async def test_the_rate_of_a_port_that_is_not_open():
    with pytest.raises(PortLost, match="is not open"):
        await SerialPort("/dev/ttyS0").set_baud(9600)


async def test_opening_twice(opened, inbox):
    port, _, _ = opened
    with pytest.raises(UsageError, match="already open"):
        await port.open(inbox().sink, inbox().lost)


@pytest.fixture
def refuses(inbox, descriptors):
    """Opens a port that cannot be opened and returns what its error says behind its name."""

    async def attempt(path, **options):
        port, box, before = SerialPort(path, **options), inbox(), descriptors()
        with pytest.raises(LinkError) as caught:
            await port.open(box.sink, box.lost)
        assert caught.value.port == path
        assert caught.value.__cause__ is not None
        assert descriptors() == before
        await port.aclose()
        assert box.losses == []
        assert str(caught.value).startswith(f"{path} ")
        return str(caught.value)[len(path) + 1 :]

    return attempt


async def test_a_port_that_does_not_exist(refuses):
    assert await refuses("/dev/ttyUSB4711") == "does not exist"


async def test_a_file_is_no_terminal(refuses, tmp_path):
    path = tmp_path / "file"
    path.touch()
    assert await refuses(str(path)) == "is not a terminal"
    assert await refuses(str(tmp_path)) == "is not a terminal but a directory"


async def test_a_device_that_is_none(refuses):
    assert await refuses("/dev/null") == "is not a terminal"


async def test_a_socket_has_no_device_behind_it(refuses, tmp_path):
    path = tmp_path / "node"
    os.mknod(path, stat.S_IFSOCK | 0o600)
    assert await refuses(str(path)) == "has no device behind it"


async def test_a_pseudo_terminal_whose_other_end_is_closed(refuses, bare_pty):
    held = os.open(bare_pty.path, os.O_RDWR | os.O_NOCTTY)
    bare_pty.close()
    assert await refuses(f"/proc/self/fd/{held}") in ("has no device behind it", "does not exist")
    os.close(held)


async def test_a_port_that_is_locked(opened, refuses, inbox, bare_pty):
    assert await refuses(bare_pty.path) == "is busy: another program has locked it"
    shared, box = SerialPort(bare_pty.path, exclusive=False), inbox()
    await shared.open(box.sink, box.lost)
    await shared.aclose()


@pytest.fixture
def nobody():
    """An effective user who owns nothing."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


async def test_a_port_that_this_user_may_not_open(bare_pty, refuses, request):
    os.chmod(bare_pty.path, 0)
    request.getfixturevalue("nobody")
    assert (await refuses(bare_pty.path)).startswith("may not be opened by this user")


async def test_a_port_that_another_program_claimed(bare_pty, refuses, request):
    os.chmod(bare_pty.path, 0o666)
    held = os.open(bare_pty.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(held, termios.TIOCEXCL)
    request.getfixturevalue("nobody")
    assert await refuses(bare_pty.path) == "is busy: another program has claimed it (TIOCEXCL)"
    os.close(held)


async def test_settings_that_the_port_cannot_have(bare_pty, refuses):
    assert (await refuses(bare_pty.path, baud=2**40)).startswith("cannot be opened: ")


async def test_a_port_whose_opening_was_cancelled_is_free_as_soon_as_it_is_closed(bare_pty, inbox):
    box, locks = inbox(), 0
    for turns in range(100):
        port = SerialPort(bare_pty.path)
        opening = asyncio.ensure_future(port.open(box.sink, box.lost))
        for _ in range(turns % 20):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.wait({opening})
        await port.aclose()
        descriptor = os.open(bare_pty.path, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: it is still locked
        os.close(descriptor)
        locks += opening.cancelled()
    assert locks


async def test_opening_that_takes_too_long_leaves_no_descriptor(bare_pty, inbox, descriptors):
    before, box = descriptors(), inbox()
    port = SerialPort(bare_pty.path, open_limit=0)
    with pytest.raises(LinkError, match="did not open within 0 s"):  # noqa: PT012
        for _ in range(100):  # its thread can be faster than no time at all
            await port.open(box.sink, box.lost)
            await port.aclose()
    await _threads_done(bare_pty.path)
    assert descriptors() == before


async def test_a_descriptor_that_does_not_close_is_left_to_its_thread(opened, monkeypatch, caplog, inbox):
    port, _, _ = opened
    monkeypatch.setattr("simcom_async.ports.serial._CLOSE_LIMIT", 0.01)
    await port.aclose()
    hanging = threading.Event()
    port._released = start_in_thread(hanging.wait, name="a driver that hangs")
    with pytest.raises(LinkError, match="still being closed by its driver"):
        await port.open(inbox().sink, inbox().lost)
    await port.aclose()
    assert "still being closed by its driver" in caplog.text
    hanging.set()
    await port._released
    await port.open(inbox().sink, inbox().lost)


@pytest.mark.parametrize("turns", range(8))
async def test_a_cancelled_opening_leaves_no_descriptor(bare_pty, inbox, descriptors, turns):
    before, box = descriptors(), inbox()
    port = SerialPort(bare_pty.path)
    opening = asyncio.ensure_future(port.open(box.sink, box.lost))
    for _ in range(turns):
        await asyncio.sleep(0)
    opening.cancel()
    await asyncio.wait({opening})  # its thread may have been faster
    await port.aclose()
    await _threads_done(bare_pty.path)
    assert descriptors() == before
    assert box.losses == []


async def test_it_is_a_plain_terminal_afterwards(opened):
    far = opened[2]
    held = os.open(far.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    attributes = termios.tcgetattr(held)
    os.close(held)
    assert not attributes[3] & (termios.ECHO | termios.ICANON)
    assert attributes[6][termios.VMIN] == 1
    assert attributes[4] == termios.B115200


async def test_hardware_flow_control(bare_pty, inbox):
    port, box = SerialPort(bare_pty.path, rtscts=True), inbox()
    await port.open(box.sink, box.lost)
    assert port._wire.port.rtscts
    await port.aclose()


async def test_what_is_no_terminal_falls_back_to_the_library(inbox):
    loop, box = asyncio.get_running_loop(), inbox()
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, number = server.getsockname()
        port = SerialPort(f"socket://{host}:{number}")
        await port.open(box.sink, box.lost)
        far, _ = server.accept()
    with far:
        far.sendall(b"RDY")
        assert await box.holds(3) == b"RDY"
        port.write(b"AT\r")
        far.setblocking(False)
        assert await loop.sock_recv(far, 3) == b"AT\r"
    assert isinstance(await box.loss(), PortLost)
    await port.aclose()


@pytest.fixture
def many_descriptors():
    """Lets this process have as many descriptors as ``PORTS`` ports on pseudo-terminals need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 10 * PORTS:
        pytest.skip(f"this process may have only {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 10 * PORTS), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_descriptors")
async def test_many_ports_in_one_process(inbox, descriptors):
    before = descriptors()
    modems, ports = [PtyPort() for _ in range(PORTS)], []
    for modem in modems:
        await modem.open(lambda data, modem=modem: modem.write(b"\r\nOK\r\n" + data), pytest.fail)
        ports.append((SerialPort(modem.path), inbox()))
    await asyncio.gather(*(port.open(box.sink, box.lost) for port, box in ports))
    assert max(port._transport._fd for port, _ in ports) > 1024
    for number, (port, _) in enumerate(ports):
        port.write(b"AT+N=%03d\r" % number)
    for number, (_, box) in enumerate(ports):
        assert await box.holds(15) == b"\r\nOK\r\nAT+N=%03d\r" % number
    await asyncio.gather(*(port.aclose() for port, _ in ports))
    await asyncio.gather(*(modem.aclose() for modem in modems))
    assert descriptors() == before
    assert not any(box.losses for _, box in ports)


def test_importing_the_ring_imports_no_serial_library():
    code = "import sys, simcom_async.ports; print([n for n in sys.modules if n.split('.')[0].startswith('serial')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_pyserial_still_has_the_settings_that_we_change():
    assert {"baudrate", "rtscts", "exclusive", "timeout", "write_timeout"} <= set(dir(serial.Serial))


async def _threads_done(path):
    """Awaits the threads that open or close this port: a few milliseconds, else the time limit of the test."""
    quiet = 0
    while quiet < 3:  # a result that nobody awaits any more passes through the loop to a second thread
        await asyncio.sleep(0)
        quiet = 0 if any(path in thread.name for thread in threading.enumerate()) else quiet + 1


def test_a_pseudo_terminal_and_a_network_have_no_rate(bare_pty, tmp_path):
    link = tmp_path / "modem"
    link.symlink_to(bare_pty.path)
    assert SerialPort("/dev/ttyUSB7", baud=9600).line_rate == 9600
    assert SerialPort("COM3", baud=19200).line_rate == 19200
    for url in (bare_pty.path, str(link), "socket://127.0.0.1:4000"):
        assert SerialPort(url, baud=9600).line_rate is None
