"""What would break each law: one small change of the product each."""

import anyio

from simcom_async.at.command import Command
from simcom_async.at.demux import Demux
from simcom_async.at.due import DueCompletions
from simcom_async.at.event import Event
from simcom_async.at.exchange import LIFE, Exchange, Input, State
from simcom_async.at.fields import Text
from simcom_async.at.framer import CountedPayload
from simcom_async.errors import CommandFailed, CommandTimeout
from simcom_async.link import abort, link, trace
from simcom_async.link.channel import Channel
from simcom_async.link.operation import Operation
from simcom_async.link.subscription import Subscription
from simcom_async.ports.owner import Owner


def forgets_unfinished_lines() -> None:
    """Law 1: what a read ends with is thrown away."""
    whole = Demux.receive

    def receive(self: Demux, data: bytes) -> list[Event]:
        self._rest = b""
        return whole(self, data)

    Demux.receive = receive  # type: ignore[method-assign]


def drops_undeclared_lines() -> None:
    """Law 2: lines that nobody declared are no events."""
    whole = Demux.receive

    def receive(self: Demux, data: bytes) -> list[Event]:
        return [event for event in whole(self, data) if getattr(event, "rule", "") != "undeclared-urc"]

    Demux.receive = receive  # type: ignore[method-assign]


def ends_at_ok() -> None:
    """Law 4: OK is taken for the end of the work."""
    LIFE[State.SENT][Input.OK] = State.DONE
    whole = Exchange.__init__

    def init(self: Exchange, *arguments: object, **named: object) -> None:
        whole(self, *arguments, **named)  # type: ignore[arg-type]
        self.answering = False

    Exchange.__init__ = init  # type: ignore[method-assign]


def takes_late_completions() -> None:
    """Law 5: a completion goes to the newest command that waits for one."""
    whole = DueCompletions.add

    def add(self: DueCompletions, exchange: Exchange) -> None:
        self.clear()
        whole(self, exchange)

    DueCompletions.add = add  # type: ignore[method-assign]


def looks_into_payload() -> None:
    """Law 6: a payload that holds a final result ends there."""
    whole = CountedPayload.receive

    def receive(self: CountedPayload, data: bytes, start: int, events: list[Event]) -> int:
        found = data.find(b"\r\nOK\r\n")
        if found < 0 or found >= self._left:
            return whole(self, data, start, events)
        self.finished = True
        return found

    CountedPayload.receive = receive  # type: ignore[method-assign]


def shows_secrets() -> None:
    """Law 10: the command line is shown as it is."""
    Command.masked = property(lambda self: self.text.decode("utf-8"))  # type: ignore[assignment, method-assign]


def saves_secrets() -> None:
    """Law 10: errors tell of the traffic as it was."""
    trace.mask = lambda rows, secrets: None  # type: ignore[attr-defined]


def lets_quotes_through() -> None:
    """Law 11: a parameter is not looked at."""
    Text.check = lambda self, field, value, *, secret=False: None  # type: ignore[method-assign]


def writes_before_arming() -> None:
    """Law 3: the command is written before the demux knows it."""
    arm, whole = Demux.arm, Channel.start

    def start(self: Channel, operation: Operation, now: float) -> None:
        Demux.arm = lambda demux, exchange: None  # type: ignore[method-assign]
        try:
            whole(self, operation, now)
        finally:
            Demux.arm = arm  # type: ignore[method-assign]
        self.demux.arm(operation.exchange)

    Channel.start = start  # type: ignore[method-assign]


def keeps_everything_for_slow_readers() -> None:
    """Law 7: a subscription has no bound."""
    Subscription.put = lambda self, event: self._items.append(event)  # type: ignore[method-assign]


def gives_up_without_a_word() -> None:
    """Law 8: the module is not told that an entry ends."""
    for means in abort.ENDS:
        abort.ENDS[means] = b""


def repeats_whatever_failed() -> None:
    """Law 9: commands that must not be repeated are."""

    async def repeated(send, command, retries, clock, pause):  # type: ignore[no-untyped-def]
        while True:
            try:
                return await send()
            except (CommandTimeout, CommandFailed):
                if not retries:
                    raise
            retries -= 1

    link.repeated = repeated  # type: ignore[attr-defined]


def holds_a_scope_over_the_yield() -> None:
    """Law 12: what is entered in one task is left in another."""
    whole_start, whole_close = Owner.start, Owner.aclose
    scopes: dict[Owner, anyio.CancelScope] = {}

    async def start(self: Owner) -> None:
        scopes[self] = anyio.CancelScope()
        scopes[self].__enter__()
        await whole_start(self)

    async def aclose(self: Owner, limit: float = 5.0) -> None:
        await whole_close(self, limit)
        scope = scopes.pop(self, None)
        if scope is not None:
            scope.__exit__(None, None, None)

    Owner.start, Owner.aclose = start, aclose  # type: ignore[method-assign]
