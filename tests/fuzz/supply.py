"""Choices made from bytes: the same bytes make the same choices, with a fuzzer and without."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

__all__ = ["Supply", "bytewise", "cut_by", "packed", "packed_number"]

T = TypeVar("T")

#: Lengths below it are one byte, from it on two: the byte above it, and the low byte.
_SHORT = 0xF0
_LONGEST = (0xFF - _SHORT) * 256 + 0xFF
#: Bytes at either end of a text that are pieces of their own, and pieces of what is between them.
_ENDS, _BETWEEN = 24, 16


class Supply:
    """Bytes that decide; when they are used up every choice is the first, and every text is empty."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def byte(self) -> int:
        """The next byte, 0 behind the last one."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def take(self, count: int) -> bytes:
        """The next bytes, fewer at the end."""
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._data))

    def flag(self) -> bool:
        """Yes or no."""
        return self.byte() % 2 == 1

    def upto(self, most: int) -> int:
        """A number from 0 to ``most``."""
        size = max(1, (most.bit_length() + 7) // 8)
        number = 0
        for _ in range(size):
            number = number << 8 | self.byte()
        return number % (most + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of them."""
        return choices[self.upto(len(choices) - 1)]

    def some(self) -> bytes:
        """Bytes behind their own count; ``packed`` is the way back."""
        count = self.byte()
        if count >= _SHORT:
            count = (count - _SHORT) * 256 + self.byte()
        return self.take(count)

    def text(self) -> str:
        """Text of any characters."""
        data = self.some()
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1") if len(data) % 2 else data.decode("utf-8", "surrogateescape")

    def number(self) -> int:
        """A whole number of any size, the interesting ones among them."""
        kind = self.byte()
        if kind < len(_NUMBERS):
            return _NUMBERS[kind]
        return int.from_bytes(self.take(kind % 9), "big", signed=kind >= 0x80)

    def cut(self, data: bytes) -> list[bytes]:
        """The same bytes in pieces: whole, byte by byte, or cut at chosen places."""
        style = self.byte() % 4
        if style == 0:
            return [data]
        if style == 1:
            return bytewise(data)
        places = sorted(self.upto(len(data)) for _ in range(1 + self.byte() % 6))
        return [data[start:end] for start, end in pairwise([0, *places, len(data)])]


_NUMBERS = (0, 1, 2, 3, -1, 9, 10, 99, 100, 255, 256, 1460, 4096, 65535, 65536, 2**31 - 1, 2**31, 2**32, 10**21)


def bytewise(data: bytes) -> list[bytes]:
    """The same bytes one by one; the middle of a long text is in a few pieces, for many cost time and tell no more."""
    middle = len(data) - 2 * _ENDS
    step = max(1, -(-middle // _BETWEEN))
    places = [*range(_ENDS), *range(_ENDS, _ENDS + middle, step), *range(_ENDS + middle, len(data))]
    if middle <= 0:
        places = list(range(len(data)))
    return [data[start:end] for start, end in pairwise([*places, len(data)])]


def cut_by(seed: int, data: bytes) -> list[bytes]:
    """The same bytes in pieces at places that the seed and they themselves decide."""
    return Supply(bytes([2, seed % 256, 5 * seed % 256]) + data[:-8:-1]).cut(data)


def packed(data: bytes) -> bytes:
    """What ``Supply.some`` makes ``data`` of, cut at what it can hold."""
    data = data[:_LONGEST]
    if len(data) < _SHORT:
        return bytes([len(data)]) + data
    return bytes([_SHORT + len(data) // 256, len(data) % 256]) + data


def packed_number(number: int, most: int) -> bytes:
    """What ``Supply.upto(most)`` makes ``number`` of."""
    return number.to_bytes(max(1, (most.bit_length() + 7) // 8), "big")
