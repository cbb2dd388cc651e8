"""The manual's transcripts against both halves: as the module against the host, as the host against the virtual modem.

Families and services that are not judged yet are listed at the end of the run (``judge.report``): whoever declares one
takes it out of ``UNJUDGED`` (``judge.declared``) and extends ``DECLARED``, and from then on its transcripts are judged.
What stands around the module is built in one place, ``judge.needs``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from simcom_async.at.dialect import Dialect
from simcom_async.at.event import LineEvent
from simcom_async.dialects import DIALECTS
from simcom_async.errors import UsageError
from simcom_async.modem import open_modem
from tests.judge.console import Console
from tests.judge.declared import (
    UNJUDGED,
    built,
    command_names,
    declared_command,
    declared_services,
    judged_services,
    of_judged_services,
)
from tests.judge.dialogue import Course, Part, play, play_every_way
from tests.judge.farend import Manner, Says
from tests.judge.farend import play as far_end
from tests.judge.known import ADDED, HELD_BACK, REFUSED, UNENDED
from tests.judge.needs import surroundings
from tests.judge.replay import judge_line, replay, spelled
from tests.judge.report import MissingReport, missing, waiting
from tests.judge.spoken import spoken
from tests.judge.tap import Tap
from tests.judge.transcript import Does, Transcript, load, load_all
from tests.judge.verbs import NO_VERB, VERBS, WAITING
from tests.judge.visitor import Visitor

DECLARED = {
    ("sim800", "bearer"),
    ("sim800", "ftp"),
    ("sim800", "http"),
    ("sim900", "bearer"),
    ("sim900", "email"),
    ("sim900", "pop3"),
    ("sim900", "smtp"),
    ("sim7000", "bearer"),
    ("sim7000", "ftp"),
    ("sim7100", "ftp"),
    ("sim7100", "ftps"),
    ("sim7100", "http"),
    ("sim7100", "https"),
    ("sim7100", "pop3"),
    ("sim7100", "smtp"),
}
#: SHA-256 over names and contents of the transcripts and of the inventory: the judge does not bend.
UNCHANGED = "a00cb9affb6646ea855cf36446099f2fbe3edf142d3a437a7391b13f335f27ee"
#: Cuts of a dialogue in two that `make test` draws; `make test-long` makes all of them.
CUTS = 60

JUDGED = of_judged_services()
MANNERS = list(Manner)


@pytest.fixture(autouse=True, scope="module")
def missing_report(pytestconfig: pytest.Config) -> None:
    MissingReport.register(pytestconfig)


def named(transcripts: Sequence[Transcript]) -> list[object]:
    """Every transcript as printed."""
    return [pytest.param(transcript, id=transcript.name) for transcript in transcripts]


def variants(transcripts: Sequence[Transcript]) -> list[object]:
    """Every transcript as printed, and with each of its alternatives."""
    return [
        pytest.param(transcript.choose(number), id=f"{transcript.name}-alt{number}" if number else transcript.name)
        for transcript in transcripts
        for number in range(transcript.alternatives + 1)
    ]


# --- the judge itself -----------------------------------------------------------------------------------------------


def test_what_is_declared_is_what_is_judged() -> None:
    assert declared_services() - UNJUDGED.keys() == judged_services() == DECLARED
    assert {(transcript.family, transcript.service) for transcript in JUDGED} == DECLARED


def test_what_is_missing_is_said() -> None:
    assert UNJUDGED.keys() <= command_names().keys()
    unjudged = set(command_names()) - DECLARED
    assert [line.split(" (")[0] for line in missing()] == [f"missing: {' '.join(key)}" for key in sorted(unjudged)]
    for line, key in zip(missing(), sorted(unjudged), strict=True):
        assert line.endswith(UNJUDGED[key] if key in declared_services() else "not declared")


def test_the_transcripts_are_those_of_the_manual() -> None:
    """Counts as the manual's own description has them, and every byte as it was."""
    transcripts = load_all()
    assert Counter(transcript.origin for transcript in transcripts) == {"example": 108, "derived": 60}
    assert sum(len(transcript.steps) for transcript in transcripts) == 1927
    assert sum(len(transcript.setup) for transcript in transcripts) == 922
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [folder / "inventory.toml", *sorted(folder.glob("transcripts/*.toml"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    assert digest.hexdigest() == UNCHANGED


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transcript", named(JUDGED))
def test_every_command_line_is_a_declared_command_and_is_written_as_the_manual_has_it(transcript: Transcript) -> None:
    refused = REFUSED.get(transcript.name, ())
    for step in transcript.whole:
        if step.does is Does.SEND:
            line = transcript.resolve(step.text)
            if line in refused:
                with pytest.raises(UsageError):
                    built(DIALECTS[transcript.family], line)
                continue
            command = declared_command(DIALECTS[transcript.family], line)
            assert command.text == spelled(line)
            assert built(DIALECTS[transcript.family], line) == command


# --- the demux: every line, every cut -------------------------------------------------------------------------------


def parts_of(transcript: Transcript, manner: Manner, dialect: Dialect | None) -> Sequence[Part]:
    """The transcript as a dialogue."""
    return spoken(transcript, manner, dialect).parts


def judge_course(course: Course, transcript: Transcript, manner: Manner) -> None:
    """Every line of the transcript is an event of the right kind, with its values; every payload is there."""
    events = iter([event for event in course.events if isinstance(event, LineEvent)])
    said = [turn for turn in far_end(transcript, manner) if isinstance(turn, Says)]
    for turn in said:
        if turn.line is not None:
            judge_line(next(events), turn)
        elif turn.payload is None:
            assert next(events).kind == "echo"
    assert list(events) == []
    assert [payload for payload in course.payloads() if payload] == [
        turn.payload for turn in said if turn.payload is not None
    ]
    for exchange in course.exchanges:
        unended = exchange.command.masked in UNENDED.get(transcript.name, ())
        assert exchange.finished or unended, f"{exchange!r} has not ended"


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name.lower())
@pytest.mark.parametrize("transcript", variants(JUDGED))
def test_every_line_becomes_a_declared_message(transcript: Transcript, manner: Manner) -> None:
    dialect = DIALECTS[transcript.family]
    judge_course(play(dialect, parts_of(transcript, manner, dialect)), transcript, manner)


@pytest.mark.parametrize("transcript", variants(JUDGED))
def test_the_events_do_not_depend_on_how_the_bytes_were_cut(transcript: Transcript) -> None:
    dialect = DIALECTS[transcript.family]
    play_every_way(dialect, parts_of(transcript, Manner.PRINTED, dialect), sample=CUTS)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("manner", [Manner.PRINTED, Manner.ECHO], ids=lambda manner: manner.name.lower())
@pytest.mark.parametrize("transcript", variants(JUDGED))
def test_the_events_do_not_depend_on_any_cut(transcript: Transcript, manner: Manner) -> None:
    dialect = DIALECTS[transcript.family]
    play_every_way(dialect, parts_of(transcript, manner, dialect))


@pytest.mark.parametrize("transcript", named(load_all()))
def test_what_no_dialect_declares_does_not_depend_on_the_cuts_either(transcript: Transcript) -> None:
    """All families, their commands sent raw: general AT rules, and no byte vanishes."""
    play_every_way(Dialect(name="general", commands=()), parts_of(transcript, Manner.ECHO, None), sample=10)


# --- the link -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name.lower())
@pytest.mark.parametrize("transcript", variants(JUDGED))
async def test_the_host_understands_the_module_of_the_manual(transcript: Transcript, manner: Manner) -> None:
    name = transcript.name
    refused, held = REFUSED.get(name, ()), HELD_BACK.get(name, ())
    unended = UNENDED.get(name, ())
    await replay(transcript, DIALECTS[transcript.family], manner, refused=refused, held=held, unended=unended)


# --- how a person types ---------------------------------------------------------------------------------------------

Typing = Callable[[str], str]
_COMMA = re.compile(r'("[^"]*")|,')


def lower_case(line: str) -> str:
    """Names in lower case, parameters as they are."""
    head, equals, parameters = line.partition("=")
    return head.lower() + equals + parameters


def blanks_around_equals(line: str) -> str:
    """As the documents print it (C04)."""
    return re.sub(r"=(?!\?)", " = ", line, count=1)


def blanks_behind_commas(line: str) -> str:
    """As the documents print it (B12), outside quotes."""
    return _COMMA.sub(lambda found: found[1] or ", ", line)


# --- the virtual modem ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wire:
    """A way in which the virtual modem writes, and how its lines are then judged."""

    wire: str
    echo: bool
    exact: bool


WIRES = [
    Wire("documented", echo=False, exact=True),
    Wire("documented", echo=True, exact=True),
    Wire("real", True, False),
]


@asynccontextmanager
async def visiting(transcript: Transcript, wire: Wire, typed: Typing = str) -> AsyncIterator[Visitor]:
    """A visitor at a virtual modem in the surroundings that the transcript needs; leaving judges the visit."""
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(surroundings(transcript))
        modem = around.modem(wire=wire.wire, echo=wire.echo, clock=around.clock)
        virtual = await stack.enter_async_context(modem)
        console = await stack.enter_async_context(Console(virtual.port()))
        visitor = Visitor(console, transcript, exact=wire.exact, echo=wire.echo)
        visitor.typed = typed
        around.attend(visitor)
        yield visitor
        for line in ADDED.get(transcript.name, ()) if wire.wire == "real" else ():
            assert await console.read_line() == line
        await visitor.send("AT")
        assert await console.read(6) == b"\r\nOK\r\n"
        assert console.unread == b""
        around.judge(visitor)


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: f"{wire.wire}-{'echo' if wire.echo else 'quiet'}")
@pytest.mark.parametrize("transcript", named(JUDGED))
async def test_the_virtual_modem_answers_as_the_manual_has_it(transcript: Transcript, wire: Wire) -> None:
    async with visiting(transcript, wire) as visitor:
        await visitor.play()


@pytest.mark.parametrize("typed", [lower_case, blanks_around_equals, blanks_behind_commas])
@pytest.mark.parametrize("transcript", named(JUDGED))
async def test_the_virtual_modem_understands_other_ways_to_type(transcript: Transcript, typed: Typing) -> None:
    """C04, B12, SIM7100 Internet service 2.2: blanks around the equals sign and behind commas, and ``at``."""
    async with visiting(transcript, WIRES[0], typed) as visitor:
        await visitor.play()


async def test_the_real_form_is_that_of_the_firmware() -> None:
    """Documents print +SAPBR without a blank, firmware with one (device-facts 1.2): the alternative, byte for byte."""
    transcript = load("sim800-bearer-configure")
    async with visiting(transcript.choose(1), Wire("real", echo=True, exact=True)) as visitor:
        await visitor.play()


# --- the sessions ---------------------------------------------------------------------------------------------------


def test_every_example_has_a_verb() -> None:
    assert not VERBS.keys() & NO_VERB
    assert not WAITING & (VERBS.keys() | NO_VERB)
    assert all(any(name.startswith(line.split()[1]) for line in waiting()) for name in WAITING)
    assert {transcript.name for transcript in JUDGED} == VERBS.keys() | NO_VERB | WAITING


@pytest.mark.parametrize("name", VERBS)
async def test_the_verb_alone_produces_the_dialogue_of_the_example(name: str) -> None:
    transcript, verb = load(name), VERBS[name]
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(surroundings(transcript))
        tap = Tap((await stack.enter_async_context(around.modem(**verb.options))).port())
        async with open_modem(tap, apn="CMNET") as user:
            await verb.act(user, around)
    example = [spelled(transcript.resolve(step.text)).decode() for step in transcript.whole if step.does is Does.SEND]
    assert [line for line in verb.beside(tap.lines, example) if not verb.may_send(line)] == []
