"""The search: which insertions are played at which places of which transcripts, and what was found."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

from simcom_async.dialects import DIALECTS
from tests.judge.declared import of_judged_services
from tests.judge.dialogue import Received
from tests.judge.farend import Manner
from tests.judge.spoken import Spoken, spoken
from tests.judge.transcript import Transcript
from tests.search.boundaries import Boundary, boundaries, places_inside
from tests.search.course import cut_at_random
from tests.search.oracle import Oracle
from tests.search.urcs import Insertion, disturbances, unsolicited

__all__ = [
    "FAMILIES",
    "MANNERS",
    "Case",
    "Dialogue",
    "Example",
    "Tally",
    "cut",
    "dialogues",
    "everything",
    "insert",
    "insertions",
    "sampled",
    "strike",
]

FAMILIES = ("sim7000", "sim7100", "sim800", "sim900")
#: As the document prints it, and with the echo in front; the latter in one burst, and with silence around every line.
MANNERS = ((Manner.PRINTED, False), (Manner.ECHO, False), (Manner.ECHO, True))
#: A dialogue of more bytes than this is not cut byte by byte: another test does so.
_SHORT = 4000
#: The number of a burst among the parts of a dialogue, and an offset in it.
Cut = tuple[int, int]


@dataclass
class Tally:
    """What was played, and what was found: nothing of ``findings`` may be there in the end."""

    transcripts: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    places: Counter[str] = field(default_factory=Counter)
    cases: int = 0
    exemptions: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count those of another search as well."""
        self.transcripts |= other.transcripts
        self.lines |= other.lines
        self.places += other.places
        self.cases += other.cases
        self.exemptions += other.exemptions
        self.findings += other.findings

    def __str__(self) -> str:
        exempt = ", ".join(f"{name} {count}" for name, count in sorted(self.exemptions.items()))
        return (
            f"{len(self.transcripts)} transcripts, {len(self.lines)} insertions, {self.places.total()} places, "
            f"{self.cases} cases, {len(self.findings)} findings; ambiguous: {exempt or 'none'}"
        )


@dataclass(frozen=True)
class Dialogue:
    """One dialogue, with its oracle and its places; ``name`` begins with what it is an instance of, up to a slash."""

    name: str
    oracle: Oracle
    places: tuple[Boundary, ...]


@dataclass(frozen=True)
class Example(Dialogue):
    """A transcript in one manner."""

    transcript: Transcript
    manner: Manner


@cache
def dialogues(family: str) -> tuple[Example, ...]:
    """All transcripts of a family, as dialogues."""
    dialect = DIALECTS[family]
    found: list[Example] = []
    for transcript in of_judged_services():
        if transcript.family != family:
            continue
        for manner, apart in MANNERS:
            said = spoken(transcript, manner, dialect, apart=apart)
            name = f"{transcript.name}/{manner.name.lower()}{'-apart' if apart else ''}"
            places = tuple(boundaries(said, dialect))
            found.append(Example(name, Oracle(dialect, said), places, transcript, manner))
    return tuple(found)


def insertions(family: str) -> tuple[Insertion, ...]:
    """All that is inserted in dialogues of a family."""
    return (*unsolicited(DIALECTS[family]), *disturbances())


#: What is played: a dialogue, a place in it, and what comes in there.
Case = tuple[Dialogue, Boundary, Insertion]


def everything(family: str, played: Sequence[Dialogue]) -> Iterator[Case]:
    """Every insertion of a family at every legal place of these dialogues."""
    for dialogue in played:
        for place in dialogue.places:
            if place.legal:
                yield from ((dialogue, place, insertion) for insertion in insertions(family))


def sampled(family: str, played: Sequence[Dialogue], chance: random.Random, *, share: float = 1.0) -> Iterator[Case]:
    """One insertion at that share of the legal places, and every insertion at one place at least."""
    legal = [
        (dialogue, place) for dialogue in played for place in dialogue.places if place.legal and chance.random() < share
    ]
    left = list(insertions(family))
    chance.shuffle(left)
    for dialogue, place in legal:
        yield dialogue, place, left.pop() if left else chance.choice(insertions(family))
    for insertion in left:
        yield *chance.choice(legal), insertion


def insert(cases: Iterator[Case], seed: int, *, cuts: float) -> Tally:
    """Play cases; the share ``cuts`` of them with their bytes cut at random."""
    tally, chance = Tally(), random.Random(seed)
    places: set[tuple[str, Boundary]] = set()
    for dialogue, place, insertion in cases:
        cutting = chance.randrange(1 << 32) if chance.random() < cuts else None
        cut = None if cutting is None else cut_at_random(random.Random(cutting))
        verdict = dialogue.oracle.judge(place, insertion, cut)
        _count(tally, places, dialogue, place, insertion)
        if verdict.exemption:
            tally.exemptions[verdict.exemption] += 1
        if verdict.finding:
            tally.findings.append(f"{dialogue.name}, {place}, {insertion.name}, cut {cutting}: {verdict.finding}")
    return tally


def strike(family: str, seed: int, *, most: int) -> Tally:
    """Play an insertion where nothing can be right: between things, and at ``most`` so many places inside them."""
    tally, chance = Tally(), random.Random(seed)
    places: set[tuple[str, Boundary]] = set()
    for dialogue in dialogues(family):
        between = [place for place in dialogue.places if not place.legal]
        for place in (*between, *places_inside(dialogue.oracle.said, chance, most)):
            insertion = chance.choice(insertions(family))
            finding = dialogue.oracle.survives(place, insertion)
            _count(tally, places, dialogue, place, insertion)
            if finding:
                tally.findings.append(f"{dialogue.name}, {place}, {insertion.name}: {finding}")
    return tally


def _count(
    tally: Tally, places: set[tuple[str, Boundary]], dialogue: Dialogue, place: Boundary, insertion: Insertion
) -> None:
    tally.cases += 1
    tally.transcripts.add(dialogue.name.partition("/")[0])
    tally.lines.add(insertion.name)
    if (dialogue.name, place) not in places:
        places.add((dialogue.name, place))
        tally.places[place.where.name] += 1


def cut(family: str, seed: int, *, most: int) -> Tally:
    """Play the dialogues of a family cut: byte by byte, unless they are long, at single places, at pairs of places.

    Of single places, and of pairs, at most ``most`` of a dialogue, drawn by ``seed``.
    """
    tally, chance = Tally(), random.Random(seed)
    for dialogue in dialogues(family):
        tally.transcripts.add(dialogue.name.partition("/")[0])
        for cuts in _cuts(dialogue.oracle.said, chance, most):
            tally.cases += 1
            finding = dialogue.oracle.cut(cuts)
            if finding:
                tally.findings.append(f"{dialogue.name}, cut at {cuts}: {finding}")
    return tally


def _cuts(said: Spoken, chance: random.Random, most: int) -> Iterator[tuple[Cut, ...]]:
    places = [
        (number, at)
        for number, part in enumerate(said.parts)
        if isinstance(part, Received)
        for at in range(1, len(part.data))
    ]
    if len(places) <= _SHORT:
        yield tuple(places)
    yield from ((place,) for place in (places if len(places) <= most else chance.sample(places, most)))
    if len(places) * (len(places) - 1) // 2 <= most:
        yield from combinations(places, 2)
    else:
        yield from (tuple(sorted(chance.sample(places, 2))) for _ in range(most))
