"""FTP by way of a file in the module: AT+CFTPGETFILE, AT+CFTPSPUTFILE and their like, and the module's file system.

The file lies in a folder of its own, so that it meets no other, and is removed behind the transfer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Command
from simcom_async.commands.files import FileAttributesRead
from simcom_async.errors import CommandFailed, CommandTimeout, UsageError
from simcom_async.sessions.ftp_flow import Download, Upload
from simcom_async.sessions.module_folder import ModuleFolder
from simcom_async.sessions.module_path import ModulePath

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.file_stream import FileStream
    from simcom_async.sessions.files import FilesSession
    from simcom_async.sessions.ftp_operation import FtpOperation, Watch
    from simcom_async.sessions.source import ByteSource
    from simcom_async.sessions.undertaking import Undertaking

__all__ = ["FileDownload", "FileUpload", "FtpFolder"]

#: Bytes a second that the slowest network carries, and seconds for all that is no transfer (SIM5320 AT manual 16.4.19).
_SLOWEST, _ELSE = 500, 130.0
_SOON = 1.0  # seconds for one that has said nothing for too long already
_UNHEARD = 30.0  # seconds for one that has not even said OK: perhaps it was never told
_LOOK = 10.0  # seconds between two looks at how much has come
_PIECE = 4_096


class FtpFolder(ModuleFolder):
    """Where files lie on their way between module and server."""

    path = "C:/simcom_ftp"

    def file(self, name: str) -> str:
        """The path of a file in it. Raises UsageError for a name that a module's file cannot have."""
        return str(ModulePath.named(f"{self.path}/{name}", "remote"))


class _Transfer:
    """The command of a transfer. ``watch`` says how long the module may be at it."""

    def __init__(self, operation: FtpOperation, command: Command[Any], watch: Watch) -> None:
        self._operation = operation
        self._command = command
        self._watch = watch
        self._rest = _ELSE  # seconds in which the module ends what was given up

    async def perform(self, claim: Claim) -> None:
        """Have it done. Raises FtpError, CommandTimeout."""
        claim.waiting = True  # nobody else's patience with its end counts
        try:
            await self._operation.perform(self._command, watch=self._watch)
        except CommandTimeout as error:
            self._rest = _SOON if error.limit == "completion" else _UNHEARD
            raise
        finally:
            claim.waiting = False

    async def settled(self) -> None:
        """Wait until the module is at it no more."""
        await self._operation.service.settled(self._rest)


class FileDownload(Download):
    """A file that ``command`` has the module fetch whole, and that is read from there as the reader likes."""

    def __init__(self, operation: FtpOperation, command: Command[Any], files: FilesSession, name: str) -> None:
        self._operation = operation
        self._files = files
        self._folder = FtpFolder(files)
        self._folder.file(name)
        self._name = name
        self._longest = _ELSE
        self._transfer = _Transfer(operation, command, self._watch)
        self._stream: FileStream | None = None

    async def begin(self, claim: Claim) -> None:
        """Have it fetched, and find it: a name that is not ASCII may be another one there."""
        operation, folder = self._operation, self._folder
        await operation.ready()
        await folder.make()
        space = await self._files.space(ModulePath.of(folder.path).drive)
        self._longest = _patience(space.free)
        async with folder.entered(self._transfer.settled):
            await self._transfer.perform(claim)
        found = [entry for entry in await self._files.list(folder.path) if not entry.is_folder]
        if len(found) != 1:
            raise operation.broken(f"the module says that it went well, and has {len(found)} files of it")
        self._stream = self._files.open(found[0].path)

    async def read(self) -> bytes:
        """The next bytes of the file."""
        stream = self._stream
        assert stream is not None  # noqa: S101 - begin comes first
        return await anext(stream, b"")

    async def end(self) -> None:
        """Remove it, when the module writes no more."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.aclose()
        await self._transfer.settled()
        await self._folder.remove()

    async def _watch(self, work: Undertaking[Any]) -> None:
        """Wait for the end as long as the file grows; as long as one that fills the drive takes where it never does."""
        clock = self._operation.service.clock
        size, grown, since = 0, False, clock.time()
        while not await work.ends_within(_LOOK):
            before, size = size, await self._written()
            if size > before:
                grown, since = True, clock.time()
            elif clock.time() - since >= (_ELSE if grown else self._longest):
                raise _silent(self._operation.what, clock.time() - since)

    async def _written(self) -> int:
        """How much there is of the file, as far as the module tells."""
        try:
            return (await self._operation.link.send(FileAttributesRead(name=self._name))).size
        except CommandFailed:
            return 0


class FileUpload(Upload):
    """A file that is written into the module, and that ``command`` has it send."""

    def __init__(self, operation: FtpOperation, command: Command[Any], files: FilesSession, name: str) -> None:
        self._operation = operation
        self._files = files
        self._folder = FtpFolder(files)
        self._path = self._folder.file(name)
        self._longest = _ELSE
        self._transfer = _Transfer(operation, command, self._watch)

    async def prepare(self, source: ByteSource) -> None:
        """See that its size is known: a module wants to know it before."""
        if source.size is None and not source.over:
            raise UsageError(
                f"via: a file of the module has a size that is known before, which {source.field} does not tell",
                field="via",
                allowed="bytes, or the path of a file, as source",
            )

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Write it, then have it sent."""
        operation, folder = self._operation, self._folder
        await operation.ready()
        await folder.make()
        size = source.size or 0
        await self._files.write(self._path, source.pieces(_PIECE, sent), size=size)
        self._longest = _patience(size)
        async with folder.entered(self._transfer.settled):
            await self._transfer.perform(claim)

    async def end(self) -> None:
        """Remove it, when the module reads no more."""
        await self._transfer.settled()
        await self._folder.remove()

    async def _watch(self, work: Undertaking[Any]) -> None:
        if not await work.ends_within(self._longest):
            raise _silent(self._operation.what, self._longest)


def _silent(what: str, seconds: float) -> CommandTimeout:
    return CommandTimeout(
        f"{what}: the module has said nothing for {seconds:.3g} s", waited=seconds, limit="completion"
    )


def _patience(size: int) -> float:
    """Seconds in which the module has moved so many bytes, on the slowest network."""
    return _ELSE + size / _SLOWEST
