"""An address on the network as text."""

from __future__ import annotations

import re

__all__ = ["host_and_port"]

_PORT = re.compile(r"[0-9]{1,5}")


def host_and_port(text: str) -> tuple[str, int] | None:
    """The two of ``HOST:PORT``; None where no number of at most five digits stands behind the last colon.

    Whether there is such a host, or such a port, is not looked at.
    """
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and _PORT.fullmatch(port) else None
