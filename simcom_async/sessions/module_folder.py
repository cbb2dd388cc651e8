"""A folder of our own in the module: for files on their way through it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from simcom_async.errors import ServiceFailed

if TYPE_CHECKING:
    from simcom_async.sessions.files import FilesSession

__all__ = ["ModuleFolder", "removed"]

_log = logging.getLogger(__name__)


class ModuleFolder:
    """The folder at ``path``, which nobody else uses: made, filled, entered, removed."""

    path: str

    def __init__(self, files: FilesSession) -> None:
        self._files = files
        self._made = False

    async def make(self) -> None:
        """Have it, empty: what somebody before may have left in it is removed."""
        self._made = True
        if await self._files.exists(self.path):
            await self._empty()
        else:
            await self._files.mkdir(self.path)

    async def put(self, name: str, data: bytes, sent: Callable[[int], None]) -> None:
        """Write a file into it; ``sent`` hears how many bytes of it have gone."""
        await self._files.write(f"{self.path}/{name}", data, progress=lambda done, _: sent(done))

    @asynccontextmanager
    async def entered(self, ended: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[None]:
        """Have it as the current directory of the module, until ``ended`` has been awaited behind the block."""
        async with self._files.entered(self.path, ended=ended):
            yield

    async def remove(self) -> None:
        """Remove it, and what was put into it."""
        if self._made:
            self._made = False
            await self._empty()
            await removed(self._files.rmdir(self.path))

    async def _empty(self) -> None:
        for entry in await self._files.list(self.path):
            if not entry.is_folder:
                await removed(self._files.delete(entry.path))


async def removed(removing: Awaitable[None]) -> None:
    """Remove what may be in use, or gone already: that does no harm to what it was there for."""
    try:
        await removing
    except ServiceFailed as error:
        _log.debug("%s", error)
