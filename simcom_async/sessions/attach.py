"""One module on its line: found, in step, identified, and found again after it was lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.at.dialect import Dialect
from simcom_async.at.event import EchoLine, FinalLine, LateReply, Noise, ReplyLine
from simcom_async.commands.general import At, Echo, ErrorReport
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, ModemRestarted, PortLost
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.ports.owner import Owner
from simcom_async.sessions.identity import Identity, dialect_of, read_identity

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock

__all__ = ["Attachment"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_TRAIN = 10  # how many AT a module may need to find the rate (device-facts 9, number 21)
_TRAIN_PAUSE = 0.3
_STRAY = 0.2  # seconds in which an answer to something older comes
_BOOTS = 3  # how often a module may restart while it is being attached
_NUMBERED_ERRORS = 1
_SHOWN = 64
_GONE = (Condition.CLOSED, Condition.LOST)


class Attachment:
    """Keeps one module ready for commands: the line open and in step, echo off, errors numbered, the dialect found.

    ``generation`` counts how often that had to be done; what was true of the module in an earlier one may not be now.
    """

    def __init__(self, link: Link, url: str, clock: Clock, dialect: Dialect | None) -> None:
        self.link = link
        self.url = url
        self.clock = clock
        self.generation = 0
        self._dialect = dialect
        self._identity: Identity | None = None
        self._ready = self._closed = False
        self._owed: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._upset = 0
        self._turn = asyncio.Lock()
        self._owner = Owner(f"modem on {url}")
        self._watches = (link.bus.on(ModuleBooted, self._disturbed), link.bus.on(LinkChanged, self._changed))

    @property
    def identity(self) -> Identity:
        """Who the module says it is. Raises PortLost before it was asked."""
        if self._identity is None:
            raise PortLost(f"{self.url} has not been opened", port=self.url)
        return self._identity

    @property
    def running(self) -> bool:
        """Whether background work can be started: it is open, or was until the line was lost."""
        return self._owner.running

    @property
    def disturbed(self) -> bool:
        """Whether the module has restarted, or the line was lost, since it was ready."""
        return not self._ready

    async def open(self) -> None:
        """Open the line and find the module; again is harmless. Nothing stays open when that fails."""
        if self.running:
            return
        try:
            await self._owner.start()
            await self.ready()
        except BaseException:
            await self.aclose()
            raise

    async def ready(self) -> None:
        """Have the module ready: at once, or after the line was opened and the module found again.

        Raises LinkError, with the port, what was seen and what to do.
        """
        if not self._ready:
            async with self._turn:
                await self._find()

    def owe(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do this when the module has been found again, before anything else: it was left in the middle of something.

        It sends commands over the link and must not wait for ``ready``. What the module refuses of it is logged.
        """
        self._owed.append(work)

    def spawn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Start background work that ends with this attachment at the latest."""
        return self._owner.spawn(work)

    async def aclose(self) -> None:
        """Close the line; again is harmless."""
        self._closed = True
        self._ready = False
        for watch in self._watches:
            watch.close()
        try:
            await self._owner.aclose()
        finally:
            await self.link.aclose()

    async def _find(self) -> None:
        silent = False
        for _ in range(_BOOTS):
            if self._ready:
                return
            try:
                with suppress(ModemRestarted):  # a module that is just starting has to be found once more
                    self._ready = await self._attach()
            except CommandTimeout as error:
                if silent:
                    raise LinkError(f"{self.url}: answers AT, but: {error}", port=self.url, seen=error.seen) from error
                silent = True  # what a host before has begun may have come in between
        if not self._ready:
            raise ModemRestarted(f"{self.url}: the module restarts again and again", port=self.url)

    async def _attach(self) -> bool:
        """Go through all steps once; False when the module restarted meanwhile."""
        if self._closed:
            raise PortLost(f"{self.url} is closed", port=self.url)
        upset, lost = self._upset, self.link.condition in _GONE
        if lost:
            await self.link.open()
        await self._train()
        if lost and self.generation:
            await self._fall_in_step()
        await self._silence_echo()
        await self._number_errors()
        self._identity = await read_identity(self.link)
        self.link.dialect = self._dialect or dialect_of(self._identity, self.url)
        self.generation += 1
        await self._settle_debts()
        return upset == self._upset

    async def _settle_debts(self) -> None:
        while self._owed:
            try:
                await self._owed[0]()
            except CommandFailed as error:
                _log.warning("%s: what was left undone stays so: %s", self.url, error)
            del self._owed[0]

    async def _train(self) -> None:
        """Send AT until the module has found the rate and answers; then look for it in all that silences a module."""
        seen, refused = b"", False
        for _ in range(_TRAIN):
            try:
                refused = False
                await self.link.send(At(), timeout=_TRAIN_PAUSE)
            except (PortLost, ModemRestarted):
                raise
            except CommandFailed as error:
                refused = True
                seen = str(error.code).encode("ascii", "replace")  # perhaps of a line that somebody else began
            except CommandTimeout as error:
                seen = error.seen or seen
            except LinkError as error:
                seen = error.seen or seen
                break
            else:
                return
        if refused:
            raise _unanswered(self.url, self.link.state.baud, seen)
        await self._rescue(seen)

    async def _rescue(self, seen: bytes) -> None:
        """End what a host that died may have left open, and look at other rates. Raises LinkError with what was tried.

        Only for a module that gave no answer at all: a prompt, an entry, a payload, the data mode swallow AT.
        """
        rescue = await self.link.rescue()
        if not rescue.answered:
            raise _unanswered(self.url, self.link.state.baud, rescue.seen or seen, rescue.account)
        await self.link.send(At())

    async def _fall_in_step(self) -> None:
        """Send AT until nothing but its OK comes: what was asked before the line was lost may be answered only now."""
        for _ in range(_TRAIN):
            with self.link.bus.subscribe(ReplyLine, FinalLine, LateReply, Noise) as said:
                await self.link.send(At())
                await self.clock.sleep(_STRAY)
            if said.pending == 1:
                return

    async def _silence_echo(self) -> None:
        """Switch echo off and look whether it is; a line that echoes by itself is understood all the same."""
        for _ in range(2):
            await self.link.send(Echo(value=0))
            with self.link.bus.subscribe(EchoLine, bound=1) as echoes:
                await self.link.send(At())
            if not echoes.lost and not echoes.pending:
                return
        self.link.state.echo = True
        _log.warning("%s: ATE0 was answered with OK, but the line still echoes", self.url)

    async def _number_errors(self) -> None:
        try:
            await self.link.send(ErrorReport(level=_NUMBERED_ERRORS))
        except CommandFailed:
            _log.debug("%s: no AT+CMEE, errors have no number", self.url)

    def _disturbed(self, _: object) -> None:
        self._upset += 1
        self._ready = False

    def _changed(self, event: LinkChanged) -> None:
        if event.condition in _GONE:
            self._disturbed(event)


def _unanswered(url: str, baud: int | None, seen: bytes, account: str = "") -> LinkError:
    rate = "" if baud is None else f" at {baud} bit/s"
    tried = f"; {account}" if account else ""
    return LinkError(f"{url}: no answer to AT{rate}: {_guess(seen)}{tried}", port=url, seen=seen)


def _guess(seen: bytes) -> str:
    """What was seen, and what that may mean."""
    shown = f"{seen[-_SHOWN:]!r} was seen"
    if not seen:
        return (
            "nothing was seen; check power, wiring and rate, and whether another program uses the port; "
            "a module in data mode or in the middle of an entry is silent, too"
        )
    if set(seen.split()) <= {b"AT"}:
        return f"{shown}, its echo and no more: it is in data mode, or the line leads back to itself"
    if all(byte in b"\r\n\t" or 0x20 <= byte < 0x7F for byte in seen):
        return f"{shown}: it is busy or in data mode, or this is not its port for commands"
    return f"{shown}: the rate is another one, try baud=, or the line is disturbed"
