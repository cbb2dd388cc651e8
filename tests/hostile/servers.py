"""Servers that say what no server says: endless, lying, slow, at the wrong time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, repeat
from types import TracebackType
from typing import Self

__all__ = ["Saying", "Villain", "endless", "web", "words"]

#: Bytes of one write of an endless saying.
PIECE = 8_192
#: Bytes behind which there is a second of silence: no network is endlessly fast.
BURST = 262_144


@dataclass(frozen=True)
class Saying:
    """What is said: ``start``, then ``again`` without an end (empty: no more), ``pause`` seconds between its pieces.

    ``close``: the connection ends behind it; ``keep``: what is heard goes on being answered.
    """

    start: bytes = b""
    again: bytes = b""
    pause: float = 0.0
    close: bool = False
    size: int = PIECE

    def pieces(self) -> Iterator[bytes]:
        """In what pieces it is said."""
        piece = self.again if self.pause or not self.again else self.again * max(1, self.size // len(self.again))
        return chain([self.start] if self.start else [], repeat(piece) if self.again else [])


def endless(again: bytes, start: bytes = b"") -> Saying:
    """Without an end."""
    return Saying(start, again)


@dataclass
class Villain:
    """Says ``greeting`` to who comes, and to each line that begins with a key of ``sayings`` what stands there.

    The key ``""`` is for every other line. ``said`` counts bytes, ``port`` is where it listens; ``address`` both.
    """

    greeting: Saying = field(default_factory=Saying)
    sayings: Mapping[str, Saying] = field(default_factory=dict)
    head: bool = False
    said: int = 0
    heard: list[str] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._come, "127.0.0.1", 0, limit=1 << 20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError, ValueError):
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        saying = self.greeting
        while await self.speak(saying, reader, writer):
            line = (await reader.readuntil(b"\r\n\r\n" if self.head else b"\n")).decode("latin-1")
            self.heard.append(line)
            saying = next((what for begin, what in self.sayings.items() if line.upper().startswith(begin)), Saying())

    async def speak(self, saying: Saying, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Say something; whether there is a connection behind it."""
        spoken = 0
        for piece in saying.pieces():
            writer.write(piece)
            self.said += len(piece)
            await writer.drain()
            if writer.transport.is_closing() or reader.at_eof():
                return False
            spoken += len(piece)
            await asyncio.sleep(saying.pause or (1.0 if spoken >= BURST else 0.0))
            spoken %= BURST
        return not saying.close


def web(answer: Saying) -> Villain:
    """A web server that answers every request so."""
    return Villain(sayings={"": answer}, head=True)


def words(greeting: bytes, **answers: bytes | Saying) -> Villain:
    """A server of lines, which says OK to what it has no word for: ``""`` under the name ``other``."""
    sayings = {name.upper().replace("OTHER", ""): _saying(said) for name, said in answers.items()}
    return Villain(Saying(greeting), dict(sorted(sayings.items(), key=lambda item: -len(item[0]))))


def _saying(said: bytes | Saying) -> Saying:
    return said if isinstance(said, Saying) else Saying(said)
