"""What would break each law: one small change of the product each."""

from simcom_async.at.command import Command
from simcom_async.at.demux import Demux
from simcom_async.at.due import DueCompletions
from simcom_async.at.event import Event
from simcom_async.at.exchange import LIFE, Exchange, Input, State
from simcom_async.at.fields import Text
from simcom_async.at.framer import CountedPayload


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


def lets_quotes_through() -> None:
    """Law 11: a parameter is not looked at."""
    Text.check = lambda self, field, value, *, secret=False: None  # type: ignore[method-assign]
