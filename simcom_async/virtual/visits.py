"""Who opens and closes a terminal: a pseudo-terminal has no DTR, so the module looks at the device file instead."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import sys
from collections.abc import Callable

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
        self._descriptor = _watch(path)
        if self.watching:
            asyncio.get_running_loop().add_reader(self._descriptor, self._look)

    @property
    def watching(self) -> bool:
        """Whether visits are noticed."""
        return self._descriptor >= 0

    def close(self) -> None:
        """Look away; again is harmless."""
        if self.watching:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _look(self) -> None:
        events = os.read(self._descriptor, _BUFFER)
        while events and self.watching:
            _, mask, _, length = _HEADER.unpack_from(events)
            events = events[_HEADER.size + length :]
            if mask & _OPEN:
                self.clients += 1
                if self.clients == 1:
                    self._came()
            elif mask & _CLOSE and self.clients:
                self.clients -= 1
                if not self.clients:
                    self._left()


def _watch(path: str) -> int:
    """A descriptor that can be read when a file is opened or closed; -1: the system has none."""
    if not sys.platform.startswith("linux"):
        return -1
    library = ctypes.CDLL(None)
    descriptor = int(library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    if descriptor >= 0 and library.inotify_add_watch(descriptor, os.fsencode(path), _OPEN | _CLOSE) < 0:
        os.close(descriptor)
        return -1
    return descriptor
