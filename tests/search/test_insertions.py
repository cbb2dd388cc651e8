"""Whatever comes in between, at whatever place of whatever transcript: nothing else changes, and it is not lost.

`make test` plays a seeded sample, in which each line occurs; `make test-long` plays all. Other seeds:
``python -m tests.search --seed N``.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import islice

import pytest

from simcom_async.at.classifier import Classifier
from simcom_async.at.event import LineEvent, Noise, ReplyLine
from simcom_async.dialects import DIALECTS
from tests.judge.declared import of_judged_services
from tests.search.boundaries import ILLEGAL, Where
from tests.search.declared import questions
from tests.search.exemptions import EXEMPTIONS
from tests.search.search import FAMILIES, dialogues, everything, insert, insertions, sampled, strike

SEED = 6
#: The share of the legal places that `make test` tries.
SHARE = 0.25
#: As many places of each dialogue at which nothing can be right `make test` tries, and `make test-long`.
SOME, MANY = 4, 4000


def test_the_families_are_those_that_are_judged() -> None:
    assert set(FAMILIES) == {transcript.family for transcript in of_judged_services()}


@pytest.mark.parametrize("family", FAMILIES)
def test_what_comes_in_between_changes_nothing_else(family: str) -> None:
    tally = insert(sampled(family, dialogues(family), random.Random(SEED), share=SHARE), SEED, cuts=0.5)
    assert tally.findings == []
    assert tally.lines == {insertion.name for insertion in insertions(family)}
    assert tally.places.keys() >= {"BEFORE_ECHO", "BEFORE_ANSWER", "BEFORE_FINAL", "AFTER_FINAL"}


@pytest.mark.parametrize("family", DIALECTS)
def test_what_comes_in_between_answers_no_declared_command(family: str) -> None:
    played = questions(DIALECTS[family])
    tally = insert(sampled(family, played, random.Random(SEED), share=SHARE), SEED, cuts=0.2)
    assert tally.findings == []
    assert len(played) > 2 * len(DIALECTS[family].commands) / 3


@pytest.mark.parametrize("family", FAMILIES)
def test_what_comes_in_inside_is_survived_and_told_of(family: str) -> None:
    tally = strike(family, SEED, most=SOME)
    assert tally.findings == []
    assert {"IN_LINE", "IN_PAYLOAD"} <= tally.places.keys()


def test_every_kind_of_place_occurs() -> None:
    found = {place.where for family in FAMILIES for dialogue in dialogues(family) for place in dialogue.places}
    assert found | ILLEGAL == set(Where)


@pytest.mark.parametrize("name", EXEMPTIONS)
def test_what_is_exempt_is_ambiguous(name: str) -> None:
    """Each ambiguity occurs: without it the example would be a finding."""
    transcript, line = EXEMPTIONS[name].example
    family = transcript.partition("-")[0]
    insertion = next(one for one in insertions(family) if one.name == line)
    found = [
        dialogue.oracle.judge(place, insertion)
        for dialogue in dialogues(family)
        if dialogue.transcript.name == transcript
        for place in dialogue.places
        if place.legal
    ]
    assert name in {verdict.exemption for verdict in found}
    assert not [verdict.finding for verdict in found if verdict.finding]


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("family", FAMILIES)
def test_everything_in_between_everywhere(family: str) -> None:
    tally = insert(everything(family, dialogues(family)), SEED, cuts=0.2)
    print(f"{family}: {tally}")
    assert tally.findings == []


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("family", DIALECTS)
def test_everything_in_between_every_declared_command(family: str) -> None:
    tally = insert(everything(family, questions(DIALECTS[family])), SEED, cuts=0.2)
    print(f"{family}: {tally}")
    assert tally.findings == []


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("family", FAMILIES)
def test_something_inside_everything(family: str) -> None:
    tally = strike(family, SEED, most=MANY)
    print(f"{family}: {tally}")
    assert tally.findings == []


# --- the search finds what it is there for ---------------------------------------------------------------------------

Classify = Callable[[Classifier, bytes, bytes, int], LineEvent]
WHOLE: Classify = Classifier.classify


def greedy(self: Classifier, line: bytes, tag: bytes, start: int) -> LineEvent:
    """Any line of the tag of a reply is taken for the reply (device-facts 9, 16)."""
    armed = self.armed
    if armed is not None and armed.expects(tag):
        armed.exchange.lines.append(ReplyLine(line, start, "declared-reply", armed.command))
    return WHOLE(self, line, tag, start)


def deaf(self: Classifier, line: bytes, tag: bytes, start: int) -> LineEvent:
    """What nobody asked for is lost while a command is in flight."""
    event = WHOLE(self, line, tag, start)
    event.text = b"" if self.armed is not None and event.kind == "urc" else event.text
    return event


def sleepy(self: Classifier, line: bytes, tag: bytes, start: int) -> LineEvent:
    """What a module says between two commands is noise."""
    if self.armed is None and tag in self._table.unsolicited:
        return Noise(line, start, "no-line-of-at")
    return WHOLE(self, line, tag, start)


@pytest.mark.parametrize("variant", [greedy, deaf, sleepy])
def test_the_search_finds_a_classifier_that_errs(variant: Classify, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dialogues("sim800")  # as they are without it
    monkeypatch.setattr(Classifier, "classify", variant)
    cases = sampled("sim800", dialogues("sim800"), random.Random(SEED))
    assert insert(islice(cases, 800), SEED, cuts=0.0).findings
