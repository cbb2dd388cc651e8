"""What the SIM7100 pushes and takes: FTP, FTPS and HTTPS of 1 MB, against a bare copy and against the loop by hand."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.farend import FarEnd
from benchmarks.handloop import HandLoop
from benchmarks.measure import Benchmark, Goal, Ratio, Rounds, interleave_async, ratio
from benchmarks.module import Module
from benchmarks.reference import RawPort, Waiter
from benchmarks.transfer import Nowhere, Sides

SIZE = 1_000_000
SERVER = {"user": "user", "password": "secret"}
PIECE = 4_096
ESCAPES = b"\x03\x1a"

_GET = re.compile(rb"\+CFTPGET: ?(?:DATA, ?)?(\d+)\r\n")
_GETS = re.compile(rb"\+CFTPSGET: ?(?:DATA, ?)?(\d+)\r\n")
_CLOSED = re.compile(rb"OK\r\n|ERROR\r\n")
_RECEIVED = re.compile(rb"\+CHTTPSRECV: ?(DATA, ?)?(\d+)\r\n")

OpenModem = Callable[..., Any]


def _ours() -> OpenModem:
    from simcom_async.modem import open_modem
    from simcom_async.sessions.ftp_cftp import CftpFlow  # noqa: F401 - what is measured must be there
    from simcom_async.sessions.http_tls import TlsFlow  # noqa: F401

    return open_modem


def _byte_by_byte(data: bytes) -> bytes:
    """The coder that is written by hand."""
    coded = bytearray()
    for byte in data:
        if byte in ESCAPES:
            coded.append(ESCAPES[0])
        coded.append(byte)
    return bytes(coded)


def _replaced(data: bytes) -> bytes:
    """The one that is written by hand in Python, by those who think of it."""
    return data.replace(b"\x03", b"\x03\x03").replace(b"\x1a", b"\x03\x1a")


class PushedByHand(HandLoop):
    """The SIM7100's services, by hand."""

    context = (b'AT+CGSOCKCONT=1,"IP","x"', b"AT+CSOCKSETPN=1")

    @classmethod
    async def ftp(cls, module: Module) -> PushedByHand:
        """Ready for files."""
        server = (b'AT+CFTPSERV="127.0.0.1"', b"AT+CFTPPORT=%d" % module.ftp)
        user = (b'AT+CFTPUN="user"', b'AT+CFTPPW="secret"', b"AT+CFTPMODE=1", b"AT+CFTPTYPE=I")
        return await cls.open(module.path, (*cls.context, *server, *user), bearer=False)

    @classmethod
    async def ftps(cls, module: Module) -> PushedByHand:
        """Logged in."""
        login = b'AT+CFTPSLOGIN="127.0.0.1",%d,"user","secret"' % module.ftps
        return await cls.open(module.path, (*cls.context, b"AT+CFTPSSTART", login), bearer=False)

    @classmethod
    async def https(cls, module: Module) -> PushedByHand:
        """Started."""
        return await cls.open(module.path, (*cls.context, b"AT+CHTTPSSTART"), bearer=False)

    async def download(self, command: bytes, packet: re.Pattern[bytes]) -> int:
        """Take what is pushed; its size."""
        await self.command(command)
        body = bytearray()
        while True:
            header = await self.find(packet)
            if b"DATA" not in header[0]:
                return len(body)
            body += await self.exactly(int(header[1]))

    async def upload(self, name: bytes, body: bytes, escaped: Callable[[bytes], bytes]) -> None:
        """Push a file, a piece at a time, each coded by ``escaped``."""
        await self.write(b'AT+CFTPPUT="/%b"\r' % name)
        await self.until(b"BEGIN\r\n")
        for start in range(0, len(body), PIECE):
            await self.write(escaped(body[start : start + PIECE]))
        await self.write(b"\x1a")
        await self.until(b"OK\r\n")

    async def fetch(self, port: int) -> int:
        """GET a file over TLS; how many bytes came, its head among them."""
        await self.command(b'AT+CHTTPSOPSE="127.0.0.1",%d' % port)
        request = b"GET /file HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        await self.write(b"AT+CHTTPSSEND=%d\r" % len(request))
        await self.until(b">")
        await self.write(request)
        await self.until(b"OK\r\n")
        await self.command(b"AT+CHTTPSSEND")
        answer = bytearray()
        while len(answer) < SIZE:
            await self._receive(answer)
        await self.write(b"AT+CHTTPSCLSE\r")
        await self.find(_CLOSED)  # ERROR when the server has closed before
        return len(answer)

    async def _receive(self, answer: bytearray) -> None:
        """What the module has: asked for again and again, for its word that more has come is easily missed."""
        await self.command(b"AT+CHTTPSRECV=1024")
        while (header := await self.find(_RECEIVED))[1]:
            answer += await self.exactly(int(header[2]))


async def _rounds(sides: Mapping[str, Callable[[], Any]]) -> Rounds:
    taken = Sides()
    return await interleave_async({name: taken.timed(name, work) for name, work in sides.items()})


