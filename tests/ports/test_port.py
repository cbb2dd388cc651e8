"""What all ports have in common."""

import asyncio

import pytest

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.memory import memory_line
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND, OpenState, Port
from simcom_async.ports.pty import PtyPort
from simcom_async.ports.record import Recording, RecordingPort
from simcom_async.ports.replay import ReplayPort
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.tcp import TcpListener, TcpPort


@pytest.fixture
def state():
    return OpenState("somewhere")


async def test_a_port_is_not_open_at_first(state):
    assert not state.is_open
    state.check_closed()
    with pytest.raises(PortLost, match=r"^somewhere is not open$") as caught:
        state.check()
    assert caught.value.port == "somewhere"


async def test_opening_twice_is_refused(state):
    state.opened(lambda _: None)
    state.check()
    with pytest.raises(UsageError, match="already open"):
        state.check_closed()


async def test_a_loss_is_told_once_and_not_inside_the_call(state, inbox):
    box = inbox()
    state.opened(box.lost)
    cause = OSError("pulled")
    state.lose("is gone", cause)
    state.lose("is gone again")
    assert not box.losses
    assert not state.is_open
    error = await box.loss()
    await asyncio.sleep(0)
    assert box.losses == [error]
    assert str(error) == "somewhere is gone"
    assert error.__cause__ is cause


async def test_closing_tells_nobody(state, inbox):
    box = inbox()
    state.opened(box.lost)
    state.closed()
    state.lose("is gone")
    await asyncio.sleep(0)
    assert box.losses == []
    with pytest.raises(PortLost, match="is closed"):
        state.check()


@pytest.mark.parametrize("then", ["closed", "opened"])
async def test_a_loss_not_yet_told_is_forgotten_when_the_port_is_closed_or_opened(state, inbox, then):
    box, later = inbox(), inbox()
    state.opened(box.lost)
    state.lose("is gone")
    state.closed() if then == "closed" else state.opened(later.lost)
    await asyncio.sleep(0)
    assert box.losses == later.losses == []


async def test_low_water_is_awaited(state):
    pending = LOW_WATER + 1
    state.opened(lambda _: None)
    waiting = asyncio.ensure_future(state.low(lambda: pending))
    await asyncio.sleep(0)
    state.wake()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    pending = LOW_WATER
    state.wake()
    await waiting


@pytest.mark.parametrize("end", ["closed", "lost"])
async def test_who_waits_for_low_water_hears_of_the_end(state, end):
    state.opened(lambda _: None)
    waiting = asyncio.ensure_future(state.low(lambda: LOW_WATER + 1))
    await asyncio.sleep(0)
    state.closed() if end == "closed" else state.lose("is gone")
    with pytest.raises(PortLost):
        await waiting


async def test_a_cancelled_waiter_leaves_nothing_behind(state):
    state.opened(lambda _: None)
    waiting = asyncio.ensure_future(state.low(lambda: LOW_WATER + 1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    state.wake()
    state.closed()


def test_the_outgoing_bound(state):
    state.check_bound(OUTGOING_BOUND)
    with pytest.raises(LinkError, match=r"somewhere .*1048577 wait, 1048576 may"):
        state.check_bound(OUTGOING_BOUND + 1)


PORTS = {
    "serial": lambda: SerialPort("/dev/ttyUSB4711"),
    "tcp": lambda: TcpPort("127.0.0.1", 1),
    "listener": TcpListener,
    "pty": PtyPort,
    "memory": lambda: memory_line()[0],
    "replay": lambda: ReplayPort(Recording(None, None, ())),
    "recording": lambda: RecordingPort(memory_line()[0], "/dev/null"),
}


@pytest.mark.parametrize("kind", PORTS)
async def test_every_port_is_safe_to_use_before_it_is_open(kind):
    port: Port = PORTS[kind]()
    assert port.url
    assert port.pending == 0
    port.pause()
    port.resume()
    with pytest.raises(PortLost, match="is not open") as caught:
        port.write(b"AT\r")
    assert caught.value.port == port.url
    with pytest.raises(PortLost):
        await port.drain()
    await port.aclose()
    await port.aclose()
    with pytest.raises(PortLost, match="is closed"):
        port.write(b"AT\r")


@pytest.mark.parametrize("kind", [kind for kind in PORTS if kind != "serial"])
def test_where_the_kernel_or_we_hold_the_bytes_the_writer_waits(kind):
    assert PORTS[kind]().flow_control


@pytest.mark.parametrize(
    ("path", "rtscts", "waits"),
    [
        ("/dev/ttyUSB4711", False, False),
        ("/dev/ttyUSB4711", True, True),
        ("COM3", False, False),
        ("/dev/pts/4711", False, True),
    ],
)
def test_on_a_serial_line_it_waits_where_that_was_agreed(path, rtscts, waits):
    assert SerialPort(path, rtscts=rtscts).flow_control is waits


def test_what_is_recorded_is_what_the_port_does():
    assert not RecordingPort(SerialPort("/dev/ttyUSB4711"), "/dev/null").flow_control
