"""Files and directories at the server, without their data: AT+FTPDELE to AT+FTPMDTM."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simcom_async.commands import ftp_files as messages
from simcom_async.commands.ftp import FtpCode, FtpEvent
from simcom_async.commands.ftp_settings import FtpPutName
from simcom_async.virtual.ftp_failure import FtpFailure
from simcom_async.virtual.ftp_work import Errand
from simcom_async.virtual.turn import Answers, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import FtpClient

__all__ = ["ANSWERS"]

ANSWERS = Answers()
_REFUSED = FtpCode.OPERATION_ERROR
_TIME, _SIZE = re.compile(r"\d{14}"), re.compile(r"[0-9]{1,20}")


@ANSWERS.to(messages.FtpDele, messages.FtpDeleWrite)
async def _delete(turn: Turn[messages.FtpDele]) -> None:
    remote = turn.modem.ftp.remote
    _begin(turn, messages.FtpDeleEvent, lambda client: _ask(client, f"DELE {remote}"), remote)


@ANSWERS.to(messages.FtpMkd)
async def _make(turn: Turn[messages.FtpMkd]) -> None:
    directory = turn.modem.ftp.directory
    _begin(turn, messages.FtpMkdEvent, lambda client: _ask(client, f"MKD {directory}"), directory)


@ANSWERS.to(messages.FtpRmd)
async def _remove(turn: Turn[messages.FtpRmd]) -> None:
    directory = turn.modem.ftp.directory
    _begin(turn, messages.FtpRmdEvent, lambda client: _ask(client, f"RMD {directory}"), directory)


@ANSWERS.to(messages.FtpRename)
async def _rename(turn: Turn[messages.FtpRename]) -> None:
    service = turn.modem.ftp
    before, name = service.remote, service.setting(FtpPutName).name
    behind = service.joined(service.directory, name)

    async def ask(client: FtpClient) -> dict[str, object]:
        await client.ask(f"RNFR {before}", "350", refused=_REFUSED)
        return await _ask(client, f"RNTO {behind}")

    _begin(turn, messages.FtpRenameEvent, ask, before, name)


@ANSWERS.to(messages.FtpSize)
async def _size(turn: Turn[messages.FtpSize]) -> None:
    service = turn.modem.ftp
    remote = service.remote

    async def ask(client: FtpClient) -> dict[str, object]:
        # The size of a text depends on the type, and servers refuse to count it (RFC 3659 4).
        await client.ask("TYPE I", "200", refused=FtpCode.TYPE_ERROR)
        (size,) = (await client.ask(f"SIZE {remote}", "213", refused=_REFUSED))[-1:]
        if _SIZE.fullmatch(size.strip()) is None:
            raise FtpFailure(FtpCode.REPLY_ERROR, size)
        return {"size": int(size)}

    without = {} if service.quit_code is FtpCode.QUIT_SIM800 else {"size": 0}
    service.begin(turn, Errand(service, messages.FtpSizeEvent, ask, without), remote)


@ANSWERS.to(messages.FtpMdtm)
async def _modified(turn: Turn[messages.FtpMdtm]) -> None:
    remote = turn.modem.ftp.remote

    async def ask(client: FtpClient) -> dict[str, object]:
        lines = await client.ask(f"MDTM {remote}", "213", refused=_REFUSED)
        found = _TIME.search(lines[-1])
        if found is None:
            raise FtpFailure(FtpCode.REPLY_ERROR, lines[-1])
        return {"timestamp": found[0]}

    _begin(turn, messages.FtpMdtmEvent, ask, remote)


async def _ask(client: FtpClient, command: str) -> dict[str, object]:
    await client.ask(command, "2xx", refused=_REFUSED)
    return {}


def _begin(
    turn: Turn[Any],
    event: type[FtpEvent],
    ask: Callable[[FtpClient], Awaitable[dict[str, object]]],
    *needed: str,
) -> None:
    service = turn.modem.ftp
    service.begin(turn, Errand(service, event, ask), *needed)
