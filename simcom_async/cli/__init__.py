"""The command ``simcom``: ``python -m simcom_async`` is the same. Needs the extra ``cli``."""

import sys
from collections.abc import Sequence

from simcom_async.errors import MissingExtra

__all__ = ["main"]

_PACKAGES = ("click", "rich")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (``arguments`` None: those of the process) and exit with its status.

    0 done, 1 the module or the server said no, 2 wrong usage, 3 port or time-out, 130 interrupted.
    """
    try:
        from simcom_async.cli.program import run

        status = run(arguments)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _PACKAGES:
            raise
        print(f"simcom: {MissingExtra('cli', package)}", file=sys.stderr)
        status = 2
    sys.exit(status)
