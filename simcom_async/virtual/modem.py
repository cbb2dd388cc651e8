"""The virtual modem: a module in software, behind as many ports as are asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simcom_async.at.dialect import Dialect
from simcom_async.at.message import Urc
from simcom_async.at.responder import Mode
from simcom_async.at.response import Result
from simcom_async.commands.network import Registration
from simcom_async.commands.power import FunctionalityLevel
from simcom_async.commands.sim import Lock, PinState
from simcom_async.dialects import DIALECTS
from simcom_async.errors import UsageError
from simcom_async.ports.clock import Clock, LoopClock
from simcom_async.ports.owner import Owner
from simcom_async.virtual.answers import answer_to
from simcom_async.virtual.call import Calls
from simcom_async.virtual.cftp import CftpService
from simcom_async.virtual.cftps import CftpsService
from simcom_async.virtual.chttp import ChttpService
from simcom_async.virtual.chttps import ChttpsService
from simcom_async.virtual.clock import Calendar
from simcom_async.virtual.email import EmailService
from simcom_async.virtual.faults import Faults
from simcom_async.virtual.file_system import FileSystem
from simcom_async.virtual.ftp import FtpService
from simcom_async.virtual.http import HttpService
from simcom_async.virtual.internet import Internet, host_map
from simcom_async.virtual.lines import HostEnd, Lines
from simcom_async.virtual.network import Network
from simcom_async.virtual.options import Options
from simcom_async.virtual.packet import Contexts
from simcom_async.virtual.pop3 import Pop3Service
from simcom_async.virtual.profile import Profile, Stored
from simcom_async.virtual.sim import Sim
from simcom_async.virtual.sms import Messages
from simcom_async.virtual.smtp import SmtpService
from simcom_async.virtual.socket_context import SocketContexts
from simcom_async.virtual.turn import Answered, Refused, Turn

__all__ = ["VirtualModem"]

_log = logging.getLogger(__name__)


class VirtualModem:
    """One module: ``async with VirtualModem("sim800", urc_delay=0) as virtual: virtual.port()``.

    ``options`` are the keys of Options. ``hosts`` sends what the module would connect to elsewhere (``HOST`` or
    ``HOST:PORT`` to ``HOST:PORT``), ``files`` is the folder of its file system (without: a temporary one), ``seed``
    decides its numbers and its faults. Without the block: ``start`` and ``aclose``. Raises UsageError for options that
    do not exist.
    """

    def __init__(
        self,
        dialect: Dialect | str = "sim800",
        *,
        clock: Clock | None = None,
        hosts: Mapping[str, str | tuple[str, int]] | None = None,
        files: str | Path | None = None,
        seed: int = 0,
        **options: object,
    ) -> None:
        self.dialect = dialect if isinstance(dialect, Dialect) else _dialect(dialect)
        self.options = Options.of(options, seed=seed)
        self.clock: Clock = clock or LoopClock()
        self.file_system = FileSystem(files, total=self.options.space)
        self.flash: dict[str, object] = {}
        self.faults = Faults(self, seed)
        self.internet = Internet(
            host_map(hosts or {}),
            self.clock,
            tls_verify=self.options.tls_verify,
            tls_versions=(self.options.tls_minimum, self.options.tls_maximum),
            failure=self.faults.server_failure,
        )
        cmee = self.dialect.habits.cmee if self.options.cmee is None else self.options.cmee
        self.profile = Profile(Stored(echo=self.options.echo, cmee=cmee))
        self.sim = Sim(self.options)
        self.powered = False
        self.lines = Lines(self)
        self._owner = Owner("virtual modem")
        self._working: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._forget()

    def _forget(self) -> None:
        """What does not outlive the power."""
        self.level = FunctionalityLevel.FULL
        self.conditions: set[str] = set()
        self.network = Network(self)
        self.contexts = Contexts()
        self.sockets = SocketContexts(self)
        self.calls = Calls(self)
        self.messages = Messages()
        self.http = HttpService(self)
        self.ftp = FtpService(self)
        self.cftp = CftpService(self)
        self.cftps = CftpsService(self)
        self.chttp = ChttpService(self)
        self.chttps = ChttpsService(self)
        self.smtp = SmtpService(self)
        self.pop3 = Pop3Service(self)
        self.email = EmailService(self)

    # Life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def start(self) -> None:
        """Put it on the table; it is switched on unless ``boot`` is off."""
        await self._owner.start()
        self.calendar = Calendar(self.clock)
        if self.options.boot != "off":
            self._power_on(boot=False)

    async def aclose(self) -> None:
        """Take it away, with all its ports. Raises the first error of its own code, if there was one."""
        self.faults.clear()
        self.power_off()
        await self.lines.aclose()
        await self._owner.aclose()
        self.file_system.close()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    # Ports

    def port(self) -> HostEnd:
        """The host's end of a line in memory; the module keeps its state when the host closes it and comes again."""
        return self.lines.memory()

    async def open_pty(self, link: str | Path | None = None) -> str:
        """The path of a pseudo-terminal to it, or of a ``link`` that follows it. Raises LinkError without one."""
        return await self.lines.open_pty(link)

    async def listen_tcp(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen for clients, one at a time; the address. Raises LinkError where it cannot be had."""
        return await self.lines.listen_tcp(host, port)

    # What happens to a module

    def power_on(self) -> None:
        """Switch it on: boot lines on every line. Nothing happens when it is on."""
        if not self.powered:
            self._power_on(boot=True)

    def power_off(self) -> None:
        """Cut the supply: whatever was under way is gone, without a word."""
        if not self.powered:
            return
        self.powered = False
        for task in list(self._working):
            if task is not asyncio.current_task():
                task.cancel()
        self.http.end()
        self.ftp.end()
        self.cftps.end()
        self.chttps.end()
        self.smtp.end()
        self.pop3.end()
        self.email.end()
        self.network.shut()
        self.internet.drop_all()
        for channel in self.lines.channels:
            channel.stop()

    def reset(self) -> None:
        """Restart it, as with the reset key: all that was not stored is lost."""
        self.power_off()
        self.power_on()

    def unplug(self) -> None:
        """Take the cable out: every port is gone; the module itself goes on."""
        self.lines.unplug()

    def plug(self) -> None:
        """Put the cable in again: clients can come; a PTY has a new path then, a link to it the old one."""
        self.lines.plug()

    def hang_up(self) -> None:
        """The host drops DTR on every line."""
        for channel in self.lines.channels:
            channel.hang_up()

    def remove_sim(self) -> None:
        """Take the card out."""
        before = self.network.registration
        self.sim.inserted = False
        self.urc(PinState(state=Lock.NOT_INSERTED))
        self.network.changed(before)

    def insert_sim(self) -> None:
        """Put the card in."""
        before = self.network.registration
        self.sim.inserted = True
        self.sim.restart()
        self.urc(PinState(state=self.sim.lock))
        self.network.changed(before)

    def unlocked(self, before: Registration) -> None:
        """The right PIN was entered: the module says so, and registers."""
        self.urc(PinState(state=Lock.READY))
        for line in self._behind_card():
            self.urc_line(line)
        self.network.changed(before)

    # What it says

    def urc(self, message: Urc) -> None:
        """Say it on every line, as soon as that line is free."""
        for channel in self.lines.channels:
            channel.urc(channel.wording.encode(message))

    def urc_line(self, line: str) -> None:
        """Say any line."""
        for channel in self.lines.channels:
            channel.urc(line.encode("latin-1"))

    def no_carrier(self) -> None:
        """A call has ended: whoever is in the data mode is back in command mode."""
        for channel in self.lines.channels:
            if channel.responder.mode is Mode.ONLINE:
                channel.offline(Result.NO_CARRIER)
            else:
                channel.urc(Result.NO_CARRIER.word.encode("ascii"))

    def boot_lines(self, *, autobaud: bool) -> list[str]:
        """What it says after power-on; while it looks for the rate neither ``RDY`` nor the functionality."""
        lines = list(self.dialect.habits.boot)
        if autobaud:
            lines = [line for line in lines if line != "RDY" and not line.startswith("+CFUN")]
        if self.sim.usable:
            return lines
        waiting = self._behind_card()
        lines = [line for line in lines if line not in waiting]
        return [f"+CPIN: {self.sim.lock}" if line.startswith("+CPIN") else line for line in lines]

    def _behind_card(self) -> tuple[str, ...]:
        """The boot lines that wait for a usable card: those behind its state."""
        boot = self.dialect.habits.boot
        return next((boot[place + 1 :] for place, line in enumerate(boot) if line.startswith("+CPIN")), ())

    # Work

    async def answer(self, turn: Turn[Any]) -> Answered:
        """Carry out one command. Raises Refused."""
        carry_out = answer_to(self.dialect, type(turn.command))
        wire = turn.command.wire
        if carry_out is None or any(need in _TRACKED and need not in self.conditions for need in wire.needs):
            raise Refused
        reserved = self.email.reserved
        if reserved is not None and wire.name.startswith("+") and not isinstance(turn.command, reserved.commands):
            raise Refused
        answered = await carry_out(turn)
        self.conditions.difference_update(wire.clears)
        return answered

    def spawn(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Do some work of one line; an error in it is kept for ``aclose``."""
        return self._owner.spawn(self._guarded(work))

    def operate(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work that goes on until it ends, or the power does."""
        task = self.spawn(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            _log.exception("the virtual modem failed")
            self._failure = self._failure or error

    def _power_on(self, *, boot: bool) -> None:
        self.powered = True
        self.sim.restart()
        self._forget()
        self.file_system.restart()
        stored = self.profile.restart()
        self.ftp.restore()
        for channel in self.lines.channels:
            channel.start(stored, boot=boot)


#: The words of Syntax.needs that a virtual modem keeps account of.
_TRACKED = frozenset({"HTTPINIT", "CSTT", "CIICR"})


def _dialect(name: str) -> Dialect:
    try:
        return DIALECTS[name]
    except KeyError:
        allowed = ", ".join(DIALECTS)
        raise UsageError(
            f"there is no dialect {name!r}, there are {allowed}", field="dialect", value=name, allowed=allowed
        ) from None
