"""Downloads that the module pushes in packets, each behind a header with its length: AT+CFTPGET, AT+CFTPSLIST, ...

A packet is believed when what must follow it has come: the next header or the end, behind a line end. So neither lost
bytes nor the lines of a module that starts again become part of a file (device-facts 1.6, 9 number 26).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simcom_async.at.command import Command
from simcom_async.at.event import FinalLine, Noise, PayloadChunk, UrcLine
from simcom_async.errors import CommandFailed, FtpError, ProtocolError
from simcom_async.sessions.ftp_flow import Download
from simcom_async.sessions.pushed import Pushed
from simcom_async.sessions.undertaking import Undertaking

if TYPE_CHECKING:
    from simcom_async.link.claims import Claim
    from simcom_async.link.subscription import Listener
    from simcom_async.sessions.ftp_operation import Coded, FtpOperation

__all__ = ["PacketDownload"]

_UNREAD = 600.0  # seconds for what is left of a download that nobody wants any more
_LINE_END = 2  # bytes that stand between a packet and the line behind it
_LOST = "bytes of a packet were lost on the line; use flow control"


class PacketDownload(Download):
    """A file, or a list, that ``command`` makes the module push. Where the port can, a slow reader makes it wait."""

    def __init__(self, operation: FtpOperation, command: Command[Any]) -> None:
        completion = command.wire.completion
        assert completion is not None  # noqa: S101 - so these commands are declared
        self._operation = operation
        self._command = command
        self._own = frozenset((*completion.packets, *(ending.message for ending in completion.endings)))
        self._pushed = Pushed(operation.link, operation.broken)
        self._packet: list[bytes] = []
        self._end: int | None = None
        self._held: list[bytes] = []
        self._ended: bool | None = None  # whether line ends stand behind packets; None: not known yet
        self._failure: Exception | None = None
        self._accepted = False
        self._strayed: Noise | None = None  # in front of the final result: what somebody else was told, as a rule
        self._watches: tuple[Listener[Any], ...] = ()
        self._work: Undertaking[Coded] | None = None

    async def begin(self, claim: Claim) -> None:
        """Ask, and wait until data are there, or the end is."""
        operation, bus, pushed = self._operation, self._operation.link.bus, self._pushed
        busy = operation.service.busy()
        while True:
            await operation.ready()
            if not self._watches:
                self._watches = (
                    bus.on(PayloadChunk, self._came),
                    bus.on(UrcLine, self._said),
                    bus.on(Noise, self._lost),
                    bus.on(FinalLine, self._heard),
                )
            self._accepted, self._strayed = False, None
            self._work = work = Undertaking(operation.service.attachment, self._command)
            await work.until(self._told)
            if pushed.size or not work.done:
                return
            try:
                self._check(work)
            except FtpError as error:
                if not await operation.again(error, busy):
                    raise
            else:
                return

    async def read(self) -> bytes:
        """All that has come."""
        work, pushed = self._work, self._pushed
        assert work is not None  # noqa: S101 - begin comes first
        await work.until(self._told)
        if pushed.size:
            return pushed.take()
        if self._failure is not None:
            raise self._failure
        self._check(work)
        return b""

    async def end(self) -> None:
        """Wait no more; what still comes of it goes nowhere."""
        watches, self._watches = self._watches, ()
        for watch in watches:
            watch.close()
        work, self._work = self._work, None
        if work is not None:
            self._pushed.close()
            await work.give_up()
            await self._operation.service.settled(_UNREAD)

    def _told(self) -> bool:
        return bool(self._pushed.size) or self._failure is not None

    def _came(self, chunk: PayloadChunk) -> None:
        if chunk.command is self._command:
            self._packet.append(chunk.data)
            self._end = chunk.end if chunk.last else None
            if not chunk.complete:
                self._fail(_LOST)

    def _said(self, line: UrcLine) -> None:
        if self._strayed is not None and not self._accepted and line.declaration in self._own:
            self._fail_between(self._strayed)
        if self._end is not None and line.declaration in self._own:
            gap, self._end = line.start - self._end, None
            packet, self._packet = self._packet, []
            self._settle(packet, gap)

    def _settle(self, packet: list[bytes], gap: int) -> None:
        """So many bytes stand behind a packet. A module without line ends there is known by two packets in a row."""
        ended = gap >= _LINE_END
        if self._ended is None and not ended and not self._held:
            self._held = packet
            return
        if self._ended is None and not (ended and self._held):
            self._ended = ended
        if ended is not self._ended or (gap and not ended):
            self._fail(_LOST)
        if self._failure is not None:
            return
        held, self._held = self._held, []
        try:
            for piece in (*held, *packet):
                self._pushed.put(piece)
        except ProtocolError as error:
            self._failure = error
        self._change()

    def _heard(self, line: FinalLine) -> None:
        self._accepted = self._accepted or line.command is self._command

    def _lost(self, noise: Noise) -> None:
        if self._accepted:
            self._fail_between(noise)
        else:
            self._strayed = noise

    def _fail_between(self, noise: Noise) -> None:
        self._fail(f"{noise.text[:64]!r} came between the packets; {_LOST}")

    def _fail(self, why: str) -> None:
        if self._failure is None:
            self._failure = self._operation.broken(why)
        self._change()

    def _change(self) -> None:
        if self._work is not None:
            self._work.changed.set()

    def _check(self, work: Undertaking[Coded]) -> None:
        try:
            event = work.answer()
        except CommandFailed as error:
            raise self._operation.failure(error) from error
        if self._held:
            raise self._operation.broken(_LOST)
        self._operation.check(event, self._command)
