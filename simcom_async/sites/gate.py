"""A gate across a server's body bytes, so that a test can hold a transfer half way, to the byte."""

from __future__ import annotations

import asyncio

__all__ = ["Gate"]


class Gate:
    """Lets bytes pass, all of them (open, as it starts) or as many as were admitted.

    ``passed`` counts the bytes let through so far.
    """

    def __init__(self) -> None:
        self.passed = 0
        self._credit: int | None = None
        self._moved = asyncio.Event()
        self._holding = asyncio.Event()

    def open(self) -> None:
        """Let everything through from now on."""
        self._credit = None
        self._release()

    def shut(self, after: int = 0) -> None:
        """Hold every transfer as soon as ``after`` more bytes have passed, counted over all transfers."""
        self._credit = after
        self._moved.clear()
        self._holding.clear()

    def admit(self, count: int) -> None:
        """Let ``count`` more bytes through a gate that is shut."""
        if self._credit is not None:
            self._credit += count
            self._release()

    async def held(self, timeout: float = 10.0) -> None:
        """Return as soon as a transfer stands before the gate; TimeoutError after ``timeout`` seconds."""
        async with asyncio.timeout(timeout):
            await self._holding.wait()

    async def take(self, wanted: int) -> int:
        """How many of ``wanted`` bytes may pass now; waits until it is at least one. None wanted, none held.

        It waits as long as the gate is shut: the connection's end bounds it, nothing else.
        """
        while self._credit == 0 and wanted:
            self._moved.clear()
            self._holding.set()
            await self._moved.wait()
        granted = wanted if self._credit is None else min(wanted, self._credit)
        if self._credit is not None:
            self._credit -= granted
        self.passed += granted
        return granted

    def _release(self) -> None:
        self._holding.clear()
        self._moved.set()
