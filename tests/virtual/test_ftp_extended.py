from __future__ import annotations

import asyncio

import pytest

from simcom_async.at.escape import DLE_ETX
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, ServerFault, generated
from simcom_async.virtual.faults import EarlyCompletion, LoseBearer, Reset, ShortRead
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.ftp_host import OK, Host, module, session

FAMILIES = ["sim800", "sim7000"]
HOSTILE = bytes(range(256)) * 3 + b"\x03\x10\x10\x03\x10\r\nOK\r\n+FTPETGET: 1,0\r\n" + b"\x10" * 7 + b"\x03" * 7


async def answer(host: Host, line: bytes) -> bytes:
    """All that is answered to a command, up to its OK."""
    host.send(line + b"\r")
    return await host.hear_until(OK)


async def enter(host: Host, position: int, data: bytes) -> None:
    line = b"AT+FTPEXTPUT=2,%d,%d,10000" % (position, len(data))
    await host.ask(line, b"\r\n+FTPEXTPUT: %d,%d\r\n" % (position, len(data)))
    host.send(data)
    await host.hear(OK)


async def output(host: Host, position: int, size: int) -> bytes:
    host.send(b"AT+FTPEXTGET=3,%d,%d\r" % (position, size))
    assert await host.hear_until(b"\r\n+FTPEXTGET: 3,") == b"\r\n+FTPEXTGET: 3,"
    length = int((await host.hear_until(b"\r\n"))[:-2])
    return (await host.exactly(length + len(OK)))[: -len(OK)]


async def et_get(host: Host) -> bytes:
    """A whole file as one stream."""
    await host.ok(b"AT+FTPETGET=1")
    await host.urc(b"+FTPETGET: 1,1")
    data = await host.hear_until(b"\x03\r\n+FTPETGET: 1,0\r\n")
    wire, decoder = data.removesuffix(b"\r\n+FTPETGET: 1,0\r\n"), DLE_ETX.decoder()
    body = decoder.receive(wire)
    assert decoder.finished
    assert decoder.tail == b""
    return body


async def et_put(host: Host, body: bytes) -> None:
    """A whole file as one stream."""
    await host.ok(b"AT+FTPETPUT=1")
    await host.urc(b"+FTPETPUT: 1,1")
    await host.ask(b"AT+FTPETPUT=2", b"\r\n+FTPETPUT: 2,1\r\n")
    wire = DLE_ETX.encode(body) + DLE_ETX.end
    for start in range(0, len(wire), 500_000):
        await host.port.drain()
        host.send(wire[start : start + 500_000])
    await host.hear(OK)
    await host.urc(b"+FTPETPUT: 1,0")


# The module's memory


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_uploads_from_the_memory(dialect: str) -> None:
    async with session({}, dialect=dialect) as (site, _, host):
        await host.error(b"AT+FTPEXTPUT=2,0,10,10000")
        await host.ok(b"AT+FTPEXTPUT=1")
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert site.read("/f") == b""
        body = generated(0, 300_000)
        await enter(host, 0, body[:100_000])
        await enter(host, 200_000, body[200_000:])
        await enter(host, 100_000, body[100_000:200_000])
        await enter(host, 300_000, b"7200 bytes more".ljust(7200))
        await host.error(b"AT+FTPEXTPUT=2,300000,7201,10000", b"AT+FTPEXTPUT=2", b"AT+FTPPUT=2,10", b"AT+FTPEXTGET=1")
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert site.read("/f") == body + b"7200 bytes more".ljust(7200)
        await enter(host, 5, b"changed")
        await host.ok(b'AT+FTPPUTOPT="APPE"')
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert site.read("/f")[307_200:] == body[:5] + b"changed" + body[12:] + b"7200 bytes more".ljust(7200)
        await host.ok(b"AT+FTPEXTPUT=0", b'AT+FTPPUTOPT="STOR"')
        await host.upload(b"by blocks")
        assert site.read("/f") == b"by blocks"
        await host.ok(b"AT+FTPEXTPUT=1")
        await enter(host, 3, b"gap")
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert site.read("/f") == b"\0\0\0gap"


async def test_an_entry_into_the_memory_that_takes_too_long(clock: ManualClock) -> None:
    async with session({}, clock=clock) as (site, _, host):
        await host.ok(b"AT+FTPEXTPUT=1")
        await host.ask(b"AT+FTPEXTPUT=2,0,10,5000", b"\r\n+FTPEXTPUT: 0,10\r\n")
        host.send(b"1234")
        await clock.run(5)
        await host.hear(OK)
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert site.read("/f") == b"1234"


