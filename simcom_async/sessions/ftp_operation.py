"""One operation at a server: what the module is told for it, and its end in terms of what the caller asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from simcom_async.at.code import Code
from simcom_async.at.command import Command
from simcom_async.commands.cftp import CftpCode
from simcom_async.commands.cftps import CftpsCode
from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import CommandFailed, FtpError, ProtocolError
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.link.entry import Entered
    from simcom_async.link.link import Link
    from simcom_async.sessions.busy import Busy
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["Coded", "FtpOperation", "Watch"]

A = TypeVar("A")
#: Watches work with which nothing comes; raises CommandTimeout when it should have ended.
Watch = Callable[[Undertaking[Any]], Awaitable[None]]

_DONE = 0  # in all tables of codes
#: Codes with which a module refuses what it has not begun, because it is at something else.
_BUSY: tuple[Code, ...] = (CftpCode.BUSY, CftpsCode.BUSY)
#: Codes after which the bearer is asked for, whichever table they are of: the numbers differ.
_NETWORK: tuple[Code, ...] = (FtpCode.NETWORK_ERROR, CftpCode.NETWORK, CftpsCode.NETWORK)


@runtime_checkable
class Coded(Protocol):
    """What a module says of work: a code, one of which is good."""

    @property
    def code(self) -> Code:
        """How it ended."""


@dataclass(frozen=True, slots=True)
class FtpOperation:
    """``settings`` are what the module must be told, ``what`` says for errors what is done, and to which file."""

    service: FtpService
    settings: tuple[Command[None], ...]
    what: str

    @property
    def link(self) -> Link:
        """The line."""
        return self.service.link

    async def ready(self) -> None:
        """Have the bearer up, and the module told."""
        await self.service.ready(*self.settings)

    def renewable(self, error: FtpError) -> bool:
        """Whether it failed because of what was before it, and would not again: then it is begun once more."""
        return self.service.missed(error)

    async def again(self, error: FtpError, busy: Busy) -> bool:
        """Whether it is to be begun once more, now: it is renewable, or the module was at what was left unfinished."""
        return self.renewable(error) or (error.code in _BUSY and await busy.again(error))

    async def perform(self, command: Command[A], *, entry: Entered | None = None, watch: Watch | None = None) -> A:
        """Have the module ready, and do all of the operation by one command. Raises FtpError.

        ``watch`` sees to it that work with which nothing comes does not last for ever: it is called when that begins,
        and whoever holds the claim has it wait.
        """
        busy = self.service.busy()
        while True:
            await self.ready()
            try:
                answer = await self.send(command, entry=entry, watch=watch)
            except FtpError as error:
                if not await self.again(error, busy):
                    raise
            else:
                self.link.left.discard(self.service.service)
                return answer

    async def send(self, command: Command[A], *, entry: Entered | None = None, watch: Watch | None = None) -> A:
        """Send a command of the operation. Raises FtpError when it, or its work, does not end well."""
        try:
            if watch is None:
                answer = await self.link.send(command, entry=entry)
            else:
                answer = await self._watched(command, watch)
        except CommandFailed as error:
            raise self.failure(error) from error
        if isinstance(answer, Coded):
            self.check(answer, command)
        return answer

    async def _watched(self, command: Command[A], watch: Watch) -> A:
        work = Undertaking(self.service.attachment, command)
        try:
            await watch(work)
            return await work.ended()
        finally:
            await work.give_up()

    def check(self, event: Coded, command: Command[Any]) -> None:
        """Raise FtpError unless this is a good end."""
        code = event.code
        if code == _DONE:
            return
        if code in _NETWORK:
            self.service.network.suspect()
        remedy = f"; {code.remedy}" if code.remedy else ""
        raise FtpError(
            f"{self.what}: {int(code)}, {code.meaning}{remedy}",
            command=command.masked,
            code=int(code),
            meaning=code.meaning,
            retry=code.retry,
            remedy=code.remedy,
        )

    def failure(self, error: CommandFailed) -> FtpError:
        """What it means that a command of the operation was refused."""
        if error.code in _NETWORK:
            self.service.network.suspect()
        meaning = error.meaning or "the module refused it, and does not say why"
        shown = f"{error.code}, {meaning}" + (f"; {error.remedy}" if error.remedy else "")
        return FtpError(
            f"{self.what}: {shown}",
            command=error.command,
            code=error.code,
            meaning=meaning,
            retry=error.retry,
            remedy=error.remedy,
        )

    def broken(self, why: str) -> ProtocolError:
        """The error of a module that does not keep to its manual, or of a line that loses bytes."""
        return ProtocolError(f"{self.what}: {why}", port=self.service.attachment.url)
