"""The smallest cases that together reach all that a corpus reaches: ``python -m tests.fuzz.keep NAME FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.target import CORPUS, Target, kept

__all__ = ["main", "smallest"]

_LONGEST = 1_200  # bytes of a case
_ROOM = 10_000  # bytes of all cases of a target
_MOST = 3_000  # cases that are looked at

Edge = tuple[str, int, int]


def main(name: str, folder: str) -> None:
    """Write the kept cases of a target anew."""
    target = Target.of(name)
    cases = {*kept(name), *(path.read_bytes() for path in Path(folder).glob("*"))}
    chosen = smallest(
        target, sorted((case for case in cases if len(case) <= _LONGEST), key=lambda case: (len(case), case))
    )
    CORPUS.mkdir(exist_ok=True)
    (CORPUS / f"{name}.txt").write_text("".join(f"{case.hex()}\n" for case in chosen if case), "ascii")
    print(f"{name}: {len(chosen)} of {len(cases)} cases, {sum(map(len, chosen))} bytes")


def smallest(target: Target, cases: list[bytes]) -> list[bytes]:
    """Those, the shortest first, that reach an edge between lines which none before them reaches."""
    files = {str(sys.modules[module].__file__) for module in target.modules}
    seen: set[Edge] = set()
    chosen: list[bytes] = []
    room = _ROOM
    for case in cases[:: max(1, len(cases) // _MOST)]:
        edges = _edges(target, files, case)
        if not edges <= seen and room >= len(case):
            seen |= edges
            chosen.append(case)
            room -= len(case)
    return chosen


def _edges(target: Target, files: set[str], case: bytes) -> set[Edge]:
    edges: set[Edge] = set()
    last: dict[FrameType, int] = {}

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if event == "call":
            if frame.f_code.co_filename not in files:
                return None
        elif event == "line":
            edges.add((frame.f_code.co_filename, last.get(frame, 0), frame.f_lineno))
        last[frame] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        target.check(case)
    finally:
        sys.settrace(None)
    return edges


if __name__ == "__main__":
    main(*sys.argv[1:])
