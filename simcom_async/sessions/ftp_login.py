"""The server of an FTP session and how to talk to it, checked before a byte is sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from simcom_async.at.fields import Range, Text
from simcom_async.errors import UsageError

__all__ = ["FtpLogin"]

_PORT = Range(1, 65535)
_HOST = Text(min=1)


@dataclass(frozen=True, kw_only=True)
class FtpLogin:
    """A server, a user, and the ways of RFC 959. Making one raises UsageError, naming field and limit."""

    host: str
    port: int = 21
    user: str = "anonymous"
    password: SecretStr = field(default=SecretStr(""))
    tls: bool = False
    passive: bool = True
    binary: bool = True
    single_ip: bool = False

    def __post_init__(self) -> None:
        for name in ("host", "user"):
            _expect(name, getattr(self, name), str)
        _expect("password", self.password, SecretStr)
        _HOST.check("host", self.host)
        if any(character in self.host for character in " /:@"):
            raise UsageError(
                f"host: {self.host!r} is no host name or address; port, user and path are parameters of their own",
                field="host",
                value=self.host,
                allowed="a name or an address",
            )
        _expect("port", self.port, int)
        _PORT.check("port", self.port)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def _expect(field: str, value: object, kind: type) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{field}: a {type(value).__name__} cannot be taken, allowed is {kind.__name__}", field=field)
