"""The FTP service of one module: one operation at a time, and what the module has been told, as far as it is known."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from simcom_async.at.code import Code
from simcom_async.at.command import Command, Service
from simcom_async.commands.cftp import CftpCode
from simcom_async.commands.ftp import FtpActivity, FtpCode, FtpEvent, FtpQuit, FtpStateRead
from simcom_async.commands.ftp_extended import FtpExtPut
from simcom_async.commands.ftp_settings import FtpRest
from simcom_async.errors import CommandFailed, CommandTimeout, FtpError, PortLost, ProtocolError
from simcom_async.sessions.busy import Busy
from simcom_async.sessions.ftp_flow import GRACE
from simcom_async.sessions.restart import restart_named
from simcom_async.sessions.session import Session

if TYPE_CHECKING:
    from simcom_async.at.dialect import Dialect
    from simcom_async.link.claims import Claim
    from simcom_async.link.link import Link
    from simcom_async.ports.clock import Clock
    from simcom_async.sessions.attach import Attachment
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.network import NetworkSession

__all__ = ["FtpService"]

#: What a download sets back when it ends (SIM800 AT manual 12.2.6).
_FORGOTTEN = frozenset({FtpRest})
#: How often what is under way is asked to end.
_QUITS = 3
#: Codes of a module that misses what it was told.
_MISSED = frozenset({FtpCode.NOT_ALLOWED, CftpCode.NOT_ALLOWED})
#: Codes that may come of a setting which the line has changed: as long as nobody tells it again they come again.
_DECIDED_BY_SETTINGS: frozenset[Code] = frozenset(
    {
        FtpCode.DNS_ERROR,
        FtpCode.CONNECT_ERROR,
        FtpCode.USER_ERROR,
        FtpCode.PASSWORD_ERROR,
        FtpCode.TYPE_ERROR,
        FtpCode.PASSIVE_ERROR,
        FtpCode.ACTIVE_ERROR,
        FtpCode.DOWNLOAD_ERROR,
        FtpCode.UPLOAD_ERROR,
        CftpCode.NOT_RESOLVED,
        CftpCode.TIMEOUT,
        CftpCode.LOGIN_FAILED,
        CftpCode.TRANSFER_FAILED,
        CftpCode.REJECTED,
        CftpCode.NETWORK,
        CftpCode.CONNECT_FAILED,
        CftpCode.CHECK_FAILED,
        CftpCode.CONNECT_TIMEOUT,
    }
)

_log = logging.getLogger(__name__)


class FtpService(Session):
    """Shared by all FTP sessions of a modem: their operations wait for each other.

    Parameters that the module has already are not sent again, until it restarts, or may have done so unheard: after
    work whose end has not been seen. What somebody has left under way, a host before this one or this one when it lost
    the line, is ended before the first operation.
    """

    service = Service.FTP
    settle_limit = 120.0  # the line is perhaps out of step, and the module in the middle of a block

    def __init__(self, attachment: Attachment, network: NetworkSession, files: FilesSession) -> None:
        super().__init__(attachment)
        self.network = network
        self.files = files
        self._told: dict[type[Command[Any]], Command[Any]] = {}
        self._told_in = 0
        self._unsure = self._spared = False
        self._open = True  # perhaps the module goes on with something that nobody waits for

    @property
    def link(self) -> Link:
        """Its line."""
        return self._link

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._clock

    @property
    def dialect(self) -> Dialect:
        """What it speaks."""
        return self._link.dialect

    def come(self) -> None:
        """A block of a session has been entered."""

    async def go(self) -> None:
        """A block has been left: nothing stays at a server."""

    async def ready(self, *settings: Command[None]) -> None:
        """Have the bearer up, and the module told of those of the settings that it does not have."""
        if self._unsure:
            self.network.suspect()
        await self.network.ready()
        if self._unsure or self._told_in != self._attachment.generation:
            self._told.clear()
            self._told_in = self._attachment.generation
        self._unsure = False
        await self._end_older()
        await self.tell(*settings)

    async def tell(self, *settings: Command[None]) -> None:
        """Tell the module those of the settings that it does not have."""
        self._spared = False
        for setting in settings:
            kind = type(setting)
            if self._told.get(kind) == setting:
                self._spared = True
            else:
                self._told.pop(kind, None)
                await self._link.send(setting)
                if kind not in _FORGOTTEN:
                    self._told[kind] = setting

    def busy(self) -> Busy:
        """For one operation that the module may refuse because it is at an older one still."""
        return Busy(self._clock, self._link.left, self.service)

    def missed(self, error: FtpError) -> bool:
        """Whether the module misses what it had been told before: it has restarted, and nobody has heard of it."""
        missed = self._spared and error.code in _MISSED
        self._unsure = self._unsure or missed
        return missed

    async def _end_older(self) -> None:
        """End what goes on in the module, and have its uploads go by the ordinary way."""
        if self._open and self._link.dialect.speaks(FtpQuit):
            await self._quit()
            with suppress(CommandFailed):
                await self._link.send(FtpExtPut(mode=0), retries=1)
        self._open = False

    async def _quit(self) -> None:
        """Quit what is under way, and hear it end; ERROR says that it has ended by itself."""
        for _ in range(_QUITS):
            activity = await self._activity()
            if activity is FtpActivity.IDLE:
                return
            ended = self._link.bus.expect(FtpEvent, lambda event: event.code is not FtpCode.READY)
            try:
                await self._link.send(FtpQuit())
                await ended.get(GRACE)
            except CommandFailed:
                return
            except CommandTimeout as error:
                _log.debug("%s: what is under way does not say that it has ended: %s", self._attachment.url, error)
                if activity is None:
                    return
            finally:
                ended.close()

    async def _activity(self) -> FtpActivity | None:
        """What is under way; None where the module refuses to say. One that says OK and nothing more is at nothing."""
        try:
            return (await self._link.send(FtpStateRead(), retries=1)).state
        except CommandFailed:
            return None
        except ProtocolError as error:
            _log.debug("%s: taken to be at nothing: %s", self._attachment.url, error)
            return FtpActivity.IDLE

    async def settled(self, seconds: float) -> None:
        """Wait until the module has ended what was given up.

        One that does not say so in time is taken to have: its word is lost, or it will say itself that it is busy.
        """
        try:
            await self._link.settled(self.service, seconds)
        except CommandTimeout as error:
            _log.warning("%s: %s is taken for ended: %s", self._attachment.url, self.service, error)
            self._link.forget(self.service)

    async def _settle(self, claim: Claim) -> None:
        await self.settled(self.settle_limit)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What fails inside may have been a restart: the module is told all again, but where it says why it fails.

        What a module refuses that has restarted, and forgotten all, is a ModemRestarted.
        """
        with restart_named(self._attachment, self._attachment.upsets):
            try:
                yield
            except BaseException as error:
                missed = isinstance(error, FtpError) and error.code in _MISSED
                self._unsure = not isinstance(error, FtpError) or isinstance(error.code, str) or missed
                if isinstance(error, FtpError) and error.code in _DECIDED_BY_SETTINGS:
                    self._told.clear()
                self._open = missed or isinstance(error, PortLost)
                raise
