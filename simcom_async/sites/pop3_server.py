"""One conversation of Pop3Site: each command noted, perhaps struck by a fault, else answered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simcom_async.sites.mail_policy import MailCommand, MailFault

if TYPE_CHECKING:
    from simcom_async.sites.pop3 import Pop3Site, StoredMail

__all__ = ["Pop3Conversation"]

_PIECE = 65_536
_NUMBER = re.compile(r"[0-9]{1,9}")

_BEFORE_LOGIN = {"USER", "PASS", "CAPA", "QUIT"}
_CAPABILITIES = "USER\r\nTOP\r\nUIDL"


class _Refused(Exception):
    """The answer is ``-ERR`` and this."""


class Pop3Conversation:
    """What is said over one connection."""

    def __init__(self, site: Pop3Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._site = site
        self._reader = reader
        self._writer = writer
        self._user: str | None = None
        self._box: list[StoredMail] | None = None
        self._marked: set[int] = set()
        site.log.connections += 1
        self._command = MailCommand(site.log.connections, "")

    async def run(self) -> None:
        """Greet, and answer until either side ends it."""
        self._site.log.notify()
        await self._perform("", "")
        while not self._writer.is_closing() and self._command.verb != "QUIT":
            try:
                line = await self._reader.readline()
            except ValueError:  # how asyncio says that a line is too long
                await self._say("-ERR a line without an end")
                return
            if not line.endswith(b"\n"):
                return
            verb, _, argument = line.decode("utf-8", "surrogateescape").strip("\r\n").partition(" ")
            verb = verb.upper()
            shown = "*" * len(argument) if verb == "PASS" else argument
            self._command = self._site.log.add(MailCommand(self._command.connection, verb, shown))
            await self._perform(verb, argument)

    async def _perform(self, verb: str, argument: str) -> None:
        """Answer a command, or let a fault strike; the empty one is the greeting."""
        fault = self._site.policy.fault_at(verb, self._command.argument)
        now = fault if fault is not None and fault.after is None else None
        if now is not None and not now.done and not await self._strike(now):
            return
        try:
            status, body = self._answer(verb, argument)
        except _Refused as refused:
            status, body = f"-ERR {refused}", None
        if now is not None and now.done and not await self._strike(now):
            return
        await self._say(status)
        if body is not None:
            await self._send(body, fault)

    async def _strike(self, fault: MailFault) -> bool:
        return await self._site.policy.strike(fault, self._say, self._writer.transport)

    def _answer(self, verb: str, argument: str) -> tuple[str, bytes | None]:
        """The status line of an answer, and what follows it (None: nothing does)."""
        if verb in _BEFORE_LOGIN or not verb:
            return self._answer_anybody(verb, argument)
        if self._box is None:
            raise _Refused("log in first")
        match verb:
            case "STAT":
                sizes = [mail.size for _, mail in self._present(self._box)]
                return f"+OK {len(sizes)} {sum(sizes)}", None
            case "LIST" | "UIDL":
                return self._list(self._box, verb, argument)
            case "RETR":
                mail = self._one(self._box, argument)
                return f"+OK {mail.size} octets", mail.content
            case "TOP":
                number, _, lines = argument.partition(" ")
                return "+OK", _top(self._one(self._box, number).content, lines)
            case "DELE":
                self._one(self._box, argument)
                self._marked.add(int(argument))
                return "+OK marked", None
            case "RSET":
                self._marked.clear()
                return "+OK", None
            case "NOOP":
                return "+OK", None
            case _:
                raise _Refused("no such command")

    def _answer_anybody(self, verb: str, argument: str) -> tuple[str, bytes | None]:
        match verb:
            case "":
                return "+OK ready", None
            case "CAPA":
                return f"+OK\r\n{_CAPABILITIES}", b""
            case "QUIT":
                marked, self._marked = self._marked, set()
                self._site.remove((self._box or [])[number - 1] for number in sorted(marked))
                return "+OK bye", None
            case "USER":
                self._user = argument
                return "+OK and the password", None
            case _:
                return self._log_in(argument), None

    def _log_in(self, password: str) -> str:
        if self._user is None or self._box is not None:
            raise _Refused("USER first, once")
        if self._site.users.get(self._user) != password:
            raise _Refused("[AUTH] user and password do not match")
        self._box = list(self._site.mails)
        return f"+OK {len(self._box)} mails"

    def _list(self, box: list[StoredMail], verb: str, argument: str) -> tuple[str, bytes | None]:
        def fact(mail: StoredMail) -> str:
            return str(mail.size) if verb == "LIST" else mail.uid

        if argument:
            mail = self._one(box, argument)
            return f"+OK {int(argument)} {fact(mail)}", None
        lines = [f"{number} {fact(mail)}\r\n" for number, mail in self._present(box)]
        return f"+OK {len(lines)} mails", "".join(lines).encode()

    def _present(self, box: list[StoredMail]) -> Iterator[tuple[int, StoredMail]]:
        return ((number, mail) for number, mail in enumerate(box, 1) if number not in self._marked)

    def _one(self, box: list[StoredMail], argument: str) -> StoredMail:
        found = dict(self._present(box)).get(int(argument) if _NUMBER.fullmatch(argument) else 0)
        if found is None:
            raise _Refused("no such mail")
        return found

    async def _say(self, line: str) -> None:
        self._command.reply = line
        self._writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")
        self._site.log.notify()
        await self._writer.drain()

    async def _send(self, body: bytes, fault: MailFault | None) -> None:
        """What follows a status line, through the gate, with the final dot; a fault strikes behind ``after`` bytes."""
        if body.startswith(b"."):
            body = b"." + body
        body = body.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        start = 0
        while start < len(body):
            if fault is not None and fault.after is not None and start >= fault.after:
                if not await self._strike(fault):
                    return
                fault = None
            end = len(body) if fault is None or fault.after is None else min(fault.after, len(body))
            taken = await self._site.gate.take(min(_PIECE, end - start))
            self._writer.write(body[start : start + taken])
            await self._writer.drain()
            start += taken


def _top(content: bytes, lines: str) -> bytes:
    """The head of a mail and so many lines of its body (RFC 1939 section 7)."""
    if _NUMBER.fullmatch(lines) is None:
        raise _Refused("TOP mail lines")
    head, blank, body = content.partition(b"\r\n\r\n")
    kept = body.split(b"\r\n")[: int(lines)]
    shown = head + blank + b"".join(line + b"\r\n" for line in kept)
    return content[: len(shown)]
