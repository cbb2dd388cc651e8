"""An upload as one stream that ends with Ctrl-Z: AT+CFTPPUT. The port carries nothing else meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simcom_async.at.command import Command
from simcom_async.sessions.ftp_flow import Upload

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.sessions.ftp_operation import FtpOperation
    from simcom_async.sessions.source import ByteSource

__all__ = ["EscapedUpload"]

_PIECE = 4_096


class EscapedUpload(Upload):
    """A file that ``command`` takes up to Ctrl-Z. One whose source fails half way ends there: the server keeps that."""

    def __init__(self, operation: FtpOperation, command: Command[None]) -> None:
        self._operation = operation
        self._command = command

    async def prepare(self, source: ByteSource) -> None:
        """Nothing needs to be known before."""

    async def send(self, source: ByteSource, claim: Claim, sent: Callable[[int], None]) -> None:
        """Enter all of it, and wait for the server's word."""
        await self._operation.ready()
        await self._operation.send(self._command, entry=source.pieces(_PIECE, sent))

    async def end(self) -> None:
        """The link has left the entry, whatever happened."""
