"""The thread's side of the POP3 client: poplib on a connection of the module, and long answers in pieces."""

from __future__ import annotations

import asyncio
import poplib
import re
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from simcom_async.virtual.internet import ConnectFailed, Connection

__all__ = ["LINE_LIMIT", "Negative", "Pop3Engine", "Unintelligible", "Wire"]

T = TypeVar("T")

#: Bytes of a line that are taken at a time; a longer status line is no POP3.
LINE_LIMIT = 8192
_NUMBER = re.compile(r"[0-9]{1,20}")


class Unintelligible(Exception):
    """What the server says is no POP3, or cannot be asked."""


class Negative(Exception):
    """The server has answered ``-ERR`` (``reply``: its line, without its end), or could only answer so."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        super().__init__(reply)


class Wire:
    """Looks to poplib like a socket and its file, and is a connection of the module, which lives in ``loop``."""

    def __init__(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._loop = loop
        self._heard = bytearray()
        self._last = b""

    def makefile(self, mode: str) -> Wire:
        """Itself."""
        return self

    def sendall(self, data: bytes) -> None:
        """Send. Raises NetworkFailure."""
        self._wait(self._connection.write(data))

    def readline(self, limit: int) -> bytes:
        """The next line with its end, at most its next ``limit`` bytes. Raises NetworkFailure."""
        searched = 0
        while (end := self._heard.find(b"\n", searched) + 1) == 0 and len(self._heard) < limit:
            searched = len(self._heard)
            data = self._wait(self._connection.read())
            if not data:
                raise ConnectFailed("the server has closed the connection")
            self._heard += data
        end = min(end or limit, limit)
        line = bytes(self._heard[:end])
        del self._heard[:end]
        self._last = line[-2:] if len(line) > 1 else self._last[-1:] + line
        return line

    @property
    def line_end(self) -> bytes:
        """What the last line ended with, CR LF or LF alone; empty: the last piece was not the end of one."""
        return self._last if self._last == poplib.CRLF else self._last[-1:] if self._last.endswith(b"\n") else b""

    @property
    def has_line(self) -> bool:
        """Whether a line, or a piece of LINE_LIMIT bytes, can be had without waiting."""
        return len(self._heard) >= LINE_LIMIT or b"\n" in self._heard

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


if TYPE_CHECKING:

    class _Poplib(poplib.POP3):
        """What its typing leaves out."""

        def _putcmd(self, line: str) -> None: ...

        def _getresp(self) -> bytes: ...

        def _shortcmd(self, line: str) -> bytes: ...

else:
    _Poplib = poplib.POP3


class Pop3Engine(_Poplib):
    """poplib's commands over a Wire. Raises Negative, Unintelligible, and NetworkFailure as the wire does."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._line_begins = True
        self._ended = True
        self._line_end = poplib.CRLF
        super().__init__("")

    def fact(self, command: str) -> str:
        """What is said of one mail in a status line: ``+OK number fact``."""
        words = self._shortcmd(command).split()
        try:
            return words[2].decode("ascii")
        except (IndexError, UnicodeDecodeError) as error:
            raise Unintelligible(repr(words)) from error

    def number(self, command: str) -> int:
        """A fact that is a number."""
        fact = self.fact(command)
        if _NUMBER.fullmatch(fact) is None:
            raise Unintelligible(fact)
        return int(fact)

    def stat(self) -> tuple[int, int]:
        """How many mails, of how many bytes."""
        words = [word.decode("latin-1") for word in self._shortcmd("STAT").split()[1:3]]
        if len(words) < 2 or not all(_NUMBER.fullmatch(word) for word in words):
            raise Unintelligible(repr(words))
        return int(words[0]), int(words[1])

    def farewell(self) -> None:
        """QUIT, without closing: that is the module's business."""
        self._shortcmd("QUIT")

    def open(self, command: str) -> bytes:
        """Ask for a long answer; its status line, with its end."""
        status = self._shortcmd(command)
        self._line_begins, self._ended, self._line_end = True, False, self._wire.line_end
        return status + poplib.CRLF

    def more(self, size: int, *, raw: bool) -> bytes:
        """About ``size`` bytes of a long answer, fewer when no more have come; none: it is at its end.

        ``raw``: with the dots that were doubled, and the final one. Lines end as the status line did: an LF alone
        inside a mail of a server that says CR LF is none of its line ends, and a dot behind it no end of the mail.
        """
        found = bytearray()
        while not self._ended and len(found) < size and (not found or self._wire.has_line):
            piece = self._wire.readline(LINE_LIMIT)
            if self._line_begins and piece.startswith(b"."):
                self._ended = piece == b"." + self._line_end
                piece = piece if raw else b"" if self._ended else piece[1:]
            self._line_begins = self._wire.line_end == self._line_end
            found += piece
        return bytes(found)

    # What poplib is made of

    def _create_socket(self, timeout: float | None) -> Wire:
        return self._wire

    def _putcmd(self, line: str) -> None:
        if any(character in line for character in "\r\n\0"):
            raise Negative(b"-ERR there is no such name, number or word")
        super()._putcmd(line)

    def _getresp(self) -> bytes:
        try:
            return super()._getresp()
        except poplib.error_proto as error:
            reply = error.args[0]
            if isinstance(reply, bytes) and reply.startswith(b"-"):
                raise Negative(reply) from error
            raise Unintelligible(repr(reply)) from error
