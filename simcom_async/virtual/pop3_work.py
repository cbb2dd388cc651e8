"""Fetching one mail into a file: from AT+POP3GET to the URC that says how it ended."""

from __future__ import annotations

import asyncio
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from simcom_async.at.codec import compiled
from simcom_async.commands.pop3 import Pop3Code, Pop3Failed
from simcom_async.commands.pop3_mail import Pop3Path, Pop3Saved, Pop3Saving
from simcom_async.virtual.file_place import FileProblem, Place, Problem
from simcom_async.virtual.mail_failure import Pop3Failure, Pop3Negative
from simcom_async.virtual.mail_file import MailFolder

if TYPE_CHECKING:
    from simcom_async.virtual.pop3 import Pop3Service
    from simcom_async.virtual.pop3_client import Pop3Client
    from simcom_async.virtual.turn import Operation

__all__ = ["Fetching"]

#: Bytes of a mail that are kept in memory while it comes; more of it is in a file of this machine.
_IN_MEMORY = 1024 * 1024
_PIECE = 65536


class Fetching:
    """One mail on its way into the file system."""

    def __init__(self, service: Pop3Service, client: Pop3Client, number: int, saving: Pop3Saving) -> None:
        self._service = service
        self._client = client
        self._number = number
        self._saving = saving
        self._task: asyncio.Task[None] | None = None

    async def run(self, operation: Operation) -> None:
        """Fetch and save it, and say how that ended."""
        if self._service.work is not self:
            return
        self._task = asyncio.current_task()
        code, place = Pop3Code.SUCCESS, None
        try:
            place = await self._fetch()
        except Pop3Negative:
            code = Pop3Code.FAILURE
        except Pop3Failure as failure:
            code = self._service.failed(self._client, failure)
        except FileProblem:
            code = Pop3Code.FILE_SYSTEM_ERROR
            self._service.drop(self._client)
        await operation.due()
        self._settle(place)
        if place is None:
            self._service.modem.urc(Pop3Failed(code=code))
        else:
            self._service.modem.urc(Pop3Saved())
            path = Pop3Path(directory=f"{place.folder}/", file=place.name)
            self._service.modem.urc_line(compiled(Pop3Path).encode(path).decode("latin-1"))

    def cancel(self) -> None:
        """Break it off, without a word."""
        if self._task is not None:
            self._task.cancel()

    def _settle(self, place: Place | None) -> None:
        self._service.work = None
        if place is not None:
            self._service.last = place

    async def _fetch(self) -> Place:
        modem = self._service.modem
        with SpooledTemporaryFile(_IN_MEMORY) as mail:
            await self._receive(mail)
            folder = MailFolder(modem.file_system, modem.calendar.now)
            return await folder.save(mail, self._saving)

    async def _receive(self, mail: IO[bytes]) -> None:
        """The mail as the server has it. Raises FileProblem as soon as it is clear that it finds no room."""
        files = self._service.modem.file_system
        free = files.space(MailFolder.drive(files)).free
        answer = await self._client.retrieve(self._number)
        size = 0
        while piece := await answer.read(_PIECE):
            size += len(piece)
            if size > 2 * free:  # the parts of a mail are smaller than it is, but not by half
                raise FileProblem(Problem.FULL, MailFolder.drive(files))
            mail.write(piece)
        mail.seek(0)
