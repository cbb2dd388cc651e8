"""What an FTP server says on the control connection, in any pieces: replies as in RFC 959, or a failure by name."""

from __future__ import annotations

import re
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from simcom_async.commands.ftp import FtpCode
from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.ftp_control import FtpControl
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.internet import NetworkFailure
from tests.fuzz.loop import run
from tests.fuzz.server import OneServer
from tests.fuzz.supply import Supply, bytewise, cut_by, packed
from tests.fuzz.vocabulary import NASTY

MODULES = ("simcom_async.virtual.ftp_control",)
LONGEST = 512

_IDLE = 5.0
_STEPS = 12
_HEAD = re.compile(r"([0-9]{3})([ -].*)?", re.DOTALL)
_SAID = (
    b"220 ready\r\n", b"220-hello\r\n220 ready\r\n", b"120 soon\r\n", b"230 in\r\n", b"331 password\r\n",
    b"200 ok\r\n", b"226 done\r\n", b"150 it comes\r\n", b"421 closing\r\n", b"530 no\r\n", b"250-a\n b\n250 c\n",
    b"2500\r\n", b"25\r\n", b"\xb2\xb2\xb9 x\r\n", b"220", b"-\r\n", b" \r\n", b"220-\r\n", b"220 \r\n", b"\r\n", b"\n",
    b"+22 x\r\n", b"2 0 x\r\n", b"150 x\r\n" * 5, b"200 x\r\n" * 17, b"200-x\r\n" + b"y\r\n" * 260,
    b"200-" + b"z" * 9_000,
    b"234 go on\r\n", b"234 go on\r\n200-x\r\n", b"331 x\r\n230 in\r\n", b"221 bye\r\n",
)  # fmt: skip
_EXPECTED = (("220",), ("230", "331"), ("200",), ("226", "250"), ("150", "125"), ("221",), ("2xx",))


@dataclass(slots=True)
class Model:
    """What a server has said, read line by line as the words of the RFC have it.

    ``replies``: those that nobody has asked for yet; ``dead``: nothing that comes now counts; ``gone``: it has hung up.
    """

    replies: list[tuple[str, list[str]]] = field(default_factory=list)
    dead: bool = False
    gone: bool = False
    _rest: bytes = b""
    _open: list[str] = field(default_factory=list)
    _code: str = ""

    def say(self, data: bytes) -> None:
        """It says more."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.dead = self.dead or len(line) > 8_192
            if not self.dead:
                self._line(line.decode("latin-1").rstrip("\r\n"))
        self.dead = self.dead or len(self._rest) > 8_192

    def _line(self, line: str) -> None:
        if self._open:
            self._open.append(line[3:] if line.startswith(self._code) else line)
            self.dead = len(self._open) > 256
            if line.startswith(f"{self._code} "):
                self._end()
            return
        head = _HEAD.fullmatch(line)
        if head is None:
            self.dead = True
            return
        self._code, self._open = head[1], [line[3:]]
        if not line[3:].startswith("-"):
            self._end()

    def _end(self) -> None:
        if not self.dead:
            self.replies.append((self._code, self._open))
        self._open = []
        self.dead = self.dead or len(self.replies) >= 16

    @property
    def failed(self) -> bool:
        """Whether nothing more can come."""
        return self.dead or self.gone

    def login(self) -> bool:
        """Whether it lets somebody in."""
        user = self.answer("")
        if user is None or user[0] != "331":
            return user is not None and user[0] == "230"
        password = self.answer("")
        return password is not None and password[0] in ("230", "202")

    def secure(self) -> bool:
        """Whether it goes on with TLS; what has begun before that is not believed (RFC 4217 section 4)."""
        reply = self.answer("")
        good = reply is not None and reply[0] == "234"
        return good and not (self.replies or self._rest or self._open or self.failed)

    def answer(self, waits: str) -> tuple[str, list[str]] | None:
        """The reply to what is asked now; None: there is none, or more preliminary ones than there may be."""
        preliminary = 0
        while self.replies:
            reply = self.replies.pop(0)
            preliminary += reply[0].startswith("1")
            if preliminary > 4:
                return None
            if reply[0] != waits:
                return reply
        return None


def check(data: bytes) -> None:
    """The same session with the server's words in one piece and in several."""
    supply = Supply(data)
    cuts = supply.byte()
    script = [_chosen(supply) for _ in range(1 + supply.byte() % _STEPS)]
    whole = run(_session(script, None))
    cut = run(_session(script, cuts))
    assert cut == whole, "the cuts decide what it is"


