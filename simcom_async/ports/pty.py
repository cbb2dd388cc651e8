"""A module's side of a pseudo-terminal: clients open its path as they would a serial port."""

import asyncio
import logging
import os

from simcom_async.errors import LinkError
from simcom_async.ports.port import OUTGOING_BOUND, Lost, OpenState, Sink

__all__ = ["PtyPort"]

_READ_SIZE = 65536

_log = logging.getLogger(__name__)


class PtyPort:
    """A pseudo-terminal, raw at first; ``path`` is what clients open, close, and set as they like, one after another.

    What the kernel does not take is held and dropped, oldest first, when more than ``bound`` bytes wait at a further
    write, and all of it when nothing was read for ``stall`` seconds: a line on which nobody listens loses bytes too
    (counted in ``dropped``). POSIX only.
    """

    def __init__(self, *, bound: int = OUTGOING_BOUND, stall: float = 30.0) -> None:
        self._bound = bound
        self._stall = stall
        self._state = OpenState("pty")
        self._path = ""
        self._master = self._slave = -1
        self._sink: Sink | None = None
        self._reading = self._writing = False
        self._held = bytearray()
        self._taken_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.dropped = 0

    @property
    def url(self) -> str:
        """The path, once open."""
        return self._state.url

    @property
    def path(self) -> str:
        """What clients open. Raises ``PortLost`` when the port is not open."""
        self._state.check()
        return self._path

    @property
    def flow_control(self) -> bool:
        """Whoever writes waits while nobody reads."""
        return True

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return len(self._held)

    @property
    def echo(self) -> bool:
        """Whether a client has turned echo on: then the terminal sends back what the module writes, as real ones do."""
        import termios  # POSIX only

        self._state.check()
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Makes the pseudo-terminal. Raises ``LinkError`` when there is none to be had."""
        import tty  # POSIX only

        self._state.check_closed()
        try:
            # The slave stays open here, or the master would read EIO between two clients.
            self._master, self._slave = os.openpty()
        except OSError as error:
            raise LinkError(f"no pseudo-terminal can be had: {error}", port="pty") from error
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._path = self._state.url = os.ttyname(self._slave)
        self._sink = sink
        self._state.opened(lost)
        self.resume()

    def write(self, data: bytes) -> None:
        """Writes at once what the kernel takes, and holds the rest."""
        self._state.check()
        excess = len(self._held) - self._bound
        if excess > 0:
            self._drop(excess)
        if self._held:
            self._held += data
            self._flush()  # a client that discards its input makes room without a sign
            return
        sent = self._put(data)
        self._state.check()
        if sent < len(data):
            self._held += data[sent:]
            self._taken_at = asyncio.get_running_loop().time()
            self._watch()

    async def drain(self) -> None:
        """Waits for low water."""
        await self._state.low(lambda: self.pending)

    def pause(self) -> None:
        """Stops reading; the kernel holds the client back."""
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(self._master)

    def resume(self) -> None:
        """Goes on reading."""
        if self._state.is_open and not self._reading:
            self._reading = True
            asyncio.get_running_loop().add_reader(self._master, self._read_ready)

    async def set_baud(self, baud: int) -> None:
        """There is no rate."""

    async def aclose(self) -> None:
        """Closes both ends at once: a client sees the line hang up, and what it has not read is lost."""
        self._state.closed()
        self._release()

    def _read_ready(self) -> None:
        try:
            data = os.read(self._master, _READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._break(error)
            return
        sink = self._sink
        if self._held:
            self._flush()
        if sink is not None:
            sink(data)

    def _put(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._master, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._break(error)
            return 0

    def _flush(self) -> None:
        """Hands on what is held, as far as the kernel takes it."""
        sent = self._put(self._held)
        if sent:
            del self._held[:sent]
            self._taken_at = asyncio.get_running_loop().time()
            self._state.wake()
        self._watch()

    def _watch(self) -> None:
        """Waits for room while bytes are held, and for the stall."""
        loop = asyncio.get_running_loop()
        if self._held and not self._writing:
            self._writing = True
            loop.add_writer(self._master, self._flush)
        elif self._writing and not self._held:
            self._writing = False
            loop.remove_writer(self._master)
        if self._held and self._timer is None:
            self._timer = loop.call_at(self._taken_at + self._stall, self._stalled)

    def _stalled(self) -> None:
        self._timer = None
        if not self._held:
            return
        self._flush()
        if asyncio.get_running_loop().time() >= self._taken_at + self._stall:
            self._drop(len(self._held))
            self._watch()
            self._state.wake()

    def _drop(self, count: int) -> None:
        _log.warning("%s: nobody reads: %d bytes dropped", self.url, count)
        del self._held[:count]
        self.dropped += count

    def _break(self, error: OSError) -> None:
        self._state.lose(f"is gone: {error}", error)
        self._release()

    def _release(self) -> None:
        if self._master < 0:
            return
        self.pause()
        self._held.clear()
        self._watch()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for descriptor in (self._master, self._slave):
            os.close(descriptor)
        self._master = self._slave = -1
        self._sink = None
