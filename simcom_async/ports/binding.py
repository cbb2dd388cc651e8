"""Urls that say which modem is meant, and not where it is plugged in: ``imei:``, ``iccid:``, ``usb:``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Self
from urllib.parse import parse_qsl, unquote

from simcom_async.errors import UsageError

__all__ = ["Binding", "Trait"]


class Trait(Enum):
    """By what a modem is told from others."""

    IMEI = "imei"
    ICCID = "iccid"
    USB = "usb"


_SHAPES = {
    Trait.IMEI: (re.compile(r"[0-9]{14,17}"), "14 to 17 digits"),
    Trait.ICCID: (re.compile(r"[0-9]{18,20}F?", re.IGNORECASE), "18 to 20 digits"),
    Trait.USB: (re.compile(r"[^\x00-\x1f]+"), "the serial number of a USB device"),
}


@dataclass(frozen=True, slots=True)
class Binding:
    """The modem whose ``trait`` is ``value``, on one of the ports that match ``globs`` (none: any serial port)."""

    trait: Trait
    value: str
    globs: tuple[str, ...] = ()

    @classmethod
    def of(cls, url: str) -> Self | None:
        """What ``imei:867...?ports=/dev/ttyUSB*`` binds to; None for a url of another sort. Raises UsageError."""
        scheme, colon, rest = url.partition(":")
        trait = next((trait for trait in Trait if trait.value == scheme.lower()), None)
        if not colon or trait is None:
            return None
        text, _, query = rest.partition("?")
        value = unquote(text)
        shape, allowed = _SHAPES[trait]
        if not shape.fullmatch(value):
            raise UsageError(f"{scheme}: {value!r} is not {allowed}", field="url", value=url, allowed=allowed)
        globs = []
        for key, glob in parse_qsl(query, keep_blank_values=True):
            if key != "ports" or not glob:
                raise UsageError(f"{key}={glob}: unknown in {url!r}", field="url", value=url, allowed="ports=GLOB")
            globs.append(glob)
        return cls(trait, value, tuple(globs))

    @property
    def url(self) -> str:
        """The url without its ports: the name for errors and logs."""
        return f"{self.trait.value}:{self.value}"

    def fits(self, said: str) -> bool:
        """Whether this is the value; the F that fills up an ICCID is none of its digits."""
        if self.trait is Trait.ICCID:
            return said.upper().rstrip("F") == self.value.upper().rstrip("F")
        return said == self.value
