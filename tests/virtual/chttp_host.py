"""A host that does HTTP and HTTPS over a SIM7100 by hand, byte by byte as its document prints it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from simcom_async.at.escape import ETX_SUB
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client

__all__ = ["BODIES", "ERROR", "EVENT", "HOST", "OK", "WebHost", "answer_of", "hosting", "module"]

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
EVENT = b"\r\n+CHTTPS: RECV EVENT\r\n"
HOST = "www.example.com"


def _random(size: int) -> bytes:
    return random.Random(size).randbytes(size)


#: Bodies whose lengths and bytes are where mistakes are: around a block, empty, and made of what ends or escapes.
BODIES = [_random(size) for size in (0, 1, 4095, 4096, 4097, 65536)]
BODIES += [b"\x03\x1a" * 2000, b"\x1a" * 4097, b"\x03" * 4096, b"\r\n+CHTTPACT: 0\r\n\r\nOK\r\n>"]


class Peer(Protocol):
    """A server that the host's module talks to."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""


class WebHost(Client):
    """A client with the verbs of AT+CHTTPACT and AT+CHTTPS; ``sent`` counts what ``send_all`` has written."""

    sent = 0

    @classmethod
    async def of(cls, virtual: VirtualModem) -> WebHost:
        """A host on a new line of the module."""
        host = cls(virtual.port())
        await host.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        return host

    async def urc(self, line: bytes, timeout: float = PATIENCE) -> None:
        """Wait for this line."""
        await self.hear(b"\r\n" + line + b"\r\n", timeout)

    async def send_all(self, data: bytes) -> None:
        """Write as much as the module takes; ``sent`` counts the bytes."""
        for start in range(0, len(data), 65536):
            self.send(data[start : start + 65536])
            await self.port.drain()
            self.sent = start

    # AT+CHTTPACT

    async def prompted(self, port: int = 80, host: str = HOST) -> None:
        """AT+CHTTPACT, and its prompt."""
        await self.ask(b'AT+CHTTPACT="%s",%d' % (host.encode(), port), b"\r\n+CHTTPACT: REQUEST\r\n")

    async def act(self, request: bytes, port: int = 80, host: str = HOST) -> None:
        """A request that the server has got."""
        await self.prompted(port, host)
        self.send(ETX_SUB.encode(request) + ETX_SUB.end)
        await self.hear(OK)

    async def answer(self, command: bytes = b"CHTTPACT", timeout: float = PATIENCE) -> tuple[bytes, int]:
        """What comes in packets, and the code that ends it; events that are late are passed over."""
        found = b""
        while True:
            heard = await self.hear_until(b"\r\n+%s: " % command, timeout)
            assert heard.replace(EVENT, b"") == b"\r\n+%s: " % command
            line = (await self.hear_until(b"\r\n", timeout))[:-2]
            if not line.startswith(b"DATA,"):
                return found, int(line)
            found += await self.exactly(int(line[5:]))

    async def exactly(self, length: int) -> bytes:
        """The next bytes."""
        while len(self.received) < length:
            await self._wait()
        heard = bytes(self.received[:length])
        del self.received[:length]
        return heard

    # AT+CHTTPS

    async def started(self, port: int = 443, layer: str = "") -> None:
        """An open session."""
        await self.ok(b"AT+CHTTPSSTART", b'AT+CHTTPSOPSE="%s",%d%s' % (HOST.encode(), port, layer.encode()))

    async def enter(self, data: bytes) -> None:
        """Blocks that wait to be sent."""
        for start in range(0, len(data), 4096):
            block = data[start : start + 4096]
            await self.ask(b"AT+CHTTPSSEND=%d" % len(block), b"\r\n>")
            self.send(block)
            await self.hear(OK)

    async def put(self, data: bytes) -> None:
        """Bytes that have been sent, block by block."""
        for start in range(0, len(data), 4096):
            await self.enter(data[start : start + 4096])
            await self.ok(b"AT+CHTTPSSEND")
            await self.urc(b"+CHTTPSSEND: 0")

    async def fetch(self, most: int = 4096) -> bytes:
        """What one AT+CHTTPSRECV fetches; events in front of it are passed over."""
        self.send(b"AT+CHTTPSRECV=%d\r" % most)
        assert (await self.hear_until(OK)).replace(EVENT, b"") == OK
        data, code = await self.answer(b"CHTTPSRECV")
        assert code == 0
        return data

    async def fetch_all(self, length: int) -> bytes:
        """So many bytes, in as many fetches as it takes."""
        found = b""
        while len(found) < length:
            found += await self.fetch()
        return found

    async def ask_cached(self) -> int:
        """How much waits to be fetched; events in front of the answer are passed over."""
        self.send(b"AT+CHTTPSRECV?\r")
        heard = await self.hear_until(b"\r\n+CHTTPSRECV: LEN,")
        assert heard.replace(EVENT, b"") == b"\r\n+CHTTPSRECV: LEN,"
        length = int((await self.hear_until(b"\r\n"))[:-2])
        await self.hear(OK)
        return length


def answer_of(body: bytes) -> bytes:
    """A whole HTTP answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@asynccontextmanager
async def module(peer: Peer, **options: object) -> AsyncIterator[VirtualModem]:
    """A module that finds a server at HOST, in whatever port."""
    settings = {"urc_delay": 0, "hosts": {HOST: peer.address[:2]}, **options}
    async with VirtualModem("sim7100", **settings) as virtual:  # type: ignore[arg-type]
        yield virtual


@asynccontextmanager
async def hosting(peer: Peer, **options: object) -> AsyncIterator[tuple[VirtualModem, WebHost]]:
    """A module that finds a server, and a host at it."""
    async with module(peer, **options) as virtual:
        host = await WebHost.of(virtual)
        yield virtual, host
        await host.aclose()
