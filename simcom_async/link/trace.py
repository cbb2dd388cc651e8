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
#: Bytes that wait for the log while a secret may be cut in two.
_HELD = 4096
#: Secrets of earlier commands whose echo may still be in what was remembered.
_SECRETS = 16
_QUOTED = re.compile(rb'"[^"]*"?')


class Trace:
    """Remembers the last bytes received, and logs traffic at DEBUG, with secrets masked (law 10).

    ``delicate``: a secret stands in the command in flight, or in its reply.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pieces: deque[bytes] = deque(maxlen=_PIECES)
        self._secrets: deque[bytes] = deque(maxlen=_SECRETS)
        self._quoted = False
        self.delicate = False
        self._held = b""

    def command(self, exchange: Exchange) -> None:
        """A command line is about to be written."""
        self._pieces.clear()
        kind = type(exchange.command)
        raw = kind is RawCommand and bool(exchange.command.secrets)
        if self.delicate or raw or _delicate(kind):
            self._prepare(exchange, kind)
            self.delicate |= raw
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s TX %r", self._url, self._mask(exchange.text + b"\r"))

    def _prepare(self, exchange: Exchange, kind: type[Command[Any]]) -> None:
        self.ended()
        self.delicate = _delicate(kind)
        self._quoted = _receives_secrets(kind)
        self._secrets.extend(secret for secret in exchange.command.secrets if secret)

    def ended(self) -> None:
        """The command in flight has ended."""
        if self.delicate:
            self._show_held()
            self.delicate = self._quoted = False

    def entry(self, data: bytes) -> None:
        """Bytes of an entry, or of an abort, are about to be written."""
        if _log.isEnabledFor(logging.DEBUG):
            shown = repr(data) if len(data) == 1 else "entry"
            _log.debug("%s TX %s, %d bytes", self._url, shown, len(data))

    def received(self, data: bytes) -> None:
        """Bytes have been received."""
        self._pieces.append(data if len(data) <= _SHOWN else data[-_SHOWN:])
        if _log.isEnabledFor(logging.DEBUG):
            if self.delicate:
                # A secret may be cut in two by the reads: it is masked when all of it is here.
                self._held = (self._held + data)[-_HELD:]
            else:
                _log.debug("%s RX %r%s", self._url, self._mask(data[:_SHOWN]), _length(data))

    def seen(self) -> bytes:
        """The last bytes received since the last command was written, masked."""
        return self._mask(b"".join(self._pieces))[-_SHOWN:]

    def _show_held(self) -> None:
        held, self._held = self._held, b""
        if held:
            _log.debug("%s RX %r", self._url, self._mask(held))

    def _mask(self, data: bytes) -> bytes:
        for secret in self._secrets:
            data = data.replace(secret, b"*" * len(secret))
        if self._quoted:
            data = _QUOTED.sub(lambda match: b'"' + b"*" * (len(match[0]) - 1), data)
        return data


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
