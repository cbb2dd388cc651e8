"""The servers of the FTP transcripts, what happens at them meanwhile, and what they have to hold in the end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript, decoded
from tests.judge.visitor import Visitor
from tests.judge.wire import hostile

__all__ = ["FtpPeer", "server"]

#: Seconds that pass before each line that the module says by itself: enough for a host that has read all there was, for
#: another call to read, and for a server that never speaks.
TURN = 0.5
TURNS: Mapping[str, float] = {"timeout-unread": 10.0, "timeout-network": 80.0}
#: Captures that are the module's or the server's own: how much it takes at once, how long its line of a listing is.
OWN = frozenset({"max", "max1", "max2", "maxlength", "n2"})
#: The question how far a download to the module's memory has come.
QUESTION = "AT+FTPEXTGET?"


class FtpPeer:
    """A real server that behaves as the need says."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        self.need = need
        self.site = FtpSite(users={need["user"]: need["password"]})
        self.bodies: dict[str, bytes] = {}
        self.clock = ManualClock()
        self._turn = next((turn for end, turn in TURNS.items() if transcript.name.endswith(end)), TURN)
        self._sessions = self._reads = 0
        for file in need.get("files", ()):
            modified = file.get("mtime")
            time = datetime.strptime(modified, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if modified else None
            self.bodies[file["path"]] = _body(file)
            self.site.publish(file["path"], self.bodies[file["path"]], modified=time)
        behaviour = need.get("behaviour", "")
        self._pauses = "pauses" in behaviour
        self._queried = "progress query" in behaviour
        self._slow = behaviour.startswith("slow") and not self._queried
        if self._pauses or self._queried:
            self.site.gate.shut(after=self._held_at)
        self._silent = "never answers" in behaviour
        if self._slow or self._silent:
            self._hang("USER" if self._slow else "")
        if "listing of 126 bytes" in behaviour or "126-byte listing" in behaviour:
            sample = next(step.payload for step in transcript.steps if step.payload is not None)
            assert sample.sample is not None
            self.bodies["/"] = self.site.listings["/"] = sample.sample
            self.site.publish("/1K.txt", 1024)
        if "listing" in need:
            self.bodies["/"] = self.site.listings["/"] = need["listing"].encode()

    async def before(self, visitor: Visitor, step: Step) -> None:
        """A server that pauses goes on when it was asked in vain; one that is slow, when the host has erred."""
        gate = self.site.gate
        self._reads += step.text.startswith("AT+FTPGET=2")
        if step.text == QUESTION:
            await gate.held()
            await visitor.ask_until(QUESTION, lambda answer: answer.endswith(f",{self._held_at}"))
        elif step.later and ((self._pauses and self._reads == 2) or self._queried):
            gate.open()
        elif self._slow and step.later and step.text in ("+FTPGET: 1,1", "+FTPPUT: 1,1,{max1}"):
            self._sessions += 1
            await self.site.told("USER", self._sessions)
            self.site.release()
            self._hang("USER")
        if step.later:
            if self._silent:
                await self.site.until(lambda: self.site.log.connections)
            await self.clock.run(self._turn)

    @property
    def _held_at(self) -> int:
        """After so many bytes a server pauses."""
        captures = self.transcript.captures
        return int(next(captures[name].doc for name in ("n1", "progress", "bytes") if name in captures))

    def _hang(self, verb: str) -> None:
        self.site.faults.append(FtpFault(command=verb, fault=ServerFault.HANG))

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """What was read is what the server sent, what was entered is there, and what was to be gone is gone."""
        self._judge_downloads(b"".join(visitor.payloads))
        self._judge_uploads()
        self._judge_directory()
        return OWN

    def _judge_downloads(self, read: bytes) -> None:
        """Everything that the server was asked for was read, or nothing of it; its own listing is one line."""
        offset, sent = 0, b""
        for command in self.site.commands:
            if command.verb == "REST":
                offset = int(command.argument)
            elif command.verb in ("RETR", "LIST") and read:
                sent += self._content(command.argument, read[len(sent) :], listed=command.verb == "LIST")[offset:]
                offset = 0
        assert read == sent

    def _content(self, path: str, rest: bytes, *, listed: bool) -> bytes:
        if not listed or path in self.site.listings:
            return self.bodies[path]
        line, end, _ = rest.partition(b"\r\n")
        assert line.endswith(b" " + path.rpartition("/")[2].encode())
        return line + end

    def _judge_uploads(self) -> None:
        entries = [self.transcript.entry(step) for step in self.transcript.steps if step.does is Does.ENTRY]
        stored = {one.argument for one in self.site.commands if one.verb == "STOR" and one.complete}
        for file in self.need.get("expect", ()):
            assert file["path"] in stored
            content = self.site.read(file["path"])
            assert len(content) == int(file.get("size", len(content)))
            assert "content" not in file or content == decoded(file["content"])
        for path in stored:
            assert [self.site.read(path)] == [entry.removesuffix(b"\x03") for entry in entries]

    def _judge_directory(self) -> None:
        lines = {step.text.partition("=")[0] for step in self.transcript.steps if step.does is Does.SEND}
        if "AT+FTPDELE" in lines:
            assert self.site.paths == []
        if "AT+FTPRENAME" in lines:
            assert self.site.files == {"/1.txt": self.bodies["/1K.txt"]}
        if "AT+FTPMKD" in lines:
            asked = [str(one) for one in self.site.commands if one.verb in ("MKD", "RMD")]
            assert asked == ["MKD /test", "RMD /test"]
            assert not self.site.exists("/test")


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server with the files of the need."""
    peer = FtpPeer(found.transcript, need)
    await stack.enter_async_context(peer.site)
    found.hosts[f"{need['host']}:{need['port']}"] = peer.site.address
    found.clock = peer.clock
    found.peers.append(peer)


def _body(file: Mapping[str, Any]) -> bytes:
    if "size" not in file:
        return decoded(file["content"])
    size = int(file["size"])
    return (b"0123456789" * size)[:size] if "digits" in file.get("content", "") else hostile(size)
