"""What a parameter may hold: markers that stand in the annotation of a field.

``Annotated[int, Range(1, 3)]`` is a number from 1 to 3, ``Annotated[str, Text(max=50)]`` a quoted string of at most 50
characters, ``Annotated[str, Text(quoted=False)]`` a bare word. Limits bind the sender of a command; what a module sends
is taken as it comes.
"""

import re
from dataclasses import dataclass

from simcom_async.errors import LimitExceeded, UsageError

__all__ = ["Quoting", "Range", "Rest", "Text"]

#: True: always in quotes. False: never. None: written in quotes, read with or without.
Quoting = bool | None

_REFUSED = {0x22: "a quote", 0x0D: "CR", 0x0A: "LF", 0x1A: "Ctrl-Z", 0x1B: "ESC"}


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from ``low`` to ``high``, both included; None is no bound. ``exclude`` are holes in it.

    In what a module sends the holes of an enum count, too: there the number belongs to another line of the same tag.
    """

    low: int | None = None
    high: int | None = None
    exclude: tuple[int, ...] = ()

    @property
    def allowed(self) -> str:
        """The range as the sentence of an error has it."""
        low = "" if self.low is None else str(self.low)
        high = "" if self.high is None else str(self.high)
        if low and high:
            return f"{low} to {high}"
        return f"{low} or more" if low else f"{high} or less" if high else "any whole number"

    def check(self, field: str, value: int) -> None:
        """Raise LimitExceeded when ``value`` is outside."""
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        if too_low or too_high or value in self.exclude:
            raise LimitExceeded(
                f"{field}: {value} is outside the limits, allowed is {self.allowed}",
                field=field,
                value=value,
                allowed=self.allowed,
            )


@dataclass(frozen=True, slots=True)
class Text:
    """A string of ``min`` to ``max`` characters (``max`` None: only the command line limits it).

    ``quoted`` says whether it stands in quotes on the wire; ``pattern`` is a regular expression for the whole value,
    which also shows where a bare word ends. With ``plain`` a value that may stand in quotes is written without them
    where nothing in it needs them. With ``tagged`` a value that is not ASCII is written as
    ``{non-ascii}"hex of its UTF-8"``; without it such a value is refused, unless ``latin1`` allows the characters up
    to 0xFF. With ``octets`` a tagged value keeps bytes that are no UTF-8, as PEP 383 has it (``os.fsdecode``): they
    belong to another machine, which has its own code page.
    """

    max: int | None = None
    min: int = 0
    quoted: Quoting = True
    pattern: str = ""
    plain: bool = False
    tagged: bool = False
    latin1: bool = False
    octets: bool = False

    @property
    def allowed(self) -> str:
        """The limits as the sentence of an error has them."""
        if self.max is None:
            length = f"{self.min} or more characters" if self.min else "any characters"
        else:
            length = f"{self.min} to {self.max} characters"
        return f"{length}, without quotes and control characters"

    def check(self, field: str, value: str, *, secret: bool = False) -> None:
        """Raise UsageError when ``value`` cannot be carried (law 11: no parameter breaks out)."""
        shown = None if secret else value
        for place, character in enumerate(value):
            number = ord(character)
            if number == 0x22 or number < 0x20 or number == 0x7F:
                name = _REFUSED.get(number, f"control character 0x{number:02X}")
                raise UsageError(
                    f"{field}: {name} at position {place} cannot be part of an AT parameter, allowed is {self.allowed}",
                    field=field,
                    value=shown,
                    allowed=self.allowed,
                )
            if self.quoted is False and not self.pattern and character in ',;"':
                raise UsageError(
                    f"{field}: {character!r} at position {place} would end this unquoted parameter",
                    field=field,
                    value=shown,
                    allowed=self.allowed,
                )
            if not self._carries(number):
                raise UsageError(
                    f"{field}: {character!r} at position {place} is not ASCII, which this parameter cannot carry",
                    field=field,
                    value=shown,
                    allowed="ASCII characters",
                )
        if self.pattern and re.fullmatch(self.pattern, value) is None:
            raise UsageError(
                f"{field}: the characters or their order are not allowed here",
                field=field,
                value=shown,
                allowed=f"what matches {self.pattern}",
            )
        if len(value) < self.min or (self.max is not None and len(value) > self.max):
            raise LimitExceeded(
                f"{field}: {len(value)} characters, allowed is {self.allowed}",
                field=field,
                value=shown,
                allowed=self.allowed,
            )

    def _carries(self, number: int) -> bool:
        """Whether a character can be written at all, apart from those that break out."""
        if number <= 0x7E:
            return True
        if 0xD800 <= number <= 0xDFFF:  # one half of a pair: no character and no UTF-8, but perhaps a byte (PEP 383)
            return self.octets and 0xDC80 <= number <= 0xDCFF
        return self.tagged or (self.latin1 and number < 0x100)


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest of the line, whatever it holds, as text: header fields, listings, lines of free text.

    ``begins`` is how it begins, where that tells it from another line of the same tag; a digit stands for any digit.
    """

    begins: str = ""
