"""The FTPS session of the SIM7100 over the real network: stack, login, logout, and who may do what when.

The document has OK or ERROR alone; in its real form the module says the code in front of them, as the SIM5320 does (AT
manual V2.02 16.4), with ``wire=documented`` it does not. Where both are silent: what is not done by the state (no
stack, no session) is refused with ERROR alone; while one operation is under way others say that they are busy; after
the server has closed the session there is none, and a login begins a new one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from simcom_async.at.message import Message
from simcom_async.commands import cftps as messages
from simcom_async.commands.cftps import CftpsAddress, CftpsCode, CftpsEvent, CftpsSecurity
from simcom_async.commands.cftps_transfer import CftpsPutEvent
from simcom_async.commands.ftp import FtpCode
from simcom_async.commands.ftp_settings import FtpDataType
from simcom_async.virtual import internet
from simcom_async.virtual.file_place import FileProblem, Problem
from simcom_async.virtual.ftp_failure import BoundlessReply, Codes, FtpFailure
from simcom_async.virtual.ftp_transfers import REFUSED, SILENCE, HostUpload, Transfers, ftp_client
from simcom_async.virtual.internet import NetworkFailure
from simcom_async.virtual.mail_network import MailNetwork
from simcom_async.virtual.turn import Answered, Answers, Operation, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.modem import VirtualModem
    from simcom_async.virtual.packets import Packets

__all__ = ["ANSWERS", "CftpsService"]

ANSWERS = Answers()
#: What an operation does in a session.
Work = Callable[["FtpClient"], Coroutine[Any, Any, None]]

_CODES = Codes(
    refusals={
        FtpCode.CONNECT_ERROR: CftpsCode.NETWORK,
        FtpCode.SERVER_ERROR: CftpsCode.CLOSED,
        FtpCode.REPLY_ERROR: CftpsCode.UNKNOWN,
        FtpCode.USER_ERROR: CftpsCode.REJECTED,
        FtpCode.PASSWORD_ERROR: CftpsCode.REJECTED,
        FtpCode.TYPE_ERROR: CftpsCode.REJECTED,
        FtpCode.REST_ERROR: CftpsCode.REJECTED,
        FtpCode.OPERATION_ERROR: CftpsCode.REJECTED,
        FtpCode.PASSIVE_ERROR: CftpsCode.TRANSFER_FAILED,
        FtpCode.ACTIVE_ERROR: CftpsCode.TRANSFER_FAILED,
        FtpCode.UPLOAD_ERROR: CftpsCode.TRANSFER_FAILED,
        FtpCode.DOWNLOAD_ERROR: CftpsCode.TRANSFER_FAILED,
    },
    causes=(
        (BoundlessReply, CftpsCode.MEMORY),
        (internet.NoMemory, CftpsCode.MEMORY),
        (internet.TlsFailed, CftpsCode.TLS_ALERT),
        (internet.SilentServer, CftpsCode.TIMEOUT),
        (internet.StackBusy, CftpsCode.BUSY),
        (NetworkFailure, CftpsCode.NETWORK),
    ),
    network=CftpsCode.NETWORK,
)
#: Problems with files of the module; all others are those of a parameter.
_PROBLEMS = {
    Problem.FULL: CftpsCode.MEMORY,
    Problem.NO_FILE: CftpsCode.MEMORY,
    Problem.CREATE: CftpsCode.TRANSFER_FAILED,
    Problem.READ: CftpsCode.TRANSFER_FAILED,
    Problem.WRITE: CftpsCode.TRANSFER_FAILED,
}


class CftpsService:
    """The FTPS of one module: the stack (``started``), the session (``client``, None: none), an upload in blocks."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.network = MailNetwork(modem, silence=SILENCE)
        self.started = False
        self.client: FtpClient | None = None
        self.upload: HostUpload | None = None
        self._busy = asyncio.Lock()

    def end(self) -> None:
        """The power is off."""
        if self.upload is not None:
            self.upload.cancel()
        if self.client is not None:
            self.client.cut()

    # The session

    async def start(self) -> None:
        """AT+CFTPSSTART. Raises Refused."""
        if self.started:
            raise Refused
        if not self.network.bring_up():
            raise self.refused(messages.CftpsStartEvent, CftpsCode.NETWORK)
        self.started = True

    def stop(self) -> None:
        """AT+CFTPSSTOP. Raises Refused."""
        if not self.started or self.client is not None or self._busy.locked():
            raise Refused
        self.started = False

    async def login(self, command: messages.CftpsLogin) -> None:
        """AT+CFTPSLOGIN. Raises Refused."""
        if not self.started or self.client is not None or self._busy.locked():
            raise Refused
        async with self._busy:
            try:
                self.client = await self._log_in(command)
            except NetworkFailure as failure:
                raise self.refused(messages.CftpsLoginEvent, self.code(failure)) from failure
        self.modem.operate(partial(self._watch, self.client))

    async def _log_in(self, command: messages.CftpsLogin) -> FtpClient:
        single = self.modem.profile.read(messages.CftpsSingleIp)
        as_told = single is None or single.address is CftpsAddress.TOLD
        if not self.network.bring_up():
            raise NetworkFailure("there is no context")
        client = ftp_client(self.modem, self.network, passive=True, as_told=as_told)
        try:
            await client.reach(command.host, command.port, tls=command.security is CftpsSecurity.IMPLICIT)
            await client.greeting()
            match command.security:
                case CftpsSecurity.IMPLICIT:
                    await client.protect(command.host)
                case CftpsSecurity.AUTH_SSL:
                    await client.secure(command.host, "SSL")
                case CftpsSecurity.AUTH_TLS | None:
                    await client.secure(command.host)
                case CftpsSecurity.PLAIN:
                    pass
            await client.login(command.user, command.password.get_secret_value())
        except BaseException:
            client.cut()
            raise
        return client

    async def logout(self) -> None:
        """AT+CFTPSLOGOUT. Raises Refused."""
        async with self.session(messages.CftpsLogoutEvent) as client:
            self.client = None
            try:
                await client.logout()
            except FtpFailure as failure:
                raise self.refused(messages.CftpsLogoutEvent, self.code(failure)) from failure
            finally:
                client.cut()

    async def _watch(self, client: FtpClient) -> None:
        """Say it when the server ends the session; behind what was under way, which says itself how it has ended."""
        await client.ended()
        async with self._busy:
            if self.client is client:
                self.client = None
                client.cut()
                self.modem.urc(messages.CftpsNotice())

    # What is done in it

    @asynccontextmanager
    async def session(self, failed: Callable[..., Message] | None) -> AsyncIterator[FtpClient]:
        """The session, for one command in front of its OK. Raises Refused, with a line that ``failed`` makes."""
        client = self._logged_in()
        if self._busy.locked():
            raise self.refused(failed, CftpsCode.BUSY)
        async with self._busy:
            try:
                yield client
            except NetworkFailure as failure:
                raise self.refused(failed, self.code(failure)) from failure

    async def ask(self, question: str, failed: Callable[..., Message] | None, expected: str = "2xx") -> str:
        """Ask the server; the last line of its reply. Raises Refused."""
        async with self.session(failed) as client:
            return (await client.ask(question, expected, refused=REFUSED))[-1]

    async def begin(self, turn: Turn[Any], event: type[CftpsEvent], work: Work, packets: Packets | None = None) -> None:
        """Do some work behind the OK of a command, on whose line ``packets`` go. Raises Refused."""
        client = self._logged_in()
        if self._busy.locked():
            turn.operate(lambda operation: operation.urc(event(code=CftpsCode.BUSY)))
            return
        await self._busy.acquire()
        turn.operate(partial(self._carry_out, event, partial(work, client), packets))

    def transfers(self, client: FtpClient) -> Transfers:
        """The transfers of the session."""
        setting = self.modem.profile.read(messages.CftpsType)
        kind: DataType = "A" if setting is not None and setting.type is FtpDataType.ASCII else "I"
        return Transfers(client, kind, self.modem.file_system, up=lambda: self.network.up)

    def code(self, failure: NetworkFailure) -> CftpsCode:
        """The code of a failure."""
        return _CODES.of(failure, up=self.network.up)

    def refused(self, failed: Callable[..., Message] | None, code: CftpsCode) -> Refused:
        """ERROR, and in the real form the code in front of it, where there is a line for it."""
        if failed is None or self.modem.options.wire == "documented":
            return Refused()
        return Refused(said=(failed(code=code),))

    def _logged_in(self) -> FtpClient:
        if self.client is None:
            raise Refused
        return self.client

    async def _carry_out(
        self,
        event: type[CftpsEvent],
        work: Callable[[], Coroutine[Any, Any, None]],
        packets: Packets | None,
        operation: Operation,
    ) -> None:
        try:
            if packets is not None:  # the line is theirs from the final result on, also while they are not due yet
                await asyncio.gather(packets.seize(), operation.due())
            code = await self.outcome(work())
            await operation.urc(event(code=code))
        finally:
            self._busy.release()
            if packets is not None:
                packets.release()

    async def outcome(self, work: Coroutine[Any, Any, None]) -> CftpsCode:
        """Do it; how it ended."""
        try:
            await work
        except NetworkFailure as failure:
            return self.code(failure)
        except FileProblem as problem:
            return _PROBLEMS.get(problem.problem, CftpsCode.INVALID)
        return CftpsCode.DONE

    # An upload in blocks, which keeps the session busy up to its end

    async def begin_upload(self, path: str, offset: int) -> HostUpload:
        """Wait until the server takes an upload. Raises Refused."""
        client = self._logged_in()
        if self._busy.locked():
            raise self.refused(CftpsPutEvent, CftpsCode.BUSY)
        await self._busy.acquire()
        upload = self.upload = HostUpload(self.transfers(client), path, offset)
        code = await self.outcome(upload.begin())
        if code is not CftpsCode.DONE:
            self.end_upload()
            raise self.refused(CftpsPutEvent, code)
        return upload

    def end_upload(self) -> None:
        """The upload is over."""
        if self.upload is not None:
            self.upload.cancel()
            self.upload = None
            self._busy.release()


def _says(turn: Turn[Any], event: type[CftpsEvent]) -> Answered:
    """The line in front of OK that the documented form does not have."""
    return None if turn.modem.options.wire == "documented" else event(code=CftpsCode.DONE)


@ANSWERS.to(messages.CftpsStart)
async def _start(turn: Turn[messages.CftpsStart]) -> Answered:
    await turn.modem.cftps.start()
    return _says(turn, messages.CftpsStartEvent)


@ANSWERS.to(messages.CftpsStop)
async def _stop(turn: Turn[messages.CftpsStop]) -> Answered:
    turn.modem.cftps.stop()
    return _says(turn, messages.CftpsStopEvent)


@ANSWERS.to(messages.CftpsLogin)
async def _login(turn: Turn[messages.CftpsLogin]) -> Answered:
    await turn.modem.cftps.login(turn.command)
    return _says(turn, messages.CftpsLoginEvent)


@ANSWERS.to(messages.CftpsLogout)
async def _logout(turn: Turn[messages.CftpsLogout]) -> Answered:
    await turn.modem.cftps.logout()
    return _says(turn, messages.CftpsLogoutEvent)
