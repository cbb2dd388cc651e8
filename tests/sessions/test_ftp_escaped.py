"""An upload as one stream that ends with Ctrl-Z."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import FtpError
from simcom_async.sites import generated
from tests.sessions.cftp_peer import CftpPeer, Talk, talk
from tests.sessions.peer import ERROR

#: Every value, and what ends and escapes the stream.
BODY = bytes(range(256)) * 30 + b"\x03\x1a\x03\x03\x1a\x1a\x1b\r\nOK\r\n"


async def sent(at: Talk, body: object) -> None:
    await at.clock.run_until(at.ftp.upload(body, "/f"), 1_000)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"x", BODY, b"\x03\x1a" * 3_000, generated(1, 20_000)])
async def test_an_upload(body: bytes) -> None:
    async with talk(CftpPeer()) as at:
        await sent(at, body)
        assert at.peer.stream == body
        assert at.lines() == ['AT+CFTPPUT="/f"']


async def test_its_progress() -> None:
    async with talk(CftpPeer()) as at:
        told: list[tuple[int, int | None]] = []
        uploading = at.ftp.upload(bytes(10_000), "/f", progress=lambda *moved: told.append(moved))
        await at.clock.run_until(uploading, 10)
        assert told == [(4_096, 10_000), (8_192, 10_000), (10_000, 10_000)]


@pytest.mark.parametrize("answer", ["\r\n+CME ERROR: 208\r\n", "\r\n+CFTPPUT: 208\r\n" + ERROR])
async def test_one_that_is_refused_before_it_may_be_entered(answer: str) -> None:
    async with talk(CftpPeer(**{'AT+CFTPPUT="/f"': answer})) as at:
        with pytest.raises(FtpError, match=r"upload of /f at .*: 208, "):
            await sent(at, BODY)
        assert at.peer.stream is None


@pytest.mark.parametrize("answer", ["\r\n+CME ERROR: 210\r\n", "\r\n+CFTPPUT: 210\r\n" + ERROR])
async def test_one_that_fails_behind_its_end(answer: str) -> None:
    async with talk(CftpPeer()) as at:
        at.peer.entered = answer
        with pytest.raises(FtpError, match="210, ") as caught:
            await sent(at, BODY)
        assert caught.value.retry


async def test_a_source_that_fails_half_way_ends_the_entry() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 5_000
        raise ZeroDivisionError

    async with talk(CftpPeer()) as at:
        with pytest.raises(ZeroDivisionError):
            await sent(at, broken())
        await at.clock.run_until(at.ftp.delete("/f"), 60)
        assert at.peer.stream == b"a" * 4_096


async def test_a_source_may_take_its_time() -> None:
    async with talk(CftpPeer()) as at:

        async def slow() -> AsyncIterator[bytes]:
            for _ in range(3):
                await at.clock.sleep(40)
                yield b"abc"

        await sent(at, slow())
        assert at.peer.stream == b"abcabcabc"
