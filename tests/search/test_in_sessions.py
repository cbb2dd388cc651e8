"""The verbs of the examples return what they do, whatever comes in between, or fail by name where it must be so.

`make test` says a seeded sample; `make test-long` every verb many times.
"""

from __future__ import annotations

import random
import re

import pytest

from tests.judge.verbs import VERBS
from tests.search.in_sessions import Interjection, Intrusion, has_consequences, says_the_service, verb
from tests.search.search import insertions
from tests.search.urcs import Insertion

SEED = 6
#: Verbs of a sample, and how often `make test-long` says each.
SOME, OFTEN = 12, 12
#: Pieces of output of a module of which an example has more than half, the search for the module included.
PIECES = 45
#: The verb of an example that is nothing but a lost bearer.
LISTENS = {"sim900-bearer-deact"}
#: Lines that may come in inside a payload.
FREE = ("RING", "+CREG: 1", "+SAPBR 1: DEACT", "Call Ready", '+CMTI: "SM",3')
#: Verbs that get something counted. What comes as a stream, up to ETX, has no count that could tell; and an answer of
#: AT+CHTTPACT, which cannot be asked for again, is believed when the end that is pushed out of it looks as an URC does.
FETCHING = [
    name
    for name in sorted(VERBS)
    if re.search("get|list|recv|-http-|head|break|retrieve|cmd-forms", name) and not re.search("etget|chttpact", name)
]


def lines(family: str, *, consequences: bool) -> list[Insertion]:
    """What may come: one line that no service says, and that has consequences or has none."""
    return [
        one
        for one in insertions(family)
        if len(one.lines) == 1 and not one.payload and not says_the_service(one)
        if has_consequences(family, one) == consequences
    ]


async def say(names: list[str], chance: random.Random, *, consequences: bool) -> tuple[int, list[str]]:
    """Say these verbs; how often the line came, and what was found."""
    came, found = 0, []
    for name in names:
        line = chance.choice(lines(name.partition("-")[0], consequences=consequences))
        place = chance.randint(1, PIECES)
        what = f"{name}, {line.name} in front of piece {place}"
        fault = Interjection(line=line.lines[0].decode("latin-1"), place=place)
        try:
            error = await verb(name, fault)
        except Exception as wrong:
            found.append(f"{what}: {wrong!r}")
            continue
        came += fault.spent
        if error is not None and not consequences:
            found.append(f"{what}: {error!r}")
    return came, found


@pytest.mark.timeout(120)
@pytest.mark.parametrize("consequences", [False, True], ids=["harmless", "grave"])
async def test_a_verb_returns_what_it_does_or_fails_by_name(consequences: bool) -> None:
    chance = random.Random(SEED)
    names = chance.sample(sorted(VERBS.keys() - LISTENS), SOME)
    came, found = await say(names, chance, consequences=consequences)
    assert found == []
    assert came > SOME // 2


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("consequences", [False, True], ids=["harmless", "grave"])
@pytest.mark.parametrize("name", sorted(VERBS))
async def test_every_verb_often(name: str, consequences: bool) -> None:
    if consequences and name in LISTENS:
        pytest.skip("it waits for the very line that may come in between, of another bearer")
    came, found = await say([name] * OFTEN, random.Random(f"{SEED}/{name}"), consequences=consequences)
    assert found == []
    assert came


@pytest.mark.parametrize(
    ("name", "line", "places"),
    [("sim800-http-get", "RDY", range(34, 38)), ("sim7100-ftp-cftpget", "START", range(42, 44))],
)
async def test_a_restart_in_the_middle_of_a_transfer_is_told(name: str, line: str, places: range) -> None:
    """Without it nobody would know whether a sample has ever met a verb at work."""
    outcomes = [await verb(name, Interjection(line=line, place=place)) for place in places]
    assert "ModemRestarted" in {type(error).__name__ for error in outcomes}


async def intrude(names: list[str], chance: random.Random) -> tuple[int, list[str]]:
    """Say these verbs while something comes in inside a payload; how often it did, and what was found."""
    came, found = 0, []
    for name in names:
        fault = Intrusion(line=chance.choice(FREE), place=chance.randint(1, 3), share=chance.random())
        what = f"{name}, {fault.line} at {fault.share:.3f} of payload {fault.place}"
        try:
            await verb(name, fault)
        except Exception as wrong:
            found.append(f"{what}: {wrong!r}")
            continue
        came += fault.spent
    return came, found


@pytest.mark.timeout(120)
async def test_what_comes_in_inside_a_payload_is_no_result() -> None:
    chance = random.Random(SEED)
    came, found = await intrude(chance.sample(FETCHING, SOME), chance)
    assert found == []
    assert came > SOME // 3


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", FETCHING)
async def test_whatever_comes_in_inside_a_payload_is_no_result(name: str) -> None:
    _, found = await intrude([name] * OFTEN, random.Random(f"{SEED}/{name}"))
    assert found == []