async def test_an_upload_from_the_memory_that_fails() -> None:
    async with session({}) as (site, _, host):
        site.faults.append(FtpFault(command="STOR", after=1000, reply="552 disk full"))
        await host.ok(b"AT+FTPEXTPUT=1")
        await enter(host, 0, bytes(300_000))
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,78")
        site.faults[:] = [FtpFault(command="USER", fault=ServerFault.HANG)]
        await host.ok(b"AT+FTPPUT=1")
        await host.error(b"AT+FTPEXTPUT=0", b"AT+FTPEXTPUT=2,0,1,1000")
        await host.does(b"AT+FTPQUIT", b"+FTPPUT: 1,86")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_downloads_to_the_memory(dialect: str) -> None:
    async with session({"/f": 174_125}, dialect=dialect) as (site, virtual, host):
        await host.ask(b"AT+FTPEXTGET?", b"\r\n+FTPEXTGET: 0\r\n" + OK)
        await host.error(b"AT+FTPEXTGET=3,0,10")
        site.gate.shut(after=64_136)
        await host.ok(b"AT+FTPEXTGET=1")
        await site.gate.held()
        while await answer(host, b"AT+FTPEXTGET?") != b"\r\n+FTPEXTGET: 1,64136\r\n" + OK:
            pass
        await host.error(b"AT+FTPEXTGET=3,0,10", b"AT+FTPEXTGET=0", b"AT+FTPGET=2,10")
        site.gate.open()
        await host.urc(b"+FTPEXTGET: 1,0")
        await host.ask(b"AT+FTPEXTGET?", b"\r\n+FTPEXTGET: 1,174125\r\n" + OK)
        body = generated(0, 174_125)
        assert await output(host, 0, 174_125) == body
        assert await output(host, 174_120, 300_000) == body[-5:]
        await host.error(b"AT+FTPEXTGET=3,174125,1")
        fault = virtual.faults.add(ShortRead(most=7))
        assert await output(host, 10, 100) == body[10:17]
        virtual.faults.remove(fault)
        await host.ok(b"AT+FTPEXTGET=0", b"AT+FTPEXTGET=0")
        await host.error(b"AT+FTPEXTGET=3,0,10")
        await host.ok(b"AT+FTPREST=174000")
        await host.does(b"AT+FTPEXTGET=1", b"+FTPEXTGET: 1,0")
        assert await output(host, 0, 1000) == body[174_000:]
        await host.ask(b"AT+FTPREST?", b"\r\n+FTPREST: 0\r\n" + OK)


async def test_a_download_that_the_memory_cannot_hold_or_that_fails() -> None:
    async with session({"/f": 307_201, "/g": 307_200}) as (site, virtual, host):
        await host.does(b"AT+FTPEXTGET=1", b"+FTPEXTGET: 1,79")
        await host.ask(b"AT+FTPEXTGET?", b"\r\n+FTPEXTGET: 1,0\r\n" + OK)
        await host.error(b"AT+FTPEXTGET=3,0,10")
        await host.name("/g")
        await host.does(b"AT+FTPEXTGET=1", b"+FTPEXTGET: 1,0")
        assert (await output(host, 300_000, 7200)) == generated(300_000, 7200)
        site.gate.shut(after=1000)
        await host.ok(b"AT+FTPEXTGET=1")
        await site.gate.held()
        virtual.faults.add(LoseBearer())
        await host.urc(b"+SAPBR 1: DEACT")
        await host.urc(b"+FTPEXTGET: 1,61")
        await host.ok(b"AT+SAPBR=1,1")
        site.gate.open()
        site.gate.shut(after=1000)
        await host.ok(b"AT+FTPEXTGET=1")
        await site.gate.held()
        await host.does(b"AT+FTPQUIT", b"+FTPEXTGET: 1,86")
        await host.error(b"AT+FTPEXTGET=3,0,10")
        await host.ok(b'AT+FTPGETNAME=""')
        await host.does(b"AT+FTPEXTGET=1", b"+FTPEXTGET: 1,66")


# Streams


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4095, 4096, 4097, 65_536, 1_000_000])
async def test_streams_of_all_sizes(size: int) -> None:
    async with session({}, dialect="sim7000") as (site, _, host):
        body = generated(size, size)
        await et_put(host, body)
        assert site.read("/f") == body
        assert await et_get(host) == body


async def test_streams_of_what_has_to_be_escaped() -> None:
    async with session({}, dialect="sim7000") as (site, _, host):
        for body in (HOSTILE, b"\x03" * 10_000, b"\x10" * 9_999, b"\x10"):
            await et_put(host, body)
            assert site.read("/f") == body
            assert await et_get(host) == body


