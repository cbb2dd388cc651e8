"""The same on a real link: commands return what they return otherwise, and a restart is told to whoever waits."""

from __future__ import annotations

import random

import pytest

from simcom_async.commands.topics import ModuleBooted
from simcom_async.dialects import DIALECTS
from tests.search.boundaries import Boundary
from tests.search.on_link import interrupted, restarted
from tests.search.search import FAMILIES, Example, dialogues, insertions
from tests.search.urcs import Insertion

SEED = 6
#: Cases of a family that `make test` plays, and `make test-long`; so many restarts of each.
SOME, MANY = 20, 1500
RESTARTS, MANY_RESTARTS = 3, 150
#: Examples of which the link sends a command raw, because its entry is given up: of that nothing is declared, so that
#: more is ambiguous than the oracle knows.
SENT_RAW = ("sim900-smtp-body-esc",)


def cases(family: str, chance: random.Random, count: int) -> list[tuple[Example, Boundary, Insertion]]:
    """So many cases in which nothing else changes: what is ambiguous, and what restarts the module, is none."""
    found: list[tuple[Example, Boundary, Insertion]] = []
    lines = [one for one in insertions(family) if not one.payload and not _boots(family, one.lines)]
    while len(found) < count:
        dialogue = chance.choice(dialogues(family))
        place = chance.choice([place for place in dialogue.places if place.legal])
        insertion = chance.choice(lines)
        raw = dialogue.transcript.name in SENT_RAW
        if not raw and not dialogue.oracle.judge(place, insertion).exemption:
            found.append((dialogue, place, insertion))
    return found


def boots(family: str) -> list[bytes]:
    """The lines by which a module says that it has started."""
    return [line for one in insertions(family) for line in one.lines if _boots(family, (line,))]


def _boots(family: str, lines: tuple[bytes, ...]) -> bool:
    table = DIALECTS[family].table.unsolicited
    entries = [entry for line in lines for entry in table.get(line.partition(b":")[0], ())]
    return any(issubclass(entry.declaration, ModuleBooted) for entry in entries)


async def _interrupt(family: str, count: int) -> list[str]:
    found: list[str] = []
    for dialogue, place, insertion in cases(family, random.Random(SEED), count):
        try:
            await interrupted(dialogue, place, insertion)
        except Exception as error:
            found.append(f"{dialogue.name}, {place}, {insertion.name}: {error!r}")
    return found


async def _restart(family: str, count: int) -> list[str]:
    found: list[str] = []
    chance = random.Random(SEED)
    for _ in range(count):
        dialogue = chance.choice(dialogues(family))
        place = chance.choice([place for place in dialogue.places if place.legal])
        boot = chance.choice(boots(family))
        try:
            await restarted(dialogue, place, boot)
        except Exception as error:
            found.append(f"{dialogue.name}, {place}, {boot!r}: {error!r}")
    return found


@pytest.mark.parametrize("family", FAMILIES)
async def test_what_comes_in_between_changes_no_answer(family: str) -> None:
    assert await _interrupt(family, SOME) == []


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_restart_is_told_and_got_over(family: str) -> None:
    assert await _restart(family, RESTARTS) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES)
async def test_many_things_in_between_change_no_answer(family: str) -> None:
    assert await _interrupt(family, MANY) == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("family", FAMILIES)
async def test_many_restarts_are_told_and_got_over(family: str) -> None:
    assert await _restart(family, MANY_RESTARTS) == []
