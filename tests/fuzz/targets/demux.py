"""A session as any module may lead it: commands armed and given up at any point, bytes of any sort, silences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simcom_async.at.command import Command, RawCommand
from simcom_async.at.demux import Demux
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.event import Event, LineEvent, PayloadChunk
from simcom_async.at.exchange import Exchange, State
from simcom_async.at.explain import read_command
from simcom_async.at.message import Counted
from tests.at.speech import SPEECH, Mail, flat
from tests.fuzz.oracles import Coverage, check_answers, check_payloads, check_readable
from tests.fuzz.seeds import conversations
from tests.fuzz.supply import Supply, bytewise, cut_by, packed, packed_number
from tests.fuzz.vocabulary import LANGUAGES, NASTY, command_of, commands, spoken

MODULES = (
    "simcom_async.at.demux",
    "simcom_async.at.classifier",
    "simcom_async.at.armed",
    "simcom_async.at.due",
    "simcom_async.at.exchange",
    "simcom_async.at.ending",
    "simcom_async.at.event",
)

LONGEST = 256

_STEPS = 24
_GIVEN_UP = ("late", "noise", "echo")
_FINALS = (
    b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CME ERROR: 10\r\n", b"\r\n+CME ERROR: x\r\n", b"0\r", b"4\r", b"\r\nOK\r",
    b"OK", b"\r\nNO CARRIER\r\n", b"\r\nCONNECT 9600\r\n", b"\r\n+CMS ERROR: 304\r\n",
)  # fmt: skip


class World:
    """A demux, what went into it, and all that came out; each step may be taken with other cuts.

    ``states``: behind each step those of the exchanges that had not ended before it.
    """

    def __init__(self, dialect: Dialect, state: WireState) -> None:
        self.demux = Demux(dialect, state)
        self.exchanges: list[Exchange] = []
        self.events: list[Event] = []
        self.stream = Coverage()
        self.states: list[tuple[State, ...]] = []
        self._given_up: set[int] = set()
        self._going: list[Exchange] = []
        self._ended: list[tuple[Exchange, State, int]] = []

    @property
    def last(self) -> Exchange | None:
        """The exchange armed last."""
        return self.exchanges[-1] if self.exchanges else None

    def arm(self, command: Command[Any], size: int | None) -> None:
        """Write a command; one that still has the port is given up for it."""
        before = self.last
        if before is not None and not before.port_free:
            self.give_up(before)
        exchange = Exchange(command, size=size)
        self.demux.arm(exchange)
        self.exchanges.append(exchange)
        self._going.append(exchange)
        exchange.written()

    def give_up(self, exchange: Exchange) -> None:
        """Nobody waits for it any more."""
        self.demux.abandon(exchange)
        self._given_up.add(id(exchange.command))

    def receive(self, pieces: list[bytes]) -> None:
        """Bytes of the module."""
        for piece in pieces:
            if piece:
                self.stream.received(piece)
                self._take(self.demux.receive(piece))

    def quiet(self) -> None:
        """Silence."""
        self._take(self.demux.quiet())

    def entered(self, data: bytes) -> None:
        """The host has written a part of an entry, or its end."""
        exchange = self.last
        if exchange is not None and exchange.prompted:
            self.demux.entered(data)
            if not data:
                exchange.entered()

    def flush(self) -> None:
        """The stream has ended."""
        self.stream.check(self.events, ended=False)
        self._take(self.demux.flush())

    def _take(self, events: list[Event]) -> None:
        given_up = self._given_up
        for event in events if given_up else ():
            if isinstance(event, LineEvent) and id(event.command) in given_up and event.rule != "echo-of-entry":
                assert event.kind in _GIVEN_UP, f"{event!r} answers a command that was given up"
        self.events += events

    def note(self) -> None:
        """Remember how far the commands have come."""
        going = self._going
        self.states.append(tuple([exchange.state for exchange in going]))
        self._ended += [(exchange, exchange.state, len(exchange.lines)) for exchange in going if exchange.finished]
        self._going = [exchange for exchange in going if not exchange.finished]

    def check_ended(self) -> None:
        """No command has gone on behind its end."""
        for exchange, *then in self._ended:
            assert [exchange.state, len(exchange.lines)] == then, f"{exchange!r} goes on behind its end"


#: One step: which, and with what.
Step = tuple[str, Any]


def check(data: bytes) -> None:
    """The same session as it came, and with other cuts, each judged as a whole."""
    supply = Supply(data)
    dialect = supply.pick(LANGUAGES)
    wire = supply.byte()
    verbose = (None, True, False)[wire % 3]
    pilot, other = (World(dialect, WireState(verbose=verbose)) for _ in range(2))
    script: list[Step] = []
    while supply and len(script) < _STEPS:
        script.append(_chosen(supply, pilot))
        _do(pilot, script[-1], lambda read: [read])
    cuts = wire // 3
    for step in script:
        _do(other, step, lambda read: bytewise(read) if cuts % 2 == 0 else cut_by(cuts, read))
    for world in (pilot, other):
        world.flush()
        world.note()
        world.check_ended()
        world.stream.check(world.events, ended=True)
        check_payloads(world.events, world.stream)
        check_readable(world.events)
        check_answers(world.exchanges)
    assert other.states == pilot.states, "the cuts decide how far a command comes"
    assert flat(other.events) == flat(pilot.events), "the cuts decide what it is"


def _do(world: World, step: Step, cut: Any) -> None:
    name, what = step
    match name:
        case "receive":
            world.receive(cut(what))
        case "arm":
            world.arm(*what)
        case "quiet":
            world.quiet()
        case "entered":
            world.entered(what)
        case "abandon" if world.last is not None:
            world.give_up(world.exchanges[what % len(world.exchanges)])
        case "settle" if world.last is not None:
            world.demux.settle(world.exchanges[what % len(world.exchanges)])
        case "forget":
            world.demux.forget()
        case "speak":
            world.demux.dialect = what
        case _:
            pass
    world.note()


def _chosen(supply: Supply, world: World) -> Step:
    """The next step: what the module may say now, mostly."""
    dialect = world.demux.dialect
    match supply.byte() % 20:
        case 0 | 1:
            return "arm", (_command(supply, dialect), supply.upto(600) if supply.flag() else None)
        case 2:
            return "arm", (read_command(supply.some(), dialect), None)
        case 3 | 4:
            return "receive", _expected(supply, world)
        case 5:
            return "receive", spoken(supply, dialect)
        case 6 | 7:
            return "receive", supply.pick(_FINALS)
        case 8:
            return "receive", b"" if world.last is None else world.last.text + b"\r"
        case 9 | 10:
            return "receive", _payload(supply, world)
        case 11:
            return "receive", supply.pick(NASTY)
        case 12 | 13:
            return "receive", supply.some()
        case 14:
            return "quiet", None
        case 15:
            return "entered", supply.some()
        case 16:
            return "abandon", supply.byte()
        case 17:
            return "settle", supply.byte()
        case 18:
            return ("forget", None) if supply.byte() > 0xC0 else ("quiet", None)
        case _:
            return ("speak", supply.pick(LANGUAGES)) if supply.byte() > 0xC0 else ("receive", _long(supply))


def _command(supply: Supply, dialect: Dialect) -> Command[Any]:
    if supply.byte() % 8 == 7:
        return RawCommand(line=supply.some().translate(None, _UNPRINTABLE).decode("ascii"))
    return command_of(supply, supply.pick(commands(dialect)))


_UNPRINTABLE = bytes([*range(0x20), *range(0x7F, 0x100)])


def _expected(supply: Supply, world: World) -> bytes:
    """A line that one of the commands waits for."""
    exchanges = [*world.demux.due, *world.exchanges[-1:]]
    wires = [exchange.command.wire for exchange in exchanges]
    found = [reply for wire in wires for reply in wire.replies]
    found += [wire.entry.prompt for wire in wires if wire.entry is not None]
    for completion in [wire.completion for wire in wires if wire.completion is not None]:
        found += [ending.message for ending in completion.endings]
        found += completion.packets
    return spoken(supply, world.demux.dialect, found)


def _payload(supply: Supply, world: World) -> bytes:
    """As many bytes as the last header has announced, or a few more or less."""
    count = 10
    for event in reversed(world.events):
        if isinstance(event, PayloadChunk):
            break
        opens = None if event.compiled is None else event.compiled.line.opens
        if isinstance(event, LineEvent) and isinstance(opens, Counted) and event.match is not None:
            assert event.compiled is not None
            announced = event.compiled.value(event.match, opens.field)
            count = announced if isinstance(announced, int) else count
            break
    data = supply.pick(NASTY) + supply.some()
    count = max(0, min(count + supply.pick((0, 0, 0, 1, -1, 30)), 5_000))
    return (data * (count // max(1, len(data)) + 1))[:count]


def _long(supply: Supply) -> bytes:
    piece = supply.pick((b"x", b"1", b"+CSQ: ", b">", b"A", b'"', b"\x10", b"\x03", b" "))
    return piece * (supply.upto(18_000) // len(piece))


def seeds() -> Iterator[bytes]:
    """A text of three bytes that begins as an echo does, and the transcripts of the manual."""
    place = packed_number(commands(SPEECH).index(Mail), len(commands(SPEECH)) - 1)
    text = bytes([12]) + packed(b"AT+MAIX\r\nOK\r\n")
    yield bytes(4) + place + b"\x01\x00\x01" + packed_number(3, 600) + text
    families = {dialect.name: number for number, dialect in enumerate(LANGUAGES)}
    for number, (family, turns) in enumerate(conversations()):
        data = packed_number(families[family], len(LANGUAGES) - 1) + bytes([3 * number % 256])
        for kind, text in turns:
            if kind == "line":
                data += bytes([2]) + packed(text[2:])
            elif kind == "entry":
                data += bytes([15]) + packed(text) + bytes([15]) + packed(b"")
            else:
                data += bytes([12]) + packed(text)
        yield data
