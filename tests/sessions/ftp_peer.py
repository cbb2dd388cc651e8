"""A module at the far end whose FTP says exactly what a test tells it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simcom_async.at.escape import DLE_ETX
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.passing import PassingPort
from simcom_async.sessions.ftp import FtpSession
from tests.sessions.peer import OK, Answer, Peer, attached, text

__all__ = ["CREDIT", "HOST", "SECRET", "FtpPeer", "Talk", "Unchecked", "block", "done", "streamed", "talk"]

HOST, SECRET = "ftp.example.com", "s3cret"
CREDIT = "\r\n+FTPPUT: 1,1,1360\r\n"

#: What is asked before the first operation, where nothing was left.
_OLDER = ("AT+FTPSTATE", "AT+FTPEXTPUT=0")
_BLOCK = re.compile(r"AT\+FTPPUT=2,([1-9]\d*)")
_MEMORY = re.compile(r"AT\+FTPEXTPUT=2,(\d+),(\d+),\d+")
_STREAM = re.compile(rb"(?s)((?:[^\x10\x03]|\x10.)*)\x03")


def done(tag: str, code: int = 0, *facts: object) -> str:
    """OK, and what the module says of an operation."""
    return f"{OK}\r\n{tag}: {','.join(map(str, (1, code, *facts)))}\r\n"


def block(data: bytes, tag: str = "+FTPGET: 2") -> bytes:
    """A counted block under its header, and OK."""
    return b"\r\n%s,%d\r\n%s\r\nOK\r\n" % (tag.encode(), len(data), data + b"\r\n" if data else b"")


class FtpPeer(Peer):
    """As Peer. ``entries`` are the blocks of an upload and the pieces for its memory, ``stream`` is all up to ETX.

    ``grant``: bytes that it takes of a block. ``credit``: what it says behind the OK of a block, and of a stream.
    ``older``: whether the session has yet to find out that no host before it has left anything, which ``lines`` omits.
    """

    def __init__(self, **answers: Answer) -> None:
        super().__init__(**answers)
        self.grant = 1460
        self.credit = CREDIT
        self.stream: bytes | None = None
        self.older = True
        self._streaming = False

    def receive(self, data: bytes) -> None:
        if not self._streaming:
            super().receive(data)
            return
        self._rest += data
        found = _STREAM.match(self._rest)
        if found is not None:
            self.stream = re.sub(rb"(?s)\x10(.)", rb"\1", found[1])
            self._rest, self._streaming = self._rest[found.end() :], False
            self.say(OK + self.credit)

    def _answer(self, line: str) -> None:
        if line in self._answers:
            super()._answer(line)
            return
        if self.older and line in _OLDER:
            self.older = line != _OLDER[-1]
            self.say(text("+FTPSTATE: 0") if self.older else OK)
            return
        self.lines.append(line)
        self.before(line)
        if line == "AT+FTPETPUT=2":
            self._streaming = True
            self.say("\r\n+FTPETPUT: 2,1\r\n")
        elif found := _BLOCK.fullmatch(line):
            self._entry, self.entered = min(int(found[1]), self.grant), OK + self.credit
            self.say(f"\r\n+FTPPUT: 2,{self._entry}\r\n")
        elif found := _MEMORY.fullmatch(line):
            self._entry, self.entered = int(found[2]), OK
            self.say(f"\r\n+FTPEXTPUT: {found[1]},{found[2]}\r\n")
        else:
            self.say(OK)


def streamed(data: bytes) -> bytes:
    """A file as the module pushes it, with its end."""
    return b"\r\n+FTPETGET: 1,1\r\n" + DLE_ETX.encode(data) + DLE_ETX.end + b"\r\n+FTPETGET: 1,0\r\n"


class Unchecked(PassingPort):
    """A port on which the module cannot be made to wait."""

    flow_control = False  # type: ignore[assignment]


@dataclass
class Talk:
    """A session with a scripted module, under a clock that stands."""

    peer: FtpPeer
    clock: ManualClock
    modem: Modem
    ftp: FtpSession


@asynccontextmanager
async def talk(peer: FtpPeer, dialect: str | None = None, **login: object) -> AsyncIterator[Talk]:
    """A session with a module that is ready for it; what was said for that is forgotten."""
    clock = ManualClock()
    modem = await attached(peer, clock, dialect=dialect)
    try:
        async with modem.ftp(HOST, user="joe", password=SECRET, **login) as ftp:  # type: ignore[arg-type]
            yield Talk(peer, clock, modem, ftp)
    finally:
        await clock.run_until(modem.aclose(), 60)
