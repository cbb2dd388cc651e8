"""Files and directories at the FTPS server, without their data: AT+CFTPSMKD to AT+CFTPSCWD, and AT+CFTPSPWD."""

from __future__ import annotations

import re

from simcom_async.at.message import Message
from simcom_async.commands import cftps_files as messages
from simcom_async.commands.cftps import CftpsDirectory, CftpsPwd
from simcom_async.virtual.ftp_transfers import remote
from simcom_async.virtual.turn import Answers, Refused, Turn

__all__ = ["ANSWERS"]

ANSWERS = Answers()
#: The directory in the reply to PWD (RFC 959 appendix II): in quotes, those inside it are doubled.
_DIRECTORY = re.compile(r'"((?:[^"]|"")*)"')


@ANSWERS.to(messages.CftpsMkd)
async def _make(turn: Turn[messages.CftpsMkd]) -> None:
    await turn.modem.cftps.ask(f"MKD {remote(turn.command.directory)}", messages.CftpsMkdFailed)


@ANSWERS.to(messages.CftpsRmd)
async def _remove(turn: Turn[messages.CftpsRmd]) -> None:
    await turn.modem.cftps.ask(f"RMD {remote(turn.command.directory)}", messages.CftpsRmdFailed)


@ANSWERS.to(messages.CftpsDele)
async def _delete(turn: Turn[messages.CftpsDele]) -> None:
    await turn.modem.cftps.ask(f"DELE {remote(turn.command.path)}", messages.CftpsDeleFailed)


@ANSWERS.to(messages.CftpsCwd)
async def _change(turn: Turn[messages.CftpsCwd]) -> None:
    await turn.modem.cftps.ask(f"CWD {remote(turn.command.directory)}", messages.CftpsCwdFailed)


@ANSWERS.to(CftpsPwd)
async def _ask(turn: Turn[CftpsPwd]) -> Message:
    """A directory that the server says in quotes; one with quotes in it cannot be said to the host."""
    said = await turn.modem.cftps.ask("PWD", None, "257")
    found = _DIRECTORY.search(said)
    if found is None or '"' in found[1]:
        raise Refused
    return CftpsDirectory(directory=found[1])
