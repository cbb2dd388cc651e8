"""A module at the far end whose AT+CHTTPACT and AT+CHTTPS say exactly what a test tells it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simcom_async.at.escape import ETX_SUB
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from tests.sessions.peer import ERROR, OK, Answer, Peer, attached, text

__all__ = ["ANSWER", "CLOSED", "EVENT", "ChttpPeer", "Talk", "answered", "code", "pushed", "talk"]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
EVENT = "\r\n+CHTTPS: RECV EVENT\r\n"
CLOSED = "\r\n+CHTTPSNOTIFY: PEER CLOSED\r\n"

#: What ends an AT+CHTTPACT.
_END = re.compile(r"\r\n(\+CHTTPACT: ?\d+|ERROR|\+CME ERROR: .*|RDY)\r\n\Z")
_NETWORK: dict[str, Answer] = {
    "AT+CGSOCKCONT?": text('+CGSOCKCONT: 1,"IP","internet","0.0.0.0",0,0'),
    "AT+CGPADDR=1": text("+CGPADDR: 1,10.0.0.2"),
}


def code(tag: str, number: int) -> bytes:
    """How something ended."""
    return b"\r\n+%s: %d\r\n" % (tag.encode(), number)


def pushed(data: bytes, end: int | None = 0, size: int = 1024) -> bytes:
    """OK, and an answer in packets, with its end."""
    packets = [data[start : start + size] for start in range(0, len(data), size)]
    said = b"".join(b"\r\n+CHTTPACT: DATA,%d\r\n%s" % (len(packet), packet) for packet in packets)
    return OK.encode() + said + (b"" if end is None else code("CHTTPACT", end))


class ChttpPeer(Peer):
    """As Peer. ``requests`` are those that were entered, ``pushed`` is said behind one by AT+CHTTPACT.

    For AT+CHTTPS ``answer`` is what its server says to what is flushed, and ``closes`` whether it hangs up then.
    ``told``: whether the module says that something waits; ``counts``: whether it can tell how much; ``least``: whether
    the number of AT+CHTTPSRECV is the least that it gives; ``documented``: its spelling. ``stack``: whether it is
    acquired, ``session``: whether there is one.
    """

    def __init__(self, **answers: Answer) -> None:
        super().__init__(**{**_NETWORK, **answers})
        self.requests: list[bytes] = []
        self.pushed = pushed(ANSWER)
        self.answer = ANSWER
        self.closes = self.least = False
        self.told = self.counts = True
        self.stack = self.session = self.peer_closed = self.documented = False
        self.unsent = self.waiting = b""
        self._entering = self._acting = False
        self._refused = ""

    def refuse(self, line: str, answer: Answer) -> None:
        """Answer so what comes now, instead of doing it."""
        self._refused = line
        self.say(answer)

    def say(self, answer: Answer) -> None:
        super().say(answer)
        said = answer.decode("latin-1") if isinstance(answer, bytes) else answer
        if self._acting and said and _END.search(said):
            self._acting = False
            self.receive(b"")

    def receive(self, data: bytes) -> None:
        if self._acting:
            self._rest += data  # nobody listens meanwhile
            return
        if not self._entering:
            super().receive(data)
            return
        self._rest += data
        end = ETX_SUB.find_end(self._rest)
        if end >= 0:
            self.requests.append(ETX_SUB.unescape(self._rest[:end]))
            self._rest, self._entering, self._acting = self._rest[end + 1 :], False, True
            self.say(self.pushed)

    def _answer(self, line: str) -> None:
        if line in self._answers:
            super()._answer(line)
            return
        self.lines.append(line)
        self.before(line)
        if line == self._refused:
            self._refused = ""
        elif line.startswith("AT+CHTTPACT="):
            self._entering = True
            self.say("\r\n+CHTTPACT: REQUEST\r\n")
        elif line.startswith("AT+CHTTPSEND" if not self.documented else "AT+CHTTPSSEND"):
            self.say(ERROR)
        elif found := re.fullmatch(r"AT\+CHTTPS(?:END|(\w+))([=?]*)(.*)", line):
            getattr(self, f"_{(found[1] or 'send').lower()}")(found[2], found[3])
        else:
            self.say(OK)

    def serve(self, data: bytes, *, closes: bool = False) -> None:
        """The server says something."""
        self.waiting += data
        if data and self.told:
            self.say(EVENT)
        if closes:
            self.peer_closed = True
            self.say(CLOSED)

    @property
    def _tag(self) -> str:
        return "+CHTTPSEND" if self.documented else "+CHTTPSSEND"

    def _start(self, form: str, rest: str) -> None:
        self.say(ERROR if self.stack else OK)
        self.stack = True

    def _stop(self, form: str, rest: str) -> None:
        self.say(OK if self.stack else ERROR)
        self.stack = self.session = False

    def _opse(self, form: str, rest: str) -> None:
        good = self.stack and not self.session
        self.peer_closed = False
        self.unsent = self.waiting = b""
        self.session = good or self.session
        self.say(OK if good else ERROR)

    def _clse(self, form: str, rest: str) -> None:
        self.say(OK if self.session and not self.peer_closed else ERROR)
        self.session = False

    def _send(self, form: str, rest: str) -> None:
        if form == "=":
            self._entry, self.entered = int(rest), OK
            self.say("\r\n>")
        elif form == "=?":
            self.say(text(f"{self._tag}: (1-4096)"))
        elif form == "?":
            self.say(text(f"{self._tag}: 0"))
        else:
            self.requests.append(b"".join(self.entries))
            self.entries.clear()
            self.say(OK + f"\r\n{self._tag}: 0\r\n")
            self.serve(self.answer, closes=self.closes)

    def _recv(self, form: str, rest: str) -> None:
        if form == "?":
            self.say(text(f"+CHTTPSRECV: LEN,{len(self.waiting)}") if self.counts else ERROR)
            return
        most = len(self.waiting) if self.least else int(rest)
        data, self.waiting = self.waiting[:most], self.waiting[most:]
        if data:
            self.say(answered(data))
        elif self.peer_closed:
            self.say(code("CHTTPSRECV", 3) + ERROR.encode())
        else:
            self.say(OK)

    def _state(self, form: str, rest: str) -> None:
        state = 7 if self.session and not self.peer_closed else 4
        self.say(text(f"+CHTTPSSTATE: {state}"))


def answered(data: bytes, end: int = 0) -> bytes:
    """OK, and what AT+CHTTPSRECV gives, with its end."""
    return OK.encode() + b"\r\n+CHTTPSRECV: DATA,%d\r\n%s" % (len(data), data) + code("CHTTPSRECV", end)


@dataclass
class Talk:
    """A modem on a scripted module, under a clock that stands."""

    peer: ChttpPeer
    clock: ManualClock
    modem: Modem

    async def get(self, url: str = "http://example.com/x", **options: object) -> bytes:
        """A GET; its body."""
        work = self.modem.http.get(url, **options)  # type: ignore[arg-type]
        return (await self.clock.run_until(work, 1_000)).body


@asynccontextmanager
async def talk(peer: ChttpPeer) -> AsyncIterator[Talk]:
    """A modem on a module that is ready for it, its bearer known to be up; what was said for that is forgotten."""
    clock = ManualClock()
    modem = await attached(peer, clock, dialect="sim7100", apn="internet")
    await clock.run_until(modem.network.up(), 60)
    peer.lines.clear()
    try:
        yield Talk(peer, clock, modem)
    finally:
        await clock.run_until(modem.aclose(), 60)
