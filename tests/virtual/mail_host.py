"""A host that sends and fetches mails over a SIM7100 by hand, byte by byte as its document prints it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import Pop3Site, SmtpSite
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client

__all__ = ["ERROR", "OK", "MailHost", "hosting", "module"]

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
SMTP_HOST, POP3_HOST = "smtp.server.com", "pop3.server.com"


class MailHost(Client):
    """A client with the verbs of the textual e-mail; echo is off."""

    @classmethod
    async def of(cls, virtual: VirtualModem) -> MailHost:
        """A host on a new line of the module."""
        host = cls(virtual.port())
        await host.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        return host

    async def says(self, line: str, *answer: str, final: bytes = OK) -> None:
        """A command line, and exactly the lines of its answer."""
        lines = b"\r\n" + "\r\n".join(answer).encode() + b"\r\n" if answer else b""
        await self.ask(line.encode(), lines + final)

    async def urc(self, line: str, timeout: float = PATIENCE) -> None:
        """Wait for this line."""
        await self.hear(b"\r\n" + line.encode() + b"\r\n", timeout)

    async def outwait(self, clock: ManualClock) -> None:
        """Let time pass until the module has said something: a silent server has its limit."""
        async with asyncio.timeout(PATIENCE):
            while not self.received:
                await clock.run(80)

    async def write_mail(self, *further: str) -> None:
        """Server, sender, one recipient, subject and body; and what else there is."""
        await self.says(f'AT+SMTPSRV="{SMTP_HOST}"')
        await self.says('AT+SMTPFROM="sender@server.com","Sender"')
        await self.says('AT+SMTPRCPT=0,0,"to@server.com","To"')
        await self.says('AT+SMTPSUB="Subject"')
        await self.says('AT+SMTPBODY="Body"')
        for line in further:
            await self.says(line)

    async def enter_body(self, body: bytes) -> None:
        """Type a body at the prompt."""
        self.send(b"AT+SMTPBODY\r")
        await self.hear(b"\r\n>> ")
        self.send(body + b"\x1a")
        await self.hear(OK)

    async def begin(self) -> None:
        """Send the mail, as far as the greeting of the server."""
        await self.says("AT+SMTPSEND", "+SMTP: OK")

    async def deliver(self, word: str = "SUCCESS") -> None:
        """Send the mail, and hear how that ends."""
        await self.begin()
        await self.urc(f"+SMTP: {word}")

    async def set_account(self, user: str = "user", password: str = "secret") -> None:
        """Server and account."""
        await self.says(f'AT+POP3SRV="{POP3_HOST}","{user}","{password}"')

    async def log_in(self) -> None:
        """Set the account, and log in."""
        await self.set_account()
        await self.says("AT+POP3IN", "+POP3: SUCCESS")

    async def fetch(self, number: int = 1, saving: int | None = None) -> tuple[str, str]:
        """Fetch a mail; its folder and its file."""
        await self.says(f"AT+POP3GET={number}" + (f",{saving}" if saving else ""))
        await self.urc("+POP3: SUCCESS")
        await self.hear(b"\r\n")
        folder, _, name = (await self.hear_until(b"\r\n")).decode().strip().partition(", ")
        return folder, name


@asynccontextmanager
async def module(*sites: SmtpSite | Pop3Site, **options: object) -> AsyncIterator[VirtualModem]:
    """A SIM7100 that finds these servers under their names."""
    async with AsyncExitStack() as stack:
        hosts = {}
        for site in sites:
            await stack.enter_async_context(site)
            hosts[SMTP_HOST if isinstance(site, SmtpSite) else POP3_HOST] = site.address
        chosen = {"urc_delay": 0, "hosts": hosts, **options}
        virtual = await stack.enter_async_context(VirtualModem("sim7100", **chosen))  # type: ignore[arg-type]
        yield virtual


@asynccontextmanager
async def hosting(*sites: SmtpSite | Pop3Site, **options: object) -> AsyncIterator[tuple[VirtualModem, MailHost]]:
    """Such a module, and a host on it."""
    async with module(*sites, **options) as virtual:
        host = await MailHost.of(virtual)
        yield virtual, host
        await host.aclose()
