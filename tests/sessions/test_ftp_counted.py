"""An upload in counted blocks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import CommandTimeout, FtpError
from simcom_async.sites import generated
from tests.sessions.cftp_ends import site_session
from tests.sessions.cftp_peer import CftpPeer, Talk, done, talk
from tests.sessions.ftp_ends import FastClock
from tests.sessions.peer import ERROR, text

BODY = generated(0, 20_000)


async def sent(at: Talk, body: object, limit: float = 1_000) -> None:
    await at.clock.run_until(at.ftp.upload(body, "/f"), limit)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 1_023, 1_024, 1_025, 20_000])
async def test_an_upload(size: int) -> None:
    async with talk(CftpPeer(), tls=True) as at:
        await sent(at, BODY[:size])
        assert b"".join(at.peer.entries) == BODY[:size]
        assert all(len(block) == 1_024 for block in at.peer.entries[:-1])
        puts = [line for line in at.lines() if not line.endswith("?")]
        assert puts[0] == f'AT+CFTPSPUT="/f",{min(size, 1_024)}'
        assert puts[-1] == "AT+CFTPSPUT"
        assert all(line.startswith("AT+CFTPSPUT=") for line in puts[:-1])


@pytest.mark.parametrize("end", [done("+CFTPSPUT"), "\r\n+CFTPSSPUT: 0\r\n\r\nOK\r\n"])
async def test_ends_in_other_orders_and_spellings(end: str) -> None:
    async with talk(CftpPeer(**{"AT+CFTPSPUT": end}), tls=True) as at:
        await sent(at, b"abc")


async def test_its_progress() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        told: list[tuple[int, int | None]] = []
        uploading = at.ftp.upload(bytes(2_500), "/f", progress=lambda *moved: told.append(moved))
        await at.clock.run_until(uploading, 10)
        assert told == [(1_024, 2_500), (2_048, 2_500), (2_500, 2_500)]


async def test_it_waits_while_too_much_is_unsent() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        unsent = [text(f"+CFTPSPUT: {count}") for count in (10_240, 12_000, 9_000, 9_000, 3_073, 3_072, 0)]
        at.peer.on("AT+CFTPSPUT?", *unsent)
        await sent(at, BODY)
        assert b"".join(at.peer.entries) == BODY
        looks = [place for place, line in enumerate(at.lines()) if line == "AT+CFTPSPUT?"]
        assert len(looks) == 7
        assert looks[1:6] == list(range(looks[1], looks[1] + 5))


async def test_no_block_is_entered_for_which_the_module_has_no_room() -> None:
    """So nothing but the module precedes its prompt."""
    async with talk(CftpPeer(**{"AT+CFTPSPUT?": text("+CFTPSPUT: 7000")}), tls=True) as at:
        await sent(at, BODY)
        lines = at.lines()
        looks = [place for place, line in enumerate(lines) if line == "AT+CFTPSPUT?"]
        assert looks[0] == 10  # blocks of 1,024 bytes for which there is room in 10,240
        assert looks[1] - looks[0] == 4


async def test_it_does_not_wait_for_ever() -> None:
    async with talk(CftpPeer(**{"AT+CFTPSPUT?": text("+CFTPSPUT: 12000")}), tls=True) as at:
        with pytest.raises(CommandTimeout, match="12000 bytes wait in the module and nothing of them is sent"):
            await sent(at, BODY)
        assert at.lines()[-1] == "AT+CFTPSPUT"


@pytest.mark.parametrize(("answer", "code"), [("\r\n+CFTPSPUT: 9\r\n" + ERROR, 9), (ERROR, "ERROR")])
async def test_one_that_is_refused(answer: str, code: int | str) -> None:
    async with talk(CftpPeer(**{'AT+CFTPSPUT="/f",3': answer}), tls=True) as at:
        with pytest.raises(FtpError, match=f"upload of /f at .*: {code}, ") as caught:
            await sent(at, b"abc")
        assert caught.value.code == code
        assert at.lines().count("AT+CFTPSPUT") == 0


async def test_a_block_that_is_refused_has_ended_it() -> None:
    async with talk(CftpPeer(), tls=True) as at:
        at.peer.before = lambda line: at.peer.on("AT+CFTPSPUT=1024", "\r\n+CFTPSPUT: 6\r\n" + ERROR)
        with pytest.raises(FtpError, match="6, the transfer was broken off"):
            await sent(at, BODY)
        assert "AT+CFTPSPUT" not in at.lines()


async def test_an_end_that_is_not_good() -> None:
    async with talk(CftpPeer(**{"AT+CFTPSPUT": done("+CFTPSPUT", 6)}), tls=True) as at:
        with pytest.raises(FtpError, match="6, the transfer was broken off"):
            await sent(at, b"abc")
        assert at.lines().count("AT+CFTPSPUT") == 1


async def test_a_source_that_fails_half_way_finishes_what_there_is() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 3_000
        raise ZeroDivisionError

    async with talk(CftpPeer(), tls=True) as at:
        with pytest.raises(ZeroDivisionError):
            await sent(at, broken())
        assert b"".join(at.peer.entries) == b"a" * 2_048
        assert at.lines()[-1] == "AT+CFTPSPUT"


async def test_a_server_that_stands_still_makes_it_wait() -> None:
    async with site_session(tls=True, clock=FastClock(20)) as (site, virtual, _, ftp):
        site.gate.shut(after=3_000)
        body = generated(3, 200_000)
        most = []

        async def watched() -> AsyncIterator[bytes]:
            for start in range(0, len(body), 10_000):
                most.append(0 if virtual.cftps.upload is None else virtual.cftps.upload.size)
                if start == 150_000:
                    site.gate.open()
                yield body[start : start + 10_000]

        site.gate.open()
        await ftp.upload(watched(), "/up")
        assert site.read("/up") == body
        assert max(most) < 40_000


@pytest.mark.parametrize("via", [None, "file"])
async def test_a_file_without_bytes(via: str | None) -> None:
    async def nothing() -> AsyncIterator[bytes]:
        for piece in ():
            yield piece

    async with site_session(tls=True) as (site, _, modem, ftp):
        site.publish("/a", b"old")
        await ftp.upload(b"", "/a", via=via)
        await ftp.upload(nothing(), "/b", via=via)
        assert site.files == {"/a": b"", "/b": b""}
        assert await modem.files.list() == []
