"""The completions that are still to come, and which lines are theirs."""

from simcom_async.at.codec import Compiled, compiled
from simcom_async.at.command import Completion, Ending
from simcom_async.at.event import LateReply, LineEvent, Noise, UrcLine
from simcom_async.at.exchange import Exchange, Input, State
from simcom_async.at.message import Message

__all__ = ["DueCompletions", "late"]


class DueCompletions:
    """The ``exchanges`` whose work has not ended, the oldest first.

    A line goes to the oldest one that waits for it, given up or not: a late completion never ends the next operation
    of its kind (law 5). A shared ending ends all that wait for it.
    """

    __slots__ = ("_awaited", "exchanges")

    def __init__(self) -> None:
        self.exchanges: tuple[Exchange, ...] = ()
        self._awaited: dict[bytes, list[tuple[Exchange, Ending | None, Compiled]]] = {}

    @property
    def optional(self) -> bool:
        """Whether silence would end one of them."""
        return any(exchange.optional for exchange in self.exchanges)

    @property
    def tags(self) -> frozenset[bytes]:
        """The tags of what is awaited."""
        return frozenset(self._awaited)

    def add(self, exchange: Exchange) -> None:
        """Await the completion of a command about to be written."""
        self.exchanges = (*self.exchanges, exchange)
        self._index()

    def remove(self, exchange: Exchange) -> None:
        """Await nothing of it any more."""
        if exchange in self.exchanges:
            self.exchanges = tuple(other for other in self.exchanges if other is not exchange)
            self._index()

    def clear(self) -> None:
        """Await nothing."""
        self.exchanges = ()
        self._awaited.clear()

    def classify(self, line: bytes, tag: bytes, start: int) -> tuple[LineEvent, Exchange | None] | None:
        """The event of a line that one of them waits for, and whose it is."""
        for exchange, ending, entry in self._awaited.get(tag, ()):
            match = entry.match(line)
            if match is None:
                continue
            if entry.excessive(match):
                return Noise(line, start, "wrong-count", exchange.command), None
            event: LineEvent = UrcLine(line, start, "packet", exchange.command, entry, match)
            if ending is not None:
                message = event.message
                if message is None or not ending.ends(exchange.command, message):
                    continue
                event.rule = "completion"
                ended = [exchange, *self._sharing(tag, ending, exchange, message)]
                exchange = next((one for one in ended if not one.given_up), exchange)
                event.command = exchange.command
                for one in ended:
                    one.end(event)
                    if entry.line.then is None:
                        self.complete(one, None)
            return (late(event, "late-completion") if exchange.given_up else event), exchange
        return None

    def _sharing(self, tag: bytes, ending: Ending, first: Exchange, message: Message) -> list[Exchange]:
        """The others that a shared ending of ``first`` ends as well."""
        if not ending.shared:
            return []
        return [
            exchange
            for exchange, other, _ in self._awaited[tag]
            if exchange is not first and other is not None and other.shared and other.message is ending.message
            if other.ends(exchange.command, message)
        ]

    def complete(self, exchange: Exchange | None, continuation: LineEvent | None) -> None:
        """Its completion is whole: nothing can continue it any more."""
        if exchange is not None and exchange.complete(continuation):
            self.remove(exchange)

    def quiet(self) -> None:
        """Silence: optional completions stay away."""
        for exchange in [exchange for exchange in self.exchanges if exchange.optional]:
            exchange.take(Input.QUIET)
            self.remove(exchange)

    def failed(self, exchange: Exchange) -> None:
        """The final result was bad: there is nothing to complete."""
        if exchange.state is State.FAILED:
            self.remove(exchange)

    def _index(self) -> None:
        self._awaited = {}
        for exchange in self.exchanges:
            completion = exchange.command.wire.completion
            for ending, entry in () if completion is None else _awaited_by(completion):
                for tag in entry.tags:
                    self._awaited.setdefault(tag, []).append((exchange, ending, entry))


def late(event: LineEvent, rule: str) -> LineEvent:
    """The same line as something that answers nothing any more."""
    return LateReply(event.text, event.start, rule, event.command, event.compiled, event.match)


def _awaited_by(completion: Completion) -> list[tuple[Ending | None, Compiled]]:
    endings: list[tuple[Ending | None, Compiled]] = [(end, compiled(end.message)) for end in completion.endings]
    return endings + [(None, compiled(packet)) for packet in completion.packets]