def _chosen(supply: Supply) -> tuple[bytes, int, bool]:
    """What the server says before a question, which question, and whether it hangs up."""
    said = b""
    for _ in range(supply.byte() % 4):
        match supply.byte() % 8:
            case 0:
                said += supply.some()
            case 1:
                said += supply.pick(NASTY)
            case _:
                said += supply.pick(_SAID)
    return said, supply.byte(), supply.byte() > 0xF0


async def _session(script: Sequence[tuple[bytes, int, bool]], cuts: int | None) -> list[object]:
    clock = ManualClock()
    server, model = OneServer(clock, {b"PBSZ": b"200 ok\r\n", b"PROT": b"200 ok\r\n"}), Model()
    control = FtpControl(server, clock, bearer=1, idle=_IDLE)
    await control.reach("ftp.example.com", 21)
    told: list[object] = []
    for said, question, hangs_up in script:
        if not model.gone:
            model.say(said)
            pieces = [said] if cuts is None else bytewise(said) if cuts % 2 else cut_by(cuts, said)
            await server.say([piece for piece in pieces if piece])
            if hangs_up:
                model.gone = True
                await server.hang_up()
        begun = clock.time()
        told.append(await _done(control, clock, model, question))
        assert clock.time() - begun <= 2 * _IDLE, "it waits longer than it may"
    await clock.run_until(control.bye(), _IDLE)
    control.cut()
    await clock.settle()
    assert server.count == 0
    return told


async def _done(control: FtpControl, clock: ManualClock, model: Model, question: int) -> object:
    """One thing that a module does with a server."""
    match question >> 4:
        case 11 | 12:
            return await _outcome(control.login("user", "secret"), clock, good=model.login())
        case 13:
            return await _outcome(control.secure("ftp.example.com"), clock, good=model.secure())
        case 14:
            waits = await _outcome(control.interruption(), clock, good=False)
            assert (waits is None) is not (bool(model.replies) or model.failed)
            return waits
        case 15:
            lost = await _outcome(control.loss(), clock, good=False)
            assert (lost is None) is (bool(model.replies) or not model.failed)
            assert not model.failed or await clock.run_until(control.ended(), _IDLE)
            return lost
        case _:
            return await _asked(control, clock, model, question)


async def _outcome(work: Coroutine[Any, Any, None], clock: ManualClock, *, good: bool) -> object:
    """Done, or why not; None: it waits still."""
    try:
        await clock.run_until(work, 2 * _IDLE)
    except NetworkFailure as failure:
        assert not good, f"nothing was wrong: {failure!r}"
        return type(failure), str(failure)
    except TimeoutError:
        return None
    assert good, "it is taken for good"
    return "done"


async def _asked(control: FtpControl, clock: ManualClock, model: Model, question: int) -> object:
    """One question, and whether its answer is what the model has."""
    expected, waits = _EXPECTED[question % len(_EXPECTED)], "120" if question % 3 == 0 else ""
    reply = model.answer(waits)
    good = reply is not None and any(_matches(reply[0], mask) for mask in expected)
    asking = control.ask("NOOP", *expected, refused=FtpCode.OPERATION_ERROR, waits=waits)
    try:
        lines = await clock.run_until(asking, 10 * _IDLE)
    except NetworkFailure as failure:
        assert not good, f"{reply} is refused: {failure!r}"
        if reply is not None:
            assert isinstance(failure, FtpFailure)
            assert failure.reply == reply[0]
        return type(failure), str(failure)
    assert good, f"{lines} is taken for {reply}"
    assert reply is not None
    assert lines == reply[1]
    return lines


def _matches(code: str, mask: str) -> bool:
    return all(wanted in ("x", digit) for wanted, digit in zip(mask, code, strict=True))


def seeds() -> Iterator[bytes]:
    """Each of what a server may say, before each question."""
    for number in range(len(_SAID)):
        for question in range(0, 7, 2):
            yield bytes(
                [
                    number,
                    2,
                    1,
                    2,
                    0,
                    0,
                    0,
                    2,
                    2,
                    number,
                    2,
                    number // 2,
                    question,
                    0,
                    0,
                    question,
                    0xFF * (question % 2),
                ]
            )
    for number in range(len(_SAID)):
        for question in range(0xB0, 0x100, 0x10):
            yield bytes([number, 2, 1, 2, 0, 0, 0, 1, 2, number, question, 0xFF * (number % 2), 0, question, 0])
            yield bytes([number, 1, 2, 2, len(_SAID) - 4, 2, number, question, 0, 1, 2, 2, 0, 0])
    yield bytes([1, 3, 1, 0]) + packed(b"220-a\r\n220b\r\n220 c\r\n200 x\r\n") + bytes([0, 0, 0, 2, 0, 0, 2, 0xFF])
