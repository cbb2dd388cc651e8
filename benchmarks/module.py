"""The module of the transfer benchmarks: a virtual modem and the servers that it talks to, in a process of their own.

The parent has the paths of its pseudo-terminals and the addresses of the servers; everything else goes over the lines.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar, Self


class Module:
    """The side of the parent: ``paths`` are terminals of one module, ``ftp`` is the port of its server."""

    core: ClassVar[int | None] = None

    def __init__(self, dialect: str, *, lines: int = 1, files: dict[str, int] | None = None, baud: str = "unlimited"):
        wanted = {"dialect": dialect, "lines": lines, "files": files or {}, "baud": baud, "core": self.core}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.module", json.dumps(wanted)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )
        assert self._child.stdout is not None
        facts = json.loads(self._child.stdout.readline())
        self.paths: list[str] = facts["paths"]
        self.ftp: int = facts["ftp"]

    @property
    def pid(self) -> int:
        """Its process."""
        return self._child.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child.stdout.close()


def peak_of(pid: int) -> int:
    """The most memory that a process has had since this was asked last, in kB."""
    process = Path(f"/proc/{pid}")
    status = (process / "status").read_text("ascii")
    (process / "clear_refs").write_text("5")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


async def _serve(wanted: dict[str, object]) -> None:
    from simcom_async.sites import FtpSite
    from simcom_async.virtual import VirtualModem

    dialect, lines, files = str(wanted["dialect"]), wanted["lines"], wanted["files"]
    assert isinstance(lines, int) and isinstance(files, dict)
    async with (
        FtpSite(files) as site,
        VirtualModem(dialect, urc_delay=0, echo=False, baud=wanted["baud"]) as virtual,
    ):
        paths = [await virtual.open_pty() for _ in range(lines)]
        print(json.dumps({"paths": paths, "ftp": site.port}), flush=True)
        hung_up = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(0, lambda: hung_up.done() or hung_up.set_result(None))
        await hung_up


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    if order["core"] is not None:
        os.sched_setaffinity(0, {order["core"]})
    asyncio.run(_serve(order))
