"""The FTPS service of one module: its stack, and the session with a server that is kept as long as it is wanted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.command import Command, Service
from simcom_async.commands.cftps import (
    CftpsAddress,
    CftpsCode,
    CftpsLogin,
    CftpsLogout,
    CftpsNotice,
    CftpsSingleIp,
    CftpsStart,
    CftpsStop,
    CftpsType,
)
from simcom_async.commands.cftps_transfer import CftpsPutFinish
from simcom_async.errors import CommandTimeout, FtpError, ServiceBusy
from simcom_async.sessions.ftp_operation import FtpOperation
from simcom_async.sessions.ftp_service import FtpService
from simcom_async.sessions.refusable import taken

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession

__all__ = ["FtpsAccount", "FtpsOperation", "FtpsService"]

#: Codes that say that there is no session: what has failed with them was not done.
_NONE = frozenset({CftpsCode.STATE, CftpsCode.SESSION_TIMEOUT})
#: Codes after which there is none any more.
_ENDED = frozenset({CftpsCode.TLS_ALERT, CftpsCode.CLOSED, CftpsCode.TIMEOUT, CftpsCode.TLS_CLOSED, *_NONE})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FtpsAccount:
    """A login, with the settings in front of it and behind it; ``shown`` is the server for errors."""

    login: CftpsLogin
    address: CftpsSingleIp
    type: CftpsType
    shown: str


class FtpsService(FtpService):
    """Shared by all FTPS sessions of a modem. There is one session with a server at a time.

    It is kept until another account is wanted, until the server ends it (+CFTPSNOTIFY, code 421), and until the last
    block of FTPS is left.
    """

    service = Service.FTPS

    def __init__(self, attachment: Attachment, network: NetworkSession, files: FilesSession) -> None:
        super().__init__(attachment, network, files)
        self._users = 0
        self._started_in = 0
        self._account: FtpsAccount | None = None
        self._kept = False
        attachment.link.bus.on(CftpsNotice, self._ended)

    async def log_in(self, account: FtpsAccount) -> None:
        """Have a session with this account. Raises FtpError."""
        if self._started_in != self._attachment.generation:
            self._account = None
        self._kept = self._account == account
        if self._kept:
            return
        operation = FtpOperation(self, (), f"login at {account.shown}")
        if self._started_in != self._attachment.generation:
            await self._start(operation)
            await self._begin_anew(operation, account)
            return
        await self._log_out()
        try:
            await self._begin(operation, account)
        except FtpError as error:
            if not isinstance(error.code, str):
                raise
            await self._start(operation)  # the module has restarted, and nobody has heard of it
            await self._begin(operation, account)

    def renewable(self, error: FtpError, *, repeatable: bool) -> bool:
        """Whether what failed with this found no session, although it began in one.

        Where the code does not say so, and the server might have done it before it closed, ``repeatable`` decides.
        """
        over = self._account is None or error.code in _ENDED or (repeatable and isinstance(error.code, str))
        if not self._kept or not over:
            return False
        self._account = None
        return repeatable or error.code in _NONE or isinstance(error.code, str)

    def come(self) -> None:
        """A block of FTPS has been entered."""
        self._users += 1

    async def go(self) -> None:
        """A block has been left: behind the last one the module leaves the server and gives its stack back."""
        self._users -= 1
        attachment = self._attachment
        if self._users or not attachment.running or self._started_in != attachment.generation or attachment.disturbed:
            return
        try:
            claim = await self.enter(held=False)
        except (ServiceBusy, CommandTimeout) as error:
            _log.warning("%s: the FTPS session stays: %s", attachment.url, error)
            return
        await self.leave(claim, self._stop)

    async def ready(self, *settings: Command[None]) -> None:
        """As every FTP; after work whose end was not seen there is no session."""
        if self._unsure:
            self._account, self._started_in = None, 0
        await super().ready(*settings)

    async def _start(self, operation: FtpOperation) -> None:
        """Acquire the stack. One that is acquired already is taken over, and its session ended."""
        try:
            await operation.send(CftpsStart())
        except FtpError as error:
            if not isinstance(error.code, str):
                raise
            await self._log_out()
        self._started_in = self._attachment.generation

    async def _begin_anew(self, operation: FtpOperation, account: FtpsAccount) -> None:
        """Log in to a module of which nothing is known: what a lost line has left open ends before."""
        busy, ended = self.busy(), None
        while True:
            try:
                await self._begin(operation, account)
            except FtpError as error:
                if not isinstance(error.code, str):
                    raise
                # Where it can neither end a session nor begin one it is at something else still.
                if ended is not None and (ended or not await busy.again(error)):
                    raise
            else:
                self._link.left.discard(self.service)
                return
            await taken(self._link, CftpsPutFinish())
            ended = await self._log_out()

    async def _begin(self, operation: FtpOperation, account: FtpsAccount) -> None:
        """Log in, with the settings in front and behind."""
        if account.address.address is CftpsAddress.SAME or CftpsSingleIp in self._told:
            await self.tell(account.address)
        await operation.send(account.login)
        await operation.send(account.type)
        self._account = account

    async def _log_out(self) -> bool:
        """End the session; ERROR says that there is none (device-facts 9, number 34): whether there was one."""
        self._account = None
        return await taken(self._link, CftpsLogout())

    async def _stop(self) -> None:
        if self._users or self._started_in != self._attachment.generation:
            return
        self._started_in = 0
        await self._log_out()
        await taken(self._link, CftpsStop())

    def _ended(self, _: CftpsNotice) -> None:
        self._account = None


@dataclass(frozen=True, slots=True)
class FtpsOperation(FtpOperation):
    """An operation in a session of an account; ``repeatable``: it may be done twice without harm."""

    account: FtpsAccount
    repeatable: bool

    async def ready(self) -> None:
        """Have the bearer up, and the session."""
        await self.service.ready(*self.settings)
        await self._ftps.log_in(self.account)

    def renewable(self, error: FtpError) -> bool:
        """Whether it found no session, although there had been one."""
        return self._ftps.renewable(error, repeatable=self.repeatable)

    @property
    def _ftps(self) -> FtpsService:
        assert isinstance(self.service, FtpsService)  # noqa: S101 - whoever makes one has it
        return self.service
