"""State machines: whatever is done in whatever order, what the model says is what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from simcom_async.at.command import RawCommand, Service
from simcom_async.at.dialect import WireState
from simcom_async.at.escape import DLE_ETX, ETX_SUB, SUB_ONLY
from simcom_async.at.event import FinalLine, Gap, UrcLine
from simcom_async.at.exchange import Exchange
from simcom_async.at.responder import CommandLine, Echo, Mode, Responder
from simcom_async.commands.email_pop3 import EmailPop3Logout
from simcom_async.commands.email_pop3_fetch import EmailPop3Read, EmailPop3Retrieve
from simcom_async.commands.network import SignalQualityRead
from simcom_async.dialects import SIM900
from simcom_async.errors import ServiceBusy
from simcom_async.link.bus import EventBus
from simcom_async.link.claims import Claims, exclusions
from simcom_async.link.operation import Operation
from simcom_async.link.queue import CommandQueue, Priority
from simcom_async.link.reserved import Reserved
from simcom_async.link.subscription import Overflow, Overrun, Subscription
from simcom_async.ports.clock import ManualClock
from tests.at import speech
from tests.at.test_demux import NASTY
from tests.at.test_escape import naive_decode
from tests.fuzz.oracles import check_answers, check_payloads, check_readable
from tests.fuzz.targets.demux import World
from tests.link.speech import SPEECH, Action, SendMail, Work
from tests.link.words import level, other

T = TypeVar("T")

COMMANDS = (
    speech.Query(), speech.QueryPin(), speech.QuerySerial(), speech.Read(), speech.Push(path="x"), speech.Mail(),
    speech.Body(), speech.Give(size=5), speech.GiveSome(size=9), speech.Fetch(), speech.Send(), speech.Maybe(),
    speech.ListMails(), speech.Closed(), speech.Port(), RawCommand.of("I;+CSQ"),
)  # fmt: skip
LINES = (
    b"\r\nOK\r\n", b"\r\nERROR\r\n", b"\r\n+CSQ: 1,2\r\n", b"\r\n+CPIN: READY\r\n", b"\r\n+READ: 2,3\r\n", b"\r\n> ",
    b"\r\n+GET: DATA,4\r\n", b"\r\n+GET: 0\r\n", b"\r\n+SMTP: SUCCESS\r\n", b"\r\n+POP: SUCCESS\r\n", b"C:/E/, x\r\n",
    b"\r\nDOWNLOAD\r\n", b"\r\n+LATER: 3\r\n", b"\r\n+STREAM: 1,1\r\n", b"\x03", b"abc", b"1 2\r\n", b"SHUT OK\r\n",
)  # fmt: skip


class DemuxMachine(RuleBasedStateMachine):
    """A session of one command after the other, its reads whole in one world and cut in another (laws 1, 2, 5, 6)."""

    def __init__(self) -> None:
        super().__init__()
        self.worlds = World(speech.SPEECH, WireState()), World(speech.SPEECH, WireState())

    @rule(command=st.sampled_from(COMMANDS), size=st.none() | st.integers(0, 40))
    def arm(self, command: Any, size: int | None) -> None:
        """Write a command."""
        for world in self.worlds:
            world.arm(command.model_copy(), size)

    @rule(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=5).map(b"".join) | NASTY, step=st.integers(1, 7))
    def feed(self, lines: bytes, step: int) -> None:
        """The module says something."""
        self.worlds[0].receive([lines])
        self.worlds[1].receive([lines[place : place + step] for place in range(0, len(lines), step)])

    @precondition(lambda self: self.worlds[0].last is not None)
    @rule()
    def echo(self) -> None:
        """The module echoes what was written last."""
        assert self.worlds[0].last is not None
        self.feed(self.worlds[0].last.text + b"\r", 3)

    @rule()
    def quiet(self) -> None:
        """Silence."""
        for world in self.worlds:
            world.quiet()

    @rule(data=st.binary(max_size=12))
    def entered(self, data: bytes) -> None:
        """A part of an entry, or its end."""
        for world in self.worlds:
            world.entered(data)

    @precondition(lambda self: self.worlds[0].exchanges)
    @rule(place=st.integers(0, 50), settled=st.booleans())
    def abandon(self, place: int, settled: bool) -> None:
        """Nobody waits any more; or it is known that nothing will come."""
        for world in self.worlds:
            exchange = world.exchanges[place % len(world.exchanges)]
            (world.demux.settle if settled else world.demux.abandon)(exchange)

    @rule()
    def forget(self) -> None:
        """The module has restarted."""
        for world in self.worlds:
            world.demux.forget()

    @invariant()
    def both_are_equal(self) -> None:
        """The cuts decide nothing."""
        for world in self.worlds:
            world.note()
        assert self.worlds[0].states == self.worlds[1].states
        assert speech.flat(self.worlds[0].events) == speech.flat(self.worlds[1].events)

    def teardown(self) -> None:
        """The stream ends: every byte is accounted for."""
        for world in self.worlds:
            world.flush()
            world.stream.check(world.events, ended=True)
            check_payloads(world.events, world.stream)
            check_readable(world.events)
            check_answers(world.exchanges)


class BusMachine(RuleBasedStateMachine):
    """Subscriptions of every policy: what was delivered and what is counted in gaps is all that was published."""

    subscriptions = Bundle("subscriptions")

    def __init__(self) -> None:
        super().__init__()
        self.bus = EventBus(ManualClock(), replay_events=8)
        self.got: dict[Subscription[Any], list[int]] = {}
        self.missed: dict[Subscription[Any], int] = {}
        self.due: dict[Subscription[Any], int] = {}

    @rule(target=subscriptions, bound=st.integers(1, 5), overflow=st.sampled_from(Overflow), keyed=st.booleans())
    def subscribe(self, bound: int, overflow: Overflow, keyed: bool) -> Subscription[Any]:
        """Somebody who reads all lines."""
        key = (lambda event: event.message.tank % 2) if keyed else None
        subscription = self.bus.subscribe(UrcLine, bound=bound, overflow=overflow, key=key)
        self.got[subscription], self.missed[subscription], self.due[subscription] = [], 0, 0
        return subscription

    @rule(tanks=st.lists(st.integers(0, 3), min_size=1, max_size=9))
    def publish(self, tanks: list[int]) -> None:
        """Lines, together."""
        for subscription in self.due:
            if not subscription.closed:
                self.due[subscription] += len(tanks)
        self.bus.publish_all([level(tank) for tank in tanks], 0.0)

    @rule(subscription=subscriptions)
    def take(self, subscription: Subscription[Any]) -> None:
        """Its reader reads all that waits."""
        for item in subscription.take():
            if isinstance(item, Gap):
                assert item.first <= item.last
                assert item.count <= item.last - item.first + 1
                assert item.first > (self.got[subscription] or [0])[-1]
                self.missed[subscription] += item.count
            else:
                self.got[subscription].append(item.sequence)
        assert self.got[subscription] == sorted(set(self.got[subscription]))
        if subscription.overflow is not Overflow.FAIL:
            assert len(self.got[subscription]) + self.missed[subscription] == self.due[subscription]
            assert self.missed[subscription] == subscription.lost
        elif subscription.closed:
            with pytest.raises(Overrun):
                subscription.raise_error()
        else:
            assert len(self.got[subscription]) == self.due[subscription]

    @rule(subscription=consumes(subscriptions))
    def close(self, subscription: Subscription[Any]) -> None:
        """It wants no more."""
        self.take(subscription)
        del self.due[subscription]
        subscription.close()

    @invariant()
    def bounded(self) -> None:
        """No more waits than was asked for, and a gap beside each of it."""
        for subscription in self.due:
            assert subscription.pending <= 2 * subscription.bound + 1


def made(work: Coroutine[Any, Any, T]) -> T:
    """What has to be made where a loop runs, and needs none afterwards."""
    try:
        return asyncio.run(work)
    finally:
        asyncio.set_event_loop(None)


async def _operation(command: Any, priority: Priority = Priority.NORMAL) -> Operation:
    return Operation(Exchange(command), priority)


class ClaimsMachine(RuleBasedStateMachine):
    """Services: one user at a time, and none while the end of the last work is not known."""

    claims_held = Bundle("claims_held")
    doubted = Bundle("doubted")

    def __init__(self) -> None:
        super().__init__()
        self.claims = Claims()
        self.held: set[Service] = set()
        self.unsettled: list[Service] = []
        self.exclusions = exclusions(SPEECH)

    def _taken(self, service: Service) -> bool:
        others = self.held | set(self.unsettled)
        return service in others or bool(self.exclusions[service] & others)

    @rule(target=claims_held, service=st.sampled_from(Service))
    def claim(self, service: Service) -> Any:
        """Take a service that is free; be refused one that is not."""
        if self._taken(service):
            with pytest.raises(ServiceBusy):
                self.claims.claim(service, SPEECH)
            return multiple()
        self.held.add(service)
        return self.claims.claim(service, SPEECH)

    @rule(claim=consumes(claims_held), again=st.booleans())
    def release(self, claim: Any, again: bool) -> None:
        """Give it back; again is harmless."""
        claim.release()
        self.held.discard(claim.service)
        if again:
            claim.release()

    @rule(target=doubted, command=st.sampled_from([SendMail(), Action(method=0), Work()]))
    def doubt(self, command: Any) -> Operation:
        """The end of some work was not seen."""
        operation = made(_operation(command))
        self.claims.doubt(operation)
        self.claims.doubt(operation)
        if command.wire.service is not None:
            self.unsettled.append(command.wire.service)
        return operation

    @rule(operation=consumes(doubted))
    def settle(self, operation: Operation) -> None:
        """It was seen after all."""
        self.claims.settle(operation)
        self.claims.settle(operation)
        if operation.command.wire.service is not None:
            self.unsettled.remove(operation.command.wire.service)

    @rule(command=st.sampled_from([SendMail(), Action(method=0), Work()]))
    def admit(self, command: Any) -> None:
        """A command of a service that is unsettled, or that excludes one that is taken, is refused."""
        wire = command.wire
        busy = wire.service in self.unsettled or any(
            other in (self.held | set(self.unsettled)) for other in wire.excludes if other is not wire.service
        )
        if busy:
            with pytest.raises(ServiceBusy):
                self.claims.admit(command)
        else:
            self.claims.admit(command)

    @invariant()
    def as_the_model(self) -> None:
        """What is held is what was taken and not given back."""
        assert set(self.claims.held) == self.held
        assert len(self.claims.unsettled) == len(self.unsettled)


class QueueMachine(RuleBasedStateMachine):
    """Who is written next: by priority and by the time that it has waited."""

    waiting = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self.queue = CommandQueue()
        self.model: list[tuple[float, int, Operation]] = []
        self.now, self.number = 0.0, 0

    @rule(target=waiting, priority=st.sampled_from(Priority), seconds=st.integers(0, 20))
    def add(self, priority: Priority, seconds: int) -> Operation:
        """Some time later one more waits."""
        self.now += seconds
        operation = made(_operation(Work(), priority))
        operation.queued_at = self.now
        self.queue.add(operation)
        self.model.append((self.now + priority, self.number, operation))
        self.model.sort(key=lambda entry: entry[:2])
        self.number += 1
        return operation

    @rule(urgent=st.booleans())
    def take(self, urgent: bool) -> None:
        """The first that may be written is."""
        able = [entry for entry in self.model if not urgent or entry[2].priority is Priority.URGENT]
        found = self.queue.take(lambda operation: not urgent or operation.priority is Priority.URGENT)
        assert found is (able[0][2] if able else None)
        if able:
            self.model.remove(able[0])

    @rule(operation=consumes(waiting))
    def remove(self, operation: Operation) -> None:
        """One waits no more."""
        there = [entry for entry in self.model if entry[2] is operation]
        assert self.queue.remove(operation) is bool(there)
        self.model = [entry for entry in self.model if entry[2] is not operation]

    @invariant()
    def in_order(self) -> None:
        """All that wait, in their order."""
        assert list(self.queue) == [operation for _, _, operation in self.model]


class ReservedMachine(RuleBasedStateMachine):
    """While something waits to be fetched the module takes only what fetches it, until it is over."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = EventBus(ManualClock())
        self.reserved = Reserved(self.bus)
        self.on = False
        fetch = EmailPop3Retrieve(number=1)
        self.commands = {
            kind: made(_operation(kind)) for kind in (fetch, EmailPop3Read(), EmailPop3Logout(), SignalQualityRead())
        }
        self.raw = made(_operation(RawCommand.of("I")))

    def _hear(self, text: bytes) -> None:
        exchange = Exchange(EmailPop3Retrieve(number=1))
        world = World(SIM900, WireState())
        world.demux.arm(exchange)
        exchange.written()
        world.receive([text])
        self.bus.publish_all(world.events, 0.0)
        self.exchange = exchange

    @rule(positive=st.booleans(), ended=st.booleans())
    def fetched(self, positive: bool, ended: bool) -> None:
        """The server has answered, or the session has ended."""
        self._hear(b"\r\nOK\r\n" + (b"\r\n+POP3OUT: 2\r\n" if ended else b"\r\n+POP3CMD: %d\r\n" % positive))
        operation = made(_operation(EmailPop3Retrieve(number=1)))
        operation.exchange = self.exchange
        self.reserved.begin(operation)
        self.on = (positive and not ended) or (self.on and not ended)

    @rule(text=st.sampled_from([b"\r\nRDY\r\n", b"\r\n+POP3OUT: 1\r\n"]))
    def over(self, text: bytes) -> None:
        """The module starts again, or the session ends."""
        self._hear(text)
        self.on = False

    @rule(ok=st.booleans(), mine=st.booleans())
    def final(self, ok: bool, mine: bool) -> None:
        """A final result: a refusal of what it was reserved for shows that nothing is reserved."""
        line = FinalLine(b"OK" if ok else b"ERROR", 0, "final-result", EmailPop3Read() if mine else SignalQualityRead())
        line.ok = ok
        self.bus.publish(line)
        self.on = self.on and (ok or not mine)

    @rule()
    def other(self) -> None:
        """Anything else changes nothing."""
        self.bus.publish(other())

    @invariant()
    def takes_what_it_should(self) -> None:
        """Only the commands that fetch, raw ones, and all of them when nothing waits."""
        for command, operation in self.commands.items():
            wanted = not self.on or isinstance(command, EmailPop3Read | EmailPop3Logout)
            assert self.reserved.takes(operation) is wanted
        assert self.reserved.takes(self.raw)


