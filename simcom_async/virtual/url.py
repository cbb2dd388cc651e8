"""What a module makes of the URL that it is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin

__all__ = ["Target"]

_PARTS = re.compile(r"(?:(https?)://)?([^/?#]*)([^#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:[^@]*@)?(\[[^\]]+\]|[^:]*)(?::(\d{1,5}))?")
_PORT_BEHIND_PATH = re.compile(r"(/.*):(\d{1,5})")
_SAFE = "/?:@!$&'()*+,;=~-._%[]"
_STANDARD = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: ``path`` with its query, as it stands in the request line."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, text: str, *, tls: bool = False) -> Target | None:
        """What ``text`` means, None when that is nothing.

        The scheme may be missing and of any case; the port stands behind the host, or behind the path as the manual has
        it (SIM800 AT manual 11.2.3). ``tls`` is AT+HTTPSSL: it makes https of http.
        """
        parts = _PARTS.match(text.strip())
        authority = _AUTHORITY.fullmatch(parts[2]) if parts is not None else None
        if parts is None or authority is None or not authority[1]:
            return None
        scheme = (parts[1] or "http").lower()
        scheme = "https" if tls else scheme
        path, digits = parts[3] or "/", authority[2]
        trailing = _PORT_BEHIND_PATH.fullmatch(path)
        if digits is None and trailing is not None:
            path, digits = trailing[1], trailing[2]
        port = int(digits) if digits else _STANDARD[scheme]
        if not 0 < port < 65536:
            return None
        path = quote(path if path.startswith("/") else "/" + path, safe=_SAFE)
        host = authority[1].strip("[]")
        return cls(scheme, host, port, path) if host else None

    @property
    def authority(self) -> str:
        """Host, and port where it is not the scheme's own: the value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _STANDARD[self.scheme] else f"{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether it goes over TLS."""
        return self.scheme == "https"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    def redirected(self, location: str) -> Target | None:
        """Where a Location header leads from here (RFC 9110 10.2.2)."""
        try:
            return Target.of(urljoin(str(self), location))
        except ValueError:
            return None
