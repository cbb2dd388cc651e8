"""The FTP transcripts of the manual, played by the host of the manual at the virtual modem and a real server."""

from __future__ import annotations

import pytest

from simcom_async.virtual import VirtualModem
from tests.judge.console import Console
from tests.judge.transcript import Transcript, load_all
from tests.judge.visitor import Visitor
from tests.virtual.ftp_need import FtpNeed

TRANSCRIPTS = [one for one in load_all() if one.service == "ftp" and one.family in ("sim800", "sim7000")]


@pytest.mark.parametrize("wire", ["documented", "real"])
@pytest.mark.parametrize("transcript", [pytest.param(one, id=one.name) for one in TRANSCRIPTS])
async def test_the_module_answers_as_the_manual_has_it(transcript: Transcript, wire: str) -> None:
    server = FtpNeed(transcript)
    async with server.site:
        options = {"hosts": {server.address: server.site.address}, "urc_delay": 0, "echo": False, **server.options}
        async with (
            VirtualModem(transcript.family, wire=wire, **options) as virtual,  # type: ignore[arg-type]
            Console(virtual.port()) as console,
        ):
            visitor = Visitor(console, transcript, exact=wire == "documented", echo=False)
            visitor.before = server.before
            await visitor.play()
            await visitor.send("AT")
            await console.read_past(b"OK\r\n")
            assert console.unread == b""
            server.judge()
            if "list" not in transcript.name:
                assert all(any(piece in body for body in server.bodies) for piece in visitor.payloads)
            optional = {"max2"} if transcript.name.endswith("-rwerror") else set()
            assert set(transcript.captures) - optional <= set(visitor.bound)


def test_they_are_all_here() -> None:
    assert len(TRANSCRIPTS) == 34
