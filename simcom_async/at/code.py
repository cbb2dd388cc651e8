"""Result codes: numbers and words that know their meaning, whether a retry may help, and what will."""

import re
from enum import IntEnum, StrEnum
from typing import Self

__all__ = ["Code", "Word"]

_NO_NAME = re.compile(r"[^A-Z0-9]+")


class Code(IntEnum):
    """An int enum whose members carry ``meaning``, ``retry`` and ``remedy``.

    A member is declared as ``NAME = number, "meaning"[, retry[, "remedy"]]``. A number that the manual does not have
    (a firmware newer than it) becomes a member of its own, ``UNKNOWN_n``, so that no event is lost for its sake.
    """

    meaning: str
    retry: bool
    remedy: str

    def __new__(cls, number: int, meaning: str = "not in the manual", retry: bool = False, remedy: str = "") -> Self:
        """Make the member; the rest of the tuple becomes attributes."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        member.retry = retry
        member.remedy = remedy
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)  # cls.__new__ is the look-up that has just failed
        member._value_ = value
        member.meaning, member.retry, member.remedy = "not in the manual", False, ""
        member._name_ = f"UNKNOWN_{value}" if value >= 0 else f"UNKNOWN_MINUS_{-value}"
        return member

    @property
    def known(self) -> bool:
        """Whether the manual has this number."""
        return self in type(self).__members__.values()


class Word(StrEnum):
    """The same for a family whose codes are words: ``NAME = "WORD", "meaning"[, retry[, "remedy"]]``.

    A word that the manual does not have becomes a member of its own, ``UNKNOWN_WORD``.
    """

    meaning: str
    retry: bool
    remedy: str

    def __new__(cls, word: str, meaning: str = "not in the manual", retry: bool = False, remedy: str = "") -> Self:
        """Make the member; the rest of the tuple becomes attributes."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        member.retry = retry
        member.remedy = remedy
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)  # cls.__new__ is the look-up that has just failed
        member._value_ = value
        member.meaning, member.retry, member.remedy = "not in the manual", False, ""
        member._name_ = "UNKNOWN_" + _NO_NAME.sub("_", value.upper())
        return member

    @property
    def known(self) -> bool:
        """Whether the manual has this word."""
        return self in type(self).__members__.values()
