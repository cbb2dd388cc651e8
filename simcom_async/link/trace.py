"""What the log, the errors and their evidence show of the traffic: everything but secrets."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import LINES_WITHOUT_AT, RawCommand
from simcom_async.at.secret import shows_secrets, takes_secrets
from simcom_async.link.masking import Row, mask, mask_whole
from simcom_async.ports.record import Direction

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.exchange import Exchange

__all__ = ["Trace"]

_log = logging.getLogger("simcom_async.link")

#: Of a longer read or line so many bytes are kept: its first ones, and its last ones, which are also what is shown.
_HEAD = 64
_SHOWN = 256
_LINE = 1024
#: Commands that are remembered with what came behind them, and the reads and writes of one: the first, and the last.
_TURNS = 16
_FIRST = 4
_EVENTS = 16
_BULK = 8
#: So many of them, and bytes of long reads, are held before they are looked at.
_MOST = 64
_HELD = 32768
#: So many bytes of long reads may stay with a command when the next one has been written.
_WHOLE = 4096
#: Commands whose end has not been seen, remembered beyond that.
_OPEN = 4
#: Secrets of earlier commands, which may still be in what is remembered.
_SECRETS = 64
#: For so many commands a reply with a secret in it that was given up may still come.
_DOUBT = 32
_WORD = 8
_CONTROLS = b"\x1a\x1b\x03\x10"

_BARE = tuple(word.encode("ascii") for word in LINES_WITHOUT_AT)

Event = tuple[float, Direction, bytes | int]
_END: Event = (0.0, "tx", 0)


class Turn(list[Event]):
    """A command line with the reads and writes behind it; a number stands for as many bytes that were not kept.

    ``sent_out``, ``received_out``: so many bytes were not kept behind the first events. ``guarded``: a secret may be in
    the line, ``reveals``: in what was received. ``doubtful``: the reply to an earlier command may be in that;
    ``echoes``: an entry that was written may be. ``held``: bytes of long reads that are still whole. ``plain``: nothing
    of it was ever set.
    """

    plain = True
    sent_out = 0
    received_out = 0
    held = 0
    guarded = False
    reveals = False
    doubtful = False
    echoes = False

    def hold(self, size: int) -> None:
        """There is a long read of so many bytes, or one too many: has no more than may be held for now."""
        self.held += size
        if self.held <= _HELD and len(self) <= _MOST:
            return
        if self.held <= _HELD and self.received_out:
            self._drop(_MOST // 2)
        else:
            self.thin()

    def thin(self) -> None:
        """Keeps the first events and the last ones, and the first and last bytes of long reads; joins short reads."""
        if self.held > len(self) * _SHOWN:  # most will go: they need not be looked at
            self._drop(_BULK)
        if self.held:
            self._cut()
        self.gather()
        self._drop(_EVENTS)

    def _drop(self, most: int) -> None:
        extra = len(self) - most
        if extra <= 0:
            return
        self.plain = False
        for _, direction, kept in self[_FIRST : _FIRST + extra]:
            length = kept if isinstance(kept, int) else len(kept)
            if direction == "tx":
                self.sent_out += length
            else:
                self.received_out += length
        del self[_FIRST : _FIRST + extra]

    def _cut(self) -> None:
        cut: list[Event] = []
        for time, direction, kept in self:
            if isinstance(kept, int) or len(kept) <= _HEAD + _SHOWN or direction == "tx":
                cut.append((time, direction, kept))
            else:
                parts = (kept[:_HEAD], len(kept) - _HEAD - _SHOWN, kept[-_SHOWN:])
                cut += [(time, direction, part) for part in parts]
        self[:] = cut
        self.held = 0

    def gather(self) -> None:
        """Makes one of short reads that came in a row; their time is that of the first."""
        start = _FIRST if self.sent_out or self.received_out else 0
        gathered = self[:start]
        run: list[bytes] = []
        size = 0
        for event in (*self[start:], _END):
            _, direction, kept = event
            read = kept if direction == "rx" and not isinstance(kept, int) else None
            if read is not None and run and size + len(read) <= _SHOWN:
                run.append(read)
                size += len(read)
                continue
            if len(run) > 1:
                gathered[-1] = (gathered[-1][0], "rx", b"".join(run))
            gathered.append(event)
            run, size = ([], 0) if read is None else ([read], len(read))
        self[:] = gathered[:-1]


class Trace:
    """Remembers the last reads and writes, and logs traffic at DEBUG, with secrets masked (law 10).

    Reads are kept as they are, by reference, and looked at only when somebody wants to see them. Of an entry nothing is
    kept but its length. ``delicate``: a secret stands in the command in flight, or in its reply. What is received then
    is logged when the command has ended, because the reads may cut a secret in two.
    """

    def __init__(self, url: str) -> None:
        self.delicate = False
        self._url = url
        self._turn = Turn()
        self._turns: deque[Turn] = deque((*(Turn() for _ in range(_TURNS - 1)), self._turn))
        self._open: deque[tuple[Exchange, Turn]] = deque(maxlen=_OPEN)
        self._secrets: dict[bytes, None] = {}
        self._reveals = False
        self._doubt = 0

    def command(self, exchange: Exchange, time: float) -> None:
        """A command line is about to be written."""
        before, text = self._turn, exchange.text
        if len(before) > _EVENTS or before.held > _WHOLE:
            before.thin()
        turn = self._turns.popleft()  # the oldest one is used again
        if turn.plain:
            turn.clear()
            turn.held = 0
        else:
            turn = Turn()
        turn.append((time, "tx", text))
        self._turns.append(turn)
        self._turn = turn
        if self.delicate or self._doubt or _delicate(type(exchange.command)):
            self._prepare(before, exchange.command)
        if len(text) > _LINE:
            turn[0] = (time, "tx", mask_whole(text, self._secrets)[:_LINE])
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s TX %r", self._url, mask_whole(text + b"\r", self._secrets))

    def ended(self) -> None:
        """The command in flight has ended."""
        if self.delicate:
            self._tell(self._turn)
            self.delicate = self._reveals = False

    def entry(self, data: bytes, time: float, *, echoes: bool) -> None:
        """Bytes of an entry, or of an abort, are about to be written; ``echoes``: the line may echo them."""
        shown = _without_content(data)
        turn = self._turn
        if len(shown) < len(data):
            if echoes:
                turn.plain, turn.echoes = False, True
            turn.append((time, "tx", len(data) - len(shown)))
        if shown:
            turn.append((time, "tx", shown))
        if len(turn) > _MOST:
            turn.thin()
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s TX %s, %d bytes", self._url, repr(data) if len(data) == 1 else "entry", len(data))

    def received(self, data: bytes, time: float) -> None:
        """Bytes have been received."""
        turn = self._turn
        turn.append((time, "rx", data))
        if len(data) > _SHOWN or len(turn) > _MOST:
            turn.hold(len(data))
        if not self.delicate and _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s RX %r%s", self._url, mask_whole(data[:_SHOWN], self._secrets), _length(data))

    def keep(self, exchange: Exchange) -> None:
        """The command in flight leaves the port, or is given up, and something of it may still come."""
        if all(kept is not exchange for kept, _ in self._open):
            self._turn.plain = False
            self._open.append((exchange, self._turn))

    def seen(self) -> bytes:
        """The last bytes received since the last command was written, masked."""
        return self._received(self._turn)[-_SHOWN:]

    def rows(self, awaited: Callable[[Exchange], bool], most: int) -> list[Row]:
        """All that is remembered, masked; in front of it those commands, older than that, which are ``awaited``.

        Short reads are made one where there are more than ``most`` reads and writes.
        """
        turns = list(self._turns)
        older = [turn for exchange, turn in self._open if awaited(exchange) and all(turn is not one for one in turns)]
        for turn in (*older, *turns):
            if turn.held or turn is self._turn:
                turn.thin()
        if sum(map(len, (*older, *turns))) > most:
            for turn in (*older, *turns):
                turn.gather()
        rows: list[Row] = []
        for place, turn in enumerate([*older, *turns]):
            found = _rows(turn, place)
            if 0 < place <= len(older):
                _tear(found, "tx")
                _tear(found, "rx")
            rows += found
        mask(rows, self._secrets)
        return rows

    def _prepare(self, before: Turn, command: Command[Any]) -> None:
        """Takes note of the secrets of a command that is about to be written."""
        if self.delicate:  # the one before was given up
            self.delicate = False
            self._tell(before)
            self._doubt = _DOUBT if self._reveals else self._doubt
        secrets = [secret for secret in command.secrets if secret]
        self._reveals = command.reveals if isinstance(command, RawCommand) else shows_secrets(type(command))
        if secrets or self._reveals or self._doubt:
            turn = self._turn
            self.delicate = turn.guarded = True
            turn.plain, turn.doubtful = False, self._doubt > 0
            turn.reveals = self._reveals or turn.doubtful
            self._doubt = max(self._doubt - 1, 0)
        for secret in secrets:
            self._secrets.pop(secret, None)
            self._secrets[secret] = None
        while len(self._secrets) > _SECRETS:
            del self._secrets[next(iter(self._secrets))]

    def _received(self, turn: Turn) -> bytes:
        """What was received behind a command, from the last gap on, masked."""
        turn.thin()
        rows = _rows(turn, 0)
        mask(rows, self._secrets)
        shown = b""
        for row in rows:
            if row.dir == "rx":
                shown = b"" if row.left_out else shown + row.data
        return shown

    def _tell(self, turn: Turn) -> None:
        """Logs what was received behind a command, now that it is known what is secret in it."""
        if _log.isEnabledFor(logging.DEBUG) and (shown := self._received(turn)):
            _log.debug("%s RX %r", self._url, shown)


def _rows(turn: Turn, place: int) -> list[Row]:
    """The events of a turn, with what was left out between the first and the last."""
    rows = [Row(*event, place) for event in turn]
    if turn.sent_out or turn.received_out:
        time = turn[_FIRST - 1][0]
        gaps = (Row(time, "tx", turn.sent_out, place), Row(time, "rx", turn.received_out, place))
        rows[_FIRST:_FIRST] = [gap for gap in gaps if gap.left_out]
    entered = False
    for number, row in enumerate(rows):
        row.begins = not number and row.dir == "tx"
        entered = entered or (turn.echoes and number > 0 and row.dir == "tx")
        row.entered = entered
        row.guarded, row.reveals = turn.guarded, turn.reveals
    if rows and rows[0].begins and rows[0].data not in _BARE:
        rows[0].data += b"\r"
    if turn.doubtful:
        _tear(rows, "rx")
    return rows


def _tear(rows: list[Row], direction: Direction) -> None:
    """Nobody knows what was in this direction before these."""
    for row in rows:
        if row.dir == direction:
            row.apart = True
            return


def _without_content(data: bytes) -> bytes:
    """What of an entry is shown: the control characters that end it, and what looks for a lost module."""
    if data == b"+++" or (data.startswith(b"AT") and data.endswith(b"\r") and len(data) < _WORD):
        return data
    end = data[-2:]
    return end[len(end.rstrip(_CONTROLS)) :]


def _length(data: bytes) -> str:
    return f"... {len(data)} bytes" if len(data) > _SHOWN else ""


@cache
def _delicate(kind: type[Command[Any]]) -> bool:
    """Whether a secret may stand in its line or in its reply."""
    return kind is RawCommand or takes_secrets(kind) or shows_secrets(kind)
