"""What a port is: bytes out, bytes in, and gone once."""

import asyncio
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from simcom_async.errors import LinkError, PortLost, UsageError

__all__ = ["LOW_WATER", "OUTGOING_BOUND", "Lost", "OpenState", "Port", "Rated", "Sink"]

Sink = Callable[[bytes], None]
"""Called in the event loop with the bytes of each read; must not block."""

Lost = Callable[[PortLost], None]
"""Called once in the event loop when the port is gone without ``aclose()``; never from inside a call of the port."""

LOW_WATER = 16 * 1024
"""``drain()`` waits until at most this many outgoing bytes are left."""

OUTGOING_BOUND = 1024 * 1024
"""With more outgoing bytes than this, a further ``write()`` is refused (or, on a module's side, bytes are dropped)."""


class Port(Protocol):
    """One end of a serial line, whatever carries it. It can be opened again after ``aclose()`` or a loss."""

    @property
    def url(self) -> str:
        """The name for errors and logs: ``/dev/ttyUSB2``, ``tcp://127.0.0.1:4000``, ``memory``."""

    @property
    def flow_control(self) -> bool:
        """Whether the other end waits while this port is paused; elsewhere what the system cannot hold is lost."""

    @property
    def pending(self) -> int:
        """Bytes written and not yet handed on to the operating system."""

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Opens the port and starts reading.

        Raises ``LinkError``, with the port and what was seen: absent, busy, no permission, not a terminal.
        """

    def write(self, data: bytes) -> None:
        """Sends bytes, or holds them, and never waits.

        Raises ``PortLost`` on a port that is closed or gone, ``LinkError`` when ``OUTGOING_BOUND`` is exceeded.
        """

    async def drain(self) -> None:
        """Waits until at most ``LOW_WATER`` outgoing bytes are left; raises ``PortLost`` when the port goes."""

    def pause(self) -> None:
        """Stops reading: the sink gets nothing until ``resume()``. A loss may be noticed only then."""

    def resume(self) -> None:
        """Goes on reading."""

    async def set_baud(self, baud: int) -> None:
        """Changes the rate, behind the last byte already written; does nothing where there is no rate."""

    async def aclose(self) -> None:
        """Closes the port within a bound, whatever the other end does; again is harmless."""


@runtime_checkable
class Rated(Protocol):
    """A port that may be a real serial line, where both ends must have the same rate to understand each other."""

    @property
    def line_rate(self) -> int | None:
        """The rate in bit/s; None where every rate is as good as another."""


class OpenState:
    """What all ports share: open or not, whom to tell of the loss, and who waits for low water."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._why = "is not open"
        self._open = False
        self._lost: Lost | None = None
        self._telling: asyncio.Handle | None = None
        self._waiters: set[asyncio.Future[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether bytes may be written."""
        return self._open

    def opened(self, lost: Lost) -> None:
        """The port is open from here on."""
        self._forget()
        self._open, self._lost = True, lost

    def closed(self) -> None:
        """The port was closed on purpose: nobody is told."""
        self._forget()
        self._open, self._lost, self._why = False, None, "is closed"
        self.wake()

    def lose(self, why: str, cause: BaseException | None = None) -> None:
        """The port is gone: writing fails at once, and ``lost`` is called in the next turn of the loop."""
        if not self._open:
            return
        self._open, self._why = False, why
        lost, self._lost = self._lost, None
        error = self.gone()
        error.__cause__ = cause
        if lost is not None:
            self._telling = asyncio.get_running_loop().call_soon(lost, error)
        self.wake()

    def gone(self) -> PortLost:
        """The error for whoever uses the port now."""
        return PortLost(f"{self.url} {self._why}", port=self.url)

    def check(self) -> None:
        """Raises ``PortLost`` unless the port is open."""
        if not self._open:
            raise self.gone()

    def check_closed(self) -> None:
        """Raises ``UsageError`` when the port is open already."""
        if self._open:
            raise UsageError(f"{self.url} is already open")

    def check_bound(self, pending: int, bound: int = OUTGOING_BOUND) -> None:
        """Raises ``LinkError`` when more outgoing bytes wait than may."""
        if pending > bound:
            raise LinkError(
                f"{self.url} does not take its bytes: {pending} wait, {bound} may; await drain() between writes",
                port=self.url,
            )

    async def low(self, pending: Callable[[], int]) -> None:
        """Waits until ``pending()`` is at most ``LOW_WATER``; raises ``PortLost`` when the port goes."""
        self.check()
        while pending() > LOW_WATER:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
            self.check()

    def wake(self) -> None:
        """Lets those who wait in ``low()`` look again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _forget(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
