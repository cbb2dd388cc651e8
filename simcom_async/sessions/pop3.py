"""POP3: a mailbox read byte for byte, by whichever way the dialect can carry it; deletions only on a clean exit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Self, TypeVar

from simcom_async.at.command import Service
from simcom_async.errors import Pop3Error, PortLost, UnsupportedService, UsageError
from simcom_async.sessions.errand import Errand
from simcom_async.sessions.pop3_flow import (
    MailboxSize,
    MailSize,
    MailUid,
    Pop3Account,
    Pop3Flow,
    Pop3Outfit,
)
from simcom_async.sessions.pop3_numeric import NumericPop3
from simcom_async.sessions.pop3_textual import TextualPop3
from simcom_async.sessions.progress import Direction, Meter, Progress
from simcom_async.sessions.restart import restart_named
from simcom_async.sessions.session import Session
from simcom_async.sessions.whole import gathered_whole
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession

__all__ = ["Pop3Service", "Pop3Session", "Pop3Stream"]

T = TypeVar("T")
Sizes = list[MailSize]
Uids = list[MailUid]

#: The ways to read a mailbox; the first that the dialect has is taken.
FLOWS: tuple[type[Pop3Flow], ...] = (NumericPop3, TextualPop3)


class Pop3Service(Session):
    """The POP3 service of one module: one mailbox at a time; who comes meanwhile gets ServiceBusy."""

    service = Service.POP3

    def __init__(self, attachment: Attachment, network: NetworkSession, files: FilesSession) -> None:
        super().__init__(attachment)
        self.network = network
        self._files = files

    def flow(self, account: Pop3Account) -> Pop3Flow:
        """The way to the mailbox in this dialect, its commands built. Raises UnsupportedService, UsageError."""
        dialect = self._link.dialect
        for kind in FLOWS:
            if kind.speaks(dialect):
                outfit = Pop3Outfit(attachment=self._attachment, network=self.network, files=self._files)
                flow = kind(outfit, account)
                flow.prepare()
                return flow
        raise UnsupportedService(
            f"POP3 is not for the {dialect.name} dialect: it has no commands for it", field="service", value="POP3"
        )

    def meter(self, progress: Progress | None) -> Meter:
        """What counts the bytes of a mail."""
        return Meter(self._link.bus, self.service, Direction.RECEIVE, progress)


@witnessed("_service._link")
class Pop3Session:
    """A mailbox, inside ``async with``; ``async for message in box`` gives its mails, one after the other.

    Mails are deleted when the block ends well, and not when it ends by an exception or a cancellation. ``number`` is
    that of the mail which was read last. Each verb takes ``timeout``, the seconds that one answer may take (None: as
    the session has it). Raises Pop3Error for what server or module refuse, UnsupportedService for what the module has
    no command for.
    """

    def __init__(self, service: Pop3Service, account: Pop3Account) -> None:
        self.number: int | None = None
        self._service = service
        self._account = account
        self._turn = asyncio.Lock()
        self._upsets = 0  # of the module, when the session began
        self._marked: set[int] = set()
        self._touched = False  # something may be marked, whatever the server has said to it
        self._flow: Pop3Flow | None = None
        self._claim: Claim | None = None
        self._errand: Errand[Any] | None = None
        self._stream: Pop3Stream | None = None

    async def __aenter__(self) -> Self:
        service = self._service
        if self._flow is not None:
            raise UsageError("the mailbox is open already")
        flow = service.flow(self._account)
        self._claim = await service.enter(held=True)
        self._flow = flow
        try:
            await service.network.ready()
            self._upsets = service.attachment.upsets
            await self.perform(flow.login)
        except BaseException:
            await self._leave(marked=False)
            raise
        return self

    async def __aexit__(self, kind: object, error: object, _: object) -> None:
        try:
            if kind is None and self._marked:
                await self.perform(self._open.logout)
        finally:
            await self._leave(marked=self._touched)

    async def stat(self, *, timeout: float | None = None) -> MailboxSize:
        """How many mails there are, and their size in bytes."""
        return await self.perform(self._open.stat, timeout)

    async def list(self, *, timeout: float | None = None) -> Sizes:
        """Number and size of every mail that is not marked."""
        return await self.perform(self._open.sizes, timeout)

    async def uidl(self, *, timeout: float | None = None) -> Uids:
        """Number and unique id of every mail; the id stays the same in all sessions."""
        return await self.perform(self._open.uids, timeout)

    async def headers(self, number: int, *, timeout: float | None = None) -> EmailMessage:
        """The header of a mail; of a module without TOP only From, Date and Subject."""
        _check(number)
        return _parsed(await self.perform(lambda: self._open.headers(number), timeout))

    async def top(self, number: int, lines: int, *, timeout: float | None = None) -> EmailMessage:
        """The header of a mail and that many lines of its body."""
        _check(number)
        _check(lines, "lines", 0)
        return _parsed(await Pop3Stream(self, number, lines=lines, timeout=timeout).read())

    async def source(self, number: int, *, progress: Progress | None = None, timeout: float | None = None) -> bytes:
        """A mail as the server has it, byte for byte."""
        _check(number)
        return await Pop3Stream(self, number, progress=progress, timeout=timeout).read()

    async def retrieve(
        self, number: int, *, progress: Progress | None = None, timeout: float | None = None
    ) -> EmailMessage:
        """A mail, parsed by the standard library's default policy."""
        return _parsed(await self.source(number, progress=progress, timeout=timeout))

    def open(self, number: int, *, progress: Progress | None = None, timeout: float | None = None) -> Pop3Stream:
        """A mail in pieces of some thousand bytes, however large it is: ``async for piece in box.open(1)``."""
        _check(number)
        return Pop3Stream(self, number, progress=progress, timeout=timeout)

    async def delete(self, number: int, *, timeout: float | None = None) -> None:
        """Mark a mail: the server deletes it when the block ends well."""
        _check(number)
        self._marked.add(number)
        self._touched = True
        try:
            await self.perform(lambda: self._open.delete(number), timeout)
        except Pop3Error:
            self._marked.discard(number)
            raise

    async def reset(self, *, timeout: float | None = None) -> None:
        """Take all marks back."""
        await self.perform(self._open.reset, timeout)
        self._marked.clear()
        self._touched = False

    async def __aiter__(self) -> AsyncIterator[EmailMessage]:
        for number, _ in await self.list():
            if number not in self._marked:
                yield await self.retrieve(number)

    async def perform(
        self,
        step: Callable[[], Coroutine[Any, Any, T]],
        timeout: float | None = None,
        *,
        stream: Pop3Stream | None = None,
    ) -> T:
        """One step with the mailbox, when the one before it has ended; what nobody reads on is read away first.

        It goes on to its end when the caller is cancelled, or waits no longer: only so the marks can be taken back.
        """
        flow = self._open
        async with self._turn:
            if self._errand is not None:
                await self._errand.over()
            if flow.ended is not None:
                raise flow.ended
            if stream is None or self._stream is not stream:
                self._stream = stream
                step = _after(flow, step)
            self._errand = errand = Errand(self._service.attachment, step)
            with restart_named(self._service.attachment, self._upsets):
                return await errand.result(self._account.timeout if timeout is None else timeout)

    def reads(self, stream: Pop3Stream) -> bool:
        """Whether the mailbox is still at the mail of ``stream``."""
        return self._stream is stream

    @property
    def service(self) -> Pop3Service:
        """The service of the module."""
        return self._service

    @property
    def _open(self) -> Pop3Flow:
        if self._flow is None:
            raise UsageError("the mailbox is not open: use it inside its async with block")
        return self._flow

    async def _leave(self, *, marked: bool) -> None:
        """Give the service back; a session that has not ended ends without a deletion."""
        flow, claim, self._flow, self._claim = self._flow, self._claim, None, None
        if flow is None or claim is None:
            return

        async def clean_up() -> None:
            if self._errand is not None:
                await self._errand.over()  # a logout in the middle of a step may be lost
            try:
                await flow.abandon(marked=marked)
            except PortLost:
                self._service.attachment.owe(flow.forsake)
                raise

        await self._service.leave(claim, clean_up)


