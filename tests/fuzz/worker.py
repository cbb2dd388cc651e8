"""One target under atheris, in a process of its own: ``python -m tests.fuzz.worker NAME [options of libFuzzer]``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz.target import Target, modules

_PACKAGE = Path(__file__).parents[2] / "simcom_async"


def _others(names: tuple[str, ...]) -> list[str]:
    """All modules of the package but these."""
    files = (path.relative_to(_PACKAGE.parent).with_suffix("").parts for path in _PACKAGE.rglob("*.py"))
    return [found for parts in files if (found := ".".join(parts).removesuffix(".__init__")) not in names]


def main(arguments: list[str]) -> None:
    """Instrument the modules of the target, and nothing else, and fuzz until libFuzzer ends the process."""
    import atheris

    name, *options = arguments
    with atheris.instrument_imports(include=[_PACKAGE.name], exclude=_others(modules(name))):
        target = Target.of(name)

    def check(data: bytes) -> None:
        target.check(data)

    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
