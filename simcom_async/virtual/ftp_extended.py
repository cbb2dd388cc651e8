"""FTP over the module's memory, AT+FTPEXTPUT and AT+FTPEXTGET, and as one stream, AT+FTPETPUT and AT+FTPETGET.

Where the manuals are silent: AT+FTPEXTPUT=0 and 1 empty the memory; a gap that was never entered is filled with zeros;
of an entry whose time is over the bytes that have come stay. Data for AT+FTPETPUT that come after its work has failed
go nowhere, up to their ETX.
"""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.at.response import Result
from simcom_async.commands import ftp_extended as messages
from simcom_async.virtual.ftp_download import MEMORY, MemoryDownload, StreamDownload
from simcom_async.virtual.ftp_upload import StreamUpload
from simcom_async.virtual.turn import Answered, Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.FtpExtPut)
async def _extended(turn: Turn[messages.FtpExtPut]) -> None:
    service = turn.modem.ftp
    if service.work is not None:
        raise Refused
    service.memory.extended = turn.command.mode == 1
    service.memory.entered.clear()


@ANSWERS.to(messages.FtpExtPutInput)
async def _enter(turn: Turn[messages.FtpExtPutInput]) -> None:
    service, start, length = turn.modem.ftp, turn.command.position, turn.command.length
    memory = service.memory
    if not memory.extended or service.work is not None or start + length > MEMORY:
        raise Refused
    entered = await turn.entry(messages.FtpExtPutGrant(position=start, length=length))
    memory.entered.extend(bytes(max(0, start - len(memory.entered))))
    memory.entered[start : start + len(entered.data)] = entered.data


@ANSWERS.to(messages.FtpExtGet)
async def _get(turn: Turn[messages.FtpExtGet]) -> None:
    service = turn.modem.ftp
    if service.memory.extended:
        raise Refused
    work = MemoryDownload(service, messages.FtpExtGetEvent, service.source, ended=service.rewind)
    service.begin(turn, work, service.remote)


@ANSWERS.to(messages.FtpExtGetOff)
async def _off(turn: Turn[messages.FtpExtGetOff]) -> None:
    service = turn.modem.ftp
    if isinstance(service.work, MemoryDownload):
        raise Refused
    service.memory.received = None


@ANSWERS.to(messages.FtpExtGetRead)
async def _progress(turn: Turn[messages.FtpExtGetRead]) -> Message:
    service = turn.modem.ftp
    received = service.memory.received
    if received is None and not isinstance(service.work, MemoryDownload):
        return messages.FtpExtGetProgress(state=0)
    return messages.FtpExtGetProgress(state=1, length=len(received or b""))


@ANSWERS.to(messages.FtpExtGetOutput)
async def _output(turn: Turn[messages.FtpExtGetOutput]) -> Answered:
    service, start = turn.modem.ftp, turn.command.position
    received = service.memory.received
    if received is None or isinstance(service.work, MemoryDownload) or start >= len(received):
        raise Refused
    size = service.modem.faults.short_read(min(turn.command.length, len(received) - start))
    return [messages.FtpExtGetBlock(length=size), bytes(received[start : start + size])]


@ANSWERS.to(messages.FtpEtPut)
async def _et_put(turn: Turn[messages.FtpEtPut]) -> None:
    service = turn.modem.ftp
    service.begin(turn, StreamUpload(service, messages.FtpEtPutEvent, service.goal), service.goal.name)


@ANSWERS.to(messages.FtpEtPutInput)
async def _et_enter(turn: Turn[messages.FtpEtPutInput]) -> None:
    work, channel = turn.modem.ftp.under_way(StreamUpload), turn.channel
    work.enter()
    if turn.modem.options.wire == "documented":
        channel.out.send(*channel.wording.final(Result.OK))
    await turn.entry(messages.FtpEtPutGrant(), sink=lambda data: work.take(data, channel.line))
    work.finish()


@ANSWERS.to(messages.FtpEtGet)
async def _et_get(turn: Turn[messages.FtpEtGet]) -> None:
    service = turn.modem.ftp
    work = StreamDownload(service, messages.FtpEtGetEvent, service.source, turn.channel, ended=service.rewind)
    service.begin(turn, work, service.remote)
