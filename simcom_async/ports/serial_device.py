"""The blocking calls on a pyserial object, each for a thread. Imported only when a serial port is opened."""

import errno
import io
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import serial

if sys.platform != "win32":
    import termios

__all__ = ["build", "change_baud", "is_terminal", "release", "seen"]

FLUSH_LIMIT = 0.5
"""Seconds that the driver's queue gets to leave."""

_log = logging.getLogger(__name__)

_SEEN: dict[object, str] = {
    errno.ENOENT: "does not exist",
    errno.ENODEV: "has no device behind it",
    errno.ENXIO: "has no device behind it",
    errno.EIO: "has no device behind it",
    errno.EACCES: "may not be opened by this user (the device file's group is often dialout)",
    errno.EPERM: "may not be opened by this user",
    errno.EBUSY: "is busy: another program has claimed it (TIOCEXCL)",
    errno.EWOULDBLOCK: "is busy: another program has locked it",
    errno.ENOTTY: "is not a terminal",
    errno.EISDIR: "is not a terminal but a directory",
}


def build(url: str, baud: int, *, rtscts: bool, exclusive: bool) -> serial.Serial:
    """Opens the port. Raises ``OSError`` (``seen`` explains it), or ``ValueError`` for settings that it cannot have."""
    with _terminal_errors():
        port = serial.serial_for_url(
            url, baudrate=baud, rtscts=rtscts, exclusive=exclusive or None, timeout=0, write_timeout=0
        )
        try:
            _wake_on_first_byte(port)
        except BaseException:
            port.close()
            raise
    return port


def change_baud(port: serial.Serial, baud: int) -> None:
    """Changes the rate when the driver's queue has left. Raises as ``build``; then the rate is the old one."""
    before = port.baudrate
    with _terminal_errors():
        _left(port, FLUSH_LIMIT)
        try:
            port.baudrate = baud
        except BaseException:
            port.baudrate = before
            raise
        finally:
            _wake_on_first_byte(port)


def release(port: serial.Serial, patience: float = 0.0) -> None:
    """Closes the descriptor. What the driver still holds after ``patience`` seconds is discarded first.

    Closing would else wait for it, with the peer holding CTS down for half a minute.
    """
    try:
        with _terminal_errors():
            if not _left(port, patience):
                port.reset_output_buffer()
    except OSError as error:
        _log.debug("%s: its queue is gone: %s", port.port, error)
    finally:
        port.close()


def is_terminal(port: serial.Serial) -> bool:
    """Whether the port's descriptor is a terminal's, which can be read and written directly."""
    return sys.platform != "win32" and os.isatty(port.fileno())


def seen(error: Exception) -> str:
    """What an error of ``build`` says about the port: the rest of a sentence that begins with its name."""
    if isinstance(error, io.UnsupportedOperation):
        return "has no descriptor that an event loop could watch"
    code = getattr(error, "errno", None)
    if code is None and error.__context__ is not None:  # pyserial does not pass on the one of termios
        code = next(iter(error.__context__.args), None)
    return _SEEN.get(code, f"cannot be opened: {error}")


def _left(port: serial.Serial, patience: float) -> bool:
    """Whether the driver's queue was empty within ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while is_terminal(port) and port.out_waiting:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.002)
    return True


def _wake_on_first_byte(port: serial.Serial) -> None:
    """Sets VMIN to 1, so that reading an idle port says so and ``b""`` means a lost one."""
    if sys.platform != "win32" and is_terminal(port):
        attributes = termios.tcgetattr(port.fileno())
        attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(port.fileno(), termios.TCSANOW, attributes)


@contextmanager
def _terminal_errors() -> Iterator[None]:
    """Turns errors that are no ``OSError`` or ``ValueError`` (of termios, of a number too big for it) into those."""
    try:
        yield
    except OverflowError as error:
        raise ValueError(*error.args) from error
    except Exception as error:
        if sys.platform == "win32" or not isinstance(error, termios.error):
            raise
        raise OSError(*error.args) from error
