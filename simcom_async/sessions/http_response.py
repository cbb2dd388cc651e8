"""What comes back from an HTTP server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ContentRange", "HttpResponse", "parsed_headers"]

_BLANKS = " \t"
_CONTENT_RANGE = re.compile(r"bytes\s+(\d{1,20})-(\d{1,20})/(\d{1,20}|\*)", re.ASCII | re.IGNORECASE)  # RFC 9110 14.4


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer: ``status`` as the server gave it, ``headers`` by lower-cased name, ``body`` whole.

    ``headers`` is None where the module does not tell them; equal names are joined with a comma (RFC 9110 section 5.3).
    """

    status: int
    headers: Mapping[str, str] | None = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """Which bytes of a resource an answer holds; ``total`` is its size, None when the server does not tell."""

    first: int
    last: int
    total: int | None

    @classmethod
    def of(cls, headers: Mapping[str, str] | None) -> ContentRange | None:
        """The range that the headers name, None when they name none."""
        found = _CONTENT_RANGE.fullmatch((headers or {}).get("content-range", ""))
        if found is None:
            return None
        first, last, total = found.groups()
        return cls(int(first), int(last), None if total == "*" else int(total))


def parsed_headers(block: bytes) -> dict[str, str]:
    """The header lines of an answer's head, status line or not; a folded line continues the one before it."""
    headers: dict[str, list[str]] = {}
    name = ""
    for line in block.decode("latin-1").replace("\r\n", "\n").split("\n"):
        given, mark, value = line.partition(":")
        if line.startswith((" ", "\t")) and name:
            headers[name] += (" ", line.strip(_BLANKS))
            continue
        name = given.lower() if mark and " " not in given else ""
        if name:
            value = value.strip(_BLANKS)
            if name in headers:
                headers[name] += (", ", value)
            else:
                headers[name] = [value]
    return {name: "".join(parts) for name, parts in headers.items()}
