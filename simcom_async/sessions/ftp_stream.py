"""A download in pieces, as its reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from simcom_async.errors import UsageError
from simcom_async.sessions.whole import gathered_whole
from simcom_async.sessions.witness import witnessed

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_flow import Download
    from simcom_async.sessions.ftp_service import FtpService
    from simcom_async.sessions.progress import Meter

__all__ = ["FtpStream"]


@witnessed("_service.link")
class FtpStream:
    """The bytes of a file: ``async for piece in stream``, inside ``async with`` where the reader may stop half way.

    What is fetched follows the reader: a slow one makes the server wait, up to the module's own limit, which then ends
    the transfer with FtpError 64. One that was closed before its end raises UsageError.
    """

    def __init__(
        self, service: FtpService, download: Download, meter: Meter, *, total: int | None = None, held: bool = True
    ) -> None:
        self._service = service
        self._download = download
        self._meter = meter
        self._total = total
        self._held = held
        self._claim: Claim | None = None
        self._ended = self._closed = False

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        try:
            if self._claim is None:
                await self._begin()
            with self._service.watching():
                piece = await self._download.read()
            if piece:
                self._meter.add(len(piece), self._total)
                return piece
            self._ended = True
        except BaseException:
            await self.aclose()
            raise
        await self.aclose()
        raise StopAsyncIteration

    @property
    def closed(self) -> bool:
        """Whether nothing more comes of it."""
        return self._closed

    async def read(self) -> bytes:
        """The rest of it. Raises ProtocolError when it is more than WHOLE_MAXIMUM bytes."""
        return await gathered_whole(self, "the file")

    async def aclose(self) -> None:
        """End the transfer, wherever it is; again is harmless."""
        self._closed = True
        claim, self._claim = self._claim, None
        if claim is not None:
            await self._service.leave(claim, self._download.end)

    async def _begin(self) -> None:
        if self._closed:
            raise UsageError("the stream was closed before its end: open the file again, from where it stopped")
        self._claim = claim = await self._service.enter(held=self._held)
        try:
            with self._service.watching():
                await self._download.begin(claim)
        except BaseException:
            await self.aclose()
            raise
