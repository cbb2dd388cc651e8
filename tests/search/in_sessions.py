"""The verb of an example, said to a module that says something else in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from simcom_async.commands.topics import BearerLost, ModuleBooted, PowerDown
from simcom_async.dialects import DIALECTS
from simcom_async.errors import SimcomError
from simcom_async.modem import open_modem
from simcom_async.virtual.fault import Chance, Fault, Positive, Wire
from simcom_async.virtual.piece import Kind, Piece
from tests.judge.needs import surroundings
from tests.judge.transcript import load
from tests.judge.verbs import VERBS
from tests.judge.wire import crlf
from tests.search.urcs import Insertion

__all__ = ["Interjection", "Intrusion", "has_consequences", "says_the_service", "verb"]

#: Seconds of this machine within which a verb has a result or an error, and the module answers behind it.
LIMIT = 60.0
#: Bytes of a payload that something can be inside of.
_LEAST = 4
#: Tags of what a service says of its own work: sent by a module that does no such work, it lies.
_SERVICES = (b"+FTP", b"+HTTP", b"+SMTP", b"+POP3", b"+CFTP", b"+CHTTP", b"+FSCOPY", b"+CFTRAN")


@dataclass(eq=False)
class Interjection(Fault):
    """A line in front of a piece of output, the ``place``-th before which a module may say something.

    That is no payload, nothing behind a text without a length, and no line that continues the one before.
    """

    line: Wire
    place: Positive = 1
    _before: Kind | None = field(default=None, init=False, repr=False)
    _text: bool = field(default=False, init=False, repr=False)

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Speak in front of it."""
        if self.spent or not self._legal(piece):
            return (piece,)
        self.place -= 1
        if self.place:
            return (piece,)
        self.struck()
        return Piece(Kind.URC, crlf(self.line)), piece

    def _legal(self, piece: Piece) -> bool:
        kind, before, self._before = piece.kind, self._before, piece.kind
        if kind is Kind.PAYLOAD:
            self._text = self._text or before not in (Kind.LINE, Kind.URC, Kind.PAYLOAD)
            return False
        within, self._text = self._text, self._text and kind is not Kind.FINAL
        continues = piece.data[2:3].isupper() and piece.data[3:5] == b":/"
        return not within and not continues


@dataclass(eq=False)
class Intrusion(Fault):
    """A line inside the ``place``-th payload, at that ``share`` of it: what no module says, but a bad line may.

    Not in front of its last byte: what is left behind it may be CR LF then.
    """

    line: Wire
    place: Positive = 1
    share: Chance = 0.5

    def outgoing(self, piece: Piece) -> Iterable[Piece]:
        """Speak inside it."""
        if self.spent or piece.kind is not Kind.PAYLOAD or len(piece.data) < _LEAST:
            return (piece,)
        self.place -= 1
        if self.place:
            return (piece,)
        self.struck()
        at = min(len(piece.data) - 2, max(1, int(len(piece.data) * self.share)))
        return (replace(piece, data=piece.data[:at] + crlf(self.line) + piece.data[at:]),)


def says_the_service(insertion: Insertion) -> bool:
    """Whether it is a service that speaks."""
    return any(line.startswith(_SERVICES) for line in insertion.lines)


def topics(family: str, insertion: Insertion) -> list[type[object]]:
    """What its lines say, as declared."""
    table = DIALECTS[family].table.unsolicited
    return [
        entry.declaration
        for line in insertion.lines
        for entry in table.get(line.partition(b":")[0], ())
        if entry.match(line)
    ]


def has_consequences(family: str, insertion: Insertion) -> bool:
    """Whether a verb may fail for it: the module has restarted or goes off, or the bearer is gone."""
    return any(issubclass(topic, ModuleBooted | PowerDown | BearerLost) for topic in topics(family, insertion))


async def verb(name: str, fault: Fault) -> SimcomError | None:
    """Says the verb while the fault strikes; returns what the verb raised.

    AssertionError: the verb has returned something wrong, has hung, or the module cannot be used behind it.
    """
    verb = VERBS[name]
    error: SimcomError | None = None
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(surroundings(load(name)))
        module = await stack.enter_async_context(around.modem(**verb.options))
        module.faults.add(fault)
        try:
            async with asyncio.timeout(LIMIT), open_modem(module.port(), apn="CMNET", watchdog=None) as user:
                try:
                    await verb.act(user, around)
                except SimcomError as raised:
                    error = raised
                module.faults.clear()
                await user.at("")
        except TimeoutError as late:
            raise AssertionError(f"not within {LIMIT} s, with {error!r} before") from late
    return error
