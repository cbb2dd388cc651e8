"""A port that is sought each time it is opened: the modem is bound by what it is, and ports get new names."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.binding import Binding, Trait
from simcom_async.ports.candidates import Candidate, ListPorts, candidates, directory
from simcom_async.ports.lent import LentPort
from simcom_async.ports.passing import PassingPort
from simcom_async.ports.port import Lost, Port, Sink
from simcom_async.ports.serial import SerialPort

__all__ = ["Recognise", "SoughtPort"]

Recognise = Callable[[Port, Trait], Awaitable[str | None]]
"""Asks the module behind a port for a trait, within seconds: what it says, None where it has none to tell.

It opens and closes the port. Raises LinkError for a module that does not answer; for ``USB`` an answer is enough.
"""

_log = logging.getLogger(__name__)


class SoughtPort(PassingPort):
    """The serial port on which a modem is found. Each ``open`` looks for it anew, where it was last at first.

    Ports that another program has locked are passed over; one with another modem was asked AT and who it is, and is
    closed again. Where nobody fits and the port of last time is silent, that is taken: its module may have to be
    rescued. A search takes about five seconds for each port that gives no answer, and a fraction of one for the others.
    """

    _port: SerialPort

    def __init__(
        self,
        binding: Binding,
        baud: int = 115200,
        rtscts: bool = False,
        *,
        recognise: Recognise | None = None,
        list_ports: ListPorts | None = None,
    ) -> None:
        super().__init__(SerialPort(binding.url, baud, rtscts))  # never opened: what is known before the first
        self._binding = binding
        self._rtscts = rtscts
        self._recognise = recognise
        self._list_ports = list_ports
        self._open = False
        self._last: Candidate | None = None
        self._said = ""

    @property
    def url(self) -> str:
        """What the modem is bound by, ``imei:867...``."""
        return self._binding.url

    @property
    def path(self) -> str | None:
        """Where it was found last."""
        return None if self._last is None else self._last.path

    async def open(self, sink: Sink, lost: Lost) -> None:
        """Looks for the modem and opens its port. Raises LinkError, with every port that was tried and what it was."""
        if self._open:
            raise UsageError(f"{self.url} is already open")
        notes = directory().notes  # what others see from now on is known to this search, too
        await self._port.aclose()  # what is left of a port that was lost
        found = await candidates(self._binding, self._list_ports)
        if not found:
            raise LinkError(f"{self.url}: {self._none()}", port=self.url)
        tried = await self._search(found, notes, sink, lost)
        if tried is not None:
            raise LinkError(f"{self.url}: it is at none of these ports: {'; '.join(tried)}", port=self.url)

    def write(self, data: bytes) -> None:
        """Writes."""
        if not self._open:
            raise PortLost(f"{self.url} is not open", port=self.url)
        super().write(data)

    async def aclose(self) -> None:
        """Closes the port."""
        self._open = False
        await self._port.aclose()

    async def _search(self, found: list[Candidate], notes: int, sink: Sink, lost: Lost) -> list[str] | None:
        """Looks at one port after the other, until it is open; else what was seen at each."""
        seen, binding = directory(), self._binding
        asks = binding.trait is not Trait.USB or len(found) > 1
        tried: list[str] = []
        silent: Candidate | None = None
        while found:
            candidate = await seen.take(seen.ranked(binding, found, self._last))
            found.remove(candidate)
            try:
                said = seen.since(candidate, binding.trait, notes)
                if said is not None and not binding.fits(said):
                    self._said = said
                elif await self._try(candidate, sink, lost, asks=asks):
                    return None
                tried.append(f"{candidate.path} has {binding.trait.name} {self._said or 'unknown'}")
            except LinkError as error:
                tried.append(str(error))
                silent = candidate if self._last is not None and candidate.path == self._last.path else silent
            finally:
                seen.give_back(candidate)
        if silent is not None and await self._try(silent, sink, lost, asks=False):
            return None
        return tried

    async def _try(self, candidate: Candidate, sink: Sink, lost: Lost, *, asks: bool) -> bool:
        """Whether the modem is there: then the port is open, and never was closed since it was asked."""
        port = SerialPort(candidate.path, self._port.baud, self._rtscts)
        lent = LentPort(port)
        taken = False
        try:
            if asks and not await self._asked(lent, candidate):
                return False

            def gone(error: PortLost) -> None:
                self._open = False
                lost(error)

            await lent.open(sink, gone)
            taken = True
        finally:
            if not taken:
                await lent.finish()
        if self._last is None or candidate.path != self._last.path:
            _log.info("%s is at %s", self.url, candidate.path)
        self._port, self._last, self._open = port, candidate, True
        return True

    async def _asked(self, lent: LentPort, candidate: Candidate) -> bool:
        """Whether the module says that it is the one."""
        binding = self._binding
        if self._recognise is None:
            raise UsageError(f"{self.url}: nobody can ask a module who it is", field="url", value=self.url)
        said = await self._recognise(lent, binding.trait)
        if binding.trait is Trait.USB:
            return True
        self._said = said or ""
        if said is not None:
            directory().note(candidate, binding.trait, said)
        return said is not None and binding.fits(said)

    def _none(self) -> str:
        usb = self._binding.trait is Trait.USB
        which = "no serial port of a USB device with this serial number" if usb else "no serial port"
        among = " or ".join(self._binding.globs)
        return f"{which} is there" + (f" among {among}" if among else "") + "; is it plugged in?"
