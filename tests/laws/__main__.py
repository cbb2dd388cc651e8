"""Shows that each law's test can fail: it passes as things are, and fails against a variant that breaks the law.

``python -m tests.laws`` runs them all and prints a line each; exit status 1 when a test failed as things are, or did
not notice its broken variant.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.laws.table import LAWS, Law

TIMEOUT = 300.0
#: Seconds after which a test that hangs against a variant has failed.
HANGS = 10
PASSED, FAILED = 0, 1


def _run(tests: Iterable[str], variant: str = "") -> int:
    """Run tests against a variant, or against things as they are; the exit status of pytest."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.laws.plugin", "-p", "no:cacheprovider"]
    if variant:
        command.append(f"--timeout={HANGS}")
    environment = {**os.environ, "BROKEN_LAW": variant, "CI": "true"}
    done = subprocess.run(
        [*command, *tests], env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode not in (PASSED, FAILED):
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


def _as_they_are() -> dict[Law, int]:
    """The exit status for each law as things are: one run for all of them, where that passes."""
    if _run(test for law in LAWS for test in law.tests) == PASSED:
        return dict.fromkeys(LAWS, PASSED)
    return {law: _run(law.tests) for law in LAWS}


def main() -> int:
    """Judge every law; return the exit status."""
    bad = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        whole = pool.submit(_as_they_are)
        broken = {law: [pool.submit(_run, law.tests, variant) for variant in law.variants] for law in LAWS}
        for law in LAWS:
            statuses = [status.result() for status in broken[law]]
            good = whole.result()[law] == PASSED and all(status == FAILED for status in statuses)
            bad += not good
            noticed = ", ".join(
                f"{variant}: {'fails' if status == FAILED else 'NOT NOTICED'}"
                for variant, status in zip(law.variants, statuses, strict=True)
            )
            state = "passes" if whole.result()[law] == PASSED else "FAILS"
            print(f"law {law.number:>2}  {law.title:<48} as it is: {state}; broken: {noticed}", flush=True)
    print(f"{len(LAWS)} laws, {bad} not shown")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
