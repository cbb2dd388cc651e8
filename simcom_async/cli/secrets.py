"""Secrets in traffic that somebody else's program makes: found before they are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import SecretStr

from simcom_async.at.codec import compiled
from simcom_async.at.commandline import parse
from simcom_async.at.dialect import Dialect
from simcom_async.at.secret import takes_secrets
from simcom_async.at.undeclared import (
    enters_secret,
    secret_shapes,
    shows_undeclared,
    suspicious,
    undeclared_secrets,
    undeclared_values,
)

if TYPE_CHECKING:
    from simcom_async.at.message import Message

__all__ = ["SecretWatch"]

_LINE_BOUND = 1024
_ENTRY_BOUND = 16384
_ENDS = b"\r\n"
_PEM = b"-----BEGIN "
_EDITING = b"\x08\x7f"
_PEM_END = b"-----END "
#: Behind one of these a secret may begin: a parameter, a user in a URL, a code that is dialled.
_MARKS = b"=/*"
_NEAR = 64  # bytes in front of it that tell
_FINALS = (b"OK", b"ERROR", b"+CME ERROR", b"+CMS ERROR")


class SecretWatch:
    """Looks at command lines and replies, and tells ``mask`` each secret before handing on the bytes that hold it.

    Of a command that takes a secret, or that no dialect declares, the bytes from the equals sign on are kept back until
    the line ends; after a command whose reply can show a secret, each received line until it ends. Of what is handed
    over behind a command line, keys and certificates are kept back: in PEM line by line, else as their number says.
    """

    def __init__(self, dialects: tuple[Dialect, ...], mask: Callable[[bytes], None]) -> None:
        self._dialects = dialects
        self._mask = mask
        commands = [command for dialect in dialects for command in dialect.table.declared if command.wire.name]
        self._declared = {command.wire.name.upper().encode() for command in commands}
        self._delicate = {command.wire.name.upper().encode() for command in commands if takes_secrets(command)}
        self._typed = bytearray()
        self._kept = bytearray()
        self._keeping = False
        self._whole = False  # all that is kept is to be masked, should the line not be understood
        self._torn = False  # part of the line was let go, or taken back
        self._entry = self._pem = 0  # bytes of a key that are to come; at most, where only its last line tells
        self._showing: tuple[type[Message], ...] = ()
        self._veiled = False
        self._unread = bytearray()

    @property
    def keeps(self) -> bool:
        """Whether bytes are kept back."""
        return bool(self._kept or self._unread)

    def sent(self, data: bytes) -> bytes:
        """Take what the host sends; what of it may go on now."""
        on = bytearray()
        for byte in data:
            self._kept.append(byte)
            if self._entry:
                self._enter()
            else:
                self._type(byte)
            if not self._keeping:
                on += self._kept
                self._kept.clear()
        return bytes(on)

    def received(self, data: bytes) -> bytes:
        """Take what the module sends; what of it may go on now."""
        if not (self._showing or self._veiled):
            return data
        self._unread += data
        end = max(self._unread.rfind(b"\n"), len(self._unread) - _LINE_BOUND - 1) + 1
        for line in bytes(self._unread[:end]).splitlines():
            self._reply(line)
        on = bytes(self._unread[:end])
        del self._unread[:end]
        return on

    def release(self) -> tuple[bytes, bytes]:
        """All that is kept back, sent and received, is masked: the rest of those lines may come later, or never."""
        if self._entry:
            self._conceal(bytes(self._kept))
            self._entry = max(self._entry - len(self._kept), 0)
        elif self._keeping:
            self._hide()
            self._torn = True
        self._conceal(bytes(self._unread))
        kept, unread = bytes(self._kept), bytes(self._unread)
        self._kept.clear()
        self._unread.clear()
        return kept, unread

    def _type(self, byte: int) -> None:
        """A character of a line."""
        if byte in _ENDS:
            self._end(bytes(self._typed))
            self._typed.clear()
            self._keeping = self._whole = self._torn = False
        elif len(self._typed) >= _LINE_BOUND:
            if self._keeping:
                self._hide()
            self._keeping = False
        elif byte in _EDITING:
            del self._typed[-1:]
            self._torn = True
        else:
            self._typed.append(byte)
            self._watch(byte, bytes(self._typed))

    def _watch(self, byte: int, typed: bytes) -> None:
        """Behind this character there may be a secret."""
        if self._pem or typed == _PEM:
            self._pem = self._pem or _ENTRY_BOUND
            self._keeping = True
        elif byte in _MARKS and not self._whole:
            body = _body(typed)
            name = body.upper().replace(b" ", b"").rpartition(b";")[2].rstrip(b"=")
            named = byte == ord("=")
            self._whole = named and name in self._delicate
            unknown = named and name not in self._declared
            self._keeping = self._keeping or self._whole or unknown or suspicious(body[-_NEAR:])

    def _end(self, typed: bytes) -> None:
        """A line has ended."""
        if self._keeping and self._torn:
            self._hide()
        if self._pem:
            self._pem = 0 if typed.startswith(_PEM_END) else max(self._pem - len(typed), 0)
            self._conceal(b"" if typed.startswith(b"-----") else typed)
        else:
            self._command(typed)

    def _command(self, typed: bytes) -> None:
        self._showing, self._veiled = (), False
        body = _body(typed)
        if not body:
            return
        understood = False
        for dialect in self._dialects:
            parts = list(parse(body, dialect))
            commands = [part.command for part in parts if part.command is not None]
            understood = understood or len(commands) == len(parts)
            for command in commands:
                for secret in filter(None, command.secrets):
                    self._mask(secret)
                self._showing += tuple(reply for reply in command.wire.replies if takes_secrets(reply))
        for secret in secret_shapes(body) if understood else undeclared_secrets(body):
            self._mask(secret)
        if not understood:
            self._veiled = shows_undeclared(body)
            self._entry = min(enters_secret(body), _ENTRY_BOUND)
            if self._whole:
                self._hide()

    def _enter(self) -> None:
        """A byte behind a line that says that a key follows; where a command does, none was asked for."""
        kept = bytes(self._kept).lstrip(_ENDS)
        self._keeping = len(kept) < self._entry
        if kept[:2].upper() == b"AT":
            self._entry, self._keeping = 0, False
            self._typed += kept
        elif not self._keeping:
            self._conceal(kept)
            self._entry = 0

    def _hide(self) -> None:
        """Mask all that is kept, but the equals sign with which it begins."""
        self._conceal(bytes(self._kept).removeprefix(b"="))

    def _conceal(self, data: bytes) -> None:
        """Mask all of it but what surrounds it."""
        if data.strip():
            self._mask(data.strip())

    def _reply(self, line: bytes) -> None:
        for reply in self._showing:
            match = compiled(reply).match(line)
            if match is None:
                continue
            message = compiled(reply).build(match)
            for name in type(message).model_fields:
                value = getattr(message, name)
                if isinstance(value, SecretStr) and value.get_secret_value():
                    self._mask(value.get_secret_value().encode("utf-8"))
        if self._veiled and not line.startswith((*_FINALS, b"AT")):
            for value in undeclared_values(line.partition(b":")[2]):
                self._conceal(value)


def _body(typed: bytes) -> bytes:
    """What stands behind the AT of a line; nothing without one."""
    return typed[start + 2 :] if (start := typed.upper().find(b"AT")) >= 0 else b""
