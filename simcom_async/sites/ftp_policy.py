"""What an FTP server was told, how fast it is, and how it is to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from simcom_async.sites.gate import Gate
from simcom_async.sites.steps import StepFault, StepLog

__all__ = ["FtpCommand", "FtpFault", "FtpLog", "FtpPolicy"]

TURNS_A_SECOND = 20


@dataclass(slots=True, kw_only=True, eq=False)
class FtpFault(StepFault):
    """What goes wrong at one FTP command.

    Without ``after`` the command is not carried out: ``reply`` is sent, or ``fault`` strikes the control connection
    (HANG: nothing is said to this command until FtpSite.release). With ``after`` its transfer is struck when that
    many bytes have moved: CLOSE (as without ``fault``) closes the data connection and sends ``reply``, 426 without
    one; RESET resets both connections; HANG lets nothing more through.
    """

    after: int | None = None


@dataclass(slots=True, eq=False)
class FtpCommand:
    """One command on the control connection ``connection`` (they are counted from 1); a password is masked.

    ``code`` is the last reply to it (None: none so far), ``moved`` counts the bytes of its transfer, ``complete`` says
    that a whole file was moved.
    """

    connection: int
    verb: str
    argument: str = ""
    code: int | None = None
    moved: int = 0
    complete: bool = False

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".rstrip()


class FtpLog(StepLog[FtpCommand]):
    """What a server was told; connections are the control connections."""


@dataclass(kw_only=True)
class FtpPolicy:
    """What all conversations of one server share: ``rate`` in bytes a second, ``listings`` instead of real ones.

    ``address`` is the one that it says in passive mode (None: its own), as behind an address translation.
    """

    users: Mapping[str, str]
    log: FtpLog = field(default_factory=FtpLog)
    gate: Gate = field(default_factory=Gate)
    rate: int | None = None
    faults: list[FtpFault] = field(default_factory=list)
    listings: dict[str, bytes] = field(default_factory=dict)
    address: str | None = None

    def fault_at(self, verb: str, argument: str) -> FtpFault | None:
        """The fault that strikes a command."""
        return next((fault for fault in self.faults if fault.takes(verb, argument)), None)

    async def passage(self, wanted: int) -> int:
        """How many of ``wanted`` bytes may move now, after the gate and at the rate."""
        taken = await self.gate.take(wanted if self.rate is None else min(wanted, max(1, self.rate // TURNS_A_SECOND)))
        if self.rate is not None:
            await asyncio.sleep(taken / self.rate)
        return taken
