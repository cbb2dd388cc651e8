"""Lines to events: which line belongs to what, and why.

First match wins: the echo of the command in flight, the prompt it declared, its final result, its reply; what a command
waits for whose completion is due; any declared URC; the rest is an undeclared line, or noise.
"""

import re

from simcom_async.at.armed import CALL_RESULTS, FINALS, Armed, final_result
from simcom_async.at.codec import Compiled, compiled
from simcom_async.at.dialect import Dialect, WireState
from simcom_async.at.due import DueCompletions, late
from simcom_async.at.event import LateReply, LineEvent, Noise, ReplyLine, UrcLine
from simcom_async.at.exchange import Exchange, State
from simcom_async.at.framer import CountedPayload, EscapedPayload, Framing
from simcom_async.at.message import Counted, Escaped

__all__ = ["Classifier"]

_WELL_FORMED = re.compile(rb"[+*#$%^&][A-Za-z][A-Za-z0-9_ ]*(?::|\Z)")
_NOTHING: frozenset[bytes] = frozenset()
_LATE_FINALS = FINALS.keys() - CALL_RESULTS.keys()


class Classifier:
    """Decides what each line is, moves the commands along, and says which payload a line ``opened``.

    ``plain`` are the URCs that need no decision: their tag is enough.
    """

    __slots__ = ("_follower", "_superseded", "_table", "armed", "due", "opened", "plain", "state")

    def __init__(self, dialect: Dialect, state: WireState) -> None:
        self.state = state
        self.armed: Armed | None = None
        self.due = DueCompletions()
        self.opened: Framing | None = None
        self._superseded: Armed | None = None
        self._follower: tuple[Compiled, type[LineEvent], Exchange | None] | None = None
        self.speak(dialect)

    def speak(self, dialect: Dialect) -> None:
        """Take the URCs of ``dialect`` from the next line on."""
        self._table = dialect.table
        self._settle_plain()

    def _settle_plain(self) -> None:
        """Find out which URCs need no decision now."""
        if self._superseded is not None or self._follower is not None:
            self.plain: dict[bytes, Compiled] = {}
            return
        claimed = _NOTHING if self.armed is None else self.armed.claimed
        if self.due.exchanges:
            claimed = claimed | self.due.tags
        self.plain = self._table.plain(claimed)

    def arm(self, exchange: Exchange) -> Armed:
        """Expect the answer to a command; one that is still in flight is given up for it."""
        if self.armed is not None:
            self.armed.exchange.given_up = True
            self._superseded = self.armed
        self.armed = Armed(exchange, self.state)
        if exchange.answering:
            self.due.add(exchange)
        self._settle_plain()
        return self.armed

    def settle(self, exchange: Exchange) -> None:
        """Nothing more will come of ``exchange``."""
        self.due.remove(exchange)
        if self.armed is not None and self.armed.exchange is exchange:
            self.armed = None
        self._settle_plain()

    def forget(self) -> None:
        """Nothing that was awaited will come."""
        self.armed = self._superseded = self._follower = self.opened = None
        self.due.clear()
        self._settle_plain()

    @property
    def awaits_mark(self) -> bool:
        """Whether the command in flight waits for a prompt without a line end."""
        return self.armed is not None and self.armed.mark is not None

    @property
    def busy(self) -> bool:
        """Whether silence would end something."""
        return self.continues or self.due.optional

    @property
    def continues(self) -> bool:
        """Whether the line before may be continued by the next one."""
        return self._follower is not None

    def quiet(self) -> None:
        """Silence: no line continues the one before, optional completions stay away."""
        if self._follower is not None:
            self.due.complete(self._follower[2], None)
            self._follower = None
        self.due.quiet()
        self._settle_plain()

    def classify(self, line: bytes, tag: bytes, start: int) -> LineEvent:
        """The event of one line; ``tag`` is what stands before its colon. First match wins."""
        armed = self.armed
        if self._follower is not None and (event := self._follow(line, start)) is not None:
            return event
        if armed is not None:
            if self._superseded is not None and (event := self._answer_to_the_one_before(armed, line, tag, start)):
                return event
            event = armed.classify(line, tag, start)
            if event is not None:
                plain_reply = event.__class__ is ReplyLine and (event.compiled is None or event.compiled.simple)
                if plain_reply and not armed.exchange.given_up and armed.exchange.waits_for_final:
                    return event
                return self._solicited(armed, event)
        elif line in _LATE_FINALS:
            return LateReply(line, start, "final-without-command")
        if self.due.exchanges and (found := self.due.classify(line, tag, start)) is not None:
            self._settle_plain()
            return self._open(*found)
        for entry in self._table.unsolicited.get(tag, ()):
            match = entry.match(line)
            if match is None:
                continue
            if entry.simple:
                return UrcLine(line, start, "declared-urc", None, entry, match)
            if entry.excessive(match):
                return Noise(line, start, "wrong-count")
            return self._open(UrcLine(line, start, "declared-urc", None, entry, match), None)
        return self._undeclared(line, tag, start)

    def _answer_to_the_one_before(self, armed: Armed, line: bytes, tag: bytes, start: int) -> LineEvent | None:
        """What comes before the echo of the command in flight, or OK before its reply, answers the one before it."""
        before = self._superseded
        if before is None or armed.exchange.echoed or line == armed.exchange.text:
            return None
        if not before.exchange.echoed and not (final_result(line, tag) and armed.unanswered):
            return None
        event = before.classify(line, tag, start)
        if event is None:
            return None
        if event.kind == "final":
            self._superseded = None
            self.due.failed(before.exchange)
            self._settle_plain()
        return self._open(late(event, "superseded-command"), before.exchange)

    def _solicited(self, armed: Armed, event: LineEvent) -> LineEvent:
        """A line of the command in flight: open what it opens, end what it ends."""
        exchange = armed.exchange
        if not exchange.waits_for_final:
            self.armed = None
            if exchange.echoed:  # answers come in order: the one before it gets none any more
                self._superseded = None
            if exchange.state is State.FAILED:
                self.due.remove(exchange)
            elif exchange.command.wire.changes:
                self.state.change(exchange.command)
            self._settle_plain()
        if exchange.given_up:
            event = late(event, "given-up-command")
        return event if event.compiled is None else self._open(event, exchange)

    def _open(self, event: LineEvent, owner: Exchange | None) -> LineEvent:
        """Start the payload that a header line opens, and expect the line that may follow it."""
        entry = event.compiled
        if entry is None:
            return event
        line = entry.line
        if line.opens is not None and event.match is not None:
            command = None if owner is None else owner.command
            if isinstance(line.opens, Escaped):
                self.opened = EscapedPayload(line.opens.codec, event, command)
            elif isinstance(line.opens, Counted):
                count = entry.value(event.match, line.opens.field)
                if isinstance(count, int) and count:
                    self.opened = CountedPayload(count, event, command)
        if line.then is not None:
            self._follower = (compiled(line.then), type(event), owner)
            self._settle_plain()
        return event

    def _follow(self, line: bytes, start: int) -> LineEvent | None:
        """The line behind one that may be continued; None: it was not continued."""
        if self._follower is None:
            return None
        (entry, kind, owner), self._follower = self._follower, None
        self._settle_plain()
        match = entry.match(line)
        if match is None:
            self.due.complete(owner, None)
            return None
        event = kind(line, start, "continuation-line", None if owner is None else owner.command, entry, match)
        self.due.complete(owner, event)
        return event

    def _undeclared(self, line: bytes, tag: bytes, start: int) -> LineEvent:
        """A line that nothing declares: result of a call, reply by its name, late, an URC nobody knows, or noise."""
        armed = self.armed
        if line in CALL_RESULTS:
            return UrcLine(line, start, "call-result")
        event = None if armed is None else armed.untagged(line, tag, start)
        if event is not None and armed is not None:
            return self._solicited(armed, event)
        good = final_result(line, tag) if armed is None else None
        if good is not None:
            return LateReply(line, start, "final-without-command")
        if self._superseded is not None and self._superseded.expects(tag):
            return LateReply(line, start, "superseded-command", self._superseded.command)
        if _WELL_FORMED.match(line):
            return UrcLine(line, start, "undeclared-urc")
        return Noise(line, start, "no-line-of-at")
