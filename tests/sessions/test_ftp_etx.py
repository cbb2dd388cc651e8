"""FTP as one stream that ends with ETX."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import CommandFailed, FtpError, ModemRestarted, ProtocolError
from simcom_async.sites import generated
from tests.sessions.ftp_ends import FastClock, Gathered, site_session
from tests.sessions.ftp_peer import FtpPeer, Talk, Unchecked, done, streamed, talk
from tests.sessions.peer import ERROR, OK

#: Every value, and all that means something in a stream.
BODY = bytes(range(256)) * 30 + b"\x10\x03\x10\x10\x03\r\nOK\r\n+FTPETGET: 1,0\r\n"
STREAM = b"\r\n+FTPETGET: 1,1\r\n"


def pusher(answer: bytes) -> FtpPeer:
    """A module that pushes a file."""
    return FtpPeer(**{"AT+FTPETGET=1": answer})


async def got(at: Talk) -> bytes:
    gathered = Gathered()
    await at.ftp.download("/f", gathered, via="etx")
    return bytes(gathered.data)


async def fetched(at: Talk) -> bytes:
    return await at.clock.run_until(got(at), 1_000)


async def sent(at: Talk, body: object) -> None:
    await at.clock.run_until(at.ftp.upload(body, "/f", via="etx"), 1_000)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"x", BODY, bytes(5_000)])
async def test_a_download(body: bytes) -> None:
    async with talk(pusher(OK.encode() + streamed(body)), "sim7000") as at:
        assert await fetched(at) == body


@pytest.mark.parametrize("code", [61, 77])
async def test_an_end_instead_of_the_stream(code: int) -> None:
    async with talk(pusher(done("+FTPETGET", code).encode()), "sim7000") as at:
        with pytest.raises(FtpError, match=f"download of /f at .*: {code}, "):
            await fetched(at)


@pytest.mark.parametrize("heard", [b"", BODY, b"\r\nOK\r\n\x03\r\n"])
async def test_a_stream_whose_first_line_is_lost_is_no_empty_file(heard: bytes) -> None:
    answer = OK.encode() + heard + done("+FTPETGET", 0).encode().removeprefix(OK.encode())
    async with talk(pusher(answer), "sim7000") as at:
        with pytest.raises(ProtocolError, match="a stream has ended that had not begun"):
            await fetched(at)


async def test_an_end_behind_the_stream_that_is_not_good() -> None:
    answer = OK.encode() + streamed(BODY).replace(b"1,0", b"1,79")
    async with talk(pusher(answer), "sim7000") as at:
        gathered = Gathered()
        with pytest.raises(FtpError, match="79"):
            await at.clock.run_until(at.ftp.download("/f", gathered, via="etx"), 1_000)
        assert BODY.startswith(gathered.data[:1_000])


async def test_a_stream_that_breaks_off_is_not_believed_at_its_end() -> None:
    boot = b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n"
    async with talk(pusher(OK.encode() + STREAM + bytes(3_000) + boot), "sim7000") as at:
        gathered = Gathered()
        with pytest.raises(ModemRestarted, match="FTPETGET=1: the module has restarted"):
            await at.clock.run_until(at.ftp.download("/f", gathered, via="etx"), 20)
        assert set(gathered.data) == {0}
        assert len(gathered.data) >= 1_000


async def test_one_that_is_closed_half_way_is_read_to_its_end_before_the_next_operation() -> None:
    async with talk(pusher(OK.encode() + STREAM + bytes(3_000)), "sim7000") as at:
        at.peer.on("AT+FTPDELE", done("+FTPDELE"))
        stream = at.ftp.open("/f", via="etx")
        assert len(await at.clock.run_until(anext(stream), 10)) == 3_000 - 1_024
        started = at.clock.time()
        await at.clock.run_until(stream.aclose(), 30)
        assert at.clock.time() - started <= 5
        deleting = asyncio.ensure_future(at.ftp.delete("/f"))
        for _ in range(3):
            await at.clock.run(50)
            at.peer.say(bytes(1_000))
        await at.clock.settle()
        assert at.peer.asked("AT+FTP")[-1] == "AT+FTPETGET=1"
        at.peer.say(b"\x03\r\n+FTPETGET: 1,0\r\n")
        await at.clock.run_until(deleting, 100)
        assert at.peer.asked("AT+FTP")[-1] == "AT+FTPDELE"


async def test_a_slow_reader_makes_the_module_wait_where_the_port_can() -> None:
    async with talk(pusher(OK.encode() + STREAM), "sim7000") as at:
        stream = at.ftp.open("/f", via="etx")
        task = asyncio.ensure_future(anext(stream))
        await at.clock.settle()
        at.peer.say(bytes(2_000))
        assert len(await at.clock.run_until(task, 10)) == 976
        for _ in range(40):
            at.peer.say(bytes(4_000))
            await at.clock.settle()
        assert at.peer.port.pending > 50_000
        await at.clock.run(1_000)  # no patience ends meanwhile
        rest = asyncio.ensure_future(stream.read())
        await at.clock.settle()
        at.peer.say(b"\x03\r\n+FTPETGET: 1,0\r\n")
        assert len(await at.clock.run_until(rest, 10)) == 162_000 - 976
        assert at.peer.port.pending == 0


async def test_where_it_cannot_what_waits_is_bounded() -> None:
    peer = pusher(OK.encode() + STREAM + bytes(2_000))
    peer.host = Unchecked(peer.host)  # type: ignore[assignment]
    async with talk(peer, "sim7000") as at:
        stream = at.ftp.open("/f", via="etx")
        await at.clock.run_until(anext(stream), 10)
        for _ in range(20):
            at.peer.say(bytes(64_000))
            await at.clock.settle()
        with pytest.raises(ProtocolError, match="bytes wait unread, and without flow control"):
            await at.clock.run_until(anext(stream), 10)
        at.peer.say(b"\x03\r\n+FTPETGET: 1,0\r\n")
        await at.clock.run(10)


async def test_one_that_is_ended_before_it_began() -> None:
    async with talk(pusher(b""), "sim7000") as at:
        at.peer.on("AT+FTPREST=0", ERROR)
        with pytest.raises(CommandFailed, match="FTPREST"):
            await fetched(at)


# Uploads


def taker(end: str = "\r\n+FTPETPUT: 1,0\r\n") -> FtpPeer:
    """A module that takes a stream."""
    peer = FtpPeer(**{"AT+FTPETPUT=1": done("+FTPETPUT", 1)})
    peer.credit = end
    return peer


@pytest.mark.parametrize("body", [b"", b"x", BODY, generated(1, 20_000)])
async def test_an_upload(body: bytes) -> None:
    async with talk(taker(), "sim7000") as at:
        await sent(at, body)
        assert at.peer.stream == body


async def test_its_progress() -> None:
    async with talk(taker(), "sim7000") as at:
        told: list[tuple[int, int | None]] = []
        uploading = at.ftp.upload(bytes(10_000), "/f", via="etx", progress=lambda *moved: told.append(moved))
        await at.clock.run_until(uploading, 10)
        assert told == [(4_096, 10_000), (8_192, 10_000), (10_000, 10_000)]


@pytest.mark.parametrize("code", [61, 72])
async def test_an_end_before_it_may_be_entered(code: int) -> None:
    async with talk(taker(), "sim7000") as at:
        at.peer.on("AT+FTPETPUT=1", done("+FTPETPUT", code))
        with pytest.raises(FtpError, match=f"upload of /f at .*: {code}, "):
            await sent(at, b"abc")
        assert at.peer.asked("AT+FTPETPUT=2") == []


async def test_an_end_behind_it_that_is_not_good() -> None:
    async with talk(taker("\r\n+FTPETPUT: 1,78\r\n"), "sim7000") as at:
        with pytest.raises(FtpError, match="78"):
            await sent(at, b"abc")


@pytest.mark.parametrize("answer", ["\r\n+FTPETPUT: 1,65\r\n" + ERROR, ERROR + "\r\n+FTPETPUT: 1,65\r\n"])
async def test_an_entry_that_is_refused_because_it_has_just_ended(answer: str) -> None:
    async with talk(taker(), "sim7000") as at:
        at.peer.on("AT+FTPETPUT=2", answer)
        with pytest.raises(FtpError, match="65"):
            await sent(at, b"abc")


async def test_an_entry_that_is_refused_without_an_end() -> None:
    async with talk(taker(), "sim7000") as at:
        at.peer.on("AT+FTPETPUT=2", ERROR)
        with pytest.raises(CommandFailed, match="FTPETPUT=2"):
            await sent(at, b"abc")
        assert at.peer.lines[-1] == "AT+FTPQUIT"


async def test_a_source_that_fails_half_way_ends_the_entry() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 5_000
        raise ZeroDivisionError

    async with talk(taker(), "sim7000") as at:
        with pytest.raises(ZeroDivisionError):
            await sent(at, broken())
        assert at.peer.stream == b"a" * 4_096
        at.peer.on("AT+FTPDELE", done("+FTPDELE"))
        await at.clock.run_until(at.ftp.delete("/f"), 60)


async def test_one_that_is_refused_before_it_began() -> None:
    async with talk(taker(), "sim7000") as at:
        at.peer.on('AT+FTPSERV="ftp.example.com"', ERROR)
        with pytest.raises(CommandFailed):
            await sent(at, b"abc")


async def test_a_slow_consumer_of_a_virtual_module_loses_nothing() -> None:
    body = generated(0, 400_000)
    async with site_session({"/f": body}, "sim7000", clock=FastClock(100)) as (_, virtual, _, ftp):
        pieces = []
        async for piece in ftp.open("/f", via="etx"):
            pieces.append(piece)
            await virtual.clock.sleep(20)
        assert b"".join(pieces) == body
