"""The life cycle that all sites share: started on a free port of loopback, closed without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from simcom_async.errors import UsageError

__all__ = ["Site", "StreamSite", "hang_up", "reset"]

CLOSING_LIMIT = 5.0
"""Seconds that a connection has for its last bytes."""

LINGER_NONE = struct.pack("ii", 1, 0)
"""struct linger: closing discards what is unsent and resets the connection (socket(7), SO_LINGER)."""


class Site(ABC):
    """A real server on loopback; ``port`` 0 takes a free one. Use it as ``async with Site() as site``."""

    scheme = "tcp"

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.tls = tls
        self._wanted_port = port
        self._bound_port: int | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises UsageError before it was started."""
        if self._bound_port is None:
            raise UsageError(f"{type(self).__name__} has no port before start()", field="port")
        return self._bound_port

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port

    async def start(self) -> None:
        """Listen. A site that listens already stays as it is."""
        if self._bound_port is None:
            self._bound_port = await self._listen()

    async def aclose(self) -> None:
        """Stop listening and end every connection; may be called again."""
        if self._bound_port is not None:
            self._bound_port = None
            await self._close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @abstractmethod
    async def _listen(self) -> int:
        """Open the listening socket; the port it got."""

    @abstractmethod
    async def _close(self) -> None:
        """Close the listening socket and every connection."""


class StreamSite(Site):
    """A site that speaks over asyncio streams, one task a connection.

    A peer that goes away ends its connection; any other failure in ``_serve`` is raised by aclose().
    ``connections`` counts those accepted so far.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(host, port, tls=tls)
        self.connections = 0
        self._failure: BaseException | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(
            self._accept, self.host, self._wanted_port, ssl=self.tls, start_serving=True
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if server is not None:
            await server.wait_closed()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and self._failure is None:
            self._failure = task.exception()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = False
        try:
            with contextlib.suppress(ConnectionError):  # the peer may go away whenever it likes
                await self._serve(reader, writer)
            served = True
        finally:
            await hang_up(writer, at_once=not served)

    @abstractmethod
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one peer until the connection is to be closed."""


async def hang_up(writer: asyncio.StreamWriter, *, at_once: bool = False) -> None:
    """Close a connection: its last bytes have CLOSING_LIMIT seconds, or none (``at_once``)."""
    if at_once:
        writer.transport.abort()
    writer.close()
    try:
        async with asyncio.timeout(CLOSING_LIMIT):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        return  # it was closed from the other side first


def reset(transport: asyncio.WriteTransport) -> None:
    """End a TCP connection with a reset (RST) instead of in order."""
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    transport.abort()
