"""An FTP server whose data connections say and do what no server does: endless, too early, never."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tests.hostile.servers import Saying, Villain

__all__ = ["Data", "FtpVillain", "Opening"]

#: What begins a transfer.
TRANSFERS = ("RETR", "LIST", "STOR")
#: What is said of all else; ``""``: of what is not named.
REPLIES = {
    "USER": b"331 x\r\n",
    "PASS": b"230 x\r\n",
    "REST": b"350 x\r\n",
    "SIZE": b"213 1000\r\n",
    "MDTM": b"213 20260101000000\r\n",
    "QUIT": b"221 x\r\n",
    "": b"200 x\r\n",
}

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Opening(Enum):
    """How a data connection comes into being."""

    ORDERLY = "it is accepted, or made"
    REFUSED = "nobody listens; none is made"
    NEVER = "it stays half open; none is made"


@dataclass(frozen=True)
class Data:
    """A transfer: ``begin`` and ``end`` on the control connection, before and behind what is ``said`` on the other.

    ``early``: it is said as soon as there is a connection. ``heeds``: what the module sends is read, up to its end.
    """

    said: Saying = field(default_factory=Saying)
    begin: bytes | Saying = b"150 x\r\n"
    end: bytes | Saying = b"226 x\r\n"
    opening: Opening = Opening.ORDERLY
    early: bool = False
    heeds: bool = False


@dataclass
class FtpVillain(Villain):
    """Lets anybody in, and does each transfer as ``data`` says; with ``tls`` both connections are protected."""

    data: Data = field(default_factory=Data)
    tls: ssl.SSLContext | None = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, (reader, writer))
        try:
            await session.say(b"220 x\r\n", (reader, writer))
            while line := (await reader.readline()).decode("latin-1"):
                self.heard.append(line)
                await session.answer(*line.split())
        finally:
            await session.aclose()


class _Session:
    """One control connection, and the data connections beside it."""

    def __init__(self, villain: FtpVillain, control: Ends) -> None:
        self._villain = villain
        self._control = control
        self._connections: asyncio.Queue[Ends] = asyncio.Queue()
        self._target: tuple[str, int] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed: list[asyncio.Server | socket.socket | asyncio.StreamWriter] = []

    async def say(self, what: bytes | Saying, to: Ends) -> None:
        """Say something on a connection, and end it behind it when it is to be."""
        reader, writer = to
        saying = what if isinstance(what, Saying) else Saying(what)
        if not await self._villain.speak(saying, reader, writer):
            writer.close()

    async def answer(self, verb: str = "", *words: str) -> None:
        """Answer a command."""
        if verb in TRANSFERS:
            self._spawn(self._transfer())
        elif verb == "AUTH" and self._villain.tls is not None:
            await self.say(b"234 x\r\n", self._control)
            await self._control[1].start_tls(self._villain.tls)
        elif verb == "PASV":
            port = await self._listen()
            await self.say(b"227 (127,0,0,1,%d,%d)\r\n" % divmod(port, 256), self._control)
        else:
            if verb == "PORT":
                *_, high, low = map(int, words[0].split(","))
                self._target = ("127.0.0.1", high * 256 + low)
            await self.say(REPLIES.get(verb, REPLIES[""]), self._control)

    async def aclose(self) -> None:
        """End all of it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for one in self._closed:
            one.close()

    async def _listen(self) -> int:
        """Have the module connect; the port."""
        if self._villain.data.opening is Opening.ORDERLY:
            server = await asyncio.start_server(self._come, "127.0.0.1", 0)
            self._closed.append(server)
            return int(server.sockets[0].getsockname()[1])
        listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        port = int(listener.getsockname()[1])
        if self._villain.data.opening is Opening.REFUSED:
            listener.close()
            return port
        self._closed.append(listener)
        for _ in range(4):  # who comes behind those that wait gets no answer
            waiting = socket.socket()
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
            self._closed.append(waiting)
        return port

    def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._closed.append(writer)
        if self._villain.data.early:
            self._spawn(self.say(self._villain.data.said, (reader, writer)))
        self._connections.put_nowait((reader, writer))

    async def _transfer(self) -> None:
        data = self._villain.data
        await self.say(data.begin, self._control)
        if self._target is not None and data.opening is Opening.ORDERLY:
            self._come(*await asyncio.open_connection(*self._target))
        reader, writer = await self._connections.get()
        if self._villain.tls is not None:
            await writer.start_tls(self._villain.tls)
        if not data.early:
            await self.say(data.said, (reader, writer))
        while data.heeds and await reader.read(65_536):
            pass
        await self.say(data.end, self._control)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        async def quietly() -> None:
            with suppress(OSError, ssl.SSLError):
                await work

        task = asyncio.get_running_loop().create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
