"""FTP work of a module: from the command that starts it to the URC that ends it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.commands.ftp import FtpCode, FtpEvent
from simcom_async.errors import MissingExtra
from simcom_async.virtual.ftp_failure import code_of
from simcom_async.virtual.internet import ConnectFailed, NetworkFailure

if TYPE_CHECKING:
    from simcom_async.virtual.ftp import FtpService
    from simcom_async.virtual.ftp_client import FtpClient
    from simcom_async.virtual.turn import Operation

__all__ = ["Errand", "Work", "alongside"]

T = TypeVar("T")


class Work(ABC):
    """One piece of work over a session of its own. ``event`` makes its URC; ``facts`` are the fields beside the code.

    Kinds of work override ``perform``. ``ended`` is called when it has ended, however it did.
    """

    def __init__(
        self,
        service: FtpService,
        event: type[FtpEvent],
        *,
        ended: Callable[[], None] | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.service = service
        self.clock = service.modem.clock
        self.event = event
        self.facts = dict(facts or {})
        self._ended = ended
        self._task: asyncio.Task[Any] | None = None

    def says(self, code: FtpCode) -> FtpEvent:
        """The URC that says this of the work."""
        return self.event(code=code, **self.facts)

    @abstractmethod
    async def perform(self, client: FtpClient, operation: Operation) -> None:
        """Do it, logged in at the server. Raises NetworkFailure."""

    async def run(self, operation: Operation) -> None:
        """Log in, do it, say how it ended, log out."""
        if self.service.work is not self:
            return
        self._task = asyncio.current_task()
        try:
            client = self.service.client()
        except MissingExtra:
            await self.end(operation, FtpCode.NETWORK_ERROR)
            raise
        try:
            code = await self._attempt(client, operation)
            await self.end(operation, code)
            if code is FtpCode.DONE:
                await client.bye()
        finally:
            client.cut()

    def cancel(self) -> None:
        """Break it off, without a word."""
        if self._task is not None:
            self._task.cancel()
        self._settle()

    async def end(self, operation: Operation, code: FtpCode) -> None:
        """Say how it ended."""
        await operation.urc(self.says(code), just_before=self._settle)

    def _settle(self) -> None:
        self.service.work = None
        if self._ended is not None:
            self._ended()

    async def _attempt(self, client: FtpClient, operation: Operation) -> FtpCode:
        try:
            await self._log_in(client)
            await self.perform(client, operation)
        except NetworkFailure as failure:
            client.cut()
            return code_of(failure, bearer_open=self.service.bearer_open)
        return FtpCode.DONE

    async def _log_in(self, client: FtpClient) -> None:
        service = self.service
        if service.bearer_open:
            await client.reach(service.host, service.port)
        if not service.bearer_open:
            raise ConnectFailed("there is no bearer, or no more")
        await client.greeting()
        await client.login(service.user, service.password)


class Errand(Work):
    """Work without data: some questions to the server."""

    def __init__(
        self,
        service: FtpService,
        event: type[FtpEvent],
        ask: Callable[[FtpClient], Awaitable[dict[str, object]]],
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(service, event, facts=facts)
        self._ask = ask

    async def perform(self, client: FtpClient, operation: Operation) -> None:
        """Ask; the facts are the answer's."""
        self.facts = await self._ask(client)


async def alongside(main: Coroutine[Any, Any, T], *watches: Coroutine[Any, Any, object]) -> T:
    """Do ``main``. A failure of a watch ends it, and is raised; what is left of the watches ends with it."""
    first = asyncio.ensure_future(main)
    rest = [asyncio.ensure_future(watch) for watch in watches]
    pending: set[asyncio.Future[Any]] = {first, *rest}
    try:
        while not first.done():
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if not first.done():
                for watch in done:
                    watch.result()
        return await first
    finally:
        for task in (first, *rest):
            task.cancel()
        await asyncio.gather(first, *rest, return_exceptions=True)
