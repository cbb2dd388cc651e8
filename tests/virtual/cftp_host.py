"""A host that does FTP and FTPS over a SIM7100 by hand, byte by byte as the document prints it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

from simcom_async.at.escape import ETX_SUB
from simcom_async.sites import FtpSite, LoopbackCA
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client
from tests.virtual.ftp_host import HOST, OK, Peer, module

__all__ = ["AUTHORITY", "ERROR", "HOST", "OK", "ROUND", "Host", "Peer", "module", "secured", "session"]

ERROR = b"\r\nERROR\r\n"
AUTHORITY = LoopbackCA()
#: Bytes of a block of AT+CFTPSPUT.
ROUND = 1024


class Host(Client):
    """A client with the verbs of AT+CFTP and AT+CFTPS; echo is off."""

    @classmethod
    async def of(cls, virtual: VirtualModem) -> Self:
        """A host on a new line of the module."""
        host = cls(virtual.port())
        await host.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        return host

    async def settings(self, *, user: str = "user", password: str = "secret", passive: bool = False) -> None:
        """The parameters of plain FTP."""
        await self.ok(b'AT+CFTPSERV="%s"' % HOST.encode(), b"AT+CFTPMODE=%d" % passive)
        await self.ok(b'AT+CFTPUN="%s"' % user.encode(), b'AT+CFTPPW="%s"' % password.encode())

    async def login(
        self,
        answer: bytes = b"\r\n+CFTPSLOGIN: 0\r\n" + OK,
        *,
        user: str = "user",
        password: str = "secret",
        end: str = "",
    ) -> None:
        """The stack of FTPS, and a session."""
        await self.ask(b"AT+CFTPSSTART", b"\r\n+CFTPSSTART: 0\r\n" + OK)
        await self.log_in(answer, user=user, password=password, end=end)

    async def log_in(
        self,
        answer: bytes = b"\r\n+CFTPSLOGIN: 0\r\n" + OK,
        *,
        user: str = "user",
        password: str = "secret",
        end: str = "",
    ) -> None:
        """A session of FTPS."""
        line = f'AT+CFTPSLOGIN="{HOST}",21,"{user}","{password}"{end}'
        await self.ask(line.encode(), answer)

    async def logout(self) -> None:
        """The end of session and stack."""
        await self.ask(b"AT+CFTPSLOGOUT", b"\r\n+CFTPSLOGOUT: 0\r\n" + OK)
        await self.ask(b"AT+CFTPSSTOP", b"\r\n+CFTPSSTOP: 0\r\n" + OK)

    async def urc(self, line: bytes, timeout: float = PATIENCE) -> None:
        """Wait for this line."""
        await self.hear(b"\r\n" + line + b"\r\n", timeout)

    async def does(self, command: bytes, answer: bytes) -> None:
        """A command that starts something, and the line that ends it."""
        await self.ok(command)
        await self.urc(answer)

    async def pushed(self, command: str, *, end: int = 0, name: str = "") -> bytes:
        """All that the module pushes for a command, up to its end; packets have some bytes, and not more than 1024."""
        await self.ok(command.encode())
        return await self.collect(name or command.removeprefix("AT").partition("=")[0], end=end)

    async def collect(self, name: str, *, end: int = 0) -> bytes:
        """What comes behind the OK."""
        head = f"\r\n{name}: ".encode()
        found = bytearray()
        while True:
            assert await self.hear_until(head) == head
            said = (await self.hear_until(b"\r\n"))[:-2]
            if not said.startswith(b"DATA,"):
                assert int(said) == end, f"{name}: {said!r}"
                return bytes(found)
            length = int(said.removeprefix(b"DATA,"))
            assert 0 < length <= ROUND
            found += await self.exactly(length)

    async def exactly(self, length: int) -> bytes:
        """The next bytes."""
        while len(self.received) < length:
            await self._wait()
        heard = bytes(self.received[:length])
        del self.received[:length]
        return heard

    async def put(self, path: str, data: bytes) -> None:
        """Enter a whole file, its marks escaped."""
        await self.ask(f'AT+CFTPPUT="{path}"'.encode(), b"\r\n+CFTPPUT: BEGIN\r\n")
        self.send(ETX_SUB.encode(data) + b"\x1a")
        await self.hear(OK)

    async def block(self, command: bytes, block: bytes, answer: bytes = OK) -> None:
        """One block of an upload."""
        await self.ask(command, b"\r\n>")
        self.send(block)
        await self.hear(answer)

    async def put_blocks(self, path: str, data: bytes) -> None:
        """A whole file in blocks."""
        for start in range(0, len(data), ROUND):
            block = data[start : start + ROUND]
            name = b"" if start else f'"{path}",'.encode()
            await self.block(b"AT+CFTPSPUT=%s%d" % (name, len(block)), block)
        await self.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 0")


@asynccontextmanager
async def session(
    published: Mapping[str, bytes | int] | None = None, *, passive: bool = False, **options: object
) -> AsyncIterator[tuple[FtpSite, VirtualModem, Host]]:
    """A site, a module that finds it, and a host that has set up plain FTP."""
    async with FtpSite(published) as site, module(site, "sim7100", **options) as virtual:
        host = await Host.of(virtual)
        await host.settings(passive=passive)
        yield site, virtual, host
        await host.aclose()


@asynccontextmanager
async def secured(
    published: Mapping[str, bytes | int] | None = None,
    *,
    certificate: bytes = b"",
    tls_required: bool = True,
    **options: object,
) -> AsyncIterator[tuple[FtpSite, VirtualModem, Host]]:
    """A site with TLS, a module that finds it, and a host."""
    made = FtpSite(published, certificate=certificate or AUTHORITY.pem(HOST), tls_required=tls_required)
    async with made as site, module(site, "sim7100", **options) as virtual:
        host = await Host.of(virtual)
        yield site, virtual, host
        await host.aclose()
