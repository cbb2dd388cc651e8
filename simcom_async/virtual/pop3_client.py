"""The POP3 client of a module (RFC 1939), over the standard library's poplib in a worker thread.

Each question is one call in the thread; every byte of it goes through the module's network, in the event loop. Long
answers are read as far as somebody asks for them, so that a mail of any size takes little memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, to_thread

from simcom_async.virtual.internet import Connection, Internet, NetworkFailure, within
from simcom_async.virtual.mail_failure import MailReason, Pop3Failure, Pop3Negative, Pop3Stage, reason_of
from simcom_async.virtual.pop3_engine import LINE_LIMIT, Negative, Pop3Engine, Unintelligible, Wire

if TYPE_CHECKING:
    from simcom_async.ports.clock import Clock

__all__ = ["DISCARD_LIMIT", "Pop3Answer", "Pop3Client"]

T = TypeVar("T")

#: Seconds that a server has to say good-bye.
_FAREWELL = 1.0
_PIECE = 65536
#: Bytes of an answer that nobody wants any more: with more of them the session is given up.
DISCARD_LIMIT = 64 * 1024 * 1024


class Pop3Client:
    """One session: ``reach``, ``login``, questions, ``quit``. ``idle``: seconds of each silence.

    Raises Pop3Failure, at once when the connection is lost, after which the session is over; and Pop3Negative where
    the server answers ``-ERR``, after which it goes on. One question at a time; what is left of a long answer is
    thrown away by the next. Who has called ``reach`` calls ``cut`` in the end.
    """

    def __init__(self, internet: Internet, clock: Clock, *, bearer: int, idle: float) -> None:
        self._internet = internet
        self._clock = clock
        self._bearer = bearer
        self._idle = idle
        self._threads = CapacityLimiter(1)  # of its own: sessions never wait for each other
        self._connection: Connection | None = None
        self._engine: Pop3Engine | None = None
        self._open: Pop3Answer | None = None
        self.stage = Pop3Stage.CONNECT

    # The session

    async def reach(self, host: str, port: int, *, tls: bool = False) -> str:
        """Connect (``tls``: with TLS from the first byte) and wait for the greeting, which is returned."""
        with self._at(Pop3Stage.CONNECT):
            self._connection = await self._internet.connect(host, port, bearer=self._bearer, tls=tls, idle=self._idle)
        wire = Wire(self._connection, asyncio.get_running_loop())
        with self._at(Pop3Stage.GREETING):
            self._engine = await self._call(lambda: Pop3Engine(wire))
            return _text(self._engine.welcome)

    async def login(self, user: str, password: str) -> None:
        """USER and PASS. Pop3Negative has the stage at which the server refuses, USER or PASSWORD."""
        await self._ask(lambda engine: engine.user(user), Pop3Stage.USER)
        await self._ask(lambda engine: engine.pass_(password), Pop3Stage.PASSWORD)

    async def quit(self) -> None:
        """QUIT: the server removes what is marked. Pop3Negative: not all of it was removed."""
        await self._ask(Pop3Engine.farewell, Pop3Stage.QUIT)
        if self._connection is not None:
            await self._connection.aclose()

    async def bye(self) -> None:
        """End the session in order, as far as a second allows; never raises."""
        with suppress(NetworkFailure, Pop3Negative, TimeoutError):
            await within(self._clock, _FAREWELL, self.quit())
        self.cut()

    def cut(self) -> None:
        """End it at once, without removing anything; whatever a thread waits for ends, too. Again is harmless."""
        if self._connection is not None:
            self._connection.abort()

    @property
    def busy(self) -> bool:
        """Whether a thread is at work for it."""
        return self._threads.borrowed_tokens > 0

    # Questions

    async def count(self) -> tuple[int, int]:
        """STAT: how many mails there are, and their size in bytes together."""
        return await self._ask(Pop3Engine.stat)

    async def size(self, number: int) -> int:
        """LIST of one mail: its size in bytes."""
        return await self._ask(lambda engine: engine.number(f"LIST {number}"))

    async def uid(self, number: int) -> str:
        """UIDL of one mail: its unique id."""
        return await self._ask(lambda engine: engine.fact(f"UIDL {number}"))

    async def delete(self, number: int) -> None:
        """DELE: mark a mail."""
        await self._ask(lambda engine: engine.dele(number))

    async def reset(self) -> None:
        """RSET: take the marks away."""
        await self._ask(Pop3Engine.rset)

    async def noop(self) -> None:
        """NOOP."""
        await self._ask(Pop3Engine.noop)

    async def listing(self, verb: str = "LIST", *, raw: bool = False) -> Pop3Answer:
        """LIST or UIDL of all mails."""
        return await self.ask(verb, raw=raw)

    async def top(self, number: int, lines: int, *, raw: bool = False) -> Pop3Answer:
        """TOP: the head of a mail, and so many lines of its body."""
        return await self.ask(f"TOP {number} {lines}", raw=raw)

    async def retrieve(self, number: int, *, raw: bool = False) -> Pop3Answer:
        """RETR: a mail."""
        return await self.ask(f"RETR {number}", raw=raw)

    async def ask(self, command: str, *, raw: bool = False) -> Pop3Answer:
        """Any command whose answer has more than one line.

        ``raw``: all of it as the server says it, its status line, doubled dots and the final dot, too; otherwise the
        content alone.
        """
        status = await self._ask(lambda engine: engine.open(command))
        self._open = Pop3Answer(self, status, raw=raw)
        return self._open

    # The thread

    async def fill(self, answer: Pop3Answer, size: int, *, raw: bool) -> bytes:
        """More of an open answer, for the answer itself; nothing: it is at its end."""
        if answer is not self._open:
            return b""
        data = await self._ask(lambda engine: engine.more(size, raw=raw), Pop3Stage.READING, of=answer)
        if not data:
            self._open = None
        return data

    async def _ask(
        self,
        question: Callable[[Pop3Engine], T],
        stage: Pop3Stage = Pop3Stage.QUESTION,
        *,
        of: Pop3Answer | None = None,
    ) -> T:
        left = DISCARD_LIMIT
        while self._open is not of:
            assert self._open is not None  # noqa: S101 - only an open answer is read
            left -= len(await self.fill(self._open, _PIECE, raw=True))
            if left < 0:
                self.cut()
                raise Pop3Failure(stage, MailReason.GARBAGE, "an answer without an end")
        engine = self._engine
        if engine is None:
            raise Pop3Failure(stage, MailReason.CLOSED)
        with self._at(stage):
            return await self._call(lambda: question(engine))

    async def _call(self, call: Callable[[], T]) -> T:
        """Do it in the thread. When it is cancelled the connection is cut, which ends the thread's wait.

        The thread has ended then, however often it is cancelled: one that outlives the loop would wait for it for ever.
        """
        work = asyncio.ensure_future(to_thread.run_sync(call, limiter=self._threads))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            self.cut()
            while not work.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([work])
            if not work.cancelled():
                work.exception()
            raise

    @contextmanager
    def _at(self, stage: Pop3Stage) -> Iterator[None]:
        self.stage = stage
        try:
            yield
        except NetworkFailure as failure:
            self.cut()
            raise Pop3Failure(stage, reason_of(failure, connected=stage is not Pop3Stage.CONNECT)) from failure
        except Negative as negative:
            raise Pop3Negative(stage, _text(negative.reply)) from negative
        except Unintelligible as error:
            self.cut()
            raise Pop3Failure(stage, MailReason.GARBAGE, str(error)) from error


class Pop3Answer:
    """A long answer, read as far as somebody asks. ``status``: the server's first line, without its end."""

    def __init__(self, client: Pop3Client, status: bytes, *, raw: bool) -> None:
        self.status = _text(status)
        self._client = client
        self._raw = raw
        self._pending = bytearray(status if raw else b"")

    async def read(self, size: int) -> bytes:
        """The next bytes, at most ``size``, as soon as there are some; none: it is at its end. Raises Pop3Failure."""
        if not self._pending:
            self._pending += await self._client.fill(self, size, raw=self._raw)
        data = bytes(self._pending[:size])
        del self._pending[:size]
        return data

    async def lines(self) -> AsyncIterator[bytes]:
        """What is left of it, line by line, without their ends; a line longer than LINE_LIMIT comes in parts."""
        rest = b""
        while data := await self.read(_PIECE):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                yield line.removesuffix(b"\r")
            if len(rest) > LINE_LIMIT:
                yield rest
                rest = b""
        if rest:
            yield rest


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace").rstrip("\r\n")
