"""A mailbox read from a numeric module that has the answer in any portions, lies, pauses, or ends the session."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcom_async.errors import SimcomError
from simcom_async.ports.clock import ManualClock
from tests.fuzz.loop import run
from tests.fuzz.supply import Supply, packed
from tests.fuzz.targets.multiline import _meant
from tests.fuzz.vocabulary import NASTY
from tests.sessions.peer import ERROR, OK, Peer, attached, text

MODULES = ("simcom_async.sessions.pop3_answer",)

_LIMIT = 3_000.0
_ANSWERS = {
    "AT+POP3IN": OK + "\r\n+POP3IN: 1\r\n",
    "AT+POP3OUT": OK + "\r\n+POP3OUT: 1\r\n",
    "AT+POP3RSET": OK + "\r\n+POP3RSET: 1\r\n",
    "AT+POP3NUM": OK + "\r\n+POP3NUM: 1,1,100\r\n",
}
_PARTS = (b"\r\n.\r\n", b"\r\n..", b"\r\n.", b"\r\n", b"+OK\r\n", b"Subject: x", b".", b"1 5\r\n", b"\r\nOK\r\n")


class MailPeer(Peer):
    """A module that gives what is ``waiting`` as the supply decides. ``honest``: nothing that it says is wrong."""

    def __init__(self, supply: Supply, clock: ManualClock) -> None:
        super().__init__(**_ANSWERS)
        self.waiting = b""
        self.given = b""
        self.honest = True
        self._supply = supply
        self._clock = clock
        self._reads = self._left_open = 0
        self._known = False

    def _answer(self, line: str) -> None:
        if line in ("AT+SAPBR=0,1", "AT+SAPBR=1,1"):
            state = '1,1,"10.0.0.2"' if line == "AT+SAPBR=1,1" else '1,3,"0.0.0.0"'
            self.on("AT+SAPBR=2,1", text(f"+SAPBR: {state}"))
        if self._left_open and line in ("AT+POP3IN", "AT+POP3RSET"):
            self._refuse(line)
        elif line == "AT+POP3IN" and not self._known:
            self._known = True
            self._left_open = self._supply.byte() % 6 if self._supply.byte() > 0xC0 else 0
            if self._left_open:
                self._refuse(line)
            else:
                super()._answer(line)
        elif line.startswith("AT+POP3CMD="):
            self.waiting = _answer(self._supply)
            self.given = self.waiting
            negative = self._supply.byte() > 0xF0
            self.honest = self.honest and not negative
            self.say(OK + f"\r\n+POP3CMD: {0 if negative else 1}\r\n")
        elif found := re.fullmatch(r"AT\+POP3READ=(\d+)", line):
            self._read(int(found[1]))
        else:
            super()._answer(line)

    def _refuse(self, line: str) -> None:
        """Somebody has left a session open, which has to be closed first, in one way or another."""
        self.honest = False
        self._left_open -= 1
        if line == "AT+POP3IN":
            self.say((ERROR, OK + "\r\n+POP3IN: 2\r\n", OK + "\r\n+POP3IN: 3\r\n")[self._supply.byte() % 3])
        else:
            answers = (ERROR, OK + "\r\n+POP3RSET: 1\r\n", OK + "\r\n+POP3RSET: 0\r\n", OK + "\r\n+POP3OUT: 2\r\n")
            self.say(answers[self._supply.byte() % 4])
        if self._supply.byte() > 0xA0:
            self._clock.call_at(
                self._clock.time() + 0.5 + self._supply.byte() % 16, lambda: self.say("\r\n+POP3OUT: 2\r\n")
            )

    def _read(self, most: int) -> None:
        """What it gives for one AT+POP3READ."""
        if not self.given:
            self.say(ERROR)
            return
        self._reads += 1
        behaviour = self._supply.byte() if self._reads < 60 else 0
        if behaviour > 0xE8:
            self._lie(behaviour % 8)
            return
        size = min(len(self.waiting), most if behaviour % 4 == 0 else self._supply.upto(most))
        data, self.waiting = self.waiting[:size], self.waiting[size:]
        self.say(b"\r\n+POP3READ: %d,%d\r\n%b\r\nOK\r\n" % (1 if self.waiting else 2, size, data))
        if self.waiting:
            self._clock.call_at(self._clock.time() + 1 + behaviour % 60, self._tell)

    def _tell(self) -> None:
        if self._supply.byte() > 0xD8:
            self.honest = False
            self.say(self._supply.pick(("\r\nRDY\r\n", "\r\n+POP3OUT: 2\r\n", "", "\r\n+SAPBR 1: DEACT\r\n")))
            return
        self.say(f"\r\n+POP3READ: 3,{len(self.waiting)}\r\n")

    def _lie(self, how: int) -> None:
        """Something else than what is due."""
        self.honest = False
        said = {
            0: ERROR,
            1: "\r\n+POP3READ: 1,1460\r\nabc\r\nOK\r\n",
            2: "\r\n+POP3READ: 2,1\r\nabcdef\r\nOK\r\n",
            3: "\r\n+POP3READ: 1,99999\r\nabc\r\nOK\r\n",
            4: "\r\n+POP3OUT: 2\r\n" + OK,
            5: OK,
            6: "\r\n+POP3READ: 1,3\r\nabcOK\r\n",
            7: "\r\nRDY\r\n" if self._supply.flag() else None,
        }[how]
        self.say(said)
        self.say(self._supply.pick(NASTY) if self._supply.byte() > 0xD0 else None)
        if how in (0, 2, 4):
            self.waiting = b""


def _answer(supply: Supply) -> bytes:
    """What a server has said, mostly ended as it should be."""
    body = b"+OK\r\n" if supply.byte() < 0xE0 else b""
    for _ in range(supply.byte() % 8):
        body += supply.pick(_PARTS) if supply.flag() else supply.some() * (1 + supply.byte() % 20)
    return body + (b"\r\n.\r\n" if supply.byte() < 0xE0 else b"")


def check(data: bytes) -> None:
    """One mail: as the server has it, or an error by name, and in time."""
    run(_read(Supply(data)))


async def _read(supply: Supply) -> None:
    clock = ManualClock()
    peer = MailPeer(supply, clock)
    modem = await attached(peer, clock, dialect="sim900", apn="internet")
    verb = supply.byte() % 3
    try:
        found = await clock.run_until(_asked(modem, verb), _LIMIT)
    except SimcomError:
        assert not peer.honest or verb or not _ends_well(peer.given), "it has failed, and nothing was wrong"
    else:
        if peer.honest and verb == 0 and _ends_well(peer.given):
            assert found == _meant(peer.given)[0], "it is not what the server has"
    finally:
        await clock.run_until(modem.aclose(), 300)


def _ends_well(given: bytes) -> bool:
    """Whether it is a whole answer, and nothing stands behind its end."""
    meant, ended = _meant(given)
    return (
        ended
        and given.endswith(b"\r\n.\r\n")
        and given.count(b"\r\n.\r\n") == 1
        and given.startswith(b"+OK\r\n")
        and bool(meant is not None)
    )


async def _asked(modem: object, verb: int) -> object:
    async with modem.pop3("example.com", "user", "secret") as box:  # type: ignore[attr-defined]
        if verb == 0:
            return await box.source(1)
        if verb == 1:
            stream = box.open(1)
            async for _ in stream:
                break
            return await box.stat()
        return await box.list()


def seeds() -> Iterator[bytes]:
    """Mails in portions of several sizes, and every lie."""
    for verb in range(3):
        for portion in range(4):
            body = (
                bytes([0, 3, 0])
                + packed(b"Subject: x\r\n\r\n")
                + bytes([portion * 40, 1, 1, 0])
                + packed(b"y\r\n.z\r\n")
            )
            yield bytes([verb, 0]) + body + bytes([0, 0, 0]) + bytes([portion, 1, portion * 60]) * 12
        for number in range(16):  # a session that was left open, refused twice and more
            yield bytes([verb, 0xFF, 2 + number // 4, 0, 0]) + bytes([number % 4, 0] * 6) + packed(b"x") + bytes(6)
            yield (
                bytes([verb, 0xFF, 2 + number // 4, 0, 0xFF, number]) + bytes([number % 4, 0xFF, number] * 6) + bytes(9)
            )
        for lie in range(8):
            body = bytes([0, 1, 0]) + packed(b"x" * 200) + bytes([19, 0, 0])
            yield bytes([verb, 0]) + body + bytes([1, 0, 90, 0xF0 + lie, verb % 2, 0, 0, 0, 0])
            yield bytes([verb, 0xFF, 1 + lie, 0, lie, 0xFF * (lie % 2), lie, lie, 0xFF, 3, lie, 0, 0xFF, 9]) + body
        yield bytes([verb, 0, 0, 1, 1, 7, 0, 0, 0, 0])
