"""The FTP server that a transcript of the manual needs, and what happens at it in the course of the dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simcom_async.sites import FtpFault, FtpSite, ServerFault
from tests.judge.transcript import Does, Step, Transcript, decoded
from tests.judge.wire import hostile

__all__ = ["OPTIONS", "FtpNeed"]

#: What the module is told where the document's server is slow or the host idle, in seconds.
OPTIONS: Mapping[str, Mapping[str, float]] = {
    "timeout-network": {"network_timeout": 0.1},
    "timeout-unread": {"repeat": 0.05, "unread_timeout": 0.25},
}


class FtpNeed:
    """The server: ``before`` is called before each step, ``judge`` behind the last; the module wants ``options``."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.need: Mapping[str, Any] = transcript.resolve_all(
            next(need for need in transcript.needs if need["kind"] == "ftp-server")
        )
        self.site = FtpSite(users={self.need["user"]: self.need["password"]})
        self.options = next((values for name, values in OPTIONS.items() if transcript.name.endswith(name)), {})
        self.address = f"{self.need['host']}:{self.need['port']}"
        self.sessions = self.reads = 0
        self.bodies: list[bytes] = []
        for file in self.need.get("files", ()):
            modified = file.get("mtime")
            time = datetime.strptime(modified, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if modified else None
            self.bodies.append(_body(file))
            self.site.publish(file["path"], self.bodies[-1], modified=time)
        behaviour = self.need.get("behaviour", "")
        self.pauses = "pauses" in behaviour
        self.queried = "progress query" in behaviour
        self.slow = behaviour.startswith("slow") and not self.queried
        if self.pauses or self.queried:
            self.site.gate.shut(after=50 if self.pauses else 64136)
        if self.slow or "never answers" in behaviour:
            self._hang("USER" if self.slow else "")
        if "listing of 126 bytes" in behaviour or "126-byte listing" in behaviour:
            sample = next(step.payload for step in transcript.steps if step.payload is not None)
            assert sample.sample is not None
            self.site.listings["/"] = sample.sample
            self.site.publish("/1K.txt", 1024)

    async def before(self, step: Step) -> None:
        """What happens before a step of the host or of the module."""
        gate = self.site.gate
        self.reads += step.text.startswith("AT+FTPGET=2")
        if step.text == "AT+FTPEXTGET?":
            await gate.held()
        elif step.later and ((self.pauses and self.reads == 2) or self.queried):
            gate.open()
        elif self.slow and step.later and step.text.split(",")[0] in ("+FTPGET: 1", "+FTPPUT: 1"):
            await self._let_go_on(step)

    async def _let_go_on(self, step: Step) -> None:
        """Where the document has the host err before the server answers, it answers afterwards."""
        if step.text.endswith((",1", ",{max1}")):
            self.sessions += 1
            await self.site.told("USER", self.sessions)
            self.site.release()
            self._hang("USER")

    def _hang(self, verb: str) -> None:
        self.site.faults.append(FtpFault(command=verb, fault=ServerFault.HANG))

    def judge(self) -> None:
        """What has to be there in the end, and what has to be gone."""
        for file in self.need.get("expect", ()):
            entry = next(step for step in self.transcript.steps if step.does is Does.ENTRY)
            content = self.site.read(file["path"])
            assert content == self.transcript.entry(entry).removesuffix(b"\x03")
            assert len(content) == int(file.get("size", len(content)))
            assert "content" not in file or content == decoded(file["content"])
        if self.transcript.name.endswith("-dele"):
            assert self.site.paths == []
        if self.transcript.name.endswith("-rename"):
            assert self.site.paths == ["/1.txt"]
        if self.transcript.name.endswith("-mkd-rmd"):
            assert [str(one) for one in self.site.commands if one.verb.endswith("MD")] == ["RMD /test"]
            assert not self.site.exists("/test")


def _body(file: Mapping[str, Any]) -> bytes:
    if "size" not in file:
        return decoded(file["content"])
    size = int(file["size"])
    return (b"0123456789" * size)[:size] if "digits" in file.get("content", "") else hostile(size)
