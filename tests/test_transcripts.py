"""The manual's transcripts against both halves: as the module against the host, as the host against the virtual modem.

Families and services that are not judged yet are listed at the end of the run (``judge.report``): whoever declares one
takes it out of ``UNJUDGED`` (``judge.declared``) and extends ``DECLARED``, and from then on its transcripts are judged.
What stands around the module is built in one place, ``judge.needs``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simcom_async.at.command import Command, RawCommand
from simcom_async.at.dialect import Dialect
from simcom_async.at.event import LineEvent
from simcom_async.dialects import DIALECTS
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.http_response import HttpResponse
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
from tests.judge.dialogue import Course, Entered, Part, Quiet, Received, Send, play, play_every_way
from tests.judge.farend import Hears, Manner, Says
from tests.judge.farend import play as far_end
from tests.judge.http_needs import HttpPeer
from tests.judge.needs import surroundings
from tests.judge.replay import judge_line, replay, spelled
from tests.judge.report import MissingReport, missing
from tests.judge.tap import Tap
from tests.judge.transcript import Does, Transcript, load, load_all
from tests.judge.visitor import Visitor

DECLARED = {
    ("sim800", "bearer"),
    ("sim800", "http"),
}
#: SHA-256 over names and contents of the transcripts and of the inventory: the judge does not bend.
UNCHANGED = "a00cb9affb6646ea855cf36446099f2fbe3edf142d3a437a7391b13f335f27ee"
#: Lines that the dialect rightly does not take: shown to be refused, then sent all the same. None so far.
REFUSED: dict[str, tuple[str, ...]] = {}
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
    for step in transcript.whole:
        if step.does is Does.SEND:
            line = transcript.resolve(step.text)
            command = declared_command(DIALECTS[transcript.family], line)
            assert command.text == spelled(line)
            assert built(DIALECTS[transcript.family], line) == command


# --- the demux: every line, every cut -------------------------------------------------------------------------------


def parts_of(transcript: Transcript, manner: Manner, dialect: Dialect | None) -> list[Part]:
    """The transcript as a dialogue; without a dialect its commands are raw ones. What comes together is one burst."""
    parts: list[Part] = []
    written = b""
    for turn in far_end(transcript, manner):
        match turn:
            case Hears(data, step) if step.does is Does.SEND:
                line = data[:-1].decode("latin-1")
                command: Command[Any] = RawCommand.of(line) if dialect is None else declared_command(dialect, line)
                written = command.text
                parts += [Quiet(), Send(command)]
            case Hears(data, _):
                parts.append(Entered(data))
            case Says(data, step):
                if step.does is Does.SEND:
                    data = written + b"\r"
                burst = parts[-1].data if isinstance(parts[-1], Received) else b""
                parts[len(parts) - bool(burst) :] = [Received(burst + data)]
    return [*parts[1:], Quiet()]


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
    assert course.payloads() == [turn.payload for turn in said if turn.payload is not None]
    for exchange in course.exchanges:
        assert exchange.finished, f"{exchange!r} has not ended"


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
    await replay(transcript, DIALECTS[transcript.family], manner, refused=REFUSED.get(transcript.name, ()))


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
        virtual = await stack.enter_async_context(around.modem(wire=wire.wire, echo=wire.echo))
        console = await stack.enter_async_context(Console(virtual.port()))
        visitor = Visitor(console, transcript, exact=wire.exact, echo=wire.echo)
        visitor.typed = typed
        around.attend(visitor)
        yield visitor
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

Verb = Callable[[Modem], Awaitable[HttpResponse | None]]
URL = "http://www.sim.com"
IMAGE = "HTTP://www.sim.com/img/sim_logo_jr_1003_38.gif"
#: What a session may send beside the example: it finds and identifies the module, looks whether there is a network and
#: a bearer, and reads the headers that the example does not ask for.
ALSO = re.compile(
    r"AT|ATE0|ATI|AT\+CMEE=1|AT\+CGM[IMR]|AT\+CGSN|AT\+CPIN\?|AT\+CREG\?|AT\+CGATT\?|AT\+SAPBR=2,1|AT\+HTTPHEAD"
)
#: The parameters of a request stand in no order that would mean anything; the example has REDIR before URL.
ANY_ORDER = {"sim800-http-redirect"}


async def bearer(modem: Modem) -> None:
    """Up, asked for its address, and down again."""
    await modem.network.up()
    assert await modem.network.address()
    await modem.network.down()


def posted() -> bytes:
    """The body that the example posts."""
    transcript = load("sim800-http-post")
    return next(transcript.entry(step) for step in transcript.whole if step.does is Does.ENTRY)


VERBS: dict[str, Verb] = {
    "sim800-bearer-configure": bearer,
    "sim800-http-get": lambda modem: modem.http.get(URL),
    "sim800-http-head": lambda modem: modem.http.head(URL),
    "sim800-http-post": lambda modem: modem.http.post(URL, posted()),
    "sim800-http-break": lambda modem: modem.http.get(IMAGE, offset=2000),
    "sim800-http-redirect": lambda modem: modem.http.get(URL + "/abcde", follow_redirects=True),
    "sim800-http-proxy": lambda modem: modem.http.get(URL, proxy="10.0.0.172:80"),
}
#: Examples of what is no verb: the question how far a transfer has come, and what a module says before it is started.
NO_VERB = {"sim800-http-status", "sim800-http-notinit"}


def test_every_example_has_a_verb() -> None:
    assert {transcript.name for transcript in JUDGED} == VERBS.keys() | NO_VERB


def plain(lines: Sequence[str]) -> list[str]:
    """Without the scheme, which the examples leave out; a body read in parts counts as read once."""
    found: list[str] = []
    for line in lines:
        line = re.sub(r'(?<=")http://', "", line, flags=re.IGNORECASE)
        line = re.sub(r"(?<=AT\+HTTPREAD)=\d+,\d+", "", line)
        if line != "AT+HTTPREAD" or found[-1:] != [line]:
            found.append(line)
    return found


@pytest.mark.parametrize("name", VERBS)
async def test_the_verb_alone_produces_the_dialogue_of_the_example(name: str) -> None:
    transcript = load(name)
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(surroundings(transcript))
        tap = Tap((await stack.enter_async_context(around.modem())).port())
        async with open_modem(tap, apn="CMNET") as user:
            response = await VERBS[name](user)
        if response is not None:
            assert response.status in (200, 206)
            peer = around.peer(HttpPeer)
            assert peer is not None
            assert response.body == (peer.served() if peer.site.requests[-1].method == "GET" else b"")
        sent = plain(tap.lines)
        example = [
            spelled(transcript.resolve(step.text)).decode() for step in transcript.whole if step.does is Does.SEND
        ]
        if name in ANY_ORDER:
            sent, example = sorted(sent), sorted(example)
        rest = without(sent, plain(example))
        assert [line for line in rest if not ALSO.fullmatch(line)] == []


def without(lines: Sequence[str], example: Sequence[str]) -> list[str]:
    """The lines beside those of the example, which have to be there in its order."""
    rest: list[str] = []
    wanted = list(example)
    for line in lines:
        if wanted and line == wanted[0]:
            del wanted[0]
        else:
            rest.append(line)
    assert not wanted, f"{wanted[0]} was not sent, or not in the order of the example: {lines}"
    return rest
