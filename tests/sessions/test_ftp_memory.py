"""FTP by way of the module's memory."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandFailed, CommandTimeout, FtpError, LimitExceeded, ModemRestarted, ProtocolError
from simcom_async.sessions.ftp_flow import FtpWay
from simcom_async.sessions.ftp_memory import check_memory
from simcom_async.sites import generated
from tests.sessions.ftp_ends import Gathered, site_session
from tests.sessions.ftp_peer import FtpPeer, Talk, block, done, talk
from tests.sessions.peer import ERROR, OK, text

BODY = generated(0, 5_000)


def holder(size: int = len(BODY)) -> FtpPeer:
    """A module that has fetched BODY into its memory."""
    peer = FtpPeer(**{"AT+FTPSIZE": done("+FTPSIZE", 0, size), "AT+FTPEXTGET=1": done("+FTPEXTGET")})
    peer.on("AT+FTPEXTGET?", text(f"+FTPEXTGET: 1,{size}"))
    for start in range(0, size, 4_032):
        piece = BODY[start : start + 4_032]
        peer.on(f"AT+FTPEXTGET=3,{start},{len(piece)}", block(piece, "+FTPEXTGET: 3"))
    return peer


async def fetched(at: Talk) -> bytes:
    gathered = Gathered()
    await at.clock.run_until(at.ftp.download("/f", gathered, via="memory"), 2_000)
    return bytes(gathered.data)


async def sent(at: Talk, body: bytes) -> None:
    await at.clock.run_until(at.ftp.upload(body, "/f", via="memory"), 2_000)


async def test_a_download_is_fetched_whole_then_read_and_freed() -> None:
    async with talk(holder()) as at:
        assert await fetched(at) == BODY
        assert at.peer.asked("AT+FTPEXTGET") == [
            "AT+FTPEXTGET=1",
            "AT+FTPEXTGET?",
            "AT+FTPEXTGET=3,0,4032",
            "AT+FTPEXTGET=3,4032,968",
            "AT+FTPEXTGET=0",
        ]


async def test_an_empty_file() -> None:
    async with talk(holder(0)) as at:
        assert await fetched(at) == b""
        assert at.peer.lines[-1] == "AT+FTPEXTGET=0"


async def test_bytes_lost_on_the_line_are_read_again() -> None:
    async with talk(holder(5)) as at:
        at.peer.on("AT+FTPEXTGET=3,0,5", b"\r\n+FTPEXTGET: 3,5\r\nhell\r\nOK\r\n", block(BODY[:5], "+FTPEXTGET: 3"))
        assert await fetched(at) == BODY[:5]


@pytest.mark.parametrize("answer", [text("+FTPEXTGET: 0"), text("+FTPEXTGET: 1"), text("+FTPEXTGET: 0,5")])
async def test_a_module_that_says_it_has_no_file(answer: str) -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET?", answer)
        with pytest.raises(ProtocolError, match=r"download of /f at .*: the module says that it has no file"):
            await fetched(at)
        assert at.peer.lines[-1] == "AT+FTPEXTGET=0"


async def test_a_module_that_has_it_no_more() -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET=3,4032,968", ERROR)
        with pytest.raises(ProtocolError, match="no longer has what it has fetched"):
            await fetched(at)


async def test_one_that_has_restarted_says_so() -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET=3,4032,968", "\r\nRDY\r\n")
        with pytest.raises(ModemRestarted):
            await fetched(at)


@pytest.mark.parametrize("code", [61, 77, 79])
async def test_an_end_that_is_not_good(code: int) -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET=1", done("+FTPEXTGET", code))
        with pytest.raises(FtpError, match=f"{code}, "):
            await fetched(at)
        assert at.peer.lines[-1] == "AT+FTPEXTGET=0"


async def test_what_is_closed_half_way_frees_the_memory() -> None:
    async with talk(holder()) as at:
        stream = at.ftp.open("/f", via=FtpWay.MEMORY)
        assert await at.clock.run_until(anext(stream), 10) == BODY[:4_032]
        await at.clock.run_until(stream.aclose(), 10)
        assert at.peer.lines[-1] == "AT+FTPEXTGET=0"


async def test_one_cancelled_under_way_is_ended_then_freed() -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET=1", OK)
        task = asyncio.ensure_future(at.ftp.download("/f", Gathered(), via="memory"))
        await at.clock.settle()
        assert at.peer.lines[-1] == "AT+FTPEXTGET=1"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await at.clock.run_until(task, 30)
        assert at.peer.lines[-2:] == ["AT+FTPQUIT", "AT+FTPEXTGET=0"]


async def test_silence_is_given_as_much_time_as_the_slowest_network_needs() -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPEXTGET=1", OK)
        started = at.clock.time()
        with pytest.raises(CommandTimeout):
            await fetched(at)
        assert at.clock.time() - started > 600


async def test_an_upload_is_entered_whole_then_sent() -> None:
    body = generated(0, 40_000)
    async with talk(FtpPeer(**{"AT+FTPPUT=1": done("+FTPPUT")})) as at:
        told: list[tuple[int, int | None]] = []
        await at.clock.run_until(
            at.ftp.upload(body, "/f", via="memory", progress=lambda *done: told.append(done)), 1_000
        )
        assert b"".join(at.peer.entries) == body
        assert [line for line in at.peer.lines if "EXTPUT" in line] == [
            "AT+FTPEXTPUT=1",
            "AT+FTPEXTPUT=2,0,16384,10000",
            "AT+FTPEXTPUT=2,16384,16384,10000",
            "AT+FTPEXTPUT=2,32768,7232,10000",
            "AT+FTPEXTPUT=0",
        ]
        assert told == [(16_384, 40_000), (32_768, 40_000), (40_000, 40_000)]


async def test_a_slow_line_is_given_more_time() -> None:
    async with talk(FtpPeer(**{"AT+FTPPUT=1": done("+FTPPUT")})) as at:
        at.modem.link.state.baud = 9_600
        await sent(at, bytes(16_384))
        assert "AT+FTPEXTPUT=2,0,16384,34134" in at.peer.lines
        at.modem.link.state.baud = 200
        await sent(at, bytes(16_384))
        assert "AT+FTPEXTPUT=2,0,16384,1000000" in at.peer.lines


@pytest.mark.parametrize(
    ("line", "answer", "error"),
    [
        ("AT+FTPEXTPUT=1", ERROR, CommandFailed),
        ("AT+FTPEXTPUT=2,0,3,10000", ERROR, CommandFailed),
        ("AT+FTPPUT=1", done("+FTPPUT", 78), FtpError),
        ('AT+FTPSERV="ftp.example.com"', ERROR, CommandFailed),
    ],
)
async def test_what_goes_wrong_leaves_the_ordinary_way(line: str, answer: str, error: type[Exception]) -> None:
    async with talk(FtpPeer()) as at:
        at.peer.on(line, answer)
        with pytest.raises(error):
            await sent(at, b"abc")
        assert at.peer.lines[-1] == (line if "SERV" in line else "AT+FTPEXTPUT=0")


async def test_a_download_that_was_refused_before_it_began() -> None:
    async with talk(holder()) as at:
        at.peer.on("AT+FTPREST=0", ERROR)
        with pytest.raises(CommandFailed):
            await fetched(at)
        assert at.peer.lines[-1] == "AT+FTPREST=0"


@pytest.mark.parametrize("size", [0, 300_000])
def test_what_fits(size: int) -> None:
    check_memory(size)


def test_what_does_not() -> None:
    with pytest.raises(LimitExceeded, match="at most 300000 bytes, this has 300001 or more; take blocks") as caught:
        check_memory(300_001)
    assert (caught.value.field, caught.value.value) == ("via", 300_001)


async def test_a_source_of_unknown_length_is_counted_before_a_byte_is_sent() -> None:
    async def endless() -> object:
        while True:
            yield bytes(100_000)

    async with talk(FtpPeer()) as at:
        with pytest.raises(LimitExceeded):
            await at.clock.run_until(at.ftp.upload(endless(), "/f", via="memory"), 10)  # type: ignore[arg-type]
        assert at.peer.lines == []


@pytest.mark.parametrize("dialect", ["sim800", "sim7000"])
async def test_a_blocks_upload_behind_it_is_an_ordinary_one(dialect: str) -> None:
    async with site_session(dialect=dialect) as (site, _, _, ftp):
        await ftp.upload(b"by memory", "/a", via="memory")
        await ftp.upload(b"by blocks", "/b", via="blocks")
        assert site.files == {"/a": b"by memory", "/b": b"by blocks"}
