"""A host that sends and fetches mails by the numeric commands, byte by byte as the SIM900 e-mail manual prints them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import Pop3Site, SmtpSite
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client

__all__ = ["ACCOUNT", "HOST", "OK", "EmailHost", "mailbox", "outgoing"]

OK = b"\r\nOK\r\n"
HOST = "mail.sim.com"
ACCOUNT = {"john": "123456"}
_MAIL = (
    b'AT+SMTPSRV="%s",25' % HOST.encode(),
    b'AT+SMTPAUTH=1,"john","123456"',
    b'AT+SMTPFROM="john@sim.com","John"',
    b'AT+SMTPRCPT=0,0,"ann@sim.com","Ann"',
    b'AT+SMTPSUB="Test"',
)


class EmailHost(Client):
    """A client with the verbs of the numeric e-mail; echo is off, the bearer is open."""

    @classmethod
    async def of(cls, virtual: VirtualModem, *lines: bytes) -> EmailHost:
        """A host on a new line of the module."""
        host = cls(virtual.port())
        await host.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        await host.ok(b"AT+SAPBR=1,1", *lines)
        return host

    async def urc(self, line: bytes, timeout: float = PATIENCE) -> None:
        """Wait for this line."""
        await self.hear(b"\r\n" + line + b"\r\n", timeout)

    async def does(self, command: bytes, answer: bytes) -> None:
        """A command that starts something, and the URC that ends it."""
        await self.ok(command)
        await self.urc(answer)

    async def outwait(self, clock: ManualClock, line: bytes, seconds: float = 10.0) -> None:
        """Let time pass until the module has said this."""
        async with asyncio.timeout(PATIENCE):
            while not self.received:
                await clock.run(seconds)
        await self.urc(line)

    # SMTP

    async def body(self, text: bytes) -> None:
        """Type a body at the prompt."""
        self.send(b"AT+SMTPBODY\r")
        await self.hear(b"\r\n>")
        self.send(text + b"\x1a")
        await self.hear(OK)

    async def attach(self, data: bytes, *, block: int = 1360) -> None:
        """Hand over an attachment by its credits, from AT+SMTPSEND to its end."""
        await self.does(b"AT+SMTPSEND", b"+SMTPFT: 1,1360")
        for start in range(0, len(data), block):
            await self.hand_over(data[start : start + block])
            await self.hear(OK)
            await self.urc(b"+SMTPFT: 1,1360")
        await self.ok(b"AT+SMTPFT=0")

    async def hand_over(self, block: bytes) -> None:
        """One block; what is said to it is still to be heard."""
        await self.ask(b"AT+SMTPFT=%d" % len(block), b"\r\n+SMTPFT: 2,%d\r\n" % len(block))
        self.send(block)

    # POP3

    async def log_in(self, answer: bytes = b"1") -> None:
        """Log in at HOST."""
        await self.ok(b'AT+POP3SRV="%s","john","123456",110' % HOST.encode())
        await self.does(b"AT+POP3IN", b"+POP3IN: " + answer)

    async def chunk(self, size: int = 1460) -> tuple[int, bytes]:
        """Read a chunk: whether more is to come (1) or not (2), and its bytes."""
        self.send(b"AT+POP3READ=%d\r" % size)
        header = await self.hear_until(b"\r\n+POP3READ: ")
        assert header == b"\r\n+POP3READ: "
        state, _, length = (await self.hear_until(b"\r\n"))[:-2].partition(b",")
        count = int(length) + len(OK)
        async with asyncio.timeout(PATIENCE):
            while len(self.received) < count:
                await self._wait()
        data = bytes(self.received[:count])
        del self.received[:count]
        assert data.endswith(OK)
        return int(state), data[: -len(OK)]

    async def fetch(self, command: bytes, size: int = 1460) -> bytes:
        """An answer of several lines, to its end."""
        await self.does(command, b"+POP3CMD: 1")
        found, state = b"", 1
        while state == 1:
            state, data = await self.chunk(size)
            found += data
            if state == 1 and len(data) < size:
                await self.hear_until(b"\r\n+POP3READ: 3,")
                await self.hear_until(b"\r\n")
        return found


@asynccontextmanager
async def outgoing(
    *lines: bytes, site: SmtpSite | None = None, dialect: str = "sim900", **options: object
) -> AsyncIterator[tuple[SmtpSite, VirtualModem, EmailHost]]:
    """A server that wants a login, a module that finds it, and a host that has written a mail with these lines."""
    async with SmtpSite(users=ACCOUNT, auth_required=True) if site is None else site as server:
        settings = {"urc_delay": 0, "hosts": {HOST: server.address}, **options}
        async with VirtualModem(dialect, **settings) as virtual:  # type: ignore[arg-type]
            host = await EmailHost.of(virtual, *_MAIL, *lines)
            yield server, virtual, host
            await host.aclose()


@asynccontextmanager
async def mailbox(
    mails: Iterable[bytes] = (), *, logged_in: bool = True, **options: object
) -> AsyncIterator[tuple[Pop3Site, VirtualModem, EmailHost]]:
    """A server with mails, a module that finds it, and a host that has logged in."""
    async with Pop3Site(mails, users=ACCOUNT) as site:
        settings = {"urc_delay": 0, "hosts": {HOST: site.address}, **options}
        async with VirtualModem("sim900", **settings) as virtual:  # type: ignore[arg-type]
            host = await EmailHost.of(virtual)
            if logged_in:
                await host.log_in()
            yield site, virtual, host
            await host.aclose()
