"""AT+FTPSCONT: the FTP parameters that outlive the power. The parameters themselves are stored by default."""

from __future__ import annotations

from simcom_async.at.message import Message
from simcom_async.at.setting import Setting
from simcom_async.commands import ftp_settings as messages
from simcom_async.commands.ftp_settings import FtpContextSource
from simcom_async.virtual.turn import Answers, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
#: What is shown, in this order.
_SHOWN: tuple[type[Setting], ...] = (
    messages.FtpServer,
    messages.FtpPort,
    messages.FtpUser,
    messages.FtpPassword,
    messages.FtpCid,
    messages.FtpMode,
    messages.FtpType,
    messages.FtpPutOption,
    messages.FtpRest,
    messages.FtpGetName,
    messages.FtpGetPath,
    messages.FtpPutName,
    messages.FtpPutPath,
)
#: What is saved: the offset is not (SIM800 AT manual 12.2.6).
_SAVED = tuple(kind for kind in _SHOWN if kind is not messages.FtpRest)


@ANSWERS.to(messages.FtpContextSave)
async def _save(turn: Turn[messages.FtpContextSave]) -> None:
    turn.modem.ftp.save(_SAVED)


@ANSWERS.to(messages.FtpContextRead)
async def _read(turn: Turn[messages.FtpContextRead]) -> list[Message]:
    service = turn.modem.ftp
    source = FtpContextSource.SAVED if service.saved(_SAVED) else FtpContextSource.UNSAVED
    shown = [service.setting(kind) for kind in _SHOWN]
    return [messages.FtpContextState(mode=source), *shown, messages.FtpTimeoutLine(value=round(service.timeout))]
