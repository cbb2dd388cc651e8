"""``python -m tests.fuzz``: every target under atheris for a while, and a table of what came of it.

Each target runs in a process of its own. Its corpus begins with its seeds and the kept cases and stays in ``--work``;
``--keep`` chooses the kept cases anew. The exit status is 1 when something was found.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.target import NAMES, longest, modules

__all__ = ["main"]

_WORK = Path(__file__).parents[2] / "build" / "fuzz"
_DONE = re.compile(r"Done (\d+) runs in (\d+) second")
_EXECUTIONS = re.compile(r"stat::number_of_executed_units: (\d+)")
_CASE = re.compile(r"Test unit written to (\S+)")
_HEAD = ("target", "modules", "executions", "seconds", "findings", "line coverage")


@dataclass(slots=True)
class Result:
    """What came of one target."""

    name: str
    executions: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)
    lines: int = 0
    missing: dict[str, list[int]] = field(default_factory=dict)

    @property
    def coverage(self) -> float:
        """The share of the lines of its modules that were reached, in per cent."""
        return 100.0 * (1 - sum(map(len, self.missing.values())) / self.lines) if self.lines else 0.0

    @property
    def row(self) -> tuple[str, ...]:
        """A line of the table."""
        names = " ".join(name.removeprefix("simcom_async.") for name in modules(self.name))
        reached = f"{self.coverage:.1f} %"
        return self.name, names, f"{self.executions:,}", f"{self.seconds:.0f}", str(len(self.findings)), reached


def main(arguments: Sequence[str] | None = None, *, atheris: bool | None = None) -> int:
    """Run the targets that were asked for; return the exit status."""
    options = _parser().parse_args(arguments)
    if not (find_spec("atheris") is not None if atheris is None else atheris):
        print(
            "atheris is not installed: it comes with the dependency group 'fuzz' (make fuzz), for Linux on x86-64 and "
            "macOS. What it has found is replayed without it by tests/fuzz/test_corpus.py.",
            file=sys.stderr,
        )
        return 2
    results = []
    for name in options.target or NAMES:
        result = _fuzzed(name, options)
        results.append(result)
        print("  ".join(result.row), flush=True)
        for found in result.findings:
            print(f"  finding: {found}", flush=True)
        if options.table is not None:
            options.table.write_text(_table(results), "utf-8")
    print(_table(results))
    return 1 if any(result.findings for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--target", action="append", choices=NAMES, help="only this one; may be given several times")
    parser.add_argument("--minutes", type=float, default=1.0, help="for each target (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer (default: 1)")
    parser.add_argument("--work", type=Path, default=_WORK, help="folder of the corpora (default: build/fuzz)")
    parser.add_argument("--table", type=Path, help="write the table into this file, too, as it grows")
    parser.add_argument("--keep", action="store_true", help="choose the kept cases of tests/fuzz/corpus anew")
    return parser


def _fuzzed(name: str, options: argparse.Namespace) -> Result:
    folder = options.work / name
    folder.mkdir(parents=True, exist_ok=True)
    (options.work / f"{name}.found").mkdir(exist_ok=True)
    _sow(name, folder)
    result = Result(name)
    while (left := options.minutes * 60 - result.seconds) > 1 and not result.findings:
        begun = time.monotonic()
        said = _run(name, folder, int(left + 0.5), options.seed)
        done = _DONE.search(said.stderr)
        result.seconds += int(done[2]) if done else time.monotonic() - begun
        result.executions += sum(int(count) for count in _EXECUTIONS.findall(said.stderr))
        if said.returncode:
            case = _CASE.search(said.stderr)
            result.findings.append((case[1] + "\n" if case else "") + (said.stdout + said.stderr)[-6_000:])
    measured = _said("tests.fuzz.measure", name, str(folder))
    if measured.returncode:
        result.findings.append(measured.stderr[-3_000:])
    else:
        found = json.loads(measured.stdout.splitlines()[-1])
        result.lines = sum(module["lines"] for module in found.values())
        result.missing = {module: facts["missing"] for module, facts in found.items()}
    if options.keep and not result.findings:
        print(_said("tests.fuzz.keep", name, str(folder)).stdout, end="")
    return result


def _sow(name: str, folder: Path) -> None:
    """Put the seeds and the kept cases into the corpus, each under the name that libFuzzer gives it."""
    program = (
        "import sys; from tests.fuzz.target import Target, kept; t = Target.of(sys.argv[1]);"
        "print('\\n'.join(case.hex() for case in [*t.seeds(), *kept(t.name)]))"
    )
    said = subprocess.run([sys.executable, "-c", program, name], capture_output=True, text=True, check=True)
    for line in said.stdout.split():
        case = bytes.fromhex(line)
        (folder / sha1(case, usedforsecurity=False).hexdigest()).write_bytes(case)


def _run(name: str, folder: Path, seconds: int, seed: int) -> subprocess.CompletedProcess[str]:
    limits = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={longest(name)}"]
    limits += ["-timeout=60", "-rss_limit_mb=1536"]
    found = f"-artifact_prefix={folder}.found/"
    return _said("tests.fuzz.worker", name, *limits, found, "-print_final_stats=1", "-verbosity=0", str(folder))


def _said(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", program, *arguments], capture_output=True, text=True, check=False)


def _table(results: Sequence[Result]) -> str:
    rows = [_HEAD, *(result.row for result in results)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(_HEAD))
    seconds, runs = sum(result.seconds for result in results), sum(result.executions for result in results)
    lines.append(
        f"\n{runs:,} executions in {seconds / 60:.1f} minutes; findings: {sum(len(r.findings) for r in results)}"
    )
    missing = [f"{module}: {lines}" for result in results for module, lines in result.missing.items() if lines]
    return "\n".join([*lines, "", "lines that were not reached:", *missing, ""])


if __name__ == "__main__":
    sys.exit(main())
