"""The module of the transfer benchmarks, a virtual modem, and the servers that it talks to: two processes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import ClassVar, Self


class Module:
    """The side of the parent: ``path`` is the module's terminal, ``ftp`` to ``pop3`` are servers' ports.

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
        self._modem = _Child("modem", core=self.core, dialect=dialect, baud=baud)
        self._servers = _Child("servers", core=self.core, files=files or {}, mails=mails)
        self.path = str(self._modem.facts["path"])
        ports = self._servers.facts
        self.ftp, self.ftps, self.https, self.smtp, self.pop3 = (
            int(str(ports[name])) for name in ("ftp", "ftps", "https", "smtp", "pop3")
        )

    @property
    def pid(self) -> int:
        """The module's process; its servers are in another."""
        return self._modem.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._modem.end()
        self._servers.end()


class _Child:
    """A process of this file, which lives until its standard input is closed."""

    def __init__(self, role: str, **wanted: object) -> None:
        arguments = [sys.executable, "-m", "benchmarks.module", role, json.dumps(wanted)]
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, cwd=Path(__file__).parent.parent)
        assert self._child.stdout is not None
        self.facts: dict[str, object] = json.loads(self._child.stdout.readline())
        self.pid = self._child.pid

    def end(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
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
    head, line, count = _mail_parts(size)
    return head + line * count


def length_of_mail(size: int) -> int:
    """How many bytes it has."""
    head, line, count = _mail_parts(size)
    return len(head) + len(line) * count


def _mail_parts(size: int) -> tuple[bytes, bytes, int]:
    line = b"The quick brown fox jumps over the lazy dog, again and again, 0123456789.\r\n"
    head = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: a long one\r\n\r\n"
    return head, line, max(0, size - len(head)) // len(line)


async def _serve(files: dict[str, int], mails: list[int]) -> None:
    from simcom_async.sites import FtpSite, HttpSite, LoopbackCA, Pop3Site, SmtpSite

    authority = LoopbackCA()
    async with (
        FtpSite(files) as ftp,
        FtpSite(files, certificate=authority.pem()) as ftps,
        HttpSite(tls=authority.issue()) as https,
        SmtpSite(users={"user": "secret"}) as smtp,
        Pop3Site(map(mail_of, mails)) as pop3,
    ):
        for path, size in files.items():
            https.publish(path, size)
        await _until_hung_up(ftp=ftp.port, ftps=ftps.port, https=https.port, smtp=smtp.port, pop3=pop3.port)


async def _be_a_modem(dialect: str, baud: str) -> None:
    from simcom_async.virtual import VirtualModem

    async with VirtualModem(dialect, urc_delay=0, echo=False, baud=baud) as virtual:
        await _until_hung_up(path=await virtual.open_pty())


async def _until_hung_up(**facts: object) -> None:
    print(json.dumps(facts), flush=True)
    hung_up = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(0, lambda: hung_up.done() or hung_up.set_result(None))
    await hung_up


if __name__ == "__main__":
    order = json.loads(sys.argv[2])
    core = order.pop("core")
    if core is not None:
        os.sched_setaffinity(0, {core})
    asyncio.run({"servers": _serve, "modem": _be_a_modem}[sys.argv[1]](**order))
