"""Plain FTP of the SIM7100 over the real network: AT+CFTPGETFILE to AT+CFTPLIST.

Where the documents are silent: an operation begins with a connection and a login of its own, as anonymous without a
name, and ends with a logout; while one is under way others are refused as busy; a missing server is a matter of state;
data for AT+CFTPPUT that come after its transfer has failed go nowhere, up to their Ctrl-Z.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.at.message import Message
from simcom_async.at.setting import Setting
from simcom_async.commands import cftp as messages
from simcom_async.commands import cftp_settings as settings
from simcom_async.commands.cftp import CftpCode, CftpEvent
from simcom_async.commands.ftp import FtpCode
from simcom_async.commands.ftp_settings import FtpConnection, FtpDataType
from simcom_async.virtual import internet
from simcom_async.virtual.file_place import FileProblem, Problem
from simcom_async.virtual.ftp_failure import BoundlessReply, Codes, FtpFailure
from simcom_async.virtual.ftp_transfers import SILENCE, HostUpload, Transfers, ftp_client
from simcom_async.virtual.internet import NetworkFailure
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.packets import Packets
from simcom_async.virtual.turn import Answers, Operation, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "CftpService"]

ANSWERS = Answers()
S = TypeVar("S", bound=Setting)
#: What an operation does, logged in.
Work = Callable[["FtpClient"], Coroutine[Any, Any, None]]

_CODES = Codes(
    refusals={
        FtpCode.CONNECT_ERROR: CftpCode.NETWORK,
        FtpCode.SERVER_ERROR: CftpCode.NETWORK,
        FtpCode.REPLY_ERROR: CftpCode.UNKNOWN,
        FtpCode.USER_ERROR: CftpCode.LOGIN_FAILED,
        FtpCode.PASSWORD_ERROR: CftpCode.LOGIN_FAILED,
        FtpCode.TYPE_ERROR: CftpCode.REJECTED,
        FtpCode.REST_ERROR: CftpCode.REJECTED,
        FtpCode.OPERATION_ERROR: CftpCode.REJECTED,
        FtpCode.PASSIVE_ERROR: CftpCode.TRANSFER_FAILED,
        FtpCode.ACTIVE_ERROR: CftpCode.TRANSFER_FAILED,
        FtpCode.UPLOAD_ERROR: CftpCode.TRANSFER_FAILED,
        FtpCode.DOWNLOAD_ERROR: CftpCode.TRANSFER_FAILED,
    },
    causes=(
        (BoundlessReply, CftpCode.MEMORY),
        (internet.NoMemory, CftpCode.MEMORY),
        (internet.NameNotResolved, CftpCode.NOT_RESOLVED),
        (internet.SilentServer, CftpCode.TIMEOUT),
        (internet.StackBusy, CftpCode.BUSY),
        (NetworkFailure, CftpCode.NETWORK),
    ),
    network=CftpCode.NETWORK,
)
#: Problems with a file that is read; with one that is written it is all others.
_READING = (Problem.NO_FILE, Problem.READ)


class CftpService:
    """The plain FTP of one module: one operation at a time."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem, silence=SILENCE)
        self._busy = False

    def setting(self, kind: type[S]) -> S:
        """What is set."""
        found = self.modem.profile.read(kind)
        assert found is not None  # noqa: S101 - every parameter of FTP has a value at the factory
        return found

    def begin(self, turn: Turn[Any], event: type[CftpEvent], work: Work, packets: Packets | None = None) -> None:
        """Do some work behind the OK of a command, on whose line ``packets`` go. Raises Refused."""
        self._occupy()
        turn.operate(partial(self._carry_out, event, work, packets))

    async def do(self, work: Work, failed: Callable[..., Message] | None = None) -> None:
        """Do some work in front of the OK. Raises Refused: with a line that ``failed`` makes, or as +CME ERROR."""
        try:
            self._occupy()
        except Refused as refused:
            if failed is None or refused.number is None:
                raise
            raise Refused(said=(failed(code=CftpCode(refused.number)),)) from refused
        try:
            code = await self._attempt(work)
        finally:
            self._busy = False
        if code is not CftpCode.DONE:
            raise Refused(int(code)) if failed is None else Refused(said=(failed(code=code),))

    def transfers(self, client: FtpClient) -> Transfers:
        """The transfers of a session."""
        kind: DataType = "A" if self.setting(settings.CftpType).type is FtpDataType.ASCII else "I"
        return Transfers(client, kind, self.modem.file_system, up=lambda: self.network.up)

    def _occupy(self) -> None:
        if self._busy:
            raise Refused(CftpCode.BUSY)
        if not self.setting(settings.CftpServer).address:
            raise Refused(CftpCode.NOT_ALLOWED)
        if not self.network.bring_up():
            raise Refused(CftpCode.NETWORK)
        self._busy = True

    async def _carry_out(
        self, event: type[CftpEvent], work: Work, packets: Packets | None, operation: Operation
    ) -> None:
        try:
            if packets is not None:  # the line is theirs from the final result on, also while they are not due yet
                await asyncio.gather(packets.seize(), operation.due())
            code = await self._attempt(work)
            await operation.urc(event(code=code))
        finally:
            self._busy = False
            if packets is not None:
                packets.release()

    async def _attempt(self, work: Work) -> CftpCode:
        """Log in, do it, log out; how it ended."""
        client: FtpClient | None = None
        try:
            passive = self.setting(settings.CftpMode).mode is FtpConnection.PASSIVE
            client = ftp_client(self.modem, self.network, passive=passive)
            await self._log_in(client)
            await work(client)
            return await self._log_out(client)
        except NetworkFailure as failure:
            return _CODES.of(failure, up=self.network.up)
        except FileProblem as problem:
            return CftpCode.READ_FAILED if problem.problem in _READING else CftpCode.WRITE_FAILED
        finally:
            if client is not None:
                client.cut()

    async def _log_in(self, client: FtpClient) -> None:
        await client.reach(self.setting(settings.CftpServer).address, self.setting(settings.CftpPort).port)
        await client.greeting()
        password = self.setting(settings.CftpPassword).password.get_secret_value()
        await client.login(self.setting(settings.CftpUser).user, password)

    @staticmethod
    async def _log_out(client: FtpClient) -> CftpCode:
        try:
            await client.logout()
        except FtpFailure:
            return CftpCode.LOGOUT_FAILED
        return CftpCode.DONE


