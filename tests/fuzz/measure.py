"""Line coverage of a target by its cases: ``python -m tests.fuzz.measure NAME FOLDER`` prints JSON, a module a key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import coverage

from tests.fuzz.target import Target, kept, modules

__all__ = ["main"]


def main(name: str, folder: str) -> None:
    """Replay seeds, kept cases and those of the folder; print for each module its lines and the missing ones."""
    names = modules(name)
    paths = [f"*/{module.replace('.', '/')}.py" for module in names]
    measured = coverage.Coverage(data_file=None, config_file=False, include=paths)
    measured.start()
    target = Target.of(name)
    cases = [*target.seeds(), *kept(name), *(path.read_bytes() for path in sorted(Path(folder).glob("*")))]
    for data in cases:
        target.check(data)
    measured.stop()
    found = {}
    for module in names:
        _, lines, _, missing, _ = measured.analysis2(sys.modules[module])
        found[module] = {"lines": len(lines), "missing": missing}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
