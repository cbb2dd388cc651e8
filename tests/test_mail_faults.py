"""Mails and mailboxes that are struck at a random point: never two mails, never a deleted mail that was not read.

Issue 4, line 3: the bearer drops, the server is silent, closes or refuses at any step, the module restarts, its cable
is out, the caller cancels; 200 seeded runs, a sample of them in the ordinary run. Run one again with
``-k "test_struck[17]"`` or ``test_struck_again[17]``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from simcom_async.errors import OutcomeUnknown, SimcomError, SmtpError
from simcom_async.modem import Modem
from simcom_async.sessions.smtp import SmtpResult
from simcom_async.sites.mail_policy import MailFault
from simcom_async.sites.pop3 import Pop3Site
from simcom_async.sites.route import ServerFault
from simcom_async.sites.smtp import SmtpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer, Reset, Unplug
from tests.sessions.ftp_ends import FastClock
from tests.sessions.mail_ends import FAMILIES, ends, mailbox
from tests.sessions.mails import essence, mail

RUNS, SAMPLE = 200, 24
SPEED = 20.0
LIMIT = 60.0  # real seconds for a run; all others are of the clock
SILENCE = 8.0  # seconds after which a module gives up a silent server
UNREAD, REPEAT = 40.0, 10.0  # seconds for which data may wait, and after which the module says so again
TURNS = 1_500  # of the loop, at most, before the caller cancels

SMTP_STEPS = ("", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT")
POP3_STEPS = ("", "USER", "PASS", "LIST", "RETR", "DELE", "QUIT")
SMTP_COMMANDS = ("SMTPSRV", "SMTPRCPT", "SMTPBODY", "SMTPSEND", "SMTPFT", "SMTPFILE", "CFTRANRX")
ENTRIES = ("SMTPBODY", "SMTPFT", "CFTRANRX")
POP3_COMMANDS = ("POP3SRV", "POP3IN", "POP3CMD", "POP3READ", "POP3GET", "POP3DEL", "POP3OUT", "CFTRANTX")


@dataclass
class Run:
    """One run, made of its number."""

    number: int

    def __post_init__(self) -> None:
        self.random = Random(self.number)
        self.family = self.random.choice(FAMILIES)
        self.kind = self.random.choice(("server", "server", "bearer", "restart", "unplugged", "cancelled"))
        self.sending = self.random.random() < 0.5
        self.turns = self.random.randrange(TURNS)

    async def strike(self, virtual: VirtualModem, site: SmtpSite | Pop3Site) -> None:
        """Arrange what goes wrong."""
        random = self.random
        if self.kind == "server":
            fault = random.choice([ServerFault.HANG, ServerFault.CLOSE, ServerFault.RESET, ServerFault.GARBAGE, None])
            reply = None if fault is not None else ("421 no" if self.sending else "-ERR no")
            step = random.choice(SMTP_STEPS if self.sending else POP3_STEPS)
            done = random.random() < 0.5
            site.faults.append(MailFault(command=step, fault=fault, reply=reply, done=done, times=1))
        elif self.kind != "cancelled":
            command = random.choice(SMTP_COMMANDS if self.sending else POP3_COMMANDS)
            if self.kind == "unplugged" and command in ENTRIES:
                command = "SMTPSEND"  # a module in the middle of an entry is not found again
            faults: dict[str, Callable[..., LoseBearer | Reset | Unplug]] = {
                "bearer": LoseBearer,
                "restart": Reset,
                "unplugged": Unplug,
            }
            offset = random.choice([None, 0, 1, 20, 500])
            virtual.faults.add(faults[self.kind](command=command, offset=offset))

    async def outcome(self, work: asyncio.Future[object]) -> object:
        """What it came to; an exception is returned."""
        if self.kind == "cancelled":
            for _ in range(self.turns):
                await asyncio.sleep(0)
            work.cancel()
        (result,) = await asyncio.gather(work, return_exceptions=True)
        return result

    async def over(self, virtual: VirtualModem, site: SmtpSite | Pop3Site) -> None:
        """Nothing goes wrong any more."""
        site.faults.clear()
        site.release()
        virtual.faults.clear()
        virtual.plug()


async def send(run: Run) -> None:
    files = {"f.bin": run.random.randbytes(run.random.choice([0, 500, 9_000]))} if run.random.random() < 0.6 else {}
    first, next_ = mail("Grüße\n", subject="first", files=files), mail("next\n", subject="next")

    async def sent(modem: Modem, site: SmtpSite, message: object) -> object:
        host, port = site.address
        account = {"username": "joe", "password": "secret"}
        return await modem.smtp.send(message, hostname=host, port=port, **account)  # type: ignore[arg-type]

    async with (
        SmtpSite(users={"joe": "secret"}) as site,
        ends(run.family, FastClock(SPEED), network_timeout=SILENCE, unread_timeout=UNREAD) as (virtual, modem),
    ):
        await modem.network.up()
        await run.strike(virtual, site)
        result = await run.outcome(asyncio.ensure_future(sent(modem, site, first)))
        await run.over(virtual, site)
        await sent(modem, site, next_)
        taken = [one.message for one in site.mails]
    assert str(taken[-1]["Subject"]) == "next"
    assert len(taken) <= 2
    assert all(essence(one) == essence(first) for one in taken[:-1])
    if isinstance(result, SmtpResult):
        assert len(taken) == 2
    elif not isinstance(result, OutcomeUnknown):
        assert isinstance(result, SimcomError | asyncio.CancelledError), result
        assert len(taken) == 1, result
    if isinstance(result, SmtpError):
        assert result.meaning


async def move(run: Run) -> None:
    """Read and delete mail after mail."""
    read: list[bytes] = []
    sources = [mail(f"{number}\n", files={"f": run.random.randbytes(3_000)}) for number in range(3)]

    async def moved(modem: Modem, site: Pop3Site) -> None:
        async with mailbox(modem, site) as box:
            for number, _ in await box.list():
                read.append(await box.source(number))
                await box.delete(number)

    async with (
        Pop3Site(sources) as site,
        ends(run.family, FastClock(SPEED), network_timeout=SILENCE, unread_timeout=UNREAD, repeat=REPEAT) as (
            virtual,
            modem,
        ),
    ):
        await modem.network.up()
        await run.strike(virtual, site)
        result = await run.outcome(asyncio.ensure_future(moved(modem, site)))
        await run.over(virtual, site)
        assert result is None or isinstance(result, SimcomError | asyncio.CancelledError), result
        async with mailbox(modem, site) as box:
            seen = [await box.source(number) for number, _ in await box.list()]
        deleted = [one.content for one in site.deleted]
    everything = {one.content for one in Pop3Site(sources).mails}
    assert set(seen) <= everything
    assert set(deleted) <= set(read) <= everything
    assert set(seen) | set(deleted) == everything
    assert len(deleted) in ((3,) if result is None else (0, 3)), result


async def go(number: int) -> None:
    run = Run(number)
    async with asyncio.timeout(LIMIT):
        await (send(run) if run.sending else move(run))


@pytest.mark.parametrize("number", range(SAMPLE))
async def test_struck(number: int) -> None:
    await go(number)


@pytest.mark.long
@pytest.mark.parametrize("number", range(SAMPLE, RUNS))
async def test_struck_again(number: int) -> None:
    await go(number)