async def test_the_words_of_the_note_and_of_the_manual() -> None:
    for wire, first in (("real", b""), ("documented", OK)):
        async with session({}, dialect="sim7000", wire=wire) as (site, _, host):
            await host.ok(b"AT+FTPETPUT=1")
            await host.urc(b"+FTPETPUT: 1,1")
            await host.ask(b"AT+FTPETPUT=2", first + b"\r\n+FTPETPUT: 2,1\r\n")
            host.send(b"a\x10\x03b\x10\x10c\x03")
            await host.hear(OK)
            await host.urc(b"+FTPETPUT: 1,0")
            assert site.read("/f") == b"a\x03b\x10c"
            await host.ok(b"AT+FTPETGET=1")
            await host.hear(b"\r\n+FTPETGET: 1,1\r\na\x10\x03b\x10\x10c\x03\r\n+FTPETGET: 1,0\r\n")


async def test_streams_in_the_wrong_state() -> None:
    async with session({"/f": b"x"}, dialect="sim7000") as (site, _, host):
        await host.error(b"AT+FTPETPUT=2")
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.ok(b"AT+FTPETPUT=1")
        await host.error(b"AT+FTPETPUT=2")
        await host.does(b"AT+FTPETGET=1", b"+FTPETGET: 1,66")
        await site.told("USER")
        site.release()
        await host.urc(b"+FTPETPUT: 1,1")
        await host.ask(b"AT+FTPETPUT=2", b"\r\n+FTPETPUT: 2,1\r\n")
        host.send(b"y\x03AT+FTPETPUT=2\r")
        await host.hear(OK)
        heard = await host.hear_until(b"1,0\r\n")
        assert sorted(heard.split()) == [b"+FTPETPUT:", b"1,0", b"ERROR"]
        await host.ok(b'AT+FTPPUTNAME=""')
        await host.does(b"AT+FTPETPUT=1", b"+FTPETPUT: 1,66")
    async with session({}) as (_, _, host):
        await host.error(b"AT+FTPETPUT=1", b"AT+FTPETGET=1")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(command="RETR", reply="550 no"), b"79"),
        (FtpFault(command="RETR", after=5000), b"79"),
        (FtpFault(command="RETR", after=5000, fault=ServerFault.RESET), b"61"),
    ],
)
async def test_a_stream_that_breaks_off(fault: FtpFault, code: bytes) -> None:
    async with session({"/f": bytes(20_000)}, dialect="sim7000") as (site, _, host):
        site.faults.append(fault)
        await host.ok(b"AT+FTPETGET=1")
        end = b"\r\n+FTPETGET: 1," + code + b"\r\n"
        data = (await host.hear_until(end)).removesuffix(end)
        if fault.after is None:
            assert data == b""
        else:
            begin = b"\r\n+FTPETGET: 1,1\r\n"
            assert data.startswith(begin + bytes(1))
            assert data.endswith(b"\x03")
            assert len(data) <= len(begin) + 5001
        await host.ok(b"AT")


async def test_nothing_comes_in_between() -> None:
    async with session({"/f": 50_000}, dialect="sim7000") as (site, virtual, host):
        site.gate.shut(after=10_000)
        await host.ok(b"AT+FTPETGET=1")
        await host.urc(b"+FTPETGET: 1,1")
        await site.gate.held()
        virtual.urc_line("+CPIN: NOT READY")
        host.send(b"AT+FTPSTATE\r")
        await asyncio.sleep(0)
        site.gate.open()
        data = await host.hear_until(b"\r\n+FTPETGET: 1,0\r\n")
        assert DLE_ETX.unescape(data.partition(b"\r\n+CPIN")[0].removesuffix(b"\x03")) == generated(0, 50_000)
        assert data.endswith(b"\x03\r\n+CPIN: NOT READY\r\n\r\n+FTPETGET: 1,0\r\n")
        await host.hear(b"\r\n+FTPSTATE: 0\r\n" + OK)


async def test_a_stream_waits_for_the_answer_under_way_and_ends_with_the_power() -> None:
    async with session({"/f": 50_000}, dialect="sim7000") as (site, virtual, host):
        await host.ok(b"AT+FTPEXTPUT=1")
        site.gate.shut(after=10_000)
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.ok(b"AT+FTPETGET=1")
        await site.told("USER")
        host.send(b'AT+CMGS="1"\r')
        await host.hear_until(b"> ")
        site.release()
        await site.gate.held()
        await host.silent()
        host.send(b"hello\x1a")
        await host.hear_until(OK)
        await host.urc(b"+FTPETGET: 1,1")
        await host.hear_until(generated(9_000, 20))
        host.received.clear()
        virtual.power_off()
        await host.silent()
        virtual.power_on()
        await host.hear_until(b"SMS Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear_until(OK)
        await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)


