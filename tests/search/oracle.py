"""What may come of a dialogue when something comes in between: nothing else changes, and it comes out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.at.exchange import State
from simcom_async.commands.general import At
from tests.judge.dialogue import Cut, Flush, Quiet, Received, Send
from tests.judge.spoken import Spoken
from tests.search.boundaries import Boundary, Where
from tests.search.course import Played, Seen, cut_at, offset, played, split_off, with_insertion
from tests.search.exemptions import EXEMPTIONS, Situation
from tests.search.urcs import Insertion

__all__ = ["Oracle", "Verdict"]

#: What becomes of a line that nobody awaits, by rule and kind.
_UNSOLICITED = {("urc", "declared-urc"), ("urc", "undeclared-urc"), ("urc", "call-result"), ("noise", "no-line-of-at")}


#: A link that has given up what was open, and asks whether the module is there.
_PROBE = (Quiet(), Flush(), Send(At()), Received(b"AT\r\r\nOK\r\n"), Quiet())


@dataclass(frozen=True, slots=True)
class Verdict:
    """``finding`` is what is wrong (empty: nothing), ``exemption`` the name of the ambiguity that was made use of."""

    finding: str = ""
    exemption: str = ""


class Oracle:
    """Judges the courses of one dialogue against the one in which nothing comes in between."""

    def __init__(self, dialect: Dialect, said: Spoken) -> None:
        self.dialect = dialect
        self.said = said
        self.base = played(dialect, said.parts)
        assert not self.base.uncovered, self.base.uncovered

    def judge(self, place: Boundary, insertion: Insertion, cut: Cut | None = None) -> Verdict:
        """Play it with the insertion, and judge what came of it."""
        run = played(self.dialect, with_insertion(self.said.parts, place, insertion.data), cut=cut)
        if run.uncovered:
            return Verdict(run.uncovered)
        start = offset(self.said.parts, place)
        inserted, rest = split_off(run.events, start, insertion)
        finding = self._strictly(insertion, inserted, rest, run)
        if not finding:
            return Verdict()
        situation = self.situation(place, insertion.lines[-1] if insertion.lines else b"", start)
        for name, exemption in EXEMPTIONS.items():
            if exemption.applies(situation):
                loose = self._confined(situation, inserted, rest, run)
                return Verdict(loose and f"{name}: {loose}", name)
        return Verdict(finding)

    def cut(self, places: Collection[tuple[int, int]]) -> str:
        """What is wrong when bursts are cut there, each a number among the parts and an offset; empty: nothing."""
        run = played(self.dialect, self.said.parts, cut=cut_at(places))
        if run.uncovered:
            return run.uncovered
        if run.events != self.base.events or [e.start for e in run.events] != [e.start for e in self.base.events]:
            return f"another event: {_difference(self.base.events, run.events)}"
        return "" if run.outcomes == self.base.outcomes else _difference(self.base.outcomes, run.outcomes)

    def survives(self, place: Boundary, insertion: Insertion, cut: Cut | None = None) -> str:
        """What is wrong where nothing can be right: an answer to the next command is missed, or nobody tells.

        Play it with the insertion, and AT behind it; empty: nothing.
        """
        parts = [*with_insertion(self.said.parts, place, insertion.data), *_PROBE]
        run = played(self.dialect, parts, cut=cut)
        if run.uncovered:
            return run.uncovered
        if run.exchanges[-1].state is not State.DONE or run.events[-1].rule != "final-result":
            return f"AT is not answered: {run.events[-4:]}"
        if place.where is not Where.IN_PAYLOAD or self._payloads(run.events) == self._payloads(self.base.events):
            return ""  # what comes in between inside a text belongs to it, for all that a host can see
        known = Counter(event.text for event in self.base.events if event.kind != "payload")
        strange = Counter(event.text for event in run.events[:-2] if event.kind != "payload") - known
        told = strange or any(event.kind == "payload" and not event.end[1] for event in run.events)
        return "" if told else f"another payload, and nothing tells: {run.events}"

    @staticmethod
    def _payloads(events: Sequence[Seen]) -> list[bytes]:
        return [event.text for event in events if event.kind == "payload" and event.end[1]]

    def situation(self, place: Boundary, line: bytes, start: int) -> Situation:
        """What the module had been asked at a place, as the undisturbed course has it."""
        flying: Command[object] | None = None
        due: list[Command[object]] = []
        sent = sum(isinstance(part, Send) for part in self.said.parts[: place.part])
        for number, exchange in enumerate(self.base.exchanges[:sent]):
            if exchange.final is None or exchange.final.start >= start:
                flying = exchange.command
            failed = exchange.state is State.FAILED and flying is not exchange.command
            if exchange.answering and not failed and not self._ended(number, start, last=number == sent - 1):
                due.append(exchange.command)
        return Situation(self.dialect, line, place, flying, tuple(due))

    def _ended(self, number: int, start: int, *, last: bool) -> bool:
        """Whether the work of a command had ended: by the line that ends it, or one may stay away, and silence came."""
        ends = [event.start for event in self.base.events if event.owner == number and event.rule == "completion"]
        completion = self.base.exchanges[number].command.wire.completion
        optional = completion is not None and completion.optional
        return ends[-1] < start if ends else optional and not last

    def _strictly(self, insertion: Insertion, inserted: Sequence[Seen], rest: Sequence[Seen], run: Played) -> str:
        """What is wrong where nothing is ambiguous."""
        if tuple(rest) != self.base.events:
            return f"another event: {_difference(self.base.events, rest)}"
        if run.outcomes != self.base.outcomes:
            return f"another outcome: {_difference(self.base.outcomes, run.outcomes)}"
        lines = tuple(event.text for event in inserted if event.kind != "payload")
        if lines != insertion.lines:
            return f"it came out as {inserted}"
        for event in inserted:
            finding = self._badly_declared(event, insertion)
            if finding:
                return finding
        return ""

    def _badly_declared(self, event: Seen, insertion: Insertion) -> str:
        """What is wrong with the event of an inserted line, or with the payload that it announces."""
        if event.kind == "payload":
            right = event.text == insertion.payload and event.end[:2] == (True, True) and event.owner < 0
            return "" if right else f"its payload is {event}"
        if (event.kind, event.rule) not in _UNSOLICITED or event.owner >= 0:
            return f"it is {event}"
        declared = {
            entry.declaration.__name__
            for entry in self.dialect.table.unsolicited.get(event.text.partition(b":")[0], ())
            if entry.match(event.text)
        }
        if declared:
            return "" if event.declaration in declared and event.rule == "declared-urc" else f"it is {event}"
        return f"nothing declares it, and it is {event}" if event.declaration else ""

    def _confined(self, situation: Situation, inserted: Sequence[Seen], rest: Sequence[Seen], run: Played) -> str:
        """What is wrong although it is ambiguous: other lines than those that could be meant have changed."""
        if len([event for event in inserted if event.kind != "payload"]) != 1:
            return f"it came out as {inserted}"
        if situation.waiting and any(event.rule == "payload-abandoned" for event in rest):
            return ""  # what is announced behind the end has no owner, and silence in front of it is its end
        concerned = {id(command) for command in (situation.flying, *situation.waiting)}
        for before, after in zip(self.base.events, rest, strict=False):
            owners = {id(run.exchanges[event.owner].command) for event in (before, after) if event.owner >= 0}
            if before != after and (before.text != after.text or not owners <= concerned):
                return f"{before} has become {after}"
        if len(rest) != len(self.base.events):
            return f"{len(rest)} events instead of {len(self.base.events)}"
        for ended, ends, exchange in zip(self.base.outcomes, run.outcomes, run.exchanges, strict=True):
            if ended != ends and id(exchange.command) not in concerned:
                return f"{exchange} has another outcome: {_difference(ended, ends)}"
            if exchange.command is not situation.flying and ended[0] is State.DONE and ends[0] is not State.DONE:
                return f"{exchange} is not done"
        return ""


def _difference(one: Sequence[object], other: Sequence[object]) -> str:
    for before, after in zip(one, other, strict=False):
        if before != after:
            return f"{before} has become {after}"
    return f"{list(one[len(other) :])} is missing, {list(other[len(one) :])} is too much"
