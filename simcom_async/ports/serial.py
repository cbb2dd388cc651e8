"""A serial port, over pyserial and pyserial-asyncio: a device file, a PTY, a COM port."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from simcom_async.errors import LinkError, UsageError
from simcom_async.ports.port import Lost, OpenState, Sink
from simcom_async.ports.worker import call_in_thread, start_in_thread

if TYPE_CHECKING:
    from serial import Serial

    from simcom_async.ports.serial_transport import InheritedTransport

__all__ = ["SerialPort"]

_FLUSH_LIMIT = 0.5  # seconds for the last bytes to leave our buffer (the driver's gets as much again)
_CLOSE_LIMIT = 2.0  # seconds until a descriptor that does not close is left to its thread

_PSEUDO_TERMINALS = "/dev/pts/"

_log = logging.getLogger(__name__)


class SerialPort:
    """The host's port: ``url`` is a device file, a PTY's path, a COM port or another address that pyserial knows.

    ``baud`` in bit/s; ``rtscts`` turns hardware flow control on; ``exclusive`` locks the port, and refuses one that
    another program has locked. Opening runs in a thread and takes at most ``open_limit`` seconds. Closing gives
    written bytes a second to leave and then discards them, so that a stuck port cannot hold it up.
    """

    def __init__(
        self,
        url: str,
        baud: int = 115200,
        rtscts: bool = False,
        exclusive: bool = True,
        *,
        open_limit: float = 5.0,
    ) -> None:
        self._baud = _checked(baud)
        self._rtscts = rtscts
        self._exclusive = exclusive
        self._open_limit = open_limit
        self._state = OpenState(url)
        self._turn = asyncio.Lock()
        self._wire: _Wire | None = None
        self._transport: InheritedTransport | None = None
        self._released: asyncio.Future[None] | None = None

    @property
    def url(self) -> str:
        """As given."""
        return self._state.url

    @property
    def baud(self) -> int:
        """The rate in bit/s, as given or last set; a reopened port has it again."""
        return self._baud

    @property
    def line_rate(self) -> int | None:
        """As ``baud``; None on a pseudo-terminal and over a network, where every rate is as good as another."""
        wired = "://" not in self.url and not os.path.realpath(self.url).startswith(_PSEUDO_TERMINALS)
        return self._baud if wired else None

    @property
    def flow_control(self) -> bool:
        """With ``rtscts``, and on a pseudo-terminal, where the kernel lets the writer wait."""
        return self._rtscts or os.path.realpath(self.url).startswith(_PSEUDO_TERMINALS)

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return 0 if self._transport is None else int(self._transport.get_write_buffer_size())

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Opens the port once its last descriptor is gone. Raises ``LinkError`` with the port and what was seen."""
        async with self._turn:
            self._state.check_closed()
            await self._wait_released()
            port = await self._build()
            self._wire = wire = _Wire(sink, self._state.wake, partial(self._ended, port), port)
            self._transport = _attach(wire, port)
            self._state.opened(lost)
            try:
                await wire.made
            except BaseException:
                self._state.closed()
                self._transport.abort()
                raise

    def write(self, data: bytes) -> None:
        """Writes to the descriptor at once; what the kernel does not take is held."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise self._state.gone()
        self._state.check_bound(transport.get_write_buffer_size())
        transport.write(data)
        if transport.is_closing():
            raise self._state.gone()

    async def drain(self) -> None:
        """Waits for low water."""
        await self._state.low(lambda: self.pending)

    def pause(self) -> None:
        """Stops reading; what the kernel cannot hold is flow control's business, or lost."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Goes on reading."""
        if self._transport is not None:
            self._transport.resume_reading()

    async def set_baud(self, baud: int) -> None:
        """Changes the rate when the written bytes have left. Raises ``LinkError`` for one that the port cannot do.

        Nothing is read meanwhile: pyserial sets VMIN to 0 on the way, and idle would look like a loss.
        """
        from simcom_async.ports.serial_device import change_baud  # not before a port is used

        _checked(baud)
        await self.drain()
        wire, transport = self._wire, self._transport
        if wire is None or transport is None:
            raise self._state.gone()
        transport.pause_reading()
        try:
            change = partial(change_baud, wire.port, baud)
            await call_in_thread(change, limit=self._open_limit, name=f"set the rate of {self.url}")
        except (OSError, ValueError) as error:
            raise LinkError(f"{self.url} cannot do {baud} bit/s: {error}", port=self.url) from error
        finally:
            transport.resume_reading()
        self._baud = baud

    async def aclose(self) -> None:
        """Closes, within about three seconds in the worst case."""
        async with self._turn:
            self._state.closed()
            wire, transport = self._wire, self._transport
            if wire is not None and transport is not None:
                try:
                    await _flush(wire, transport)
                finally:
                    transport.abort()
                await wire.gone.wait()
            try:
                await self._wait_released()
            except LinkError as error:
                _log.warning("%s", error)

    async def _build(self) -> Serial:
        from simcom_async.ports import serial_device  # not before a port is used

        build = partial(serial_device.build, self.url, self._baud, rtscts=self._rtscts, exclusive=self._exclusive)
        opening = start_in_thread(build, name=f"open {self.url}", late=serial_device.release)
        try:
            async with asyncio.timeout(self._open_limit):
                return await asyncio.shield(opening)
        except TimeoutError as error:
            self._released = _given_back(opening, self.url)
            raise LinkError(f"{self.url} did not open within {self._open_limit} s", port=self.url) from error
        except (OSError, ValueError) as error:
            raise LinkError(f"{self.url} {serial_device.seen(error)}", port=self.url) from error
        except BaseException:
            self._released = _given_back(opening, self.url)
            raise

    def _ended(self, port: Serial, error: Exception | None) -> None:
        from simcom_async.ports.serial_device import FLUSH_LIMIT, release  # not before a port is used

        patience = 0.0 if self._state.is_open else FLUSH_LIMIT
        self._wire = self._transport = None
        self._released = start_in_thread(partial(release, port, patience), name=f"close {self.url}")
        self._state.lose("is gone: " + (str(error) if error else "hung up or unplugged"), error)

    async def _wait_released(self) -> None:
        if self._released is None:
            return
        await asyncio.wait({self._released}, timeout=_CLOSE_LIMIT)
        if not self._released.done():
            raise LinkError(f"{self.url} is still being closed by its driver", port=self.url)
        self._released = None


