"""A module that says exactly what a test tells it, on a line in memory."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

from simcom_async.errors import PortLost
from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import Clock, ManualClock
from simcom_async.ports.memory import memory_line

Answer = str | bytes | None
OK = "\r\nOK\r\n"
ERROR = "\r\nERROR\r\n"


def text(*lines: str) -> str:
    """Lines of a reply, and OK."""
    return "".join(f"\r\n{line}\r\n" for line in lines) + OK


def payload(tag: str, data: bytes) -> bytes:
    """A counted payload under its header line, and OK."""
    return b"\r\n%s: %d\r\n%s\r\nOK\r\n" % (tag.encode(), len(data), data)


def action(method: int, status: int, length: int) -> str:
    """OK, and the completion of AT+HTTPACTION."""
    return f"{OK}\r\n+HTTPACTION: {method},{status},{length}\r\n"


USUAL: dict[str, Answer] = {
    "ATI": text("SIM800 R14.18"),
    "AT+CGMI": text("SIMCOM_Ltd"),
    "AT+CGMM": text("SIMCOM_SIM800"),
    "AT+CGMR": text("Revision:1418B05SIM800L24"),
    "AT+CGSN": text("869951030000008"),
    "AT+CPIN?": text("+CPIN: READY"),
    "AT+CREG?": text("+CREG: 0,1"),
    "AT+CEREG?": ERROR,
    "AT+CGATT?": text("+CGATT: 1"),
    "AT+CSQ": text("+CSQ: 20,0"),
    "AT+SAPBR=2,1": text('+SAPBR: 1,1,"10.0.0.2"'),
    "AT+HTTPHEAD": ERROR,
}


class Peer:
    """Answers each command line from ``answers`` (the last value of a list again and again), else with OK.

    A value that is None stays unanswered. ``lines`` holds what was asked, ``entries`` what was entered after DOWNLOAD.
    ``before`` is called with each line before it is answered. ``started`` says whether its HTTP service is, ``body`` is
    what that holds. ``entered`` is what it says behind an entry.
    """

    def __init__(self, **answers: Answer) -> None:
        self.host, self.port = memory_line()
        self.lines: list[str] = []
        self.entries: list[bytes] = []
        self.before: Callable[[str], None] = lambda line: None
        self.body = b""
        self.started = False
        self.entered: Answer = OK
        self._answers: dict[str, deque[Answer]] = {}
        self._rest = b""
        self._entry = 0
        for line, answer in {**USUAL, **answers}.items():
            self.on(line, answer)

    def on(self, line: str, *answers: Answer) -> None:
        """Answer a line so."""
        self._answers[line] = deque(answers)

    def asked(self, start: str) -> list[str]:
        """The lines so far that begin so."""
        return [line for line in self.lines if line.startswith(start)]

    async def open(self) -> None:
        """Be there."""
        await self.port.open(self.receive, self._lost)

    def say(self, answer: Answer) -> None:
        """Say something."""
        if answer:
            self.port.write(answer.encode() if isinstance(answer, str) else answer)

    def receive(self, data: bytes) -> None:
        """What came from the host."""
        self._rest += data
        while self._rest:
            if self._entry:
                if len(self._rest) < self._entry:
                    return
                self.entries.append(self._rest[: self._entry])
                self._rest, self._entry = self._rest[self._entry :], 0
                self.say(self.entered)
                continue
            line, end, rest = self._rest.partition(b"\r")
            if not end:
                return
            self._rest = rest
            self._answer(line.decode())

    def _answer(self, line: str) -> None:
        self.lines.append(line)
        self.before(line)
        known = self._answers.get(line)
        if known is not None:
            self.say(known.popleft() if len(known) > 1 else known[0])
        elif line in ("AT+HTTPINIT", "AT+HTTPTERM"):
            wanted = line == "AT+HTTPINIT"
            self.say(ERROR if self.started is wanted else OK)
            self.started = wanted
        elif found := re.fullmatch(r"AT\+HTTPDATA=(\d+),\d+", line):
            self._entry = int(found[1])
            self.say("\r\nDOWNLOAD\r\n")
        elif found := re.fullmatch(r"AT\+HTTPREAD(?:=(\d+),(\d+))?", line):
            start = int(found[1] or 0)
            self.say(payload("+HTTPREAD", self.body[start : start + int(found[2] or len(self.body))]))
        else:
            self.say(OK)

    def _lost(self, error: PortLost) -> None:
        raise AssertionError(error)


async def attached(peer: Peer, clock: Clock | None = None, **options: object) -> Modem:
    """A modem on a peer, found; what was asked for that is forgotten."""
    await peer.open()
    opening = connect(peer.host, clock=clock, **options)  # type: ignore[arg-type]
    modem = await (clock.run_until(opening, 60) if isinstance(clock, ManualClock) else opening)
    peer.lines.clear()
    return modem
