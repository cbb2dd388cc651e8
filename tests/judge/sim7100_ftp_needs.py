"""The servers of the SIM7100's FTP and FTPS transcripts, the module's files, and what all of them hold in the end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simcom_async.at.codec import code_page
from simcom_async.sites import FtpCommand, FtpFault, FtpSite, LoopbackCA, ServerFault
from tests.judge import sim7100_mail_needs
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript, decoded
from tests.judge.visitor import Visitor
from tests.judge.wire import hostile

__all__ = ["FOLDERS", "FtpModulePeer", "file", "listing", "server"]

#: What the directory numbers of AT+CFTPGETFILE mean (SIM5320 AT manual V1.23; 0 is the current directory).
FOLDERS = ("", "C/Picture", "C/Video", "C/VideoCall", "D/Picture", "D/Video", "D/VideoCall", "C/Audio", "D/Audio")
#: Bytes behind which a server closes the data connection.
BROKEN_AT = 3000
#: How much more than the two packets of the example a file has of which it only shows the beginning.
MORE = 500
#: A command line of a transfer to or from the module's files.
_FILES = re.compile(r'AT\+CFTPS?(GET|PUT)FILE=(?:\{non-ascii\})?"([^"]*)",(\d)')
#: Commands after whose first time the server is as before.
_AGAIN = re.compile(r"AT\+CFTPS?(MKD|RMD|DELE?)=")
_AUTHORITY = LoopbackCA()


class FtpModulePeer:
    """A real server that behaves as the need says, and the files of the module."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any], files: Path) -> None:
        self.transcript = transcript
        self.need = need
        self.files = files
        behaviour = need.get("behaviour", "")
        password = "another" if "refuses the password" in behaviour else need["password"]
        secured = need["kind"] == "ftps-server"
        self.site = FtpSite(
            users={need["user"]: password},
            certificate=_AUTHORITY.pem(need["host"]) if secured else None,
            tls_required=secured,
        )
        self.bodies = {_path(one): hostile(_size(one)) for one in need.get("files", ())}
        if "closes the data connection" in behaviour:
            self.site.faults.append(FtpFault(command="RETR", after=BROKEN_AT, fault=ServerFault.CLOSE))
        self._changed = 0

    def prepare(self) -> None:
        """Put everything there, now that it has a folder."""
        for path in self.need.get("dirs", ()):
            self.site.mkdir(path)
        for path, body in self.bodies.items():
            self.site.publish(path, body)

    async def before(self, visitor: Visitor, step: Step) -> None:
        """Between two commands that say the same in other letters the server is made as it was."""
        found = _AGAIN.match(step.text) if step.does is Does.SEND else None
        if found is None or self.transcript.origin == "derived":
            return
        self._changed += 1
        if self._changed > 1:
            if found[1] == "MKD":
                self.site.remove("/testdir")
            self.prepare()

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """What was pushed is what the server sent, what was entered is there, and files went where they should."""
        pushed = b"".join(visitor.payloads)
        expected = b"".join(self._sent()) if visitor.payloads else b""
        assert pushed == expected
        entries = [self._entered(step) for step in self.transcript.whole if step.does is Does.ENTRY]
        stored = [one.argument for one in self.site.commands if one.verb == "STOR" and one.complete]
        for path in self._lines("PUT"):
            assert self.site.read(path) == hostile(100)
        if entries and stored:
            assert [self.site.read(_absolute(path)) for path in stored] == entries
        for expect in self.need.get("expect", ()):
            assert self.site.read(expect["path"]) == decoded(expect["content"])
        for step in self.transcript.steps:
            found = _FILES.fullmatch(step.text) if step.does is Does.SEND else None
            if found is not None and found[1] == "GET" and "errors" not in self.transcript.name:
                name = _name(found[2]).rpartition("/")[2]
                place = self.files / (FOLDERS[int(found[3])] or "C") / name
                assert place.read_bytes() == hostile(100)
        return frozenset({name for name in visitor.bound if name.startswith("len")})

    def _sent(self) -> Iterator[bytes]:
        for command in self.site.commands:
            if command.verb in ("RETR", "LIST") and command.moved:
                yield self._content(command)[: command.moved]

    def _content(self, command: FtpCommand) -> bytes:
        if command.verb == "LIST":
            return next(iter(self.site.listings.values()))
        return self.bodies[_absolute(command.argument)]

    def _lines(self, verb: str) -> Iterator[str]:
        for step in self.transcript.steps:
            found = _FILES.fullmatch(step.text) if step.does is Does.SEND else None
            if found is not None and found[1] == verb:
                octets = bytes.fromhex(found[2]) if "{non-ascii}" in step.text else found[2].encode()
                yield _absolute(os.fsdecode(octets))

    def _entered(self, step: Step) -> bytes:
        data = self.transcript.entry(step)
        if not data.endswith(b"\x1a"):
            return data
        return data[:-1].replace(b"\x03\x03", b"\x03").replace(b"\x03\x1a", b"\x1a")


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server, plain or with TLS on request, whatever its port."""
    peer = FtpModulePeer(found.transcript, need, _drives(found, stack))
    await stack.enter_async_context(peer.site)
    peer.prepare()
    found.hosts[need["host"]] = peer.site.address
    found.peers.append(peer)


async def listing(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """What the server says of a directory, as the example prints it, or as the need has it."""
    peer = found.peer(FtpModulePeer)
    assert peer is not None
    samples = [step.payload.sample for step in found.transcript.steps if step.payload is not None]
    text = need["listing"] if "listing" in need else samples[0]
    assert text is not None
    assert len(text) == need["bytes"]
    peer.site.listings[need["path"]] = text


async def file(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A file in the module."""
    name, known, number = need.get("path", "").partition(" in directory ")
    if not known and "path_hex" not in need:
        await sim7100_mail_needs.file(found, need, stack)
        return
    folder = FOLDERS[int(number or 1)] or "C"
    place = _drives(found, stack) / folder / (name or code_page(bytes.fromhex(need["path_hex"])))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(hostile(int(need["size"])))


def _drives(found: Surroundings, stack: AsyncExitStack) -> Path:
    """The folder of the module's drives."""
    if "files" not in found.options:
        found.options["files"] = stack.enter_context(TemporaryDirectory())
    return Path(found.options["files"])


def _path(one: Mapping[str, Any]) -> str:
    if "path" in one:
        return str(one["path"])
    parts = one["path_hex"].split("/")
    return _absolute(os.fsdecode(b"/".join(map(bytes.fromhex, parts))))


def _absolute(path: str) -> str:
    """A path from the root, whose slashes are single (A42)."""
    return "/" + re.sub("/+", "/", path).lstrip("/")


def _name(text: str) -> str:
    """The name in the module of a path, or of its hex."""
    return code_page(bytes.fromhex(text)) if re.fullmatch("[0-9A-F]+", text) else text


def _size(one: Mapping[str, Any]) -> int:
    text = str(one["size"])
    return int(text) if text.isdigit() else int(re.findall(r"\d+", text)[-1]) + MORE
