"""A module that lies in one line of a dialogue: every verb of every session, line after line, lie after lie.

An answer, or a named error in time; nothing left; and the same modem does something simple when the module behaves
again. The scenes, and the judgement, are those of ``tests.torture``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from simcom_async.virtual.fault import Fault
from simcom_async.virtual.piece import Kind, Piece
from tests.torture.case import Case, Verdict, judge, verbs_of
from tests.torture.faults import KINDS, Allowed, Plan
from tests.torture.profile import Profile
from tests.torture.scene import Scene

DIGITS = b"9" * 5_000
NUMBER = re.compile(rb"\d+(?=[^\d]*\Z)")


def number(text: bytes) -> Callable[[bytes], bytes]:
    """The last number of a line is another one."""
    return lambda line: (
        NUMBER.sub(text, line, count=1) if NUMBER.search(line) else line.rstrip() + b": " + text + b"\r\n"
    )


def instead(text: bytes) -> Callable[[bytes], bytes]:
    """Something else is said."""
    return lambda line: b"\r\n" + text + b"\r\n"


def behind(text: bytes) -> Callable[[bytes], bytes]:
    """Something follows."""
    return lambda line: line + text


LIES: dict[str, Callable[[bytes], bytes]] = {
    "a number of 5,000 digits": number(DIGITS),
    "a negative number": number(b"-5"),
    "2 to the 32": number(b"4294967296"),
    "a huge number": number(b"99999999999"),
    "another code": number(b"77"),
    "a thousand times the same": lambda line: line * 1_000,
    "64 kB without an end": behind(b"x" * 65_536),
    "the answer of another": instead(b"+CSQ: 1,1"),
    "the echo of another": behind(b"AT+CSQ\r\r\n+CSQ: 1,1\r\n\r\nOK\r\n"),
    "OK": instead(b"OK"),
    "ERROR": instead(b"ERROR"),
    "an error of 5,000 digits": instead(b"+CME ERROR: " + DIGITS),
    "a hundred OK": behind(b"\r\nOK\r\n" * 100),
    "prompts": behind(b"\r\n> " * 100),
    "NUL and 0xFF": lambda line: line.replace(b"\r\n", b"\0\xff\r\n"),
    "quotes": lambda line: line.rstrip() + b'""","",""\r\n',
    "10,000 fields": lambda line: line.rstrip() + b",1" * 10_000 + b"\r\n",
    "blanks": lambda line: line.rstrip() + b" " * 10_000 + b",x\r\n",
    "a storm of boot lines": behind(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\nCall Ready\r\n" * 50),
    "a storm of lost bearers": behind(b"\r\n+SAPBR 1: DEACT\r\n\r\n+CREG: 0\r\n" * 200),
}


@dataclass(kw_only=True, eq=False)
class Lie(Fault):
    """The line that begins so is another one, once."""

    begins_with: str
    lie: str
    altered: list[str] = field(default_factory=list, init=False)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """The line is said in another way."""
        text = piece.data.strip(b"\r\n").decode("latin-1")
        mine = piece.kind not in (Kind.ECHO, Kind.PAYLOAD) and text.startswith(self.begins_with)
        if not mine or not self.chance():
            return (piece,)
        self.struck()
        said = LIES[self.lie](piece.data)
        self.altered.append(f"{self.lie} for {text[:40]}")
        return (Piece(piece.kind, said, strike=piece.strike),)


def lying(scene: Scene, profile: Profile, moment: int) -> Plan:
    """The moment-th lie: of all lines of the verb in turn."""
    said = profile.lines[moment % len(profile.lines)]
    lie = list(LIES)[(moment // len(profile.lines) + moment) % len(LIES)]
    place = {}
    if said.command >= 0:
        place = {"command": profile.commands[said.command], "occurrence": profile.occurrence(said.command)}
    fault = Lie(begins_with=said.text.partition(",")[0], lie=lie, **place)  # type: ignore[arg-type]
    found = Plan("Lie", Allowed.WIRE, f"{lie} for {said.text!r}", [fault], settle=700.0)
    found.altered = fault.altered
    return found


VERBS = [
    (service, *verb)
    for service in ("http", "ftp", "smtp", "pop3", "files", "network", "raw")
    for verb in verbs_of(service)
]


@pytest.fixture(autouse=True)
def _lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "Lie", lying)


def tell(service: str, family: str, verb: str, moment: int) -> None:
    outcome = judge(Case(service, family, verb, "Lie", moment))
    # One that says it has restarted, and goes on with what it did, refuses what comes next: by name, as it must.
    went_on = outcome.verdict is Verdict.DEAD and "boot lines" in outcome.plan and "not allowed now" in outcome.why
    assert outcome.verdict.good or went_on, f"{outcome.verdict.value}: {outcome.why} ({outcome.plan})"


@pytest.mark.parametrize("number", range(4))
def test_a_module_that_lies_once(number: int) -> None:
    service, family, verb = VERBS[number * len(VERBS) // 4]
    tell(service, family, verb, 11 * number)


@pytest.mark.long
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(("service", "family", "verb"), VERBS)
def test_a_module_that_tells_every_lie(service: str, family: str, verb: str) -> None:
    for moment in range(3 * len(LIES)):
        tell(service, family, verb, moment)
