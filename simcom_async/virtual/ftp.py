"""The FTP service of the SIM800 and the SIM7000 over the real network: downloads, uploads and lists in blocks.

Where the manuals are silent: without AT+FTPUN the login is anonymous; names are relative to the path as after CWD; a
second operation while one runs is refused with 66 and leaves the first alone.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.at.message import Message
from simcom_async.at.setting import Setting
from simcom_async.commands import ftp as messages
from simcom_async.commands import ftp_settings as settings
from simcom_async.commands.ftp import FtpActivity, FtpCode, FtpEvent
from simcom_async.errors import MissingExtra
from simcom_async.virtual.ftp_download import BlockDownload, Source
from simcom_async.virtual.ftp_upload import BlockUpload, Goal, MemoryUpload
from simcom_async.virtual.ftp_work import Work
from simcom_async.virtual.network import APPLICATION
from simcom_async.virtual.turn import Answered, Answers, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.modem import VirtualModem

__all__ = ["ANSWERS", "FtpService", "Memory"]

ANSWERS = Answers()
S = TypeVar("S", bound=Setting)
W = TypeVar("W", bound=Work)

#: Seconds that a module waits for a silent server (SIM800 AT manual 12.2.14).
NETWORK_TIMEOUT = 75.0
_FLASH = "FTPSCONT"


@dataclass(slots=True)
class Memory:
    """The module's memory for whole files: one to be uploaded while ``extended``, and one that was downloaded.

    ``received`` is None before a download.
    """

    extended: bool = False
    entered: bytearray = field(default_factory=bytearray)
    received: bytearray | None = None


class FtpService:
    """The FTP of one module: its parameters, its memory, and the work under way (None: idle)."""

    def __init__(self, modem: VirtualModem) -> None:
        self.modem = modem
        self.memory = Memory()
        self.work: Work | None = None

    def end(self) -> None:
        """The power is off."""
        if self.work is not None:
            self.work.cancel()

    # Parameters

    def restore(self) -> None:
        """The power is on: the parameters that AT+FTPSCONT has saved are in force."""
        saved = self.modem.flash.get(_FLASH)
        for setting in saved if isinstance(saved, tuple) else ():
            self.modem.profile.write(setting)

    def save(self, kinds: Iterable[type[Setting]]) -> None:
        """AT+FTPSCONT."""
        self.modem.flash[_FLASH] = tuple(self.setting(kind) for kind in kinds)

    def saved(self, kinds: Iterable[type[Setting]]) -> bool:
        """Whether what is in force is what was saved."""
        return self.modem.flash.get(_FLASH) == tuple(self.setting(kind) for kind in kinds)

    def setting(self, kind: type[S]) -> S:
        """What is set."""
        found = self.modem.profile.read(kind)
        assert found is not None  # noqa: S101 - every parameter of FTP has a value at the factory
        return found

    @property
    def host(self) -> str:
        """The server."""
        return self.setting(settings.FtpServer).address

    @property
    def port(self) -> int:
        """Its port."""
        return self.setting(settings.FtpPort).port

    @property
    def user(self) -> str:
        """The user name."""
        return self.setting(settings.FtpUser).user

    @property
    def password(self) -> str:
        """The password."""
        return self.setting(settings.FtpPassword).password.get_secret_value()

    @property
    def kind(self) -> DataType:
        """The type of data."""
        return "A" if self.setting(settings.FtpType).type is settings.FtpDataType.ASCII else "I"

    @property
    def directory(self) -> str:
        """AT+FTPGETPATH."""
        return self.setting(settings.FtpGetPath).path

    @property
    def remote(self) -> str:
        """The file of AT+FTPGETNAME in AT+FTPGETPATH; empty without a name."""
        name = self.setting(settings.FtpGetName).name
        return self.joined(self.directory, name) if name else ""

    @property
    def goal(self) -> Goal:
        """Where an upload goes."""
        method = self.setting(settings.FtpPutOption).option
        directory = self.setting(settings.FtpPutPath).path
        return Goal(str(method), directory, self.setting(settings.FtpPutName).name, self.kind)

    @property
    def timeout(self) -> float:
        """Seconds for which a server may be silent."""
        return self.modem.options.network_timeout or NETWORK_TIMEOUT

    @property
    def bearer_open(self) -> bool:
        """Whether there is a bearer."""
        return self.modem.network.bearers[self.bearer].is_open

    @property
    def bearer(self) -> int:
        """The bearer of AT+FTPCID, or where that is closed and the other one open, the application network's."""
        cid, bearers = self.setting(settings.FtpCid).cid, self.modem.network.bearers
        return APPLICATION if bearers[APPLICATION].is_open and not bearers[cid].is_open else cid

    @staticmethod
    def joined(directory: str, name: str) -> str:
        """A name as it is meant in a directory: relative to it, unless it begins with a slash."""
        return posixpath.join(directory, name)

    # Work

    def client(self) -> FtpClient:
        """A client over the module's network. Raises MissingExtra."""
        try:
            from simcom_async.virtual.ftp_client import FtpClient
        except ModuleNotFoundError as error:
            raise MissingExtra("virtual", error.name or "aioftp") from error
        modem = self.modem
        return FtpClient(
            modem.internet,
            modem.clock,
            bearer=self.bearer,
            idle=self.timeout,
            passive=self.setting(settings.FtpMode).mode is settings.FtpConnection.PASSIVE,
        )

    def begin(self, turn: Turn[Any], work: Work, *needed: str) -> None:
        """Do some work behind the OK of a command; 66 when other work runs, or something ``needed`` is empty."""
        if self.work is not None or not all((self.host, *needed)):
            turn.operate(lambda operation: operation.urc(work.says(FtpCode.NOT_ALLOWED)))
            return
        self.work = work
        turn.operate(work.run)

    def under_way(self, kind: type[W], event: type[FtpEvent] | None = None) -> W:
        """The work under way, which must be of this kind, and say this. Raises Refused."""
        if not isinstance(self.work, kind) or event not in (None, self.work.event):
            raise Refused
        return self.work

    @property
    def source(self) -> Source:
        """The file to download."""
        return Source(f"RETR {self.remote}", self.kind, FtpCode.DOWNLOAD_ERROR, self.setting(settings.FtpRest).offset)

    def rewind(self) -> None:
        """A download has ended: the next one begins at the beginning."""
        self.modem.profile.write(settings.FtpRest(offset=0))

    @property
    def quit_code(self) -> FtpCode:
        """What ended work says: 86 in the family that has AT+FTPSCONT, 80 in the other."""
        return FtpCode.QUIT_SIM800 if self.modem.dialect.speaks(settings.FtpContextSave) else FtpCode.QUIT


