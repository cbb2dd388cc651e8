"""What the log and the errors show of the traffic: everything but secrets."""

from __future__ import annotations

import logging
import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from simcom_async.at.command import RawCommand

if TYPE_CHECKING:
    from simcom_async.at.command import Command
    from simcom_async.at.exchange import Exchange

__all__ = ["Trace"]

_log = logging.getLogger("simcom_async.link")

#: Bytes of one read that are remembered for errors and shown in the log.
_SHOWN = 256
_PIECES = 8
#: Secrets of earlier commands whose echo may still be in what was remembered.
_SECRETS = 16
_QUOTED = re.compile(rb'"[^"]*"?')


class Trace:
    """Remembers the last bytes received, and logs traffic at DEBUG, with secrets masked (law 10).

    ``delicate``: a secret stands in the command in flight, or in its reply. What is received then is logged when the
    command has ended, because the reads may cut a secret in two.
    """

    def __init__(self, url: str) -> None:
        self.delicate = False
        self._url = url
        self._pieces: deque[bytes] = deque(maxlen=_PIECES)
        self._secrets: deque[bytes] = deque(maxlen=_SECRETS)
        self._quoted = False
        self._cut = False

    def command(self, exchange: Exchange) -> None:
        """A command line is about to be written."""
        kind = type(exchange.command)
        raw = kind is RawCommand and bool(exchange.command.secrets)
        if self.delicate or raw or _delicate(kind):
            self._prepare(exchange, kind)
            self.delicate |= raw
        self._pieces.clear()
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s TX %r", self._url, self._mask(exchange.text + b"\r"))

    def ended(self) -> None:
        """The command in flight has ended."""
        if self.delicate:
            shown = self._shown()
            if shown:
                _log.debug("%s RX %r", self._url, shown)
            if self._quoted:
                self._pieces.clear()
            self.delicate = self._quoted = self._cut = False

    def entry(self, data: bytes) -> None:
        """Bytes of an entry, or of an abort, are about to be written."""
        if _log.isEnabledFor(logging.DEBUG):
            shown = repr(data) if len(data) == 1 else "entry"
            _log.debug("%s TX %s, %d bytes", self._url, shown, len(data))

    def received(self, data: bytes) -> None:
        """Bytes have been received."""
        if self.delicate:
            self._cut |= len(data) > _SHOWN or len(self._pieces) == _PIECES
        elif _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s RX %r%s", self._url, self._mask(data[:_SHOWN]), _length(data))
        self._pieces.append(data if len(data) <= _SHOWN else data[-_SHOWN:])

    def seen(self) -> bytes:
        """The last bytes received since the last command was written, masked."""
        return self._shown()[-_SHOWN:]

    def _prepare(self, exchange: Exchange, kind: type[Command[Any]]) -> None:
        self.ended()
        self.delicate = _delicate(kind)
        self._quoted = _receives_secrets(kind)
        self._secrets.extend(secret for secret in exchange.command.secrets if secret)

    def _shown(self) -> bytes:
        data = self._mask(b"".join(map(self._mask_edges, self._pieces)))
        if not self._quoted:
            return data
        # Of a string whose beginning is missing nobody can tell that it was one.
        return b"*" * len(data) if self._cut else _QUOTED.sub(lambda match: b'"' + b"*" * (len(match[0]) - 1), data)

    def _mask(self, data: bytes) -> bytes:
        for secret in self._secrets:
            data = data.replace(secret, b"*" * len(secret))
        return data

    def _mask_edges(self, piece: bytes) -> bytes:
        """Masks the part of a secret with which a read begins or ends."""
        for secret in self._secrets:
            for length in range(len(secret) - 1, 0, -1):
                if piece.endswith(secret[:length]):
                    piece = piece[:-length] + b"*" * length
                if piece.startswith(secret[-length:]):
                    piece = b"*" * length + piece[length:]
        return piece


def _length(data: bytes) -> str:
    return f"... {len(data)} bytes" if len(data) > _SHOWN else ""


@cache
def _delicate(kind: type[Command[Any]]) -> bool:
    """Whether a secret stands in its line or in its reply."""
    sends = any(SecretStr in _types(info.annotation) for info in kind.model_fields.values())
    return sends or _receives_secrets(kind)


@cache
def _receives_secrets(kind: type[Command[Any]]) -> bool:
    """Whether its reply can show a secret: a stored setting is read back with it."""
    return any(
        reply.secret or any(SecretStr in _types(info.annotation) for info in reply.model_fields.values())
        for reply in kind.wire.replies
    )


def _types(annotation: object) -> tuple[object, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))
