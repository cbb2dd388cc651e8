"""Files and directories at the server, without their data: AT+CFTPMKD, AT+CFTPRMD, AT+CFTPDELE."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simcom_async.at.message import Message
from simcom_async.commands import cftp_files as messages
from simcom_async.virtual.ftp_transfers import REFUSED, remote
from simcom_async.virtual.turn import Answers, Turn

if TYPE_CHECKING:
    from simcom_async.virtual.ftp_client import FtpClient

__all__ = ["ANSWERS"]

ANSWERS = Answers()


@ANSWERS.to(messages.CftpMkd)
async def _make(turn: Turn[messages.CftpMkd]) -> None:
    await _ask(turn, f"MKD {remote(turn.command.directory)}", messages.CftpMkdFailed)


@ANSWERS.to(messages.CftpRmd)
async def _remove(turn: Turn[messages.CftpRmd]) -> None:
    await _ask(turn, f"RMD {remote(turn.command.directory)}", messages.CftpRmdFailed)


@ANSWERS.to(messages.CftpDele)
async def _delete(turn: Turn[messages.CftpDele]) -> None:
    await _ask(turn, f"DELE {remote(turn.command.path)}", messages.CftpDeleFailed)


async def _ask(turn: Turn[Any], question: str, failed: Callable[..., Message]) -> None:
    async def work(client: FtpClient) -> None:
        await client.ask(question, "2xx", refused=REFUSED)

    await turn.modem.cftp.do(work, failed)