class Pop3Stream:
    """A mail in pieces, read with ``async for``, or ``read`` for all of it; ``async with`` ends it early.

    A piece is fetched when it is asked for, so that a slow reader needs no memory; the module waits for it, though not
    for ever. Another verb of the mailbox ends it.
    """

    def __init__(
        self,
        box: Pop3Session,
        number: int,
        *,
        lines: int | None = None,
        progress: Progress | None = None,
        timeout: float | None = None,
    ) -> None:
        self.number = number
        self.size: int | None = None
        self._box = box
        self._lines = lines
        self._progress = progress
        self._timeout = timeout
        self._meter = box.service.meter(progress)
        self._begun = self._over = self._broken = False

    async def read(self) -> bytes:
        """The rest of the mail. Raises ProtocolError when it is more than WHOLE_MAXIMUM bytes."""
        return await gathered_whole(self, f"mail {self.number}")

    async def aclose(self) -> None:
        """Read no more of it; again is harmless."""
        self._over = True

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if not self._begun:
            await self._begin()
        if self._broken or (not self._over and not self._box.reads(self)):
            raise UsageError("reading this mail was broken off: open it again to read it from the start")
        piece = b"" if self._over else await self._perform(self._flow.read)
        if not piece:
            self._over = True
            raise StopAsyncIteration
        self._meter.add(len(piece), self.size)
        return piece

    async def _begin(self) -> None:
        self._begun = True
        number, lines = self.number, self._lines
        if self._progress is not None and lines is None:
            self.size = await self._box.perform(lambda: self._flow.size(number), self._timeout)
        flow = self._flow
        await self._perform((lambda: flow.retrieve(number)) if lines is None else (lambda: flow.top(number, lines)))
        self._box.number = number

    async def _perform(self, step: Callable[[], Coroutine[Any, Any, T]]) -> T:
        try:
            return await self._box.perform(step, self._timeout, stream=self)
        except BaseException:
            self._broken = True  # what this step would have given is lost
            raise

    @property
    def _flow(self) -> Pop3Flow:
        return self._box._open


def _after(flow: Pop3Flow, step: Callable[[], Coroutine[Any, Any, T]]) -> Callable[[], Coroutine[Any, Any, T]]:
    """The step, behind what is left of a mail that nobody reads on."""

    async def steps() -> T:
        await flow.discard()
        return await step()

    return steps


def _check(number: object, field: str = "number", least: int = 1) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < least:
        raise UsageError(
            f"{field}: {number!r} is none, allowed are whole numbers from {least} on",
            field=field,
            value=number,
            allowed=f"{least} or more",
        )


def _parsed(source: bytes) -> EmailMessage:
    return message_from_bytes(source, policy=policy.default)
