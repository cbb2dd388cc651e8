"""The blocking calls on a pyserial object, on real pseudo-terminals."""

import os
import termios
import time
from contextlib import suppress

import pytest
import serial

from simcom_async.ports.serial_device import build, change_baud, is_terminal, release, seen


@pytest.fixture
def port(bare_pty):
    port = build(bare_pty.path, 9600, rtscts=False, exclusive=True)
    yield port
    release(port)


def vmin(port):
    return termios.tcgetattr(port.fileno())[6][termios.VMIN]


def test_reading_an_idle_port_says_that_it_is_idle(port):
    assert is_terminal(port)
    with pytest.raises(BlockingIOError):
        os.read(port.fileno(), 10)
    change_baud(port, 115200)
    assert port.baudrate == 115200
    with pytest.raises(BlockingIOError):
        os.read(port.fileno(), 10)


def test_reading_a_lost_port_says_that_it_is_lost(port, bare_pty):
    bare_pty.close()
    with suppress(OSError):
        assert os.read(port.fileno(), 10) == b""


@pytest.mark.parametrize("rate", [2**40, -1])
def test_a_rate_that_is_refused_leaves_the_old_one(port, rate):
    with pytest.raises((ValueError, OSError)):
        change_baud(port, rate)
    assert port.baudrate == 9600
    assert vmin(port) == 1


def test_the_rate_of_a_lost_port(port, bare_pty):
    bare_pty.close()
    with pytest.raises(OSError):  # noqa: PT011  # which one is the system's choice
        change_baud(port, 115200)


def test_the_settings_of_a_port_that_is_gone_fail_as_an_oserror(bare_pty, descriptors):
    before = descriptors()
    with pytest.raises(OSError) as caught:  # noqa: PT011
        build("/dev/null", 9600, rtscts=False, exclusive=False)
    assert seen(caught.value) == "is not a terminal"
    assert descriptors() == before


class StuckSerial(serial.Serial):
    """A driver whose queue does not empty; a pseudo-terminal's always seems empty."""

    out_waiting = 10


class DyingSerial(serial.Serial):
    """A driver that fails when asked."""

    @property
    def out_waiting(self):
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("kind", [StuckSerial, DyingSerial])
def test_releasing_does_not_wait_for_ever(kind, bare_pty, descriptors):
    before, port = descriptors(), kind(bare_pty.path)
    started = time.monotonic()
    release(port, patience=0.05)
    assert time.monotonic() - started < 1
    assert descriptors() == before


def test_the_rate_of_a_driver_whose_queue_does_not_empty(bare_pty):
    with StuckSerial(bare_pty.path) as port:
        started = time.monotonic()
        change_baud(port, 115200)
        assert time.monotonic() - started < 2
        assert port.baudrate == 115200


def test_releasing_a_lost_port(port, bare_pty, descriptors):
    before = descriptors()
    bare_pty.close()
    release(port, patience=5)
    assert not port.is_open
    assert descriptors() < before - 1


def test_a_port_without_a_descriptor():
    with pytest.raises(OSError) as caught:  # noqa: PT011
        build("loop://", 9600, rtscts=False, exclusive=False)
    assert seen(caught.value) == "has no descriptor that an event loop could watch"


def test_what_an_error_says():
    assert seen(OSError(2, "x")) == "does not exist"
    assert seen(serial.SerialException(16, "could not open")) == "is busy: another program has claimed it (TIOCEXCL)"
    assert seen(ValueError("odd settings")) == "cannot be opened: odd settings"
    assert seen(OSError("odd")) == "cannot be opened: odd"
    unconfigured = serial.SerialException("Could not configure port: ...")  # made while handling the one of termios
    unconfigured.__context__ = termios.error(25, "Inappropriate ioctl for device")
    assert seen(unconfigured) == "is not a terminal"
