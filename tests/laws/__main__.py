"""Shows that each law's test can fail: it passes as things are, and fails against a variant that breaks the law.

``python -m tests.laws`` runs them all and prints a line each; exit status 1 when a test failed as things are, or did
not notice its broken variant.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.laws.table import LAWS, Law

TIMEOUT = 120.0
PASSED, FAILED = 0, 1


def _run(law: Law, variant: str) -> int:
    """Run the test of a law against a variant; the exit status of pytest."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.laws.plugin", "-p", "no:cacheprovider"]
    environment = {**os.environ, "BROKEN_LAW": variant, "CI": "true"}
    done = subprocess.run(
        [*command, *law.tests], env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode not in (PASSED, FAILED):
        print(done.stdout, done.stderr, file=sys.stderr)
    return done.returncode


def _judge(law: Law) -> tuple[Law, int, list[int]]:
    return law, _run(law, ""), [_run(law, variant) for variant in law.variants]


def main() -> int:
    """Judge every law; return the exit status."""
    bad = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for law, whole, broken in pool.map(_judge, LAWS):
            good = whole == PASSED and all(status == FAILED for status in broken)
            bad += not good
            noticed = ", ".join(
                f"{variant}: {'fails' if status == FAILED else 'NOT NOTICED'}"
                for variant, status in zip(law.variants, broken, strict=True)
            )
            state = "passes" if whole == PASSED else "FAILS"
            print(f"law {law.number:>2}  {law.title:<48} as it is: {state}; broken: {noticed}", flush=True)
    print(f"{len(LAWS)} laws, {bad} not shown")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
