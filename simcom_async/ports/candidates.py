"""The serial ports on which a modem may be, the likelier first."""

from __future__ import annotations

import asyncio
import glob
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

from simcom_async.errors import LinkError
from simcom_async.ports.binding import Binding, Trait
from simcom_async.ports.worker import call_in_thread

__all__ = ["Candidate", "Directory", "ListPorts", "candidates", "directory"]

_LISTING = 10.0  # seconds for the system to tell its ports


class Info(Protocol):
    """What pyserial tells of a port."""

    device: str
    serial_number: str | None
    location: str | None


ListPorts = Callable[[], Iterable[Info]]
"""As ``serial.tools.list_ports.comports``."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A port: its ``path``, the ``device`` behind links, ``serial`` number and ``location`` of its USB device."""

    path: str
    device: str
    serial: str | None = None
    location: str | None = None

    def beside(self, other: Candidate) -> bool:
        """Whether both are in the same USB socket: interfaces of one device differ behind the colon only."""
        if self.location is None or other.location is None:
            return False
        return self.location.partition(":")[0] == other.location.partition(":")[0]


async def candidates(binding: Binding, list_ports: ListPorts | None = None) -> list[Candidate]:
    """The ports that a binding leaves over, by name. Raises LinkError when the system does not tell in 10 seconds."""
    try:
        return await call_in_thread(
            lambda: _look(binding, list_ports or _comports), limit=_LISTING, name="list the serial ports"
        )
    except TimeoutError as error:
        raise LinkError(f"{binding.url}: the serial ports could not be listed within {_LISTING} s") from error


def _look(binding: Binding, list_ports: ListPorts) -> list[Candidate]:
    known = {os.path.realpath(info.device): info for info in list_ports()}
    if binding.globs:
        paths = [path for pattern in binding.globs for path in sorted(glob.glob(pattern))]
    else:
        paths = sorted(info.device for info in known.values())
    found: dict[str, Candidate] = {}
    for path in paths:
        device = os.path.realpath(path)
        info = known.get(device)
        serial, location = (None, None) if info is None else (info.serial_number, info.location)
        if binding.trait is not Trait.USB or serial == binding.value:
            found.setdefault(device, Candidate(path, device, serial, location))
    return list(found.values())


def _comports() -> Iterable[Info]:
    from serial.tools.list_ports import comports  # not before ports are looked for

    return comports()


class Directory:
    """What the searches of one event loop have seen, and whose turn it is at a port.

    What was seen before a search began only decides where it looks first: ports are given new names at any time. What
    another has seen meanwhile need not be asked again, or many modems that look for their ports ask each other's.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Trait], tuple[str, int]] = {}
        self._turns: dict[str, asyncio.Future[None]] = {}
        self.notes = 0

    def note(self, candidate: Candidate, trait: Trait, said: str) -> None:
        """This modem is at this port."""
        self.notes += 1
        self._seen[candidate.device, trait] = said, self.notes

    def since(self, candidate: Candidate, trait: Trait, notes: int) -> str | None:
        """Which modem is at this port, where that was seen since there were so many notes."""
        said, number = self._seen.get((candidate.device, trait), ("", 0))
        return said if number > notes else None

    def ranked(self, binding: Binding, ports: list[Candidate], last: Candidate | None) -> list[Candidate]:
        """The likelier first: where it was last, or another search saw it; its USB socket; those of others last."""

        def rank(port: Candidate) -> int:
            said, _ = self._seen.get((port.device, binding.trait), (None, 0))
            if said is not None and binding.fits(said):
                return 0
            if last is not None and port.path == last.path:
                return 1
            if last is not None and port.beside(last):
                return 2
            return 3 if said is None else 4

        return sorted(ports, key=rank)

    async def take(self, ports: list[Candidate]) -> Candidate:
        """The first of these ports at which no other search looks, taken; each gives one back within seconds."""
        while True:
            for port in ports:
                if port.device not in self._turns:
                    self._turns[port.device] = asyncio.get_running_loop().create_future()
                    return port
            turns = {self._turns[port.device] for port in ports}
            await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)

    def give_back(self, candidate: Candidate) -> None:
        """Others may look at it."""
        self._turns.pop(candidate.device).set_result(None)


_DIRECTORIES: WeakKeyDictionary[asyncio.AbstractEventLoop, Directory] = WeakKeyDictionary()


def directory() -> Directory:
    """The one of the running event loop."""
    return _DIRECTORIES.setdefault(asyncio.get_running_loop(), Directory())
