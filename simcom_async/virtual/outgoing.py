"""The way out of a virtual modem: in order, past the faults, at the pace of the line."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from simcom_async.errors import LinkError
from simcom_async.ports.clock import Clock, Timer
from simcom_async.ports.port import LOW_WATER, OUTGOING_BOUND, Port
from simcom_async.virtual.piece import Piece

if TYPE_CHECKING:
    from simcom_async.virtual.faults import Faults

__all__ = ["Outgoing"]

_BITS_A_BYTE = 10
_PIECES_A_SECOND = 500


class Outgoing:
    """Hands pieces of output to a port. ``baud`` paces them (bit/s; None: as fast as the port takes them).

    At most OUTGOING_BOUND bytes wait; what comes on top is dropped, as is what a lost port does not take (``dropped``).
    """

    def __init__(self, port: Port, clock: Clock, faults: Faults, *, baud: int | None = None) -> None:
        self.baud = baud
        self.dropped = 0
        self._port = port
        self._clock = clock
        self._faults = faults
        self._queue: deque[Piece] = deque()
        self._size = 0
        self._timer: Timer | asyncio.Handle | None = None
        self._free_at = 0.0
        self._room = asyncio.Event()

    def send(self, *pieces: Piece) -> None:
        """Send these pieces behind all that wait; in one write where nothing speaks against it."""
        if self._faults:
            pieces = tuple(self._faults.outgoing(pieces))
        if not self._queue and self.baud is None and not any(p.delay or p.apart or p.strike for p in pieces):
            self._write(b"".join(piece.data for piece in pieces))
            return
        for piece in pieces:
            if self._size + len(piece.data) > OUTGOING_BOUND:
                self.dropped += len(piece.data)
                continue
            self._queue.append(piece)
            self._size += len(piece.data)
        if self._timer is None:
            self._free_at = max(self._free_at, self._clock.time())
            self._go_on()

    async def drain(self, most: int = LOW_WATER) -> None:
        """Wait until at most ``most`` bytes are left here, and few in the port; at once on a port that is gone."""
        while self._size > most:
            self._room.clear()
            await self._room.wait()
        if self._port.pending > LOW_WATER:
            try:
                await self._port.drain()
            except LinkError:
                self.clear()

    def clear(self) -> None:
        """Forget what was not sent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.dropped += self._size
        self._queue.clear()
        self._size = 0
        self._room.set()

    def _go_on(self) -> None:
        self._timer = None
        while self._queue:
            piece = self._queue.popleft()
            if piece.delay > 0:
                self._queue.appendleft(replace(piece, delay=0.0))
                self._free_at = max(self._free_at, self._clock.time()) + piece.delay
                self._timer = self._clock.call_at(self._free_at, self._go_on)
                return
            if self.baud is not None and piece.data:
                self._timer = self._clock.call_at(self._paced(piece, self.baud), self._go_on)
                return
            piece = self._with_joined(piece)
            self._hand_over(piece, piece.data)
            if piece.apart and self._queue:
                self._timer = asyncio.get_running_loop().call_soon(self._go_on)
                return

    def _with_joined(self, piece: Piece) -> Piece:
        """One piece of this one and those behind it that go in its write."""
        while piece.strike is None and self._queue and self._queue[0].joined:
            follower = self._queue.popleft()
            piece = replace(follower, data=piece.data + follower.data)
        return piece

    def _paced(self, piece: Piece, baud: int) -> float:
        """Send the beginning of a piece, put the rest back; the moment when the line is free again."""
        length = max(1, baud // (_BITS_A_BYTE * _PIECES_A_SECOND))
        rest = piece.data[length:]
        if rest:
            self._queue.appendleft(replace(piece, data=rest))
        self._hand_over(replace(piece, strike=None if rest else piece.strike), piece.data[:length])
        spent = min(length, len(piece.data)) * _BITS_A_BYTE / baud
        self._free_at += spent  # what a late timer has lost is made up for: a line does not wait
        return self._free_at

    def _hand_over(self, piece: Piece, data: bytes) -> None:
        self._size -= len(data)
        self._write(data)
        self._room.set()
        if piece.strike is not None:
            piece.strike()

    def _write(self, data: bytes) -> None:
        if not data:
            return
        try:
            self._port.write(data)
        except LinkError:
            self.dropped += len(data)
