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
    """The side of the parent: ``paths`` are terminals of one module, ``ftp``, ``smtp`` and ``pop3`` ports of its servers.

    ``files`` are generated ones of so many bytes, ``mails`` texts of so many bytes in the mailbox.
    """

    core: ClassVar[int | None] = None

    def __init__(
        self,
        dialect: str,
        *,
        files: dict[str, int] | None = None,
        mails: tuple[int, ...] = (),
        baud: str = "unlimited",
    ) -> None:
        wanted = {"dialect": dialect, "files": files or {}, "mails": mails, "baud": baud, "core": self.core}
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
        self.smtp: int = facts["smtp"]
        self.pop3: int = facts["pop3"]

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


def mail_of(size: int) -> bytes:
    """A mail of about so many bytes, in lines of text."""
    line = b"The quick brown fox jumps over the lazy dog, again and again, 0123456789.\r\n"
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: a long one\r\n\r\n"
    return head + line * (max(0, size - len(head)) // len(line))


async def _serve(dialect: str, files: dict[str, int], mails: list[int], baud: str) -> None:
    from simcom_async.sites import FtpSite, Pop3Site, SmtpSite
    from simcom_async.virtual import VirtualModem

    async with (
        FtpSite(files) as ftp,
        SmtpSite(users={"user": "secret"}) as smtp,
        Pop3Site(map(mail_of, mails)) as pop3,
        VirtualModem(dialect, urc_delay=0, echo=False, baud=baud) as virtual,
    ):
        paths = [await virtual.open_pty()]
        facts = {"paths": paths, "ftp": ftp.port, "smtp": smtp.port, "pop3": pop3.port}
        print(json.dumps(facts), flush=True)
        hung_up = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(0, lambda: hung_up.done() or hung_up.set_result(None))
        await hung_up


if __name__ == "__main__":
    order = json.loads(sys.argv[1])
    core = order.pop("core")
    if core is not None:
        os.sched_setaffinity(0, {core})
    asyncio.run(_serve(**order))
