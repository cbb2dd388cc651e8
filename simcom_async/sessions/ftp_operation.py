"""One operation at a server: what the module is told for it, and its end in terms of what the caller asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simcom_async.at.command import Command
from simcom_async.commands.ftp import FtpCode, FtpEvent
from simcom_async.errors import FtpError, ProtocolError

if TYPE_CHECKING:
    from simcom_async.link.link import Link
    from simcom_async.sessions.ftp_service import FtpService

__all__ = ["FtpOperation"]


@dataclass(frozen=True, slots=True)
class FtpOperation:
    """``settings`` are what the module must be told, ``what`` says for errors what is done, and to which file."""

    service: FtpService
    settings: tuple[Command[None], ...]
    what: str

    @property
    def link(self) -> Link:
        """The line."""
        return self.service.link

    async def ready(self) -> None:
        """Have the bearer up, and the module told."""
        await self.service.ready(*self.settings)

    def check(self, event: FtpEvent, command: Command[FtpEvent]) -> None:
        """Raise FtpError unless this is a good end."""
        code = event.code
        if code is FtpCode.DONE:
            return
        if code is FtpCode.NETWORK_ERROR:
            self.service.network.suspect()
        remedy = f"; {code.remedy}" if code.remedy else ""
        raise FtpError(
            f"{self.what}: {int(code)}, {code.meaning}{remedy}",
            command=command.masked,
            code=int(code),
            meaning=code.meaning,
            retry=code.retry,
            remedy=code.remedy,
        )

    def broken(self, why: str) -> ProtocolError:
        """The error of a module that does not keep to its manual, or of a line that loses bytes."""
        return ProtocolError(f"{self.what}: {why}", port=self.service.attachment.url)