@ANSWERS.to(messages.CftpGetFile)
async def _get_file(turn: Turn[messages.CftpGetFile]) -> None:
    service, command = turn.modem.cftp, turn.command

    async def work(client: FtpClient) -> None:
        await service.transfers(client).fetch(command.path, command.directory, command.offset or 0)

    service.begin(turn, messages.CftpGetFileEvent, work)


@ANSWERS.to(messages.CftpPutFile)
async def _put_file(turn: Turn[messages.CftpPutFile]) -> None:
    service, command = turn.modem.cftp, turn.command

    async def work(client: FtpClient) -> None:
        await service.transfers(client).store(command.path, command.directory, command.offset or 0)

    service.begin(turn, messages.CftpPutFileEvent, work)


@ANSWERS.to(messages.CftpGet)
async def _get(turn: Turn[messages.CftpGet]) -> None:
    service, command = turn.modem.cftp, turn.command
    packets = Packets(turn.channel, messages.CftpGetPacket)

    async def work(client: FtpClient) -> None:
        await service.transfers(client).push(command.path, packets, command.offset or 0)

    service.begin(turn, messages.CftpGetEvent, work, packets)


@ANSWERS.to(messages.CftpList)
async def _list(turn: Turn[messages.CftpList]) -> None:
    service, command = turn.modem.cftp, turn.command
    packets = Packets(turn.channel, messages.CftpListPacket)

    async def work(client: FtpClient) -> None:
        await service.transfers(client).list(command.directory, packets)

    service.begin(turn, messages.CftpListEvent, work, packets)


@ANSWERS.to(messages.CftpPut)
async def _put(turn: Turn[messages.CftpPut]) -> None:
    service, command, line = turn.modem.cftp, turn.command, turn.channel.line

    async def work(client: FtpClient) -> None:
        upload = HostUpload(service.transfers(client), command.path, command.offset or 0)
        try:
            await upload.begin()
            await turn.entry(messages.CftpPutBegin(), sink=lambda data: upload.take(data, line))
            await upload.finish()
        finally:
            upload.cancel()

    await service.do(work)
