"""What the SIM7100 does with a session to an FTP server, plain or with TLS: its transfers, and where its files are.

Where the documents are silent: ``<dir>`` 1 to 8 are the folders of the SIM5320 (AT manual V1.23), made when they are
not there; a file of the module has the last name of the remote path; a download that fails leaves no new file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from simcom_async.at.codec import code_page
from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import MissingExtra
from simcom_async.virtual.file_place import Place
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_passage import Intake, give, take
from simcom_async.virtual.internet import ConnectFailed, NetworkFailure, SilentServer

if TYPE_CHECKING:
    from simcom_async.ports.port import Port
    from simcom_async.virtual.file_system import FileSystem
    from simcom_async.virtual.ftp_client import DataType, FtpClient
    from simcom_async.virtual.internet import Connection
    from simcom_async.virtual.mail_network import MailNetwork
    from simcom_async.virtual.modem import VirtualModem
    from simcom_async.virtual.packets import Packets

__all__ = ["REFUSED", "SILENCE", "HostUpload", "Transfers", "ftp_client", "local", "remote"]

#: Writes an upload to its data connection.
Source = Callable[["Connection"], Coroutine[Any, Any, None]]

#: Seconds for which a server may be silent (SIM5320 AT manual V2.02 16.4.19).
SILENCE = 120.0
#: What a server has refused before a byte was moved.
REFUSED = FtpCode.OPERATION_ERROR
#: Bytes of a file that are read at a time.
_PIECE = 16_384
#: Bytes of an upload that wait in the module before it takes no more block, and those at which it does again (3G TCP/IP
#: note V3.70).
HELD, RESUMED = 10_240, 3_072
_FOLDERS = (
    *(Place(drive, (name,)) for drive in ("C", "D") for name in ("Picture", "Video", "VideoCall")),
    *(Place(drive, ("Audio",)) for drive in ("C", "D")),
)


def ftp_client(modem: VirtualModem, network: MailNetwork, *, passive: bool, as_told: bool = False) -> FtpClient:
    """A client over the module's network. Without its package the network fails, and the module says so at its end."""
    try:
        from simcom_async.virtual.ftp_client import FtpClient
    except ModuleNotFoundError as error:
        missing = MissingExtra("virtual", error.name or "aioftp")
        modem.operate(partial(_tell, missing))
        raise NetworkFailure(str(missing)) from error
    return FtpClient(
        modem.internet, modem.clock, bearer=network.bearer, idle=network.timeout, passive=passive, as_told=as_told
    )


async def _tell(error: MissingExtra) -> None:
    raise error


def remote(path: str) -> str:
    """A path as the client wants it: a character for each byte, and these are those that the host has given."""
    return path.encode("utf-8", "surrogateescape").decode("latin-1")


def local(files: FileSystem, path: str, directory: int) -> Place:
    """Where the file of a remote path is in the module. Raises FileProblem."""
    name = code_page(path.encode("utf-8", "surrogateescape")).rpartition("/")[2]
    if directory == 0:
        return files.place(name)
    folder = files.make_folder(_FOLDERS[directory - 1], parents=True)
    return files.place(f"{folder}/{name}")


class Transfers:
    """Transfers over one session, of one type of data. ``up``: whether there is a network still.

    Everything raises NetworkFailure; what has to do with files of the module raises FileProblem, too.
    """

    def __init__(self, client: FtpClient, kind: DataType, files: FileSystem, *, up: Callable[[], bool]) -> None:
        self._client = client
        self._kind: DataType = kind
        self._files = files
        self._up = up

    async def push(self, path: str, packets: Packets, offset: int = 0) -> None:
        """A file to the line."""
        async with self._transfer(f"RETR {remote(path)}", offset) as connection:
            await take(self._client, connection, packets.send)

    async def list(self, path: str, packets: Packets) -> None:
        """A listing to the line; without a path, of the current directory."""
        self._kind = "A"
        async with self._transfer(f"LIST {remote(path)}".rstrip()) as connection:
            await take(self._client, connection, packets.send)

    async def fetch(self, path: str, directory: int, offset: int = 0) -> None:
        """A file into the module; from ``offset`` on behind what is there."""
        place = local(self._files, path, directory)
        async with self._transfer(f"RETR {remote(path)}", offset) as connection:
            with self._files.create(place, append=offset > 0) as writer:
                await take(self._client, connection, writer.write)

    async def store(self, path: str, directory: int, offset: int = 0) -> None:
        """A file out of the module, from ``offset`` on."""
        with self._files.open(local(self._files, path, directory)) as file:
            file.seek(offset)
            await self.store_from(path, partial(_send, file), offset)

    async def store_from(self, path: str, source: Source, offset: int = 0) -> None:
        """What ``source`` writes to the data connection; it is called when the server takes it."""
        async with self._transfer(f"STOR {remote(path)}", offset) as connection:
            await give(self._client, connection, source(connection), up=self._up)

    @asynccontextmanager
    async def _transfer(self, command: str, offset: int = 0) -> AsyncIterator[Connection]:
        """A data connection; what breaks on it is the transfer, and not the session."""
        connection = await self._client.transfer(command, self._kind, refused=REFUSED, offset=offset)
        try:
            yield connection
        except SilentServer:
            raise
        except ConnectFailed as failure:
            raise FtpFailure(FtpCode.DOWNLOAD_ERROR, str(failure)) from failure
        finally:
            connection.abort()


class HostUpload:
    """An upload that a host enters, until it is ``closed``. ``failure`` is why it has ended before that, if it has."""

    def __init__(self, transfers: Transfers, path: str, offset: int = 0) -> None:
        self.failure: NetworkFailure | None = None
        self.closed = False
        self._intake = Intake()
        self._begun = asyncio.Event()
        self._store = partial(transfers.store_from, path, self._pour, offset)
        self._task: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        """Bytes that wait for the server."""
        return self._intake.size

    async def begin(self) -> None:
        """Wait until the server takes it. Raises NetworkFailure."""
        self._task = asyncio.create_task(self._run())
        await self._begun.wait()
        self._check()

    async def room(self) -> None:
        """Wait for room for a block: an upload that has taken more than HELD waits until there is only RESUMED."""
        if self._intake.size > HELD:
            await self._intake.until(RESUMED)

    def take(self, data: bytes, port: Port | None = None) -> None:
        """A part of the data, from this port, which waits when there is too much."""
        self._intake.take(data, port)

    def close(self) -> None:
        """The data are complete."""
        self.closed = True
        self._intake.finish()

    async def finish(self) -> None:
        """The data are complete: wait until the server has them. Raises NetworkFailure."""
        self.close()
        assert self._task is not None  # noqa: S101 - begin comes first
        await asyncio.shield(self._task)
        self._check()

    def cancel(self) -> None:
        """Break it off; again is harmless."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._store()
        except NetworkFailure as failure:
            self.failure = failure
        finally:
            self._begun.set()

    async def _pour(self, connection: Connection) -> None:
        self._begun.set()
        await self._intake.pour(connection)

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure


async def _send(file: IO[bytes], connection: Connection) -> None:
    while data := file.read(_PIECE):
        await connection.write(data)
        await connection.flush()
