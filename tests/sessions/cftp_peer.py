"""A SIM7100 at the far end whose FTP and FTPS say exactly what a test tells them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.ftp import FtpSession
from tests.sessions.peer import OK, Answer, Peer, attached, text

__all__ = ["BEGIN", "HOST", "SECRET", "CftpPeer", "Talk", "done", "packets", "talk"]

HOST, SECRET = "ftp.example.com", "s3cret"
BEGIN = "\r\n+CFTPPUT: BEGIN\r\n"

_BLOCK = re.compile(r'AT\+CFTPSPUT=(?:"[^"]*",)?(\d+)')
_STREAM = re.compile(rb"(?s)((?:[^\x03\x1a]|\x03.)*)\x1a")


def done(tag: str, code: int = 0) -> str:
    """OK, and how it ended."""
    return f"{OK}\r\n{tag}: {code}\r\n"


def packets(tag: str, *parts: bytes, end: int | None = 0, line_end: bytes = b"\r\n") -> bytes:
    """What a module pushes behind OK: packets with a line end behind each, and the end."""
    name = tag.encode()
    said = [b"%s: DATA,%d\r\n%s%s" % (name, len(part), part, line_end) for part in parts]
    said.append(b"" if end is None else b"%s: %d\r\n" % (name, end))
    return OK.encode() + b"\r\n" + b"".join(said)


class CftpPeer(Peer):
    """As Peer. ``stream`` is what was entered up to Ctrl-Z, ``entries`` the blocks; ``entered`` is said behind both."""

    def __init__(self, **answers: Answer) -> None:
        usual: dict[str, Answer] = {
            "AT+CGSOCKCONT?": text('+CGSOCKCONT: 1,"IP","internet","0.0.0.0",0,0'),
            "AT+CGPADDR=1": text('+CGPADDR: 1,"10.0.0.2"'),
            "AT+CFTPSPUT?": text("+CFTPSPUT: 0"),
            "AT+CFTPSPUT": done("+CFTPSPUT"),
        }
        super().__init__(**{**usual, **answers})
        self.stream: bytes | None = None
        self._streaming = False

    def receive(self, data: bytes) -> None:
        if not self._streaming:
            super().receive(data)
            return
        self._rest += data
        found = _STREAM.match(self._rest)
        if found is not None:
            self.stream = re.sub(rb"(?s)\x03(.)", rb"\1", found[1])
            self._rest, self._streaming = self._rest[found.end() :], False
            self.say(self.entered)

    def _answer(self, line: str) -> None:
        if line in self._answers:
            super()._answer(line)
            return
        found = _BLOCK.fullmatch(line)
        if found is None and not line.startswith("AT+CFTPPUT="):
            super()._answer(line)
            return
        self.lines.append(line)
        self.before(line)
        if found is None:
            self._streaming = True
            self.say(BEGIN)
        else:
            self._entry = int(found[1])
            self.say("\r\n>")


@dataclass
class Talk:
    """A session with a scripted module, under a clock that stands."""

    peer: CftpPeer
    clock: ManualClock
    modem: Modem
    ftp: FtpSession

    def lines(self) -> list[str]:
        """What it was asked of FTP and FTPS, without what a session is made of."""
        about = re.compile(r"AT\+CFTPS?((GET|PUT)(FILE)?|LIST|MKD|RMD|DELE?)\b(?!=\?)")
        return [line for line in self.peer.lines if about.match(line)]


@asynccontextmanager
async def talk(peer: CftpPeer, *, tls: bool = False, **login: object) -> AsyncIterator[Talk]:
    """A session with a module that is ready for it; what was said for that is forgotten."""
    clock = ManualClock()
    modem = await attached(peer, clock, dialect="sim7100")
    ftp = modem.ftp(HOST, user="joe", password=SECRET, tls=tls, **login)  # type: ignore[arg-type]
    await ftp.__aenter__()
    try:
        yield Talk(peer, clock, modem, ftp)
        await clock.run_until(ftp.__aexit__(None, None, None), 60)
    finally:
        await clock.run_until(modem.aclose(), 60)