def _given_back(opening: asyncio.Future[Serial], url: str) -> asyncio.Future[None]:
    """Closes, as soon as it has been opened, a port that nobody waits for any more; done when it is."""
    from simcom_async.ports.serial_device import release  # not before a port is used

    released: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def gone(_: asyncio.Future[None]) -> None:
        if not released.done():
            released.set_result(None)

    def opened(port: asyncio.Future[Serial]) -> None:
        if port.cancelled() or port.exception() is not None:
            gone(released)
        else:
            start_in_thread(partial(release, port.result()), name=f"close {url}").add_done_callback(gone)

    opening.add_done_callback(opened)
    return released


class _Wire:
    """What the transport tells a serial port."""

    def __init__(
        self, sink: Sink, room: Callable[[], None], ended: Callable[[Exception | None], None], port: Serial
    ) -> None:
        self.data_received = sink
        self.room = room
        self.port = port
        self.made = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self._ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self.made.done():
            self.made.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(error)
        self.gone.set()
        self.room()

    def pause_writing(self) -> None:
        """Writers look at the pending bytes themselves."""

    def resume_writing(self) -> None:
        self.room()


def _attach(wire: _Wire, port: Serial) -> InheritedTransport:
    from simcom_async.ports.serial_transport import attach  # not before a port is used

    return attach(asyncio.get_running_loop(), wire, port)


async def _flush(wire: _Wire, transport: InheritedTransport) -> None:
    """Stops reading and gives what is held half a second to leave."""
    transport.pause_reading()
    if not transport.get_write_buffer_size():
        return
    empty = asyncio.Event()
    wire.room = empty.set
    transport.set_write_buffer_limits(high=0, low=0)
    with suppress(TimeoutError):
        async with asyncio.timeout(_FLUSH_LIMIT):
            await empty.wait()
    if held := transport.get_write_buffer_size():
        _log.warning("%s does not take its bytes: %d discarded on closing", wire.port.port, held)


def _checked(baud: object) -> int:
    if not isinstance(baud, int) or isinstance(baud, bool) or baud <= 0:
        raise UsageError(f"a baud rate is a positive number of bit/s, not {baud!r}", field="baud", value=baud)
    return baud
