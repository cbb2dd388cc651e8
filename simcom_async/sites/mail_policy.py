"""What a mail server was told, and how it is to misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from simcom_async.sites.route import ServerFault
from simcom_async.sites.site import reset
from simcom_async.sites.steps import StepFault, StepLog

__all__ = ["MailCommand", "MailFault", "MailPolicy"]

GARBAGE = b"\x00\xffthis is no mail\r\n" * 4


@dataclass(slots=True, kw_only=True, eq=False)
class MailFault(StepFault):
    """What goes wrong at one command of SMTP or POP3; ``command`` ``.`` is the end of a mail in SMTP.

    Where ``done`` is set the command is carried out, and only its reply is what the fault says (not for AUTH and DATA,
    which are more than one reply). HANG: nothing is said to this command until the site's ``release``. With ``after``
    it strikes what follows the status line of a POP3 answer, when that many bytes of it have gone out.
    """

    done: bool = False
    after: int | None = None


@dataclass(slots=True, eq=False)
class MailCommand:
    """One command on the connection ``connection`` (they are counted from 1); ``reply`` is the last line said to it.

    ``argument`` has no password in it, and of an address in angle brackets what is between them.
    """

    connection: int
    verb: str
    argument: str = ""
    reply: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.argument}".rstrip()


@dataclass(kw_only=True)
class MailPolicy:
    """What all conversations of one server share. Without ``users`` everybody may do everything."""

    users: Mapping[str, str]
    log: StepLog[MailCommand] = field(default_factory=StepLog)
    faults: list[MailFault] = field(default_factory=list)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def fault_at(self, verb: str, argument: str = "") -> MailFault | None:
        """The fault that strikes a command."""
        return next((fault for fault in self.faults if fault.takes(verb, argument)), None)

    async def strike(
        self, fault: MailFault, say: Callable[[str], Awaitable[None]], transport: asyncio.WriteTransport
    ) -> bool:
        """Let it happen; whether the command is to be carried out and answered after all."""
        if fault.reply is not None:
            await say(fault.reply)
        match fault.fault:
            case ServerFault.HANG:
                await self._released.wait()  # the end of the site bounds it, nothing else
                return fault.reply is None
            case ServerFault.RESET:
                reset(transport)
            case ServerFault.GARBAGE:
                transport.write(GARBAGE)
                transport.close()
            case ServerFault.CLOSE:
                transport.close()
            case None:
                pass
        return False

    def release(self) -> None:
        """Let the commands go on that a fault has left hanging; the faults that did it are over."""
        self.faults[:] = [one for one in self.faults if one.fault is not ServerFault.HANG]
        self._released.set()
        self._released = asyncio.Event()