class _Copy:
    """Bytes over a bare terminal."""

    def __init__(self, far: FarEnd) -> None:
        self._far = far
        self._waiter = Waiter()
        self._raw = RawPort(far.paths[0])
        self._raw.open(self._waiter.received)

    async def down(self, size: int) -> None:
        done = self._waiter.count(size)
        self._far.bulk(size)
        await done
        self._far.wait()

    async def up(self, data: bytes) -> None:
        self._far.drain(len(data))
        await asyncio.to_thread(self._raw.write_all, data)
        self._far.wait()

    def close(self) -> None:
        self._raw.close()


async def _ftp(open_modem: OpenModem, theirs: Module, module: Module, copy: _Copy) -> dict[str, Rounds]:
    hand = await PushedByHand.ftp(theirs)
    seen = {}
    async with open_modem(module.path, apn="x") as modem, modem.ftp("127.0.0.1", module.ftp, **SERVER) as ftp:
        seen["CFTPGET"] = await _rounds(
            {
                "copy": lambda: copy.down(SIZE),
                "hand": lambda: hand.download(b'AT+CFTPGET="/file"', _GET),
                "ours": lambda: ftp.download("/file", Nowhere()),
            }
        )
        for name, body in (("random", os.urandom(SIZE)), ("all escapes", ESCAPES * (SIZE // 2))):
            wire = _replaced(body)
            seen[f"CFTPPUT, {name}"] = await _rounds(
                {
                    "copy": lambda wire=wire: copy.up(wire),
                    "hand": lambda body=body: hand.upload(b"hand", body, _byte_by_byte),
                    "replaces": lambda body=body: hand.upload(b"hand", body, _replaced),
                    "ours": lambda body=body: ftp.upload(body, "/ours"),
                }
            )
    await hand.aclose()
    return seen


async def _ftps(open_modem: OpenModem, theirs: Module, module: Module, copy: _Copy) -> dict[str, Rounds]:
    hand = await PushedByHand.ftps(theirs)
    server = {"port": module.ftps, "tls": True, **SERVER}
    async with open_modem(module.path, apn="x") as modem, modem.ftp("127.0.0.1", **server) as ftp:
        rounds = await _rounds(
            {
                "copy": lambda: copy.down(SIZE),
                "hand": lambda: hand.download(b'AT+CFTPSGET="/file"', _GETS),
                "ours": lambda: ftp.download("/file", Nowhere()),
            }
        )
    await hand.aclose()
    return {"CFTPSGET": rounds}


async def _https(open_modem: OpenModem, theirs: Module, module: Module, copy: _Copy) -> dict[str, Rounds]:
    hand = await PushedByHand.https(theirs)
    url = f"https://127.0.0.1:{module.https}/file"
    async with open_modem(module.path, apn="x") as modem:
        rounds = await _rounds(
            {
                "copy": lambda: copy.down(SIZE),
                "hand": lambda: hand.fetch(theirs.https),
                "ours": lambda: modem.http.get(url),
            }
        )
    await hand.aclose()
    return {"CHTTPS GET": rounds}


def _measured(run: Callable[..., Any]) -> Callable[[OpenModem], Mapping[str, Ratio]]:
    async def measure(open_modem: OpenModem, theirs: Module, module: Module, far: FarEnd) -> dict[str, Rounds]:
        copy = _Copy(far)
        try:
            seen: dict[str, Rounds] = await run(open_modem, theirs, module, copy)
            return seen
        finally:
            copy.close()

    def measured(open_modem: OpenModem) -> Mapping[str, Ratio]:
        files = {"/file": SIZE}
        with FarEnd() as far, Module("sim7100", files=files) as theirs, Module("sim7100", files=files) as module:
            seen = asyncio.run(measure(open_modem, theirs, module, far))
        ratios = {}
        for name, used in seen.items():
            ratios[f"{name}, copy"] = Ratio(ratio(used, "ours", "copy"), f"[{min(used['ours']) * 1e3:.0f} ms a MB]")
            ratios[f"{name}, hand loop"] = Ratio(ratio(used, "hand", "ours"))
            if "replaces" in used:
                ratios[f"{name}, hand loop with replace()"] = Ratio(ratio(used, "replaces", "ours"))
        return ratios

    return measured


def _goals(*names: str) -> tuple[Goal, ...]:
    return tuple(
        goal
        for name in names
        for goal in (
            Goal(f"{name}, copy", 4, "x a bare copy", at_most=True),
            Goal(f"{name}, hand loop", 2, "x less than by hand"),
        )
    )


_UPLOADS = ("CFTPPUT, random", "CFTPPUT, all escapes")
_REPLACED = tuple(Goal(f"{name}, hand loop with replace()", 1, "x less than that", gates=False) for name in _UPLOADS)

BENCHMARKS = (
    Benchmark("sim7100", (*_goals("CFTPGET", *_UPLOADS), *_REPLACED), _ours, _measured(_ftp)),
    Benchmark("sim7100", _goals("CFTPSGET"), _ours, _measured(_ftps)),
    Benchmark("sim7100", _goals("CHTTPS GET"), _ours, _measured(_https)),
)
