"""FTP in blocks, against modules that do what modules do."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.at.event import PayloadChunk
from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import CommandFailed, CommandTimeout, FtpError, ProtocolError
from simcom_async.sites import generated
from tests.sessions.ftp_ends import FastClock, Gathered, site_session
from tests.sessions.ftp_peer import CREDIT, FtpPeer, Talk, block, done, talk
from tests.sessions.peer import ERROR, OK

READY, END = "\r\n+FTPGET: 1,1\r\n", "\r\n+FTPGET: 1,0\r\n"
READ = "AT+FTPGET=2,1460"
BEGUN = OK + READY


def peer(*reads: object, begun: str = BEGUN) -> FtpPeer:
    """A module that has something to download."""
    made = FtpPeer()
    made.on("AT+FTPGET=1", begun)
    made.on(READ, *reads)  # type: ignore[arg-type]
    return made


async def got(at: Talk) -> bytes:
    """What a download gives."""
    gathered = Gathered()
    await at.ftp.download("/f", gathered)
    return bytes(gathered.data)


async def fetched(at: Talk) -> bytes:
    """The same, with all the time it needs."""
    return await at.clock.run_until(got(at), 300)


# Downloads


async def test_reads_follow_the_word_until_there_is_none_and_the_end_is_what_the_module_says() -> None:
    async with talk(peer(block(b"one"), block(b"two"), block(b""))) as at:
        fetching = asyncio.ensure_future(got(at))
        await at.clock.run(9)
        assert at.peer.asked("AT+FTPGET=") == ["AT+FTPGET=1", READ, READ, READ]
        at.peer.on(READ, block(b"three"), block(b""))
        at.peer.say(READY)
        await at.clock.settle()
        assert at.peer.asked(READ) == [READ] * 5
        assert not fetching.done()
        at.peer.say(END)
        await at.clock.settle()
        assert await fetching == b"onetwothree"


@pytest.mark.parametrize("end", [OK + END, END + OK])
async def test_an_end_before_anything_else(end: str) -> None:
    async with talk(peer(begun=end)) as at:
        assert await fetched(at) == b""
        assert at.peer.asked(READ) == []


async def test_the_word_said_again_and_again_is_no_event() -> None:
    async with talk(peer(READY.encode() + block(b"one") + READY.encode(), block(b""), begun=BEGUN + READY)) as at:
        fetching = asyncio.ensure_future(got(at))
        await at.clock.settle()
        at.peer.on(READ, block(b"two") + END.encode())
        at.peer.say(READY + READY)
        await at.clock.settle()
        assert await fetching == b"onetwo"


async def test_the_end_within_a_read() -> None:
    async with talk(peer(block(b"one") + END.encode())) as at:
        assert await fetched(at) == b"one"
        assert at.peer.asked(READ) == [READ]


@pytest.mark.parametrize("answer", [END + ERROR, ERROR + END])
async def test_a_read_that_is_refused_because_it_has_just_ended(answer: str) -> None:
    async with talk(peer(block(b"one"), answer)) as at:
        assert await fetched(at) == b"one"


async def test_an_end_that_comes_some_seconds_after_the_refusal() -> None:
    async with talk(peer(block(b"one"), ERROR)) as at:
        at.clock.call_at(at.clock.time() + 4, lambda: at.peer.say(END))
        assert await fetched(at) == b"one"


async def test_a_refusal_without_an_end() -> None:
    async with talk(peer(block(b"one"), ERROR)) as at:
        with pytest.raises(CommandFailed, match="FTPGET=2,1460"):
            await fetched(at)
        assert at.peer.lines[-1] == "AT+FTPQUIT"


@pytest.mark.parametrize("code", [61, 64, 65, 79])
async def test_an_end_that_is_not_good(code: int) -> None:
    async with talk(peer(block(b"one"), block(b""))) as at:
        fetching = asyncio.ensure_future(got(at))
        await at.clock.settle()
        at.peer.say(f"\r\n+FTPGET: 1,{code}\r\n")
        with pytest.raises(FtpError, match=f"download of /f at ftp.example.com:21: {code}, ") as caught:
            await fetching
        assert (caught.value.code, caught.value.command) == (code, "AT+FTPGET=1")


@pytest.mark.parametrize("told", [b"\r\n+FTPGET: 2,5\r\nhell\r\nOK\r\n", b"\r\n+FTPGET: 2,5\r\nheloOK\r\n"])
async def test_bytes_lost_on_the_line_are_noticed(told: bytes) -> None:
    async with talk(peer(told)) as at:
        with pytest.raises((ProtocolError, CommandTimeout)):
            await fetched(at)


async def test_one_byte_lost_is_said_to_be_just_that() -> None:
    async with talk(peer(b"\r\n+FTPGET: 2,5\r\nhell\r\nOK\r\n")) as at:
        with pytest.raises(ProtocolError, match="bytes of a block of 5 were lost on the line; use flow control"):
            await fetched(at)


async def test_a_module_that_says_nothing_any_more_is_given_up() -> None:
    async with talk(peer(block(b"one"), block(b""))) as at:
        with pytest.raises(CommandTimeout, match="FTPGET=1"):
            await fetched(at)
        await at.clock.run(5)
        assert at.peer.lines[-1] == "AT+FTPQUIT"


async def test_what_is_closed_half_way_is_ended_at_the_module() -> None:
    async with talk(peer(block(b"one"))) as at:
        stream = at.ftp.open("/f")
        assert await at.clock.run_until(anext(stream), 10) == b"one"
        at.peer.on("AT+FTPQUIT", OK + "\r\n+FTPGET: 1,86\r\n")
        await at.clock.run_until(stream.aclose(), 10)
        assert at.peer.lines[-1] == "AT+FTPQUIT"
        at.peer.on("AT+FTPDELE", done("+FTPDELE"))
        await at.clock.run_until(at.ftp.delete("/f"), 10)


async def test_while_its_reader_waits_the_patience_stands_still() -> None:
    async with talk(peer(block(b"one"), block(b"two") + END.encode())) as at:
        stream = at.ftp.open("/f")
        assert await at.clock.run_until(anext(stream), 10) == b"one"
        await at.clock.run(1000)
        assert await at.clock.run_until(anext(stream), 10) == b"two"
        with pytest.raises(StopAsyncIteration):
            await at.clock.run_until(anext(stream), 10)


async def test_one_that_is_ended_before_it_began() -> None:
    async with talk(FtpPeer()) as at:
        at.peer.on('AT+FTPSERV="ftp.example.com"', ERROR)
        with pytest.raises(CommandFailed, match="FTPSERV"):
            await fetched(at)
        assert at.peer.asked("AT+FTPQUIT") == []


# Uploads


def taker() -> FtpPeer:
    """A module that takes an upload."""
    made = FtpPeer()
    made.on("AT+FTPPUT=1", OK + CREDIT)
    made.on("AT+FTPPUT=2,0", done("+FTPPUT"))
    return made


async def sent(at: Talk, body: bytes) -> int:
    """What an upload has moved, with all the time it needs."""
    return (await at.clock.run_until(at.ftp.upload(body, "/f"), 300)).moved


async def test_blocks_are_as_long_as_the_credit() -> None:
    body = generated(0, 3000)
    async with talk(taker()) as at:
        assert await sent(at, body) == 3000
        assert [len(entry) for entry in at.peer.entries] == [1360, 1360, 280]
        assert b"".join(at.peer.entries) == body
        assert at.peer.lines[-1] == "AT+FTPPUT=2,0"


@pytest.mark.parametrize(("credit", "most"), [(1, 1), (700, 700), (1460, 1460), (2000, 1460)])
async def test_other_credits(credit: int, most: int) -> None:
    body = generated(0, 1500 if credit > 1 else 5)
    peer = taker()
    peer.credit = f"\r\n+FTPPUT: 1,1,{credit}\r\n"
    peer.on("AT+FTPPUT=1", OK + peer.credit)
    async with talk(peer) as at:
        await sent(at, body)
        assert b"".join(at.peer.entries) == body
        assert max(map(len, at.peer.entries)) == most


async def test_a_grant_of_fewer_bytes_than_were_offered() -> None:
    body = generated(0, 3000)
    async with talk(taker()) as at:
        at.peer.grant = 500
        told: list[int] = []
        await at.clock.run_until(at.ftp.upload(body, "/f", progress=lambda count, total: told.append(count)), 300)
        assert b"".join(at.peer.entries) == body
        assert max(map(len, at.peer.entries)) == 500
        assert told[:3] == [500, 1000, 1360]
        assert told[-1] == 3000


async def test_an_upload_that_is_ended_before_it_began() -> None:
    async with talk(taker()) as at:
        at.peer.on('AT+FTPSERV="ftp.example.com"', ERROR)
        with pytest.raises(CommandFailed, match="FTPSERV"):
            await sent(at, b"abc")
        assert at.peer.asked("AT+FTPPUT=") == at.peer.asked("AT+FTPQUIT") == []


async def test_an_empty_file() -> None:
    async with talk(taker()) as at:
        assert await sent(at, b"") == 0
        assert at.peer.asked("AT+FTPPUT=") == ["AT+FTPPUT=1", "AT+FTPPUT=2,0"]


async def test_the_end_may_come_before_the_final_result_of_the_finish() -> None:
    async with talk(taker()) as at:
        at.peer.on("AT+FTPPUT=2,0", "\r\n+FTPPUT: 1,0\r\n" + OK)
        assert await sent(at, b"abc") == 3


@pytest.mark.parametrize("code", [61, 63, 72, 77])
async def test_a_refusal_before_the_first_credit(code: int) -> None:
    async with talk(taker()) as at:
        at.peer.on("AT+FTPPUT=1", done("+FTPPUT", code))
        with pytest.raises(FtpError, match=f"upload of /f at ftp.example.com:21: {code}, "):
            await sent(at, b"abc")


@pytest.mark.parametrize("after", ["\r\n+FTPPUT: 1,78\r\n", CREDIT + "\r\n+FTPPUT: 1,78\r\n"])
async def test_an_end_instead_of_the_next_credit(after: str) -> None:
    async with talk(taker()) as at:
        at.peer.credit = after
        with pytest.raises(FtpError, match="78"):
            await sent(at, bytes(5000))
        assert len(at.peer.entries) <= 2


async def test_a_good_end_before_the_finish_is_not_believed() -> None:
    async with talk(taker()) as at:
        at.peer.credit = "\r\n+FTPPUT: 1,0\r\n"
        with pytest.raises(ProtocolError, match=r"upload of /f at .*: the module ended it after 1360 bytes"):
            await sent(at, bytes(5000))


@pytest.mark.parametrize("line", ["AT+FTPPUT=2,1360", "AT+FTPPUT=2,0"])
@pytest.mark.parametrize("answer", ["\r\n+FTPPUT: 1,65\r\n" + ERROR, ERROR + "\r\n+FTPPUT: 1,65\r\n"])
async def test_a_block_or_the_finish_refused_because_it_has_just_ended(line: str, answer: str) -> None:
    async with talk(taker()) as at:
        at.peer.on(line, answer)
        with pytest.raises(FtpError, match="65"):
            await sent(at, bytes(1400))


@pytest.mark.parametrize("line", ["AT+FTPPUT=2,1360", "AT+FTPPUT=2,0"])
async def test_a_refusal_without_an_end_of_the_upload(line: str) -> None:
    async with talk(taker()) as at:
        at.peer.on(line, ERROR)
        with pytest.raises(CommandFailed, match="FTPPUT=2"):
            await sent(at, bytes(1400))
        assert at.peer.lines[-1] == "AT+FTPQUIT"


@pytest.mark.parametrize("missing", ["the first credit", "a credit", "the end"])
async def test_a_word_that_does_not_come_is_a_time_out_and_the_upload_is_ended(missing: str) -> None:
    peer = taker()
    if missing == "the first credit":
        peer.on("AT+FTPPUT=1", OK)
    elif missing == "a credit":
        peer.credit = ""
    else:
        peer.on("AT+FTPPUT=2,0", OK)
    async with talk(peer) as at:
        with pytest.raises(CommandTimeout, match="FTPPUT=1: completion limit"):
            await sent(at, bytes(2000))
        await at.clock.run(5)
        assert at.peer.lines[-1] == "AT+FTPQUIT"


async def test_an_end_that_comes_late_but_in_time() -> None:
    async with talk(taker()) as at:
        at.peer.on("AT+FTPPUT=2,0", OK)
        uploading = asyncio.ensure_future(at.ftp.upload(bytes(2000), "/f"))
        await at.clock.run(80)
        at.peer.say("\r\n+FTPPUT: 1,0\r\n")
        await at.clock.settle()
        assert (await uploading).moved == 2000


async def test_a_source_that_takes_its_time_is_waited_for() -> None:
    async with talk(taker()) as at:

        async def slow() -> object:
            yield b"a" * 1360
            await at.clock.sleep(500)
            yield b"b"

        moved = await at.clock.run_until(at.ftp.upload(slow(), "/f"), 1000)  # type: ignore[arg-type]
        assert moved.moved == 1361
        assert [len(entry) for entry in at.peer.entries] == [1360, 1]


async def test_an_upload_that_ends_while_its_source_takes_its_time() -> None:
    async with talk(taker()) as at:

        async def slow() -> object:
            yield b"a" * 1360
            await at.clock.sleep(50)
            yield b"b" * 1360

        uploading = asyncio.ensure_future(at.ftp.upload(slow(), "/f"))  # type: ignore[arg-type]
        await at.clock.run(10)
        at.peer.say("\r\n+FTPPUT: 1,64\r\n")
        with pytest.raises(FtpError, match="64"):
            await at.clock.run_until(uploading, 100)
        assert len(at.peer.entries) == 1


# A slow consumer


async def test_a_slow_consumer_makes_the_transfer_wait_and_loses_nothing() -> None:
    body = generated(0, 200_000)
    async with site_session({"/f": body}, clock=FastClock(100), unread_timeout=300) as (_, virtual, modem, ftp):
        blocks: list[PayloadChunk] = []
        modem.on(PayloadChunk, blocks.append)
        pieces = []
        async for piece in ftp.open("/f"):
            pieces.append(piece)
            if len(pieces) % 50 == 1:
                before = len(blocks)
                await virtual.clock.sleep(100)  # longer than any patience, and than the module says READY again
                assert len(blocks) == before
        assert b"".join(pieces) == body


async def test_one_that_is_slower_than_the_module_allows_is_told_so_by_name() -> None:
    async with site_session({"/f": 200_000}, clock=FastClock(100), unread_timeout=30) as (_, virtual, _, ftp):
        stream = ftp.open("/f")
        await anext(stream)
        await virtual.clock.sleep(40)
        with pytest.raises(FtpError, match="64, the server was silent, or its data were not read in time") as caught:
            await stream.read()
        assert caught.value.code == FtpCode.TIMEOUT
        assert await ftp.size("/f") == 200_000
