"""Result codes: numbers that know their meaning, whether a retry may help, and what will."""

from enum import IntEnum
from typing import Self

__all__ = ["Code"]


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
