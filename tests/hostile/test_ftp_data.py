"""Data connections of FTP and FTPS that are endless, come too early or never: bounded by the module and by the host.

What dribbles or does not end is progress, and ended by the caller's ``timeout`` alone (docs/reliability.md). Behind it
comes a transfer with a server that means well, while the hostile one is still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from simcom_async.errors import CommandTimeout, FtpError, LinkError, ProtocolError
from simcom_async.link.layer import Layer
from simcom_async.modem import Modem
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sites import FtpSite, LoopbackCA
from tests.hostile.behind import play
from tests.hostile.ftp_villain import Data, FtpVillain, Opening
from tests.hostile.servers import Saying, endless

#: Seconds that a caller gives a transfer, and one at full speed; in which the modem must carry another one behind it.
TIMEOUT, SHORTLY, AGAIN = 200.0, 20.0, 900.0
#: Bytes of a file that ends, and of what is uploaded.
SHORT, LONG = b"x" * 3_000, b"x" * 250_000

#: As fast as any network, and as fast as a module's.
FLOOD, FOREVER = endless(b"x" * 1_024), Saying(b"", b"x" * 8_192, pause=1.0)
WHOLE = Saying(SHORT, close=True)
ROW = b"-rw-r--r-- 1 u g 5 Jan 01 00:00 x\r\n"
DOUBLE = b"150 x\r\n226 x\r\n"
PRELIMINARY = endless(b"150 x\r\n")

#: What happens to a download.
DOWN: dict[str, Data] = {
    "data without an end": Data(FOREVER),
    "data without an end behind the 226": Data(FOREVER, DOUBLE),
    "data without an end behind a 426": Data(FOREVER, b"150 x\r\n426 x\r\n"),
    "data without an end, and replies without an end": Data(FOREVER, Saying(b"150 x\r\n" * 2_000)),
    "a byte a second": Data(Saying(b"", b"x", pause=1.0)),
    "a byte, and nothing any more": Data(Saying(b"x")),
    "no data": Data(),
    "no data behind the 226": Data(begin=DOUBLE),
    "the end of data at once": Data(Saying(close=True)),
    "the end of data at once behind the 226": Data(Saying(close=True), DOUBLE),
    "no 226": Data(WHOLE, end=b""),
    "no 226, and data that stay open": Data(Saying(SHORT), end=b""),
    "the 226 while data stay open": Data(Saying(SHORT)),
    "the 226 before the data": Data(WHOLE, DOUBLE, end=b""),
    "the 226 instead of the 150": Data(WHOLE, b"226 x\r\n", end=b""),
    "two 226": Data(WHOLE, end=b"226 x\r\n226 x\r\n"),
    "a 426 behind all data": Data(WHOLE, end=b"426 x\r\n"),
    "data before the command": Data(WHOLE, early=True),
    "data without an end before the command": Data(FOREVER, early=True),
    "no 150": Data(WHOLE, b"", end=b""),
    "150 without an end": Data(begin=PRELIMINARY),
    "150 without an end behind the data": Data(WHOLE, end=PRELIMINARY),
    "150 again and again behind the data": Data(WHOLE, end=Saying(b"", b"150 x\r\n", pause=1.0)),
    "a reply without an end behind the data": Data(WHOLE, end=endless(b"226-x\r\n")),
    "a line without an end behind the data": Data(WHOLE, end=endless(b"x", b"226 ")),
    "garbage behind the data": Data(WHOLE, end=endless(b"\xff\x00\r\n")),
    "a farewell behind the data": Data(WHOLE, end=Saying(b"421 x\r\n", close=True)),
    "nobody at the port of data": Data(opening=Opening.REFUSED),
    "a data connection that is never made": Data(opening=Opening.NEVER),
}
#: The same at full speed, where the module takes no more than somebody reads, or than it has room for.
FLOODS: dict[str, Data] = {"a flood": Data(FLOOD), "a flood before the command": Data(FLOOD, early=True)}
#: What happens to a list, beside that.
ROWS: dict[str, Data] = {
    "rows without an end": Data(Saying(b"", ROW * 200, pause=1.0)),
    "a row without an end": Data(FOREVER),
    "no 226": Data(Saying(ROW, close=True), end=b""),
    "150 without an end behind the rows": Data(Saying(ROW, close=True), end=PRELIMINARY),
    "a data connection that is never made": Data(opening=Opening.NEVER),
}
#: What happens to an upload.
UP: dict[str, Data] = {
    "nobody who reads": Data(end=b""),
    "nobody who reads, and data without an end": Data(FLOOD),
    "the 226 before the data": Data(begin=DOUBLE, heeds=True, end=b""),
    "the 226 instead of the 150": Data(begin=b"226 x\r\n", heeds=True, end=b""),
    "the end of data at once": Data(Saying(close=True), end=b""),
    "a 426, and the end of data": Data(Saying(close=True), end=b"426 x\r\n"),
    "a 426 at once": Data(begin=b"150 x\r\n426 x\r\n", heeds=True, end=b""),
    "no 150": Data(begin=b"", heeds=True, end=b""),
    "no 226": Data(heeds=True, end=b""),
    "150 without an end": Data(begin=PRELIMINARY),
    "150 without an end behind the data": Data(heeds=True, end=PRELIMINARY),
    "a reply without an end behind the data": Data(heeds=True, end=endless(b"226-x\r\n")),
    "150 without an end behind the end of data": Data(Saying(close=True), end=PRELIMINARY),
    "nobody at the port of data": Data(opening=Opening.REFUSED),
    "a data connection that is never made": Data(opening=Opening.NEVER),
}

#: The module, TLS, and the ways of each: all dialogues in which files are carried.
CARRIED: tuple[tuple[str, bool, tuple[FtpWay, ...], tuple[FtpWay, ...]], ...] = (
    ("sim800", False, (FtpWay.BLOCKS, FtpWay.MEMORY), (FtpWay.BLOCKS, FtpWay.MEMORY)),
    ("sim7000", False, (FtpWay.ETX,), (FtpWay.ETX,)),
    ("sim7100", False, (FtpWay.PUSHED, FtpWay.FILE), (FtpWay.PUSHED, FtpWay.FILE)),
    ("sim7100", True, (FtpWay.PUSHED, FtpWay.FILE), (FtpWay.COUNTED, FtpWay.FILE)),
)
CA = LoopbackCA()


#: What may end well: all that has come, or gone, was said to be all.
GOOD = {
    "the end of data at once",
    "the end of data at once behind the 226",
    "the 226 before the data",
    "two 226",
    "data before the command",
}


class Sink:
    """A writer that keeps nothing."""

    def write(self, data: bytes) -> None:
        """Take it."""


#: One of each dialogue in the quick run, and those that have found something.
SAMPLE = (
    "sim800 down by memory: data without an end",
    "sim800 list by blocks: 150 without an end behind the rows",
    "sim800 up by blocks: nobody who reads",
    "sim7000 down by etx: no 226",
    "sim7100 down by pushed: 150 again and again behind the data",
    "sim7100 down by file: a flood",
    "sim7100 up by pushed, active: a data connection that is never made",
    "sim7100 ftps up by counted: the 226 before the data",
)


async def download(ftp: FtpSession, way: FtpWay, timeout: float) -> object:
    return await ftp.download("/x", Sink(), via=way, timeout=timeout)


async def listing(ftp: FtpSession, _: FtpWay, timeout: float) -> object:
    return await ftp.listing("/", timeout=timeout)


async def upload(ftp: FtpSession, way: FtpWay, timeout: float) -> object:
    return await ftp.upload(LONG, "/x", via=way, timeout=timeout)


Verb = Callable[[FtpSession, FtpWay, float], Awaitable[object]]


@dataclass(frozen=True)
class Struck:
    """A verb at a villain; then, with the villain still at work, a file of a server that means well."""

    verb: Verb
    way: FtpWay
    tls: bool
    passive: bool

    async def __call__(self, modem: Modem, villain: FtpVillain) -> object:
        said = villain.data.said
        timeout = SHORTLY if said.again and not said.pause else TIMEOUT
        (ended,) = await asyncio.gather(self._strike(modem, villain, timeout), return_exceptions=True)
        certificate = CA.pem("127.0.0.1") if self.tls else None
        site = FtpSite({"/fine": SHORT}, certificate=certificate, tls_required=self.tls)
        async with site, asyncio.timeout(AGAIN):
            await self._go_on(modem, site)
        if isinstance(ended, BaseException):
            raise ended
        return ended

    async def _strike(self, modem: Modem, villain: FtpVillain, timeout: float) -> object:
        host, port = villain.address
        async with modem.ftp(host, port, user="u", password="secret", tls=self.tls, passive=self.passive) as ftp:
            return await self.verb(ftp, self.way, timeout)

    async def _go_on(self, modem: Modem, site: FtpSite) -> None:
        """Once the port is free, if need be by the power that the modem has switched; else by a reset, once."""
        reset = False
        while True:
            try:
                async with modem.ftp(*site.address, user="user", password="secret", tls=self.tls) as ftp:
                    assert await ftp.open("/fine").read() == SHORT
                    return
            except FtpError as error:
                if reset:
                    raise AssertionError(repr(error)) from error
                reset = True
                await modem.recover(Layer.RESET, at_least=Layer.RESET)
            except (CommandTimeout, LinkError):
                await asyncio.sleep(10)


def cases() -> Iterator[tuple[str, tuple[str, Data, Struck]]]:
    """Each by its name."""
    for family, tls, down, up in CARRIED:
        slow = (FtpWay.PUSHED, FtpWay.ETX)  # nothing ends these: they are as fast as the line
        dialogues = [
            *(("down", download, way, DOWN if way in slow else DOWN | FLOODS) for way in down),
            ("list", listing, down[0], ROWS if down[0] in slow else ROWS | FLOODS),
            *(("up", upload, way, UP) for way in up),
        ]
        for passive, (what, verb, way, table) in product((True,) if tls else (True, False), dialogues):
            for name, data in table.items():
                if passive or data.opening is not Opening.REFUSED:
                    kind = f"{family}{' ftps' if tls else ''} {what} by {way}{'' if passive else ', active'}"
                    yield f"{kind}: {name}", (family, data, Struck(verb, way, tls, passive))


CASES = dict(cases())


def play_case(case: str) -> None:
    family, data, act = CASES[case]
    villain = FtpVillain(data=data, tls=CA.issue("127.0.0.1") if act.tls else None)
    ended = play(family, villain, act, power=True)
    assert isinstance(ended, FtpError | CommandTimeout | ProtocolError) or case.partition(": ")[2] in GOOD, repr(ended)


@pytest.mark.parametrize("case", SAMPLE)
def test_data_connections_cost_a_bounded_time_and_memory(case: str) -> None:
    play_case(case)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES)
def test_all_data_connections_cost_a_bounded_time_and_memory(case: str) -> None:
    play_case(case)
