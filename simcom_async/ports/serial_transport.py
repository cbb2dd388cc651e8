"""pyserial-asyncio's transport, tuned: imported only when a serial port is opened.

Reading and writing go straight to the descriptor. pyserial's own ``read`` and ``write`` call ``select()``, which costs
two thirds more per round trip and ends at descriptor 1024, which about 200 ports reach.
"""

import asyncio
import os
from typing import Any, Protocol

import serial
import serial_asyncio

from simcom_async.ports.port import LOW_WATER, Sink
from simcom_async.ports.serial_device import is_terminal

__all__ = ["DescriptorTransport", "InheritedTransport", "Wire", "attach"]

_READ_SIZE = 65536


class Wire(Protocol):
    """What a transport tells: a received read, room in its buffer, its end."""

    data_received: Sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport exists; its reader starts in the same turn of the loop."""

    def connection_lost(self, error: Exception | None) -> None:
        """No more bytes either way; the serial object is still open, and is the receiver's to close."""

    def pause_writing(self) -> None:
        """More than ``LOW_WATER`` bytes wait."""

    def resume_writing(self) -> None:
        """At most ``LOW_WATER`` bytes wait."""


class InheritedTransport(serial_asyncio.SerialTransport):  # type: ignore[misc]  # the library has no types
    """The library's reading and writing, for what is no terminal (Windows, network ports of pyserial); our teardown.

    The library drains and closes in the event loop, which a dead adapter can hold up for every port of the process.
    Here the end is only reported, once, and whoever built the serial object closes it in a thread.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, wire: Wire, port: serial.Serial) -> None:
        super().__init__(loop, wire, port)
        self._wire = wire
        self.set_write_buffer_limits(high=LOW_WATER, low=LOW_WATER)

    def _close(self, exc: Exception | None = None) -> None:
        self._abort(exc)

    def _fatal_error(self, exc: Exception, message: str = "") -> None:
        self._abort(exc)

    def _abort(self, exc: Exception | None) -> None:
        if not self._closing:
            super()._abort(exc)

    def _call_connection_lost(self, exc: Exception | None) -> None:
        self._write_buffer.clear()
        self._serial = self._protocol = None
        self._wire.connection_lost(exc)


class DescriptorTransport(InheritedTransport):
    """Reads and writes the descriptor itself. Needs VMIN=1: then idle is EAGAIN, and a lost port ``b""`` or EIO."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wire: Wire, port: serial.Serial) -> None:
        self._fd = port.fileno()
        self._deliver = wire.data_received
        self._held = bytearray()
        super().__init__(loop, wire, port)
        self._write_buffer: Any = self._held  # the library clears it when it ends

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return len(self._held)

    def write(self, data: bytes) -> None:
        """Writes at once; holds what the kernel does not take."""
        if self._closing:
            return
        if not self._held:
            sent = self._put(data)
            if sent == len(data) or self._closing:
                return
            data = data[sent:]
            self._ensure_writer()
        self._held += data
        self._maybe_pause_protocol()

    def _read_ready(self) -> None:
        try:
            data = os.read(self._fd, _READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._abort(error)
            return
        if data:
            self._deliver(data)
        else:
            self._abort(None)

    def _write_ready(self) -> None:
        del self._held[: self._put(self._held)]
        if not self._held:
            self._remove_writer()
        self._maybe_resume_protocol()

    def _put(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._fd, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._abort(error)
            return 0


def attach(loop: asyncio.AbstractEventLoop, wire: Wire, port: serial.Serial) -> InheritedTransport:
    """The fast transport on a terminal, the library's elsewhere."""
    return (DescriptorTransport if is_terminal(port) else InheritedTransport)(loop, wire, port)