async def test_a_stream_that_is_given_up_before_its_turn() -> None:
    async with session({"/f": 50_000}, dialect="sim7000") as (site, _, host):
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.ok(b"AT+FTPETGET=1")
        await host.does(b"AT+FTPQUIT", b"+FTPETGET: 1,80")
        await host.ok(b"AT+FTPETPUT=1")
        await host.does(b"AT+FTPQUIT", b"+FTPETPUT: 1,80")


async def test_a_stream_whose_beginning_comes_early() -> None:
    async with session({"/f": b"abc"}, dialect="sim7000") as (_, virtual, host):
        virtual.faults.add(EarlyCompletion(command="FTPETGET"))
        host.send(b"AT+FTPETGET=1\r")
        heard = await host.hear_until(b"+FTPETGET: 1,0\r\n")
        assert heard.endswith(b"\r\n+FTPETGET: 1,1\r\nabc\x03\r\n+FTPETGET: 1,0\r\n")


async def test_a_server_that_breaks_off_lets_the_entry_run_to_its_end() -> None:
    async with session({}, dialect="sim7000") as (site, _, host):
        site.faults.append(FtpFault(command="STOR", after=1000, reply="552 disk full"))
        await host.ok(b"AT+FTPETPUT=1")
        await host.urc(b"+FTPETPUT: 1,1")
        await host.ask(b"AT+FTPETPUT=2", b"\r\n+FTPETPUT: 2,1\r\n")
        host.send(bytes(2000))
        command = await site.told("STOR")
        await site.until(lambda: command.code == 552)
        await host.silent()
        host.send(b"\r\nAT+FTPSTATE\r" * 1000 + b"\x03")
        await host.hear(OK)
        await host.urc(b"+FTPETPUT: 1,78")
        await host.ok(b"AT")


async def test_a_stream_waits_for_a_slow_server() -> None:
    """The line is paused; what the module holds back is bounded, whatever the file."""
    size = 20_000_000
    async with session({}, dialect="sim7000") as (site, virtual, host):
        site.gate.shut()
        await host.ok(b"AT+FTPETPUT=1")
        await host.urc(b"+FTPETPUT: 1,1")
        await host.ask(b"AT+FTPETPUT=2", b"\r\n+FTPETPUT: 2,1\r\n")
        sent = 0
        while host.port.pending <= 900_000 and sent < size:
            host.send(b"x" * 50_000)
            sent += 50_000
            await ManualClock().settle()
        assert sent < size
        assert virtual.ftp.work.waiting <= 65_536 + 50_000  # type: ignore[union-attr]
        site.gate.open()
        await host.port.drain()
        host.send(b"\x03")
        await host.hear(OK)
        await host.urc(b"+FTPETPUT: 1,0")
        assert site.read("/f") == b"x" * sent


async def test_offsets_hold_for_streams_too() -> None:
    async with session({"/f": 1000}, dialect="sim7000") as (_, _, host):
        await host.ok(b"AT+FTPREST=900")
        assert await et_get(host) == generated(900, 100)
        await host.ask(b"AT+FTPREST?", b"\r\n+FTPREST: 0\r\n" + OK)


@pytest.mark.server
@pytest.mark.skipif(MISSING != "", reason=MISSING)
async def test_every_way_at_a_strict_server() -> None:
    async with Vsftpd() as server, module(server, "sim7000") as virtual:
        host = await Host.of(virtual, user=server.user, password=server.password)
        await host.name("/pub/f")
        await et_put(host, HOSTILE)
        assert server.read("/pub/f") == HOSTILE
        assert await et_get(host) == HOSTILE
        await host.ok(b"AT+FTPEXTPUT=1")
        await enter(host, 0, generated(0, 300_000))
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,0")
        assert server.read("/pub/f") == generated(0, 300_000)
        await host.ok(b"AT+FTPEXTPUT=0")
        await host.does(b"AT+FTPEXTGET=1", b"+FTPEXTGET: 1,0")
        assert await output(host, 0, 300_000) == generated(0, 300_000)


async def test_a_restart_ends_a_stream_at_once() -> None:
    async with session({"/f": bytes(50_000)}, dialect="sim7000") as (_, virtual, host):
        virtual.faults.add(Reset(command="FTPETGET=1", offset=5_000))
        await host.ok(b"AT+FTPETGET=1")
        await host.urc(b"+FTPETGET: 1,1")
        assert set(await host.hear_until(b"\r\nRDY\r\n")) <= set(b"\0\r\nRDY")
        assert b"\0" not in await host.hear_until(b"SMS Ready\r\n")
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        await host.silent()
