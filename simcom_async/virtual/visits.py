"""Who opens and closes a terminal: a pseudo-terminal has no DTR, so the module looks at the device file instead."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import sys
from collections.abc import Callable
from weakref import WeakKeyDictionary

__all__ = ["Visits"]

# inotify(7)
_OPEN, _CLOSE = 0x20, 0x8 | 0x10
_HEADER = struct.Struct("iIII")
_BUFFER = 65536


class Visits:
    """Calls ``came`` when the first client has opened ``path``, and ``left`` when the last one has closed it.

    ``watching`` is False where the system cannot tell (it takes Linux's inotify): nothing is called then.
    """

    def __init__(self, path: str, came: Callable[[], None], left: Callable[[], None]) -> None:
        self.clients = 0
        self._came = came
        self._left = left
        self._door: _Door | None = _door()
        if self._door is not None and not self._door.watch(path, self):
            self._door = None

    @property
    def watching(self) -> bool:
        """Whether visits are noticed."""
        return self._door is not None

    def close(self) -> None:
        """Look away; again is harmless."""
        door, self._door = self._door, None
        if door is not None:
            door.forget(self)

    def saw(self, mask: int) -> None:
        """The file was opened, or closed."""
        if mask & _OPEN:
            self.clients += 1
            if self.clients == 1:
                self._came()
        elif mask & _CLOSE and self.clients:
            self.clients -= 1
            if not self.clients:
                self._left()


class _Door:
    """The one inotify descriptor of an event loop, for systems have few of them; closed with the last visits."""

    def __init__(self, library: ctypes.CDLL, descriptor: int) -> None:
        self._library = library
        self._descriptor = descriptor
        self._watched: dict[int, Visits] = {}
        asyncio.get_running_loop().add_reader(descriptor, self._look)

    def watch(self, path: str, visits: Visits) -> bool:
        """Tell ``visits`` of the file from now on; False: it cannot be watched."""
        number = int(self._library.inotify_add_watch(self._descriptor, os.fsencode(path), _OPEN | _CLOSE))
        if number >= 0:
            self._watched[number] = visits
        self._close_when_idle()
        return number >= 0

    def forget(self, visits: Visits) -> None:
        """Tell it no more."""
        for number in [number for number, watched in self._watched.items() if watched is visits]:
            del self._watched[number]
            self._library.inotify_rm_watch(self._descriptor, number)
        self._close_when_idle()

    def _close_when_idle(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._watched and _doors.pop(loop, None) is not None:
            loop.remove_reader(self._descriptor)
            os.close(self._descriptor)

    def _look(self) -> None:
        events = os.read(self._descriptor, _BUFFER)
        while events:
            number, mask, _, length = _HEADER.unpack_from(events)
            events = events[_HEADER.size + length :]
            if number in self._watched:
                self._watched[number].saw(mask)


_doors: WeakKeyDictionary[asyncio.AbstractEventLoop, _Door] = WeakKeyDictionary()


def _door() -> _Door | None:
    """The door of the running loop; None: the system has none, or no more."""
    loop = asyncio.get_running_loop()
    if loop not in _doors:
        if not sys.platform.startswith("linux"):
            return None
        library = ctypes.CDLL(None)
        descriptor = int(library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        if descriptor < 0:
            return None
        _doors[loop] = _Door(library, descriptor)
    return _doors[loop]
