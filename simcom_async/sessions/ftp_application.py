"""FTP by the FTP application of the SIM800 and the SIM7000: parameters, then one operation over its own connection."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.commands.ftp import (
    FTP_BLOCK_MAXIMUM,
    FtpEvent,
    FtpGet,
    FtpGetEvent,
    FtpGetRead,
    FtpList,
    FtpListEvent,
    FtpListRead,
    FtpPut,
    FtpPutBlock,
    FtpPutFinish,
    FtpQuit,
)
from simcom_async.commands.ftp_extended import (
    FtpEtGet,
    FtpEtPut,
    FtpEtPutInput,
    FtpExtGet,
    FtpExtGetOutput,
    FtpExtPut,
    FtpExtPutInput,
)
from simcom_async.commands.ftp_files import (
    FtpDele,
    FtpDeleWrite,
    FtpMdtm,
    FtpMkd,
    FtpRename,
    FtpRmd,
    FtpSize,
)
from simcom_async.commands.ftp_settings import (
    FtpCid,
    FtpConnection,
    FtpDataType,
    FtpGetName,
    FtpGetPath,
    FtpMode,
    FtpPassword,
    FtpPort,
    FtpPutMethod,
    FtpPutName,
    FtpPutOption,
    FtpPutPath,
    FtpRest,
    FtpServer,
    FtpType,
    FtpUser,
)
from simcom_async.errors import CommandFailed, UnsupportedService
from simcom_async.sessions.ftp_blocks import BlockDownload, BlockUpload
from simcom_async.sessions.ftp_etx import EtxDownload, EtxUpload
from simcom_async.sessions.ftp_flow import Download, FtpFlow, FtpStore, FtpWay, Upload, Ways
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sessions.ftp_memory import MemoryDownload, MemoryUpload, check_memory
from simcom_async.sessions.ftp_operation import FtpOperation
from simcom_async.sessions.ftp_path import RemoteFile
from simcom_async.sessions.parameter import built

if TYPE_CHECKING:
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["ApplicationFlow"]

E = TypeVar("E", bound=FtpEvent)
Setting = Command[None]

_DOWNLOADS: Ways = {
    FtpWay.BLOCKS: (FtpGet, FtpGetRead),
    FtpWay.MEMORY: (FtpExtGet, FtpExtGetOutput),
    FtpWay.ETX: (FtpEtGet,),
}
_UPLOADS: Ways = {
    FtpWay.BLOCKS: (FtpPut, FtpPutBlock, FtpPutFinish),
    FtpWay.MEMORY: (FtpExtPut, FtpExtPutInput, FtpPut),
    FtpWay.ETX: (FtpEtPut, FtpEtPutInput),
}


class ApplicationFlow(FtpFlow):
    """FTP by AT+FTPGET, AT+FTPPUT and their like. Without ``via`` the first way is taken that can carry the file."""

    needs = (FtpCid, FtpServer, FtpPort, FtpUser, FtpPassword, FtpGetName, FtpGetPath, FtpPutName, FtpPutPath)

    def __init__(self, service: FtpService, login: FtpLogin) -> None:
        super().__init__(service, login)
        dialect = service.dialect
        if login.single_ip:
            self.refuse("single_ip", f"the {dialect.name} dialect cannot choose the address of data connections", True)
        wanted: tuple[tuple[str, type[Setting], object], ...] = (
            ("cid", FtpCid, service.network.cid),
            ("host", FtpServer, login.host),
            ("port", FtpPort, login.port),
            ("user", FtpUser, login.user),
            ("passive", FtpMode, FtpConnection.PASSIVE if login.passive else FtpConnection.ACTIVE),
            ("binary", FtpType, FtpDataType.BINARY if login.binary else FtpDataType.ASCII),
        )
        password = built(dialect, "password", FtpPassword, login.password, secret=True)
        self._session = (*(built(dialect, field, kind, value) for field, kind, value in wanted), password)

    @classmethod
    def carries(cls, dialect: Dialect, login: FtpLogin) -> bool:
        """As every flow, and no TLS."""
        return super().carries(dialect, login) and not login.tls

    @property
    def tells_size(self) -> bool:
        """By AT+FTPSIZE."""
        return True

    @property
    def tells_time(self) -> bool:
        """By AT+FTPMDTM."""
        return self.service.dialect.speaks(FtpMdtm)

    def download(self, file: RemoteFile, offset: int, way: FtpWay | None) -> Download:
        """By the way asked for, or the first that the dialect has."""
        way = self.way(_DOWNLOADS, way)
        rest = built(self.service.dialect, "offset", FtpRest, offset)
        operation = self._operation(f"download of {file}", *self._source(file), rest)
        if way is FtpWay.MEMORY:
            return MemoryDownload(operation)
        if way is FtpWay.ETX:
            return EtxDownload(operation)
        return BlockDownload(operation, FtpGet(), FtpGetRead(length=FTP_BLOCK_MAXIMUM), FtpGetEvent)

    def check_download(self, way: FtpWay | None, size: int) -> None:
        """Only the memory has a limit."""
        if self.way(_DOWNLOADS, way) is FtpWay.MEMORY:
            check_memory(size)

    def upload(self, file: RemoteFile, store: FtpStore, way: FtpWay | None, size: int | None) -> Upload:
        """By the way asked for, or the first that the dialect has and that takes so many bytes."""
        way = self.way(_UPLOADS, way)
        if way is FtpWay.MEMORY and size is not None:
            check_memory(size)
        option = built(self.service.dialect, "append", FtpPutOption, FtpPutMethod(store))
        operation = self._operation(f"upload of {file}", *self._goal(file, "remote"), option)
        if way is FtpWay.MEMORY:
            return MemoryUpload(operation)
        return EtxUpload(operation) if way is FtpWay.ETX else BlockUpload(operation)

    def listing(self, path: str) -> Download:
        """In blocks: there is no other way."""
        self.require(FtpList)
        operation = self._operation(f"list of {path}", self._directory(path))
        return BlockDownload(operation, FtpList(), FtpListRead(length=FTP_BLOCK_MAXIMUM), FtpListEvent)

    async def size(self, file: RemoteFile) -> int:
        """By AT+FTPSIZE."""
        operation = self._operation(f"size of {file}", *self._source(file))
        event = await self._perform(operation, FtpSize())
        if event.size is None:
            raise operation.broken("the module says that it went well, and no size")
        return event.size

    async def mtime(self, file: RemoteFile) -> datetime:
        """By AT+FTPMDTM."""
        self.require(FtpMdtm)
        operation = self._operation(f"time of {file}", *self._source(file))
        event = await self._perform(operation, FtpMdtm())
        if event.timestamp is None:
            raise operation.broken("the module says that it went well, and no time")
        return datetime.strptime(event.timestamp[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    async def delete(self, file: RemoteFile) -> None:
        """By AT+FTPDELE; by AT+FTPDELE=1 where the firmware wants that (device-facts 8.4)."""
        operation = self._operation(f"deletion of {file}", *self._source(file))
        try:
            await self._perform(operation, FtpDele())
        except CommandFailed:
            if not self.service.dialect.speaks(FtpDeleWrite):
                raise
            await self._perform(operation, FtpDeleWrite())

    async def mkdir(self, path: str) -> None:
        """By AT+FTPMKD."""
        await self._perform(self._operation(f"making of {path}", self._directory(path)), FtpMkd())

    async def rmdir(self, path: str) -> None:
        """By AT+FTPRMD."""
        await self._perform(self._operation(f"removal of {path}", self._directory(path)), FtpRmd())

    async def rename(self, old: RemoteFile, new: RemoteFile) -> None:
        """By AT+FTPRENAME."""
        self.require(FtpRename)
        if old.directory != new.directory:
            raise UnsupportedService(
                f"new: AT+FTPRENAME gives a new name in the same directory, {new} is in another one",
                field="new",
                value=new.path,
                allowed=f"a name in {old.directory}",
            )
        names = (*self._source(old, "old"), *self._goal(new, "new"))
        await self._perform(self._operation(f"renaming of {old} to {new}", *names), FtpRename())

    async def quit(self) -> None:
        """By AT+FTPQUIT; ERROR says that nothing is under way."""
        self.require(FtpQuit)
        with suppress(CommandFailed):
            await self.service.link.send(FtpQuit())

    async def _perform(self, operation: FtpOperation, command: Command[E]) -> E:
        """Carry out an operation without data. Raises FtpError."""
        await operation.ready()
        event = await self.service.link.send(command)
        operation.check(event, command)
        return event

    def _operation(self, what: str, *settings: Setting) -> FtpOperation:
        return FtpOperation(self.service, (*self._session, *settings), f"{what} at {self.login}")

    def _source(self, file: RemoteFile, field: str = "remote") -> tuple[Setting, ...]:
        dialect = self.service.dialect
        return built(dialect, field, FtpGetPath, file.directory), built(dialect, field, FtpGetName, file.name)

    def _goal(self, file: RemoteFile, field: str) -> tuple[Setting, ...]:
        dialect = self.service.dialect
        return built(dialect, field, FtpPutPath, file.directory), built(dialect, field, FtpPutName, file.name)

    def _directory(self, path: str) -> Setting:
        return built(self.service.dialect, "path", FtpGetPath, path)
