"""The Range header of RFC 9110 section 14, for one range of bytes."""

from __future__ import annotations

import re

__all__ = ["byte_range"]

ONE_RANGE = re.compile(r"bytes=\s*(\d{0,20})-(\d{0,20})\s*", re.ASCII)


def byte_range(header: str | None, length: int) -> range | None:
    """The offsets asked for; None where the whole body is to be sent, an empty range where none can be (416).

    Several ranges, other units and malformed headers ask for the whole body, as the RFC allows.
    """
    found = ONE_RANGE.fullmatch(header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if first == "":
        return range(max(0, length - int(last)), length)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last or length), length - 1) + 1)
