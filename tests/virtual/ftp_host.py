"""A host that does FTP over a module by hand, byte by byte as the documents print it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from simcom_async.sites import FtpSite
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client

__all__ = ["HOST", "OK", "Host", "Peer", "module", "session"]

OK = b"\r\nOK\r\n"
HOST = "ftp.example.com"


class Peer(Protocol):
    """A server that the host's module talks to."""

    address: tuple[str, int]


class Host(Client):
    """A client with the verbs of AT+FTP; echo is off, the bearer is open, the session is set up."""

    @classmethod
    async def of(cls, virtual: VirtualModem, *settings: bytes, user: str = "user", password: str = "secret") -> Host:
        """A host on a new line of the module."""
        host = cls(virtual.port())
        await host.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        await host.ok(b"AT+SAPBR=1,1", b"AT+FTPCID=1", b'AT+FTPSERV="%s"' % HOST.encode())
        await host.ok(b'AT+FTPUN="%s"' % user.encode(), b'AT+FTPPW="%s"' % password.encode(), *settings)
        return host

    async def urc(self, line: bytes, timeout: float = PATIENCE) -> None:
        """Wait for this line."""
        await self.hear(b"\r\n" + line + b"\r\n", timeout)

    async def name(self, path: str) -> None:
        """The file to get, and to put."""
        directory, _, name = path.rpartition("/")
        for way in (b"GET", b"PUT"):
            await self.ok(b'AT+FTP%sPATH="%s"' % (way, f"{directory}/".encode()))
            await self.ok(b'AT+FTP%sNAME="%s"' % (way, name.encode()))

    async def does(self, command: bytes, answer: bytes) -> None:
        """A command that starts something, and the URC that ends it."""
        await self.ok(command)
        await self.urc(answer)

    async def block(self, size: int = 1460, command: bytes = b"FTPGET") -> bytes:
        """Read a block."""
        self.send(b"AT+%s=2,%d\r" % (command, size))
        header = await self.hear_until(b"\r\n+%s: 2," % command)
        assert header == b"\r\n+%s: 2," % command
        length = int((await self.hear_until(b"\r\n"))[:-2])
        return (await self.exactly(length + len(OK)))[: -len(OK)]

    async def exactly(self, length: int) -> bytes:
        """The next bytes, which end an answer."""
        while len(self.received) < length:
            await self._wait()
        heard = bytes(self.received[:length])
        del self.received[:length]
        assert heard.endswith(OK)
        return heard

    async def download(self, size: int = 1460, command: bytes = b"FTPGET") -> bytes:
        """The whole of a download, as its URCs lead."""
        await self.ok(b"AT+%s=1" % command)
        found = bytearray()
        while await self.told(command) == 1:
            while block := await self.block(size, command):
                found += block
        return bytes(found)

    async def told(self, command: bytes) -> int:
        """The code of the next URC."""
        assert await self.hear_until(b"\r\n+%s: 1," % command) == b"\r\n+%s: 1," % command
        code = int((await self.hear_until(b"\r\n"))[:-2])
        assert code in (0, 1)
        return code

    async def upload(self, data: bytes) -> None:
        """The whole of an upload, by its credits."""
        await self.ok(b"AT+FTPPUT=1")
        await self.urc(b"+FTPPUT: 1,1,1360")
        for start in range(0, len(data), 1360):
            block = data[start : start + 1360]
            await self.put(block)
            await self.urc(b"+FTPPUT: 1,1,1360")
        await self.does(b"AT+FTPPUT=2,0", b"+FTPPUT: 1,0")

    async def put(self, block: bytes) -> None:
        """Write one block."""
        await self.ask(b"AT+FTPPUT=2,%d" % len(block), b"\r\n+FTPPUT: 2,%d\r\n" % len(block))
        self.send(block)
        await self.hear(OK)


@asynccontextmanager
async def module(peer: Peer, dialect: str = "sim800", **options: object) -> AsyncIterator[VirtualModem]:
    """A module that finds a server at HOST, in whatever port."""
    settings = {"urc_delay": 0, "hosts": {HOST: peer.address[:2]}, **options}
    async with VirtualModem(dialect, **settings) as virtual:  # type: ignore[arg-type]
        yield virtual


@asynccontextmanager
async def session(
    files: Mapping[str, bytes | int] | None = None,
    *settings: bytes,
    dialect: str = "sim800",
    path: str = "/f",
    **options: object,
) -> AsyncIterator[tuple[FtpSite, VirtualModem, Host]]:
    """A site, a module that finds it, and a host that has set up a session for ``path``."""
    async with FtpSite(files) as site, module(site, dialect, **options) as virtual:
        host = await Host.of(virtual, *settings)
        await host.name(path)
        yield site, virtual, host
        await host.aclose()
