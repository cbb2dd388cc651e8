"""The line over TCP: the host's client, and the module's listener that serves one client at a time."""

import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from simcom_async.errors import LinkError
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND, Lost, OpenState, Sink

__all__ = ["TcpListener", "TcpPort"]

_FLUSH_LIMIT = 0.5  # seconds for the last bytes to leave before a connection is aborted
_LEAVE_LIMIT = 0.5  # seconds in which the last client's end may still be on its way when the next one comes
_WAITING_BOUND = 16  # clients that may wait for that at the same time

_log = logging.getLogger(__name__)


class TcpPort:
    """The host's port on a TCP connection, to a serial server or a virtual modem. ``open_limit`` in seconds."""

    def __init__(self, host: str, port: int, *, open_limit: float = 10.0) -> None:
        self._host = host
        self._port = port
        self._open_limit = open_limit
        self._state = OpenState(_url(host, port))
        self._turn = asyncio.Lock()
        self._stream: _Stream | None = None

    @property
    def url(self) -> str:
        """``tcp://host:port``."""
        return self._state.url

    @property
    def flow_control(self) -> bool:
        """Whoever writes waits while nobody reads."""
        return True

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return 0 if self._stream is None else self._stream.pending

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Connects. Raises ``LinkError``: refused, no such host, no answer."""
        async with self._turn:
            self._state.check_closed()
            connect = asyncio.get_running_loop().create_connection(
                lambda: _Stream(sink, lambda stream: self._made(stream, lost), self._ended, self._state.wake),
                self._host,
                self._port,
            )
            try:
                async with asyncio.timeout(self._open_limit):
                    await connect
            except TimeoutError as error:
                raise LinkError(f"{self.url} does not answer", port=self.url) from error
            except OSError as error:
                raise LinkError(f"{self.url} cannot be reached: {_seen(error)}", port=self.url) from error
            except asyncio.CancelledError:
                self._state.closed()  # the connection may just have been made; the loop closes it
                raise

    def write(self, data: bytes) -> None:
        """Sends at once what the kernel takes, and holds the rest."""
        self._state.check()
        if self._stream is None or self._stream.transport.is_closing():
            raise self._state.gone()
        self._state.check_bound(self._stream.pending)
        self._stream.transport.write(data)

    async def drain(self) -> None:
        """Waits for low water."""
        await self._state.low(lambda: self.pending)

    def pause(self) -> None:
        """Stops reading; TCP holds the sender back."""
        if self._stream is not None:
            self._stream.hold()

    def resume(self) -> None:
        """Goes on reading."""
        if self._stream is not None:
            self._stream.flow()

    async def set_baud(self, baud: int) -> None:
        """There is no rate."""

    async def aclose(self) -> None:
        """Closes within half a second; bytes that were not taken by then are discarded."""
        async with self._turn:
            self._state.closed()
            if self._stream is not None:
                await self._stream.aclose()

    def _made(self, stream: "_Stream", lost: Lost) -> None:
        self._stream = stream
        self._state.opened(lost)
        stream.flow()

    def _ended(self, stream: "_Stream", error: Exception | None) -> None:
        self._stream = None
        self._state.lose("is gone: " + (str(error) if error else "the other end closed the connection"), error)


class TcpListener:
    """A module's side: listens, and is the port of one client at a time, of several in turn.

    As on a line where nobody listens, bytes written while there is no client are dropped, and so is what exceeds
    ``OUTGOING_BOUND`` when a client does not read (both counted in ``dropped``). A second client at the same time is
    closed. ``port`` 0 takes a free one; ``connected`` is called when a client has come.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, connected: Callable[[], None] | None = None) -> None:
        self._host = host
        self._port = port
        self._connected = connected
        self._state = OpenState(_url(host, port))
        self._sink: Sink | None = None
        self._server: asyncio.Server | None = None
        self._client: _Stream | None = None
        self._waiting: deque[_Stream] = deque()
        self._paused = False
        self.dropped = 0

    @property
    def url(self) -> str:
        """``tcp://host:port``, with the real port once it is open."""
        return self._state.url

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that clients connect to. Raises ``PortLost`` when the port is not open."""
        if self._server is None:
            raise self._state.gone()
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    @property
    def flow_control(self) -> bool:
        """Whoever writes waits while nobody reads."""
        return True

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return 0 if self._client is None else self._client.pending

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Listens. Raises ``LinkError`` when the address cannot be had.

        ``lost`` is never called: clients come and go.
        """
        self._state.check_closed()
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: _Stream(sink, self._came, self._left, self._state.wake), self._host, self._port
            )
        except OSError as error:
            raise LinkError(f"{self.url} cannot be listened on: {error}", port=self.url) from error
        self._paused = False
        self._state.url = _url(*self.address)
        self._state.opened(lost)

    def write(self, data: bytes) -> None:
        """Sends to the client, if there is one."""
        self._state.check()
        client = self._client
        if client is None or client.transport.is_closing():
            self.dropped += len(data)
        elif client.pending > OUTGOING_BOUND:
            _log.warning("%s: the client does not read: %d bytes dropped", self.url, len(data))
            self.dropped += len(data)
        else:
            client.transport.write(data)

    async def drain(self) -> None:
        """Waits for low water, or for the client's end."""
        await self._state.low(lambda: self.pending)

    def pause(self) -> None:
        """Stops reading, from the next clients too."""
        self._paused = True
        if self._client is not None:
            self._client.hold()

    def resume(self) -> None:
        """Goes on reading."""
        self._paused = False
        if self._client is not None:
            self._client.flow()

    async def set_baud(self, baud: int) -> None:
        """There is no rate."""

    async def aclose(self) -> None:
        """Stops listening and closes the client within half a second."""
        self._state.closed()
        if self._server is not None:
            self._server.close()
            self._server = None
        streams = [*self._waiting, *([self._client] if self._client else [])]
        await asyncio.gather(*(stream.aclose() for stream in streams))

    def _came(self, stream: "_Stream") -> None:
        # A turn later the transport has its reader, and pausing it lasts.
        asyncio.get_running_loop().call_soon(self._admit, stream)

    def _admit(self, stream: "_Stream") -> None:
        if stream.ended:
            return
        if not self._state.is_open:
            stream.transport.abort()
        elif self._client is None:
            self._serve(stream)
        elif len(self._waiting) < _WAITING_BOUND:
            self._waiting.append(stream)
            stream.hold()
            asyncio.get_running_loop().call_later(_LEAVE_LIMIT, self._refuse, stream)
        else:
            self._refuse(stream)

    def _serve(self, stream: "_Stream") -> None:
        self._client = stream
        if self._connected is not None:
            self._connected()
        (stream.hold if self._paused else stream.flow)()

    def _refuse(self, stream: "_Stream") -> None:
        if stream is not self._client and not stream.ended:
            _log.warning("%s: refused %s: another client is connected", self.url, stream.peer)
            stream.transport.abort()

    def _left(self, stream: "_Stream", error: Exception | None) -> None:
        if stream in self._waiting:
            self._waiting.remove(stream)
        elif stream is self._client:
            self._client = None
            self._state.wake()
            if self._waiting:
                self._serve(self._waiting.popleft())