class TypingMachine(RuleBasedStateMachine):
    """A host that types: characters, backspaces, A/ and whole lines; the module hears what is left of it."""

    def __init__(self) -> None:
        super().__init__()
        self.responder = Responder(SIM900, WireState(echo=True))
        self.line = ""
        self.last = ""
        self.echo = b""
        self.typed = b""

    def _type(self, data: bytes) -> list[CommandLine]:
        self.typed += data
        found = []
        for place in range(len(data)):
            for item in self.responder.receive(data[place : place + 1]):
                if isinstance(item, Echo):
                    self.echo += item.data
                if isinstance(item, CommandLine):
                    found.append(item)
        return found

    @rule(text=st.sampled_from(["AT", "at", "+CSQ", "+creg?", ";", "E1", "S0=1", " ", '+CPIN="1;2"', "x", "=?", "9"]))
    def type(self, text: str) -> None:
        """Some characters."""
        assert self._type(text.encode()) == []
        self.line += text

    @rule(times=st.integers(1, 4))
    def erase(self, times: int) -> None:
        """Backspaces; on an empty line they do nothing."""
        assert self._type(b"\x08" * times) == []
        self.line = self.line[: max(0, len(self.line) - times)]

    @rule(end=st.sampled_from([b"\r", b"\r\n"]))
    def enter(self, end: bytes) -> None:
        """The line is complete: what begins with AT is heard from there on."""
        found = self._type(end[:1])
        self.line, line = "", self.line
        if line.upper().startswith("AT"):
            assert [item.text.decode() for item in found] == [line[2:]]
            self.last = line[2:]
            texts = [part.command.text for item in found for part in item.parts if part.command is not None]
            assert all(text.startswith(b"AT") for text in texts)
            self._answered(end)
        elif found:
            self.last = found[0].text.decode()
            assert line.upper().endswith(f"AT{self.last.upper()}")
            self._answered(end)
        else:
            self._type(end[1:])

    def _answered(self, end: bytes) -> None:
        assert self.responder.mode is Mode.HELD
        assert self.responder.receive(end[1:]) == []
        self.typed += end[1:]
        assert self.responder.resume() == []

    @precondition(lambda self: not self.line)
    @rule(letter=st.sampled_from([b"A", b"a"]))
    def again(self, letter: bytes) -> None:
        """A/ repeats the last line, without a line end."""
        found = self._type(letter + b"/")
        assert [item.text.decode() for item in found] == [self.last]
        self._answered(b"")

    @invariant()
    def echoed(self) -> None:
        """All but line feeds of CR LF came back."""
        assert self.echo == self.typed.replace(b"\n", b"")
        assert self.responder.typing is bool(self.line)
        assert self.responder.lost == 0


