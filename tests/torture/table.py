"""How many cases of each kind of fault ended how, in each service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.torture.case import SERVICES, Outcome, Verdict
from tests.torture.faults import KINDS

__all__ = ["Table"]

COLUMNS = {
    "runs": None,
    "right results": Verdict.RESULT,
    "right errors": Verdict.ERROR,
    "unnoticeable": Verdict.UNHEARD,
    "hangs": Verdict.HANG,
    "corruptions": Verdict.CORRUPT,
    "doubled": Verdict.DOUBLED,
    "wrong errors": Verdict.WRONG,
    "unusable": Verdict.DEAD,
    "tasks": Verdict.TASKS,
    "descriptors": Verdict.DESCRIPTORS,
    "bytes": Verdict.BYTES,
}


class Table:
    """Counts outcomes, and keeps those that something must be mended for."""

    def __init__(self) -> None:
        self.bad: list[Outcome] = []
        self._counts: Counter[tuple[str, str, Verdict]] = Counter()
        self._reasons: Counter[str] = Counter()

    def add(self, outcome: Outcome) -> None:
        """Count one."""
        self._counts[outcome.case.kind, outcome.case.service, outcome.verdict] += 1
        if outcome.verdict is Verdict.UNHEARD:
            self._reasons[outcome.reason] += 1
        if not outcome.verdict.good:
            self.bad.append(outcome)

    def merge(self, other: Table) -> None:
        """Count all that another one has counted."""
        self.bad += other.bad
        self._counts += other._counts
        self._reasons += other._reasons

    @property
    def runs(self) -> int:
        """How many there were."""
        return self._counts.total()

    def text(self) -> str:
        """Two tables: the kinds of faults by how they ended, and by services."""
        return "\n".join(
            [
                *self._rows("ended", COLUMNS, lambda kind, verdict: self._count(kind, None, verdict)),
                "",
                "runs (and how many of them something must be mended for) of each service:",
                *self._rows("fault", {name: name for name in SERVICES}, self._cell),
                "",
                "changed so that nobody can notice it (no checksum is over it):",
                *(f"{count:>6}  {reason}" for reason, count in self._reasons.most_common()),
            ]
        )

    def _rows(self, head: str, columns: dict[str, object], cell: object) -> Iterable[str]:
        kinds = [kind for kind in KINDS if self._count(kind, None, None)]
        rows = [[head, *columns]]
        rows += [[kind, *(str(cell(kind, key)) for key in columns.values())] for kind in kinds]  # type: ignore[operator]
        rows.append(["all", *(str(cell(None, key)) for key in columns.values())])  # type: ignore[operator]
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        for row in rows:
            first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
            yield "  ".join([first.strip().ljust(widths[0]), *others])

    def _count(self, kind: str | None, service: str | None, verdict: Verdict | None) -> int:
        return sum(
            count
            for (one, at, how), count in self._counts.items()
            if kind in (None, one) and service in (None, at) and verdict in (None, how)
        )

    def _cell(self, kind: str | None, service: str) -> str:
        runs = self._count(kind, service, None)
        bad = sum(self._count(kind, service, verdict) for verdict in Verdict if not verdict.good)
        return "-" if not runs else f"{runs} ({bad})" if bad else str(runs)
