"""Transfers of the SIM7100's FTPS: AT+CFTPSLIST to AT+CFTPSPUT.

Where the documents are silent: an upload in blocks keeps the session busy until AT+CFTPSPUT alone has ended it, or a
block was refused because it has failed; one block may wait in front of its prompt until the server has taken more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simcom_async.at.message import Message
from simcom_async.commands import cftps_transfer as messages
from simcom_async.virtual.packets import Packets
from simcom_async.virtual.turn import Answers, Operation, Refused, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import FtpClient
    from simcom_async.virtual.ftp_transfers import HostUpload

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.CftpsList)
async def _list(turn: Turn[messages.CftpsList]) -> None:
    await _begin_list(turn, turn.command.directory)


@ANSWERS.to(messages.CftpsListHere)
async def _list_here(turn: Turn[messages.CftpsListHere]) -> None:
    await _begin_list(turn, "")


async def _begin_list(turn: Turn[messages.CftpsList] | Turn[messages.CftpsListHere], directory: str) -> None:
    service, packets = turn.modem.cftps, Packets(turn.channel, messages.CftpsListPacket)

    async def work(client: FtpClient) -> None:
        await service.transfers(client).list(directory, packets)

    await service.begin(turn, messages.CftpsListEvent, work, packets)


@ANSWERS.to(messages.CftpsGet)
async def _get(turn: Turn[messages.CftpsGet]) -> None:
    service, command = turn.modem.cftps, turn.command
    packets = Packets(turn.channel, messages.CftpsGetPacket)

    async def work(client: FtpClient) -> None:
        await service.transfers(client).push(command.path, packets, command.offset or 0)

    await service.begin(turn, messages.CftpsGetEvent, work, packets)


@ANSWERS.to(messages.CftpsGetFile)
async def _get_file(turn: Turn[messages.CftpsGetFile]) -> None:
    service, command = turn.modem.cftps, turn.command

    async def work(client: FtpClient) -> None:
        await service.transfers(client).fetch(command.path, command.directory, command.offset or 0)

    await service.begin(turn, messages.CftpsGetFileEvent, work)


@ANSWERS.to(messages.CftpsPutFile)
async def _put_file(turn: Turn[messages.CftpsPutFile]) -> None:
    service, command = turn.modem.cftps, turn.command

    async def work(client: FtpClient) -> None:
        await service.transfers(client).store(command.path, command.directory, command.offset or 0)

    await service.begin(turn, messages.CftpsPutFileEvent, work)


@ANSWERS.to(messages.CftpsPut)
async def _put(turn: Turn[messages.CftpsPut]) -> None:
    command = turn.command
    await _enter(turn, await turn.modem.cftps.begin_upload(command.path, command.offset or 0))


@ANSWERS.to(messages.CftpsPutMore)
async def _put_more(turn: Turn[messages.CftpsPutMore]) -> None:
    upload = turn.modem.cftps.upload
    if upload is None or upload.closed:
        raise Refused
    await _enter(turn, upload)


async def _enter(turn: Turn[messages.CftpsPut] | Turn[messages.CftpsPutMore], upload: HostUpload) -> None:
    """Take one block; a failure is said behind it, for what is entered must not be taken for commands."""
    await upload.room()
    entered = await turn.entry(messages.CftpsPutPrompt())
    upload.take(entered.data)
    if upload.failure is not None:
        service = turn.modem.cftps
        code = service.code(upload.failure)
        service.end_upload()
        raise service.refused(messages.CftpsPutEvent, code)


@ANSWERS.to(messages.CftpsPutFinish)
async def _finish(turn: Turn[messages.CftpsPutFinish]) -> None:
    service = turn.modem.cftps
    upload = service.upload
    if upload is None or upload.closed:
        raise Refused

    async def work(operation: Operation) -> None:
        code = await service.outcome(upload.finish())
        await operation.urc(messages.CftpsPutEvent(code=code), just_before=service.end_upload)

    upload.close()
    turn.operate(work)


@ANSWERS.to(messages.CftpsPutRead)
async def _unsent(turn: Turn[messages.CftpsPutRead]) -> Message:
    upload = turn.modem.cftps.upload
    return messages.CftpsPutUnsent(unsent=0 if upload is None else upload.size)