class _Stream(asyncio.Protocol):
    """One connection. What a transport reads before it can be paused is held until ``flow()``."""

    transport: asyncio.Transport

    def __init__(
        self,
        sink: Sink,
        made: Callable[["_Stream"], None],
        ended: Callable[["_Stream", Exception | None], None],
        room: Callable[[], None],
    ) -> None:
        self._sink = sink
        self._made = made
        self._ended = ended
        self._room = room
        self._end = asyncio.Event()
        self._flowing = False
        self._early: list[bytes] = []

    @property
    def pending(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self.transport.get_write_buffer_size()

    @property
    def ended(self) -> bool:
        """Whether the connection is gone."""
        return self._end.is_set()

    @property
    def peer(self) -> object:
        """The other end's address."""
        return self.transport.get_extra_info("peername")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=LOW_WATER, low=LOW_WATER)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._made(self)

    def data_received(self, data: bytes) -> None:
        if self._flowing:
            self._sink(data)
        else:
            self._early.append(data)

    def hold(self) -> None:
        """Stops reading."""
        self._flowing = False
        self.transport.pause_reading()

    def flow(self) -> None:
        """Goes on reading."""
        self._flowing = True
        if self._early:
            early, self._early = b"".join(self._early), []
            self._sink(early)
        if self._flowing:
            self.transport.resume_reading()

    def resume_writing(self) -> None:
        self._room()

    def connection_lost(self, error: Exception | None) -> None:
        self._end.set()
        self._ended(self, error)

    async def aclose(self) -> None:
        """Closes; aborts when the other end does not take the last bytes."""
        self.transport.close()
        try:
            await self._ended_within(_FLUSH_LIMIT)
        finally:
            if not self.ended:
                self.transport.abort()
        await self._ended_within(_FLUSH_LIMIT)

    async def _ended_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._end.wait()


def _seen(error: OSError) -> str:
    """The system's words; the loop replaces those of a failed connection by its own."""
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno).lower()


def _url(host: str, port: int) -> str:
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