@ANSWERS.to(messages.FtpGet)
async def _get(turn: Turn[messages.FtpGet]) -> None:
    service = turn.modem.ftp
    work = BlockDownload(service, messages.FtpGetEvent, service.source, ended=service.rewind)
    service.begin(turn, work, service.remote)


@ANSWERS.to(messages.FtpGetRead)
async def _get_block(turn: Turn[messages.FtpGetRead]) -> Answered:
    block = _block(turn, messages.FtpGetEvent)
    return [messages.FtpGetBlock(length=len(block)), block]


@ANSWERS.to(messages.FtpList)
async def _list(turn: Turn[messages.FtpList]) -> None:
    service = turn.modem.ftp
    source = Source(f"LIST {service.directory}".rstrip(), "A", FtpCode.OPERATION_ERROR)
    service.begin(turn, BlockDownload(service, messages.FtpListEvent, source))


@ANSWERS.to(messages.FtpListRead)
async def _list_block(turn: Turn[messages.FtpListRead]) -> Answered:
    block = _block(turn, messages.FtpListEvent)
    return [messages.FtpListBlock(length=len(block)), block]


@ANSWERS.to(messages.FtpPut)
async def _put(turn: Turn[messages.FtpPut]) -> None:
    service = turn.modem.ftp
    kind = MemoryUpload if service.memory.extended else BlockUpload
    service.begin(turn, kind(service, messages.FtpPutEvent, service.goal), service.goal.name)


@ANSWERS.to(messages.FtpPutBlock)
async def _put_block(turn: Turn[messages.FtpPutBlock]) -> None:
    service, size = turn.modem.ftp, turn.command.length
    work = service.under_way(BlockUpload)
    work.allow(size)
    entered = await turn.entry(messages.FtpPutGrant(length=size))
    work.offer(entered.data)


@ANSWERS.to(messages.FtpPutFinish)
async def _put_finish(turn: Turn[messages.FtpPutFinish]) -> None:
    turn.modem.ftp.under_way(BlockUpload).finish()


@ANSWERS.to(messages.FtpQuit)
async def _quit(turn: Turn[messages.FtpQuit]) -> None:
    service = turn.modem.ftp
    work = service.work
    if work is None:
        raise Refused
    work.cancel()
    turn.operate(lambda operation: operation.urc(work.says(service.quit_code)))


@ANSWERS.to(messages.FtpStateRead)
async def _state(turn: Turn[messages.FtpStateRead]) -> Message:
    return messages.FtpState(state=FtpActivity.IDLE if turn.modem.ftp.work is None else FtpActivity.BUSY)


def _block(turn: Turn[messages.FtpGetRead] | Turn[messages.FtpListRead], event: type[FtpEvent]) -> bytes:
    work = turn.modem.ftp.under_way(BlockDownload, event)
    turn.afterwards(work.was_read)
    return work.read(turn.command.length)
