"""A server in memory for the clients of the virtual modem: what it says is on their connection, in any pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.internet import Connection, Internet

__all__ = ["Ear", "OneServer"]


class OneServer(Internet):
    """An internet in which there is one server, whatever its name; it says what ``answers`` has for a verb."""

    def __init__(self, clock: ManualClock, answers: Mapping[bytes, bytes] | None = None) -> None:
        super().__init__({}, clock)
        self._time = clock
        self._reader = asyncio.StreamReader()
        self._ear = Ear(self._answer)
        self._answers = answers or {}
        self._gone = False

    @property
    def heard(self) -> bytes:
        """What it was told."""
        return self._ear.heard

    async def connect(
        self, host: str, port: int, *, bearer: int, tls: bool = False, idle: float = 120.0, mapped: bool = True
    ) -> Connection:
        """The connection to it."""
        return self.adopt(self._reader, cast("asyncio.StreamWriter", self._ear), bearer=bearer, idle=idle)

    async def say(self, pieces: Sequence[bytes]) -> None:
        """Say something, and let it be heard piece by piece."""
        for piece in pieces:
            self._reader.feed_data(piece)
            await self._time.settle()

    def _answer(self, said: bytes) -> None:
        answer = self._answers.get(said.split(b" ")[0])
        if answer is not None and not self._gone:
            self._reader.feed_data(answer)

    async def hang_up(self) -> None:
        """End the connection."""
        self._gone = True
        self._reader.feed_eof()
        await self._time.settle()


class Ear:
    """What is needed of a stream's writer; ``heard`` is what was written."""

    def __init__(self, told: Callable[[bytes], None] = lambda said: None) -> None:
        self.heard = b""
        self._told = told
        self.transport = self

    def write(self, data: bytes) -> None:
        """Hear it."""
        self.heard += data
        self._told(data)

    async def drain(self) -> None:
        """There is room."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Where it is."""
        return {"peername": ("192.0.2.1", 21), "sockname": ("192.0.2.2", 50_000)}.get(name, default)

    async def start_tls(self, context: object, *, server_hostname: str) -> None:
        """Whatever is said from here on is protected."""

    def abort(self) -> None:
        """Nobody speaks any more."""

    def close(self) -> None:
        """The same."""

    async def wait_closed(self) -> None:
        """At once."""
