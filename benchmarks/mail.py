"""Mails by the numeric commands of the SIM900: against the loop that is written by hand, and on a slow line."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any

from benchmarks.farend import BYTES_PER_SECOND
from benchmarks.handloop import HandLoop
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, interleave_async
from benchmarks.module import Module, length_of_mail, peak_of
from benchmarks.transfer import Sides, found, goals

ATTACHMENT = 500_000
MAIL = 1_000_000
LARGE = 20_000_000
PACED = 34_560  # three seconds of a line at 115200 baud; in base64 four of them
CHUNK = 1460
SERVER = {"username": "user", "password": "secret"}

_CREDIT = re.compile(rb"\+SMTPFT: ?1,(\d+)\r\n")
_SENT = re.compile(rb"\+SMTPSEND: ?1\r\n")
_HEADER = re.compile(rb"\+POP3READ: ?([12]),(\d+)\r\n")
_ASKED = re.compile(rb"\+POP3CMD: ?1\r\n")
_LOGGED_IN = re.compile(rb"\+POP3IN: ?1\r\n")
_LOGGED_OUT = re.compile(rb"\+POP3OUT: ?1\r\n")

OpenModem = Callable[..., Any]


def _ours() -> OpenModem:
    from simcom_async.modem import open_modem
    from simcom_async.sessions.pop3 import Pop3Session  # noqa: F401 - what is measured must be there

    return open_modem


class MailByHand(HandLoop):
    """E-mail by hand."""

    async def send(self, body: bytes, port: int) -> None:
        """Send a mail with one attachment, encoded as it has to be."""
        for line in (
            b"AT+EMAILCID=1",
            b"AT+EMAILTO=30",
            b'AT+SMTPSRV="127.0.0.1",%d' % port,
            b'AT+SMTPAUTH=1,"user","secret"',
            b'AT+SMTPFROM="a@example.com","a"',
            b'AT+SMTPRCPT=0,0,"b@example.com","b"',
            b'AT+SMTPSUB="a file"',
        ):
            await self.command(line)
        await self.write(b"AT+SMTPBODY\r")
        await self.until(b">")
        await self.write(b"here it is\x1a")
        await self.until(b"OK\r\n")
        await self.command(b'AT+SMTPFILE=1,"file.bin",0')
        await self.command(b"AT+SMTPSEND")
        encoded = base64.encodebytes(body).replace(b"\n", b"\r\n")
        place = 0
        while place < len(encoded):
            block = encoded[place : place + int((await self.find(_CREDIT))[1])]
            await self.write(b"AT+SMTPFT=%d\r" % len(block))
            await self.until(b"+SMTPFT: 2,%d\r\n" % len(block))
            await self.write(block)
            await self.until(b"OK\r\n")
            place += len(block)
        await self.find(_CREDIT)
        await self.command(b"AT+SMTPFT=0")
        await self.find(_SENT)

    async def log_in(self, port: int) -> None:
        """Open the mailbox."""
        await self.command(b"AT+EMAILCID=1")
        await self.command(b'AT+POP3SRV="127.0.0.1","user","secret",%d' % port)
        await self.command(b"AT+POP3IN")
        await self.find(_LOGGED_IN)

    async def read(self, number: int) -> int:
        """Read a mail; how many bytes came."""
        await self.command(b"AT+POP3CMD=4,%d" % number)
        await self.find(_ASKED)
        mail = bytearray()
        last = False
        while not last:
            await self.write(b"AT+POP3READ=%d\r" % CHUNK)
            header = await self.find(_HEADER)
            mail += await self.exactly(int(header[2]))
            await self.until(b"OK\r\n")
            last = header[1] == b"2"
        return len(mail)


def _message(body: bytes) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a <a@example.com>", "b <b@example.com>", "a file"
    message.set_content("here it is")
    message.add_attachment(body, maintype="application", subtype="octet-stream", filename="file.bin")
    return message


async def _mails(open_modem: OpenModem, theirs: Module, module: Module) -> dict[str, tuple[Rounds, Rounds]]:
    body = os.urandom(ATTACHMENT)
    message = _message(body)
    hand = await MailByHand.open(theirs.path, ())
    seen = {}
    async with open_modem(module.path, apn="x") as modem:
        send, read = Sides(), Sides()
        sides = {
            "hand": send.timed("hand", lambda: hand.send(body, theirs.smtp)),
            "ours": send.timed(
                "ours", lambda: modem.smtp.send(message, hostname="127.0.0.1", port=module.smtp, **SERVER)
            ),
        }
        seen["send 500 kB"] = await interleave_async(sides), send.elapsed
        await hand.log_in(theirs.pop3)
        async with modem.pop3("127.0.0.1", "user", "secret", port=module.pop3) as box:
            sides = {
                "hand": read.timed("hand", lambda: hand.read(1)),
                "ours": read.timed("ours", lambda: box.source(1)),
            }
            seen["read 1 MB"] = await interleave_async(sides), read.elapsed
    await hand.aclose()
    return seen


def _measure_cpu(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim900", mails=(MAIL,)) as theirs, Module("sim900", mails=(MAIL,)) as module:
        seen = asyncio.run(_mails(open_modem, theirs, module))
    ratios: dict[str, Ratio] = {}
    for name, (used, elapsed) in seen.items():
        ratios |= found(name, used, elapsed)
    return ratios


async def _paced(open_modem: OpenModem, module: Module) -> dict[str, Ratio]:
    message, encoded = _message(os.urandom(PACED)), len(base64.encodebytes(bytes(PACED)).replace(b"\n", b"\r\n"))
    ratios = {}
    async with open_modem(module.path, apn="x") as modem:
        await modem.network.up()
        start = time.perf_counter()
        await modem.smtp.send(message, hostname="127.0.0.1", port=module.smtp, **SERVER)
        ratios["send"] = Ratio(encoded / BYTES_PER_SECOND / (time.perf_counter() - start))
        async with modem.pop3("127.0.0.1", "user", "secret", port=module.pop3) as box:
            start = time.perf_counter()
            mail = await box.source(1)
            ratios["read"] = Ratio(len(mail) / BYTES_PER_SECOND / (time.perf_counter() - start))
    return ratios


def _measure_paced(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim900", mails=(PACED,), baud="115200") as module:
        return asyncio.run(_paced(open_modem, module))


async def _large(open_modem: OpenModem, module: Module) -> dict[str, Ratio]:
    """The peaks of each process while a mail of a megabyte is read as a stream, and one of twenty."""

    def peaks() -> tuple[int, int]:
        return peak_of(os.getpid()), peak_of(module.pid)

    seen = []
    account = ("127.0.0.1", "user", "secret", module.pop3)
    async with open_modem(module.path, apn="x") as modem, modem.pop3(*account) as box:
        for number, wanted in enumerate((MAIL, LARGE), 1):
            peaks()
            size = 0
            async with box.open(number) as mail:
                async for piece in mail:
                    size += len(piece)
            assert size == length_of_mail(wanted)
            seen.append(peaks())
    before, after = seen
    host, virtual = ((early / 1024, (late - early) / 1024) for early, late in zip(before, after, strict=True))
    return {
        "host": Ratio(after[0] / before[0], f"[{host[0]:.0f} MB, {host[1]:+.1f}]"),
        "virtual modem": Ratio(after[1] / before[1], f"[{virtual[0]:.0f} MB, {virtual[1]:+.1f}]"),
    }


def _measure_memory(open_modem: OpenModem) -> Mapping[str, Ratio]:
    with Module("sim900", mails=(MAIL, LARGE)) as module:
        return asyncio.run(_large(open_modem, module))


BENCHMARKS = (
    Benchmark("mail", (*goals("send 500 kB")[:2], *goals("read 1 MB")[:2]), _ours, _measure_cpu),
    Benchmark(
        "mail, 115200 baud",
        (Goal("send", 0.85, "of the wire"), Goal("read", 0.85, "of the wire")),
        _ours,
        _measure_paced,
    ),
    Benchmark(
        "mail of 20 MB, memory",
        (Goal("host", 1.1, "x of 1 MB", at_most=True), Goal("virtual modem", 1.1, "x of 1 MB", at_most=True)),
        _ours,
        _measure_memory,
    ),
)
