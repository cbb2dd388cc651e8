"""Files in the module that carry mails: attachments on their way out, fetched mails on their way in."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from simcom_async.at.command import Service
from simcom_async.commands.file_transfer import FileReceive, FileSend
from simcom_async.commands.files import (
    DirectoryChange,
    DirectoryMake,
    DirectoryRead,
    DirectoryRemove,
    FileAttributesRead,
    FileDelete,
)
from simcom_async.errors import CommandFailed, CommandTimeout, ProtocolError

if TYPE_CHECKING:
    from simcom_async.link.link import Link

__all__ = ["MailFolder", "read_part", "remove_mail", "size_of"]

_log = logging.getLogger(__name__)

_ATTEMPTS = 3
_PIECE = 4096
_NAME = "simcom_mail"


class MailFolder:
    """A folder of our own for attachments, in the module's current directory, which stays the current one."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._home = ""
        self._names: list[str] = []

    @property
    def path(self) -> str:
        """Its absolute path, with a slash at its end."""
        return f"{self._home}{_NAME}/"

    async def make(self) -> None:
        """Have it, empty: what a send before this one may have left in it is removed."""
        link = self._link
        with link.claim(Service.FILES):
            self._home = _slashed((await link.send(DirectoryRead())).path)
            if await _tried(link.send(DirectoryMake(name=_NAME))):
                return
        async with self.entered():
            await _tried(link.send(FileDelete(name="*.*")))

    async def put(self, name: str, data: bytes, sent: Callable[[int], None]) -> None:
        """Write a file into it; ``sent`` hears of each piece, and what it raises comes when the file is written."""
        trouble: list[Exception] = []
        self._names.append(name)
        with self._link.claim(Service.FILES):
            command = FileReceive(path=self.path + name, length=len(data))
            await self._link.send(command, entry=_pieces(data, sent, trouble) if data else b"")
        if trouble:
            raise trouble[0]

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Have it as the current directory."""
        async with _inside(self._link, self.path + "."):
            yield

    async def remove(self) -> None:
        """Remove it, and what was put into it."""
        if not self._home:
            return
        async with self.entered():
            for name in self._names:
                await _tried(self._link.send(FileDelete(name=name)))
        async with _inside(self._link, self._home + _NAME) as name:
            await _tried(self._link.send(DirectoryRemove(name=name)))


async def size_of(link: Link, path: str) -> int:
    """The size of a file in bytes."""
    try:
        return (await link.send(FileAttributesRead(name=path))).size
    except CommandFailed:
        async with _inside(link, path) as name:  # firmware that knows only what is in the current directory
            return (await link.send(FileAttributesRead(name=name))).size


async def read_part(link: Link, path: str, position: int, size: int) -> bytes:
    """Bytes of a file, in counted packets; read again where the line has lost some."""
    command = FileSend(path=path, position=position, size=size)
    for attempt in range(1, _ATTEMPTS + 1):
        pieces: list[bytes] = []
        try:
            await link.send(command, sink=pieces.append)
        except (CommandTimeout, ProtocolError):
            if attempt == _ATTEMPTS:
                raise
            continue
        data = b"".join(pieces)
        if len(data) == size:
            return data
    raise ProtocolError(f"{command.masked}: {len(data)} bytes came, {size} were asked for; use flow control")


async def remove_mail(link: Link, directory: str, file: str) -> None:
    """Remove a fetched mail and the folder that was made for it."""
    path = _slashed(directory) + file
    async with _inside(link, path) as name:
        await _tried(link.send(FileDelete(name=name)))
    async with _inside(link, directory.rstrip("/")) as name:
        await _tried(link.send(DirectoryRemove(name=name)))


@asynccontextmanager
async def _inside(link: Link, path: str) -> AsyncIterator[str]:
    """Work with the name of a path in the directory where it is; the current directory stays what it was."""
    directory, _, name = path.rpartition("/")
    with link.claim(Service.FILES):
        home = (await link.send(DirectoryRead())).path
        await link.send(DirectoryChange(path=_slashed(directory)))
        try:
            yield name
        finally:
            await link.send(DirectoryChange(path=home))


async def _tried(sending: Awaitable[object]) -> bool:
    """Whether what may be refused was done: it is there already, or not there, or still in use."""
    try:
        await sending
    except CommandFailed as error:
        _log.debug("not done: %s", error)
        return False
    return True


async def _pieces(data: bytes, sent: Callable[[int], None], trouble: list[Exception]) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        yield piece
        if not trouble:
            try:
                sent(len(piece))
            except Exception as error:
                trouble.append(error)


def _slashed(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"
