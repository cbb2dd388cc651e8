"""What every way of carrying FTP has in common: a flow for one family of commands, transfers in one of its ways."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from simcom_async.at.command import Command
from simcom_async.at.dialect import Dialect
from simcom_async.errors import UnsupportedService, UsageError
from simcom_async.sessions.ftp_login import FtpLogin
from simcom_async.sessions.ftp_path import RemoteFile

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_service import FtpService
    from simcom_async.sessions.source import ByteSource

__all__ = ["GRACE", "Download", "FtpFlow", "FtpStore", "FtpWay", "Upload", "Ways", "chosen_way"]

#: Seconds in which work that has ended says so, after it has refused a command that belongs to it.
GRACE = 5.0


class FtpWay(StrEnum):
    """How the bytes of a file cross the line."""

    BLOCKS = "blocks"
    """In blocks that the host asks for, or is granted: files of any size, and a slow reader loses nothing."""

    MEMORY = "memory"
    """By way of the module's memory: files of at most 300,000 bytes; the server is done before, or begins after."""

    ETX = "etx"
    """As one stream that ends with ETX; the port carries nothing else meanwhile, and it cannot be given up half way."""

    PUSHED = "pushed"
    """As fast as the sender pushes it: down in packets, up as one stream to Ctrl-Z. The port carries nothing else
    meanwhile, and a download cannot be given up half way but only read to its end."""

    COUNTED = "counted"
    """Up in blocks, of which the module says how much waits unsent."""

    FILE = "file"
    """By way of a file in the module, which is removed behind it: files that fit on its drive C."""


Ways = Mapping[FtpWay, tuple[type[Command[Any]], ...]]
"""Ways in the order in which they are tried, each with the commands that it needs."""


class FtpStore(StrEnum):
    """What the server does with an upload (RFC 959 4.1.3)."""

    STORE = "STOR"
    APPEND = "APPE"
    UNIQUE = "STOU"


class Download(ABC):
    """Bytes on their way from the server, read one piece after the other."""

    @abstractmethod
    async def begin(self, claim: Claim) -> None:
        """Ask the server. Raises FtpError."""

    @abstractmethod
    async def read(self) -> bytes:
        """The next bytes, empty at the end. Raises FtpError when the end is not a good one."""

    @abstractmethod
    async def end(self) -> None:
        """Leave the module idle, whatever happened."""


class Upload(ABC):
    """Bytes on their way to the server."""

    @abstractmethod
    async def prepare(self, source: ByteSource) -> None:
        """Take from the source what must be known before a byte is sent. Raises LimitExceeded."""

    @abstractmethod
    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Hand all of it over, and wait for the server's word; ``sent`` hears of each piece. Raises FtpError."""

    @abstractmethod
    async def end(self) -> None:
        """Leave the module idle, whatever happened."""


class FtpFlow(ABC):
    """FTP through one family of commands, for one server.

    ``needs`` are the commands without which it cannot be taken. What makes a transfer raises UsageError and sends
    nothing.
    """

    needs: ClassVar[tuple[type[Command[Any]], ...]]

    def __init__(self, service: FtpService, login: FtpLogin) -> None:
        self.service = service
        self.login = login

    @classmethod
    def carries(cls, dialect: Dialect, login: FtpLogin) -> bool:
        """Whether it can talk to this server in this dialect."""
        return all(dialect.speaks(command) for command in cls.needs)

    @abstractmethod
    def download(self, file: RemoteFile, offset: int, way: FtpWay | None) -> Download:
        """A transfer of the file from ``offset`` on. Raises UnsupportedService."""

    @abstractmethod
    def upload(self, file: RemoteFile, store: FtpStore, way: FtpWay | None, size: int | None) -> Upload:
        """A transfer to the file, of ``size`` bytes (None: not known). Raises UnsupportedService, LimitExceeded."""

    @abstractmethod
    def listing(self, path: str) -> Download:
        """What the server says of a directory, or of one file."""

    @abstractmethod
    def check_download(self, way: FtpWay | None, size: int) -> None:
        """Raise LimitExceeded where the way cannot carry so many bytes."""

    @abstractmethod
    async def size(self, file: RemoteFile) -> int:
        """The size of a file in bytes."""

    @abstractmethod
    async def mtime(self, file: RemoteFile) -> datetime:
        """When a file was last modified, in UTC. Raises UnsupportedService."""

    @abstractmethod
    async def delete(self, file: RemoteFile) -> None:
        """Delete a file."""

    @abstractmethod
    async def mkdir(self, path: str) -> None:
        """Make a directory."""

    @abstractmethod
    async def rmdir(self, path: str) -> None:
        """Remove a directory."""

    @abstractmethod
    async def rename(self, old: RemoteFile, new: RemoteFile) -> None:
        """Rename a file. Raises UnsupportedService."""

    @abstractmethod
    async def quit(self) -> None:
        """End what is under way; harmless when nothing is."""

    @property
    @abstractmethod
    def tells_size(self) -> bool:
        """Whether the module has a command for ``size``; without one it is looked up in a listing."""

    @property
    @abstractmethod
    def tells_time(self) -> bool:
        """Whether ``mtime`` can be asked."""

    def way(self, ways: Ways, wanted: FtpWay | None) -> FtpWay:
        """The way that is asked for, else the first that the dialect has. Raises UnsupportedService."""
        dialect = self.service.dialect
        spoken = [way for way, commands in ways.items() if all(map(dialect.speaks, commands))]
        if not spoken or wanted not in (None, *spoken):
            allowed = ", ".join(spoken) or "none"
            self.refuse(
                "via",
                f"the {dialect.name} dialect does not carry files by {wanted or 'any way'}, allowed: {allowed}",
                wanted,
                allowed,
            )
        return wanted or spoken[0]

    def require(self, command: type[Command[Any]]) -> None:
        """Raise UnsupportedService where the dialect does not have a command."""
        dialect = self.service.dialect
        if not dialect.speaks(command):
            raise UnsupportedService(
                f"the {dialect.name} dialect has no AT{command.wire.name}: its FTP cannot do this",
                field="service",
                value=command.wire.name,
            )

    @staticmethod
    def refuse(field: str, why: str, value: object = None, allowed: str | None = None) -> NoReturn:
        """Raise UnsupportedService."""
        raise UnsupportedService(f"{field}: {why}", field=field, value=value, allowed=allowed)


def chosen_way(via: FtpWay | str | None) -> FtpWay | None:
    """The way that a caller names. Raises UsageError."""
    if via is None:
        return None
    try:
        return FtpWay(via)
    except ValueError:
        allowed = ", ".join(FtpWay)
        raise UsageError(
            f"via: there is no way {via!r}, allowed are {allowed}", field="via", value=via, allowed=allowed
        ) from None
