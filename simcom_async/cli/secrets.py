"""Secrets in traffic that somebody else's program makes: found before they are written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from simcom_async.at.codec import compiled
from simcom_async.at.command import Command
from simcom_async.at.commandline import parse
from simcom_async.at.dialect import Dialect

if TYPE_CHECKING:
    from simcom_async.at.message import Message

__all__ = ["SecretWatch"]

_LINE_BOUND = 1024
_ENDS = b"\r\n"


class SecretWatch:
    """Looks at command lines and replies, and tells ``mask`` each secret before handing on the bytes that hold it.

    Of a command that takes a secret the bytes from the equals sign on are kept back until the line ends;
    after a command whose reply can show one, each received line until it ends.
    """

    def __init__(self, dialects: tuple[Dialect, ...], mask: Callable[[bytes], None]) -> None:
        self._dialects = dialects
        self._mask = mask
        commands = [command for dialect in dialects for command in dialect.table.declared if command.wire.name]
        self._delicate = {command.wire.name.upper().encode() for command in commands if _is_secret(command)}
        self._typed = bytearray()
        self._kept = bytearray()
        self._keeping = False
        self._showing: tuple[type[Message], ...] = ()
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
            if byte in _ENDS:
                self._command(bytes(self._typed))
                self._typed.clear()
                self._keeping = False
            elif len(self._typed) < _LINE_BOUND:
                self._typed.append(byte)
                self._keeping = self._keeping or (byte == ord("=") and self._takes_secret(bytes(self._typed)))
            elif self._keeping:
                self._hide()
            if not self._keeping:
                on += self._kept
                self._kept.clear()
        return bytes(on)

    def received(self, data: bytes) -> bytes:
        """Take what the module sends; what of it may go on now."""
        if not self._showing:
            return data
        self._unread += data
        end = max(self._unread.rfind(b"\n"), len(self._unread) - _LINE_BOUND - 1) + 1
        for line in bytes(self._unread[:end]).splitlines():
            self._reply(line)
        on = bytes(self._unread[:end])
        del self._unread[:end]
        return on

    def release(self) -> tuple[bytes, bytes]:
        """All that is kept back, sent and received: nothing more of those lines comes. It is masked."""
        self._hide()
        if self._unread.strip():
            self._mask(bytes(self._unread.strip()))
        self._keeping = False
        kept, unread = bytes(self._kept), bytes(self._unread)
        self._kept.clear()
        self._unread.clear()
        return kept, unread

    def _takes_secret(self, typed: bytes) -> bool:
        body = typed[typed.upper().find(b"AT") + 2 :].upper().replace(b" ", b"")
        name = body.rpartition(b";")[2].rstrip(b"=")
        return name in self._delicate

    def _command(self, typed: bytes) -> None:
        self._showing = ()
        start = typed.upper().find(b"AT")
        if start < 0:
            return
        understood = False
        for dialect in self._dialects:
            parts = list(parse(typed[start + 2 :], dialect))
            commands = [part.command for part in parts if part.command is not None]
            understood = understood or len(commands) == len(parts)
            for command in commands:
                for secret in filter(None, command.secrets):
                    self._mask(secret)
                self._showing += tuple(reply for reply in command.wire.replies if _is_secret(reply))
        if not understood:
            self._hide()

    def _hide(self) -> None:
        """Mask what stands behind the equals sign: it is not understood."""
        hidden = bytes(self._kept).partition(b"=")[2].strip(_ENDS) if self._keeping else b""
        if hidden:
            self._mask(hidden)
        self._keeping = False

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


def _is_secret(declaration: type[Message] | type[Command[Any]]) -> bool:
    kinds = [getattr(info.annotation, "__args__", (info.annotation,)) for info in declaration.model_fields.values()]
    return any(SecretStr in kind for kind in kinds)