class EscapeMachine(RuleBasedStateMachine):
    """A decoder fed in pieces is never behind the slow reader, nor before it."""

    @initialize(codec=st.sampled_from([ETX_SUB, DLE_ETX, SUB_ONLY]))
    def begin(self, codec: Any) -> None:
        """Before the first byte."""
        self.codec, self.decoder = codec, codec.decoder()
        self.wire = self.found = b""

    @precondition(lambda self: not self.decoder.finished)
    @rule(data=st.binary(min_size=1, max_size=9) | st.sampled_from([b"\x03", b"\x10", b"\x03\x03\x1a", b"x" * 300]))
    def raw(self, data: bytes) -> None:
        """Any bytes."""
        self.found += self.decoder.receive(data)
        self.wire += data[: self.decoder.consumed(data)]
        assert self.decoder.tail == data[self.decoder.consumed(data) :]

    @precondition(lambda self: not self.decoder.finished)
    @rule(data=st.binary(max_size=20))
    def encoded(self, data: bytes) -> None:
        """Bytes as the encoder writes them."""
        clean = bytes(byte for byte in data if byte not in self.codec.refused)
        if clean:
            self.raw(self.codec.encode(clean))

    @precondition(lambda self: not self.decoder.finished)
    @rule()
    def end(self) -> None:
        """The terminator; behind a pending escape it is data."""
        pending = self.decoder.pending
        self.raw(self.codec.end + b"z")
        assert self.decoder.finished is not bool(pending)

    @precondition(lambda self: self.decoder.finished)
    @rule(codec=st.sampled_from([ETX_SUB, DLE_ETX, SUB_ONLY]))
    def once_more(self, codec: Any) -> None:
        """The next payload has a decoder of its own."""
        self.begin(codec)

    @invariant()
    def as_the_slow_reader(self) -> None:
        """The same data, the same end, the same escape that waits."""
        data, end, pending, cancelled = naive_decode(self.codec, self.wire)
        assert self.found == data
        assert self.decoder.finished is (end >= 0)
        assert self.decoder.cancelled is cancelled
        assert self.decoder.finished or self.decoder.pending == pending


@pytest.mark.parametrize(
    ("machine", "examples"),
    [
        (DemuxMachine, 15),
        (BusMachine, 15),
        (ClaimsMachine, 15),
        (QueueMachine, 15),
        (ReservedMachine, 8),
        (TypingMachine, 15),
        (EscapeMachine, 15),
    ],
)
def test_machine(machine: type[RuleBasedStateMachine], examples: int) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=20))


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "machine",
    [DemuxMachine, BusMachine, ClaimsMachine, QueueMachine, ReservedMachine, TypingMachine, EscapeMachine],
)
def test_machine_at_length(machine: type[RuleBasedStateMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=600, stateful_step_count=60))
