"""What FTP and FTPS of the SIM7100 have in common: files and lists in packets, and by way of the module's own files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from simcom_async.at.command import Command
from simcom_async.commands.file_transfer import FileReceive, FileSend
from simcom_async.sessions.ftp_flow import Download, FtpFlow, FtpStore, FtpWay, Upload, Ways
from simcom_async.sessions.ftp_module_file import FileDownload, FileUpload
from simcom_async.sessions.ftp_packets import PacketDownload
from simcom_async.sessions.ftp_path import RemoteFile
from simcom_async.sessions.parameter import composed

if TYPE_CHECKING:
    from simcom_async.sessions.ftp_operation import FtpOperation

__all__ = ["PacketFlow"]

C = TypeVar("C", bound=Command[Any])

_REMOTE, _PATH = {"path": "remote", "offset": "offset"}, {"directory": "path"}


class PacketFlow(FtpFlow):
    """A flow with a command of its own for each verb, named in ``get``, ``put``, and so on.

    There are no commands for the size and the time of a file, for a new name, and to append.
    """

    get: ClassVar[type[Command[Any]]]
    put: ClassVar[type[Command[Any]]]
    list_directory: ClassVar[type[Command[Any]]]
    get_file: ClassVar[type[Command[Any]]]
    put_file: ClassVar[type[Command[Any]]]
    make: ClassVar[type[Command[None]]]
    remove: ClassVar[type[Command[None]]]
    dele: ClassVar[type[Command[None]]]
    #: By which way files go up without a file in the module.
    up: ClassVar[FtpWay]

    @property
    def tells_size(self) -> bool:
        """No: a listing does."""
        return False

    @property
    def tells_time(self) -> bool:
        """No."""
        return False

    def download(self, file: RemoteFile, offset: int, way: FtpWay | None) -> Download:
        """In packets, or by way of a file of the module."""
        ways: Ways = {FtpWay.PUSHED: (self.get,), FtpWay.FILE: (self.get_file, FileReceive, FileSend)}
        way = self.way(ways, way)
        operation = self._operation(f"download of {file}", repeatable=True)
        rest = offset or None
        if way is FtpWay.FILE:
            command = self._named(self.get_file, file, directory=0, offset=rest)
            return FileDownload(operation, command, self.service.files, file.name)
        return PacketDownload(operation, self._named(self.get, file, offset=rest))

    def check_download(self, way: FtpWay | None, size: int) -> None:
        """The module says itself when its drive is full."""

    def upload(self, file: RemoteFile, store: FtpStore, way: FtpWay | None, size: int | None) -> Upload:
        """By the family's own way, or by way of a file of the module."""
        if store is not FtpStore.STORE:
            field = "append" if store is FtpStore.APPEND else "unique"
            self.refuse(field, f"the {self.service.dialect.name} dialect can only store files as a whole", True)
        ways: Ways = {self.up: (self.put,), FtpWay.FILE: (self.put_file, FileReceive, FileSend)}
        way = self.way(ways, way)
        operation = self._operation(f"upload of {file}", repeatable=True)
        return self._by_file(operation, file) if way is FtpWay.FILE else self._by_line(operation, file)

    def listing(self, path: str) -> Download:
        """In packets."""
        command = self._made(_PATH, self.list_directory, directory=path)
        return PacketDownload(self._operation(f"list of {path}", repeatable=True), command)

    async def size(self, file: RemoteFile) -> int:
        """There is no command for it."""
        self._lack("the size of a file")

    async def mtime(self, file: RemoteFile) -> datetime:
        """There is no command for it."""
        self._lack("the time of a file")

    async def delete(self, file: RemoteFile) -> None:
        """By a command of its own."""
        await self._operation(f"deletion of {file}").perform(self._named(self.dele, file))

    async def mkdir(self, path: str) -> None:
        """By a command of its own."""
        await self._operation(f"making of {path}").perform(self._made(_PATH, self.make, directory=path))

    async def rmdir(self, path: str) -> None:
        """By a command of its own."""
        await self._operation(f"removal of {path}").perform(self._made(_PATH, self.remove, directory=path))

    async def rename(self, old: RemoteFile, new: RemoteFile) -> None:
        """There is no command for it."""
        self._lack("a new name for a file")

    async def quit(self) -> None:
        """There is no command for it."""
        self._lack("the end of what is under way")

    @abstractmethod
    def _operation(self, what: str, *, repeatable: bool = False) -> FtpOperation:
        """An operation at the server; ``repeatable``: it may be done twice without harm."""

    @abstractmethod
    def _by_line(self, operation: FtpOperation, file: RemoteFile) -> Upload:
        """An upload from the line."""

    def _by_file(self, operation: FtpOperation, file: RemoteFile) -> Upload:
        command = self._named(self.put_file, file, directory=0)
        return FileUpload(operation, command, self.service.files, file.name)

    def _named(self, kind: type[C], file: RemoteFile, **values: object) -> C:
        return self._made(_REMOTE, kind, path=file.path, **values)

    def _made(self, words: Mapping[str, str], kind: type[C], **values: object) -> C:
        return composed(self.service.dialect, words, kind, **values)

    def _lack(self, what: str) -> NoReturn:
        self.refuse("service", f"the FTP of the {self.service.dialect.name} dialect has no command for {what}")
