"""Downloads that the module pushes in packets."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandTimeout, FtpError, ModemRestarted, ProtocolError
from simcom_async.sites import generated
from tests.sessions.cftp_ends import site_session
from tests.sessions.cftp_peer import CftpPeer, Talk, done, packets, talk
from tests.sessions.ftp_ends import FastClock, Gathered
from tests.sessions.peer import ERROR, OK

#: Every value, and all that means something to a line of AT.
BODY = bytes(range(256)) * 9 + b"\r\nOK\r\n\r\nERROR\r\n+CFTPGET: 0\r\n\r\n+CFTPGET: DATA,5\r\n"
PARTS = (BODY[:1_020], BODY[1_020:2_078], BODY[2_078:])
TAGS = {False: "+CFTPGET", True: "+CFTPSGET"}
SECURED = pytest.mark.parametrize("tls", [False, True])


def pusher(answer: bytes | str, *, tls: bool = False) -> CftpPeer:
    """A module that pushes a file."""
    return CftpPeer(**{f'AT{TAGS[tls]}="/f"': answer})


async def got(at: Talk, gathered: Gathered) -> bytes:
    await at.ftp.download("/f", gathered)
    return bytes(gathered.data)


async def fetched(at: Talk, gathered: Gathered | None = None) -> bytes:
    return await at.clock.run_until(got(at, gathered or Gathered()), 1_000)


@SECURED
@pytest.mark.parametrize("parts", [(), (b"x",), PARTS, tuple(BODY[at : at + 1] for at in range(300))])
async def test_a_download(parts: tuple[bytes, ...], tls: bool) -> None:
    async with talk(pusher(packets(TAGS[tls], *parts), tls=tls), tls=tls) as at:
        assert await fetched(at) == b"".join(parts)


async def test_one_that_comes_byte_by_byte() -> None:
    async with talk(pusher(None)) as at:  # type: ignore[arg-type]
        task = asyncio.ensure_future(got(at, Gathered()))
        await at.clock.settle()
        for byte in packets("+CFTPGET", *PARTS):
            at.peer.say(bytes([byte]))
        assert await at.clock.run_until(task, 10) == BODY


@pytest.mark.parametrize("spaced", [b"+CFTPGET: DATA, 5", b"+CFTPGET:DATA,5", b"+CFTPGET: DATA, 5,"])
async def test_headers_in_other_spacings(spaced: bytes) -> None:
    async with talk(pusher(OK.encode() + b"\r\n%s\r\nabcde\r\n+CFTPGET:0\r\n" % spaced)) as at:
        assert await fetched(at) == b"abcde"


async def test_what_a_line_before_has_left_is_not_its_own() -> None:
    async with talk(pusher(b"R\r\nOK\r\n" + packets("+CFTPGET", b"abcde").removeprefix(OK.encode()))) as at:
        assert await fetched(at) == b"abcde"


async def test_a_packet_without_its_header_in_front_of_ok() -> None:
    lost = b"\r\n+CFTRGET: DATA\r\nab\r\n+CFTPGET: DATA,2\r\ncd\r\n+CFTPGET: 0\r\n\r\nOK\r\n"
    async with talk(pusher(lost)) as at:
        with pytest.raises(ProtocolError, match="between the packets"):
            await fetched(at)


@pytest.mark.parametrize("order", [b"\r\n+CFTPGET: DATA,2\r\nab\r\n+CFTPGET: 0\r\n\r\nOK\r\n"])
async def test_an_end_in_front_of_ok(order: bytes) -> None:
    async with talk(pusher(order)) as at:
        assert await fetched(at) == b"ab"


@pytest.mark.parametrize(
    ("tls", "answer", "code"),
    [
        (False, done("+CFTPGET", 211), 211),
        (False, "\r\n+CME ERROR: 208\r\n", 208),
        (True, done("+CFTPSGET", 9), 9),
        (True, "\r\n+CFTPSGET: 8\r\n" + ERROR, 8),
        (False, ERROR, "ERROR"),
        (True, ERROR, "ERROR"),
    ],
)
async def test_an_end_instead_of_the_file(tls: bool, answer: str, code: int | str) -> None:
    async with talk(pusher(answer, tls=tls), tls=tls) as at:
        with pytest.raises(FtpError, match=f"download of /f at .*: {code}, ") as caught:
            await fetched(at)
        assert caught.value.code == code


@SECURED
async def test_an_end_that_is_not_good_behind_packets(tls: bool) -> None:
    code = {False: 210, True: 6}[tls]
    async with talk(pusher(packets(TAGS[tls], *PARTS[:2], end=code), tls=tls), tls=tls) as at:
        gathered = Gathered()
        with pytest.raises(FtpError, match="the transfer was broken off"):
            await fetched(at, gathered)
        assert gathered.data == BODY[: len(gathered.data)]
        assert len(gathered.data) == 2_078


@pytest.mark.parametrize("count", [2, 5])
async def test_a_module_that_puts_no_line_end_behind_its_packets(count: int) -> None:
    parts = [b"abcd"] * count
    async with talk(pusher(packets("+CFTPGET", *parts, line_end=b""))) as at:
        assert await fetched(at) == b"abcd" * count


@pytest.mark.parametrize("lost", [1, 2, 3, 30])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_bytes_that_the_line_has_lost_never_become_part_of_a_file(lost: int, place: int) -> None:
    """The packet takes as many of what follows it, and is not believed."""
    parts = (b"a" * 100, b"b" * 100, b"c" * 100)
    said = packets("+CFTPGET", *parts).replace(parts[place], parts[place][lost:])
    async with talk(pusher(said)) as at:
        gathered = Gathered()
        with pytest.raises((ProtocolError, CommandTimeout)):
            await fetched(at, gathered)
        assert b"".join(parts).startswith(gathered.data)


async def test_garbage_between_packets_is_not_passed_over() -> None:
    said = packets("+CFTPGET", *PARTS).replace(b"\r\n+CFTPGET: DATA,1058", b"\r\n+CFTPGXT: DATA,1058")
    async with talk(pusher(said)) as at:
        gathered = Gathered()
        with pytest.raises((ProtocolError, CommandTimeout)):
            await fetched(at, gathered)
        assert BODY.startswith(gathered.data)


async def test_other_lines_between_packets_do_no_harm() -> None:
    said = packets("+CFTPGET", *PARTS).replace(b"\r\n+CFTPGET: DATA,1058", b"\r\n+CREG: 1\r\n\r\n+CFTPGET: DATA,1058")
    async with talk(pusher(said)) as at:
        assert await fetched(at) == BODY


@pytest.mark.parametrize("left", [*range(1, 60), 90, 102, 110, 130])
async def test_the_lines_of_a_module_that_starts_again_are_no_part_of_a_file(left: int) -> None:
    boot = b"\r\nRDY\r\n\r\n+CPIN: READY\r\n\r\nSMS DONE\r\n\r\nPB DONE\r\n"
    async with talk(pusher(packets("+CFTPGET", b"a" * 100, b"b" * 100, end=None)[:-left] + boot)) as at:
        gathered = Gathered()
        with pytest.raises((CommandTimeout, ProtocolError, ModemRestarted)):
            await fetched(at, gathered)
        assert (b"a" * 100).startswith(gathered.data)


async def test_a_server_that_is_silent() -> None:
    async with talk(pusher(packets("+CFTPGET", b"abc", end=None))) as at:
        with pytest.raises(CommandTimeout, match=r"CFTPGET.*completion limit"):
            await fetched(at)


async def test_one_that_is_closed_half_way_is_read_to_its_end_before_the_next_operation() -> None:
    async with talk(pusher(packets("+CFTPGET", *PARTS, end=None))) as at:
        at.peer.on("AT", None)
        stream = at.ftp.open("/f")
        assert await at.clock.run_until(anext(stream), 10) == PARTS[0] + PARTS[1]
        started = at.clock.time()
        await at.clock.run_until(stream.aclose(), 30)
        assert at.clock.time() - started <= 5
        deleting = asyncio.ensure_future(at.ftp.delete("/f"))
        for _ in range(3):
            await at.clock.run(50)
            at.peer.say(b"\r\n+CFTPGET: DATA,4\r\nmore")
        await at.clock.settle()
        assert at.lines()[-1] == 'AT+CFTPGET="/f"'
        at.peer.on("AT", OK)
        at.peer.say(b"\r\n+CFTPGET: 0\r\n")
        await at.clock.run_until(deleting, 100)
        assert at.lines()[-1] == 'AT+CFTPDELE="/f"'


async def test_a_slow_reader_makes_the_module_wait_where_the_port_can() -> None:
    async with talk(pusher(OK)) as at:
        stream = at.ftp.open("/f")
        task = asyncio.ensure_future(anext(stream))
        await at.clock.settle()
        packet = b"\r\n+CFTPGET: DATA,1000\r\n" + bytes(1_000)
        at.peer.say(packet * 2)
        assert len(await at.clock.run_until(task, 10)) == 1_000
        for _ in range(40):
            at.peer.say(packet * 4)
            await at.clock.settle()
        assert at.peer.port.pending > 50_000
        await at.clock.run(1_000)  # no patience ends meanwhile
        rest = asyncio.ensure_future(stream.read())
        await at.clock.settle()
        at.peer.say(b"\r\n+CFTPGET: 0\r\n")
        assert len(await at.clock.run_until(rest, 10)) == 161_000
        assert at.peer.port.pending == 0


async def test_where_it_cannot_what_waits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simcom_async.ports.memory.MemoryPort.flow_control", False)
    async with talk(pusher(packets("+CFTPGET", b"abc", b"def", end=None))) as at:
        stream = at.ftp.open("/f")
        await at.clock.run_until(anext(stream), 10)
        for _ in range(20):
            at.peer.say(b"\r\n+CFTPGET: DATA,64000\r\n" + bytes(64_000))
            await at.clock.settle()
        with pytest.raises(ProtocolError, match="bytes wait unread, and without flow control"):
            await at.clock.run_until(stream.read(), 10)
        at.peer.say(b"\r\n+CFTPGET: 0\r\n")
        await at.clock.run(10)


@SECURED
async def test_a_list(tls: bool) -> None:
    tag = "+CFTPSLIST" if tls else "+CFTPLIST"
    lines = b"-rw-r--r-- 1 u g 2017 Sep  1 17:24 a b.jpg\r\ndrwxr-xr-x 2 u g 0 Sep  1  2020 d\r\n"
    async with talk(CftpPeer(**{f'AT{tag}="/d"': packets(tag, lines[:50], lines[50:])}), tls=tls) as at:
        entries = await at.clock.run_until(at.ftp.list("/d"), 10)
        assert [(entry.name, entry.size) for entry in entries] == [("a b.jpg", 2017), ("d", 0)]


@SECURED
async def test_a_slow_consumer_of_a_virtual_module_loses_nothing(tls: bool) -> None:
    body = generated(0, 400_000)
    async with site_session({"/f": body}, tls=tls, clock=FastClock(100)) as (_, virtual, _, ftp):
        pieces = []
        async for piece in ftp.open("/f"):
            pieces.append(piece)
            await virtual.clock.sleep(5)
        assert b"".join(pieces) == body
