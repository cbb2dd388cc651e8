"""Other cases from known ones, without a fuzzer: for the run of every day, always the same with the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

__all__ = ["mutated"]


def mutated(cases: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Cases without end: changed, cut, joined, or of bytes by chance."""
    random = Random(seed)
    while True:
        if not cases or random.random() < 0.2:
            yield random.randbytes(random.randrange(300))
            continue
        data = bytearray(random.choice(cases))
        for _ in range(random.randrange(1, 8)):
            place = random.randrange(len(data) + 1)
            match random.randrange(4):
                case 0:
                    data[place : place + 1] = random.randbytes(1)
                case 1:
                    del data[place : place + random.randrange(8)]
                case 2:
                    data[place:place] = random.randbytes(random.randrange(1, 12))
                case _:
                    other = random.choice(cases)
                    data[place:] = other[random.randrange(len(other) + 1) :]
        yield bytes(data)
