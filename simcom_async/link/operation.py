"""One command under way, with those who wait for it and the deadlines that it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from simcom_async.at.codec import compiled
from simcom_async.at.exchange import Exchange, State
from simcom_async.errors import CommandTimeout, ModemRestarted, ProtocolError, UsageError
from simcom_async.link.queue import Priority

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.event import PayloadChunk

__all__ = ["Operation"]


class Operation:
    """A command from ``send`` to its end. All times are seconds of the port's ``WireTime``.

    ``done`` is resolved when nothing more is awaited, ``prompt`` when the module asks for the entry or never will.
    ``state`` is the state of its exchange that was seen last, ``progress`` the moment from which its limit counts.
    ``block`` is an entry that is written whole as soon as the module asks, ``left`` what is missing of a counted one.
    ``spoilt``: its prompt came damaged. ``given_up``: nobody waits any more. ``settled``: its work has ended although
    its completion was not seen. ``unanswered``: what was asked about its end was not, and may be yet. ``inner``: the
    link's own, for aborting and finding the step again.
    """

    state = State.SENT
    timeout: float | None = None
    sink: Callable[[bytes], None] | None = None
    priority: Priority = Priority.NORMAL
    inner = False
    prompt: asyncio.Future[None] | None = None
    transfer: asyncio.Task[None] | None = None
    block: bytes | None = None
    complaint: UsageError | None = None
    queued_at = 0.0
    written_at = 0.0
    progress = 0.0
    heard = False
    payload = False
    spoilt = False
    given_up = False
    settled = False
    unanswered = False
    left: int | None = None

    def __init__(self, exchange: Exchange, priority: Priority = Priority.NORMAL, *, inner: bool = False) -> None:
        # What is seldom set is a default of the class: one of these is made for every command.
        self.command: Command[Any] = exchange.command
        self.exchange = exchange
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if priority is not Priority.NORMAL:
            self.priority = priority
        if inner:
            self.inner = True

    @property
    def shortest(self) -> float:
        """No limit of it is shorter than these seconds."""
        seconds = _shortest(type(self.command))
        return seconds if self.timeout is None else min(seconds, self.timeout)

    def limit(self) -> tuple[float, str]:
        """When its patience ends, and which limit that is."""
        patience = self.command.wire.patience
        when, name = self._stage()
        if self.timeout is not None:
            total = self.written_at + self.timeout
            if name in ("final", "completion") or total < when:
                when, name = total, "total"
        if patience.first is not None and not self.heard and self.written_at + patience.first < when:
            return self.written_at + patience.first, "first byte"
        return when, name

    def drained(self) -> float:
        """Until when its final result may come when nobody waits for it any more: as declared, whatever was asked for.

        Who has asked for hours would have everybody else wait for them.
        """
        return min(self.limit()[0], self._stage()[0])

    def _stage(self) -> tuple[float, str]:
        patience = self.command.wire.patience
        state = self.exchange.state
        if self.payload or state is State.PROMPTED:
            return self.progress + patience.idle, "idle"
        if state is State.SENT and (self.prompt is not None or self.block is not None):
            return self.progress + patience.prompt, "prompt"
        if state is State.AWAITING:
            return self.progress + patience.completion, "completion"
        return self.progress + patience.final, "final"

    def may_be_confused_with(self, due: Operation) -> bool:
        """Whether its reply could be taken for the completion that ``due`` still awaits (or the other way round)."""
        kind, other = type(self.command), type(due.command)
        if kind is other and self.exchange.answering:
            return True
        return _confusable(kind, other)

    def came(self, chunk: PayloadChunk, now: float) -> None:
        """A piece of its payload has come. Raises what its sink raises."""
        self.progress, self.payload = now, not chunk.last
        self.exchange.payload_end = chunk.end
        if self.sink is not None and chunk.data and not self.given_up:
            self.sink(chunk.data)

    def timed_out(self, limit: str, waited: float, seen: bytes) -> CommandTimeout:
        """The error for who waits; ``seen`` is what was received since it was written."""
        state = "waiting for the port" if limit == "queue" else self.exchange.state.value
        shown = f"received was {seen!r}" if seen else "nothing was received"
        return CommandTimeout(
            f"{self.command.masked}: {limit} limit after {waited:.3g} s, {state}; {shown}",
            command=self.command.masked,
            state=state,
            seen=seen,
            waited=waited,
            limit=limit,
        )

    def check_entered(self) -> None:
        """Raises the complaint about its entry; ProtocolError when the module ended it before all was handed over."""
        if self.complaint is not None:
            raise self.complaint
        exchange = self.exchange
        if self.left and exchange.state is not State.FAILED:
            given = (exchange.granted or 0) - self.left
            raise ProtocolError(f"{self.command.masked}: the module ended the entry after {given} bytes")

    def stop(self) -> None:
        """Hands over no more of its entry."""
        self.asked()
        if self.transfer is not None:
            self.transfer.cancel()

    def resolve(self) -> None:
        """Nothing more is awaited."""
        if self.prompt is not None:
            self.asked()
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Who waits gets ``error``."""
        self.asked()
        if not self.done.done():
            self.done.set_exception(error)

    def restarted(self, boot: str, url: str, seen: bytes) -> None:
        """The module says by its line ``boot`` that it has forgotten the command."""
        self.given_up = True
        self.stop()
        error = f"{self.command.masked}: the module has restarted ({boot})"
        self.fail(ModemRestarted(error, port=url, seen=seen))

    def asked(self) -> None:
        """The module asks for the entry, or never will."""
        if self.prompt is not None and not self.prompt.done():
            self.prompt.set_result(None)

    def __repr__(self) -> str:
        return f"Operation({self.command.masked}, {self.exchange.state.value})"


@cache
def _confusable(kind: type[Command[Any]], due: type[Command[Any]]) -> bool:
    completion = due.wire.completion
    if completion is None:
        return False
    ends = [compiled(message) for message in (*(end.message for end in completion.endings), *completion.packets)]
    return any(compiled(reply).resembles(end) for reply in kind.wire.replies for end in ends)


@cache
def _shortest(kind: type[Command[Any]]) -> float:
    patience = kind.wire.patience
    limits = (patience.prompt, patience.final, patience.completion, patience.idle)
    return min(limits) if patience.first is None else min(patience.first, *limits)
