"""Transfers of the virtual SIM7100's FTPS against real servers, byte by byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, ServerFault
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.cftp_host import AUTHORITY, ERROR, HOST, OK, ROUND, Host, module, secured

SIZES = (1, 1023, 1024, 1025, 1459, 1460, 1461, 65536)
BODIES = [pytest.param(random.Random(size).randbytes(size), id=str(size)) for size in SIZES]
BODIES += [pytest.param(byte * 2000, id=byte.hex()) for byte in (b"\x03", b"\x1a", b"\r\nOK\r\n", b"\x1b+++")]


def failed(verb: str, code: int) -> bytes:
    """ERROR, and its code in front."""
    return f"\r\n+CFTPS{verb}: {code}\r\n".encode() + ERROR


@pytest.mark.parametrize("body", BODIES)
async def test_a_file_goes_up_and_comes_down(body: bytes) -> None:
    async with secured() as (site, _, host):
        await host.login()
        await host.put_blocks("/f", body)
        assert site.read("/f") == body
        assert await host.pushed('AT+CFTPSGET="/f"') == body
        await host.logout()


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize("body", BODIES)
async def test_so_it_does_with_a_strict_server(body: bytes) -> None:
    async with Vsftpd(certificate=AUTHORITY.pem(HOST)) as server, module(server, "sim7100") as virtual:
        host = await Host.of(virtual)
        await host.login(user=server.user, password=server.password)
        await host.put_blocks("/pub/f", body)
        assert server.read("/pub/f") == body
        assert await host.pushed('AT+CFTPSGET="/pub/f"') == body
        assert b" f\r\n" in await host.pushed('AT+CFTPSLIST="/pub"')
        await host.logout()
        await host.aclose()


async def test_an_empty_file_comes_down_without_a_packet() -> None:
    async with secured({"/f": b""}) as (_, _, host):
        await host.login()
        assert await host.pushed('AT+CFTPSGET="/f"') == b""


async def test_forms_of_the_wire() -> None:
    for wire, header in (("documented", b"DATA, 3"), ("real", b"DATA,3")):
        async with secured({"/f": b"abc"}, wire=wire) as (_, _, host):
            for line in (b"AT+CFTPSSTART", f'AT+CFTPSLOGIN="{HOST}",21,"user","secret"'.encode()):
                host.send(line + b"\r")
                await host.hear_until(OK)
            await host.ok(b'AT+CFTPSGET="/f"')
            await host.hear(b"\r\n+CFTPSGET: " + header + b"\r\nabc\r\n+CFTPSGET: 0\r\n")


async def test_listings() -> None:
    async with secured({"/d/f": 2017}) as (_, _, host):
        await host.login()
        listed = await host.pushed('AT+CFTPSLIST="/d"')
        assert listed.split()[4] == b"2017"
        await host.ok(b'AT+CFTPSCWD="/d"')
        assert await host.pushed("AT+CFTPSLIST") == listed
        assert await host.pushed("AT+CFTPSSLIST", name="+CFTPSLIST") == listed
        assert await host.pushed('AT+CFTPSLIST="/x"', end=9) == b""


async def test_the_type_holds_for_all_but_listings() -> None:
    async with secured({"/f": b"a\r\n"}) as (site, _, host):
        await host.login()
        await host.ok(b"AT+CFTPSTYPE=A")
        await host.pushed('AT+CFTPSGET="/f"')
        assert str(site.commands[-3]) == "TYPE A"


async def test_offsets() -> None:
    async with secured({"/f": b"0123456789"}) as (site, _, host):
        await host.login()
        assert await host.pushed('AT+CFTPSGET="/f",4') == b"456789"
        await host.block(b'AT+CFTPSPUT="/f",3,4', b"xyz")
        await host.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 0")
        assert site.read("/f")[:7] == b"0123xyz"


async def test_files_go_between_server_and_module(tmp_path: Path) -> None:
    body = random.Random(1).randbytes(200_000)
    async with secured({"/f": body}, files=tmp_path) as (site, virtual, host):
        await host.login()
        await host.does(b'AT+CFTPSGETFILE="/f",1', b"+CFTPSGETFILE: 0")
        assert (tmp_path / "C" / "Picture" / "f").read_bytes() == body
        virtual.file_system.write("C:/g", body)
        await host.does(b'AT+CFTPSPUTFILE="g",0', b"+CFTPSPUTFILE: 0")
        assert site.read("/g") == body
        virtual.file_system.write("C:/empty", b"")
        await host.does(b'AT+CFTPSPUTFILE="/empty",0', b"+CFTPSPUTFILE: 0")
        assert site.read("/empty") == b""


async def test_files_that_are_not_there_or_do_not_fit(tmp_path: Path) -> None:
    async with secured({"/f": 2000, "/a:b": 1}, files=tmp_path, space=1000) as (_, virtual, host):
        await host.login()
        await host.does(b'AT+CFTPSPUTFILE="/x",0', b"+CFTPSPUTFILE: 7")
        await host.does(b'AT+CFTPSGETFILE="/f",0', b"+CFTPSGETFILE: 7")
        await host.does(b'AT+CFTPSGETFILE="/a:b",0', b"+CFTPSGETFILE: 8")
        await host.does(b'AT+CFTPSGETFILE="/x",0', b"+CFTPSGETFILE: 9")
        assert virtual.file_system.list("C:/") == []


# --- uploads in blocks -----------------------------------------------------------------------------------------------


async def test_exactly_the_bytes_of_a_block_are_taken() -> None:
    """8.15 declares ten bytes and sends eleven: what is too much goes to the command parser (device-facts 8.1)."""
    async with secured() as (site, _, host):
        await host.login()
        await host.ask(b'AT+CFTPSPUT="t1.txt",10', b"\r\n>")
        host.send(b"testcontent")
        await host.hear(OK)
        await host.does(b"\rAT+CFTPSPUT", b"+CFTPSPUT: 0")
        assert site.read("/t1.txt") == b"testconten"


async def test_what_waits_is_counted_and_a_block_waits_when_it_is_too_much() -> None:
    """The server takes nothing: the module holds some kilobytes, then no prompt comes."""
    async with secured() as (site, virtual, host):
        await host.login()
        site.gate.shut()
        sent = 0
        block = bytes(ROUND)
        line = b'AT+CFTPSPUT="/f",1024'
        while True:
            host.send(line + b"\r")
            for _ in range(3):
                await ManualClock().settle()
            if not host.received:
                break
            await host.hear(b"\r\n>")
            host.send(block)
            await host.hear(OK)
            sent += ROUND
            line = b"AT+CFTPSPUT=1024"
            assert sent < 20_000_000
        assert virtual.cftps.upload is not None
        assert 10_240 < virtual.cftps.upload.size <= 10_240 + 2 * ROUND
        other = await Host.of(virtual)
        await other.ask(b"AT+CFTPSPUT?", b"\r\n+CFTPSPUT: %d\r\n" % virtual.cftps.upload.size + OK)
        await other.aclose()
        site.gate.open()
        await host.hear(b"\r\n>")
        host.send(block)
        await host.hear(OK)
        await host.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 0")
        assert len(site.read("/f")) == sent + ROUND
        await host.ask(b"AT+CFTPSPUT?", b"\r\n+CFTPSPUT: 0\r\n" + OK)


async def test_an_upload_keeps_the_session_to_itself() -> None:
    async with secured({"/f": 10}) as (_, _, host):
        await host.login()
        await host.block(b'AT+CFTPSPUT="/g",3', b"abc")
        await host.ask(b'AT+CFTPSPUT="/h",3', failed("PUT", 3))
        await host.ask(b'AT+CFTPSMKD="d"', failed("MKD", 3))
        await host.does(b'AT+CFTPSGET="/f"', b"+CFTPSGET: 3")
        await host.block(b"AT+CFTPSPUT=3", b"def")
        await host.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 0")
        await host.error(b"AT+CFTPSPUT", b"AT+CFTPSPUT=3")
        assert await host.pushed('AT+CFTPSGET="/g"') == b"abcdef"


@pytest.mark.parametrize("line", [b'AT+CFTPSPUT="f",0', b'AT+CFTPSPUT="f",1025', b'AT+CFTPSPUT="",1'])
async def test_wrong_parameters(line: bytes) -> None:
    async with secured() as (_, _, host):
        await host.login()
        await host.error(line)


async def test_an_upload_that_the_server_refuses() -> None:
    async with secured() as (_, _, host):
        await host.login()
        await host.ask(b'AT+CFTPSPUT="/x/y",3', failed("PUT", 9))
        await host.block(b'AT+CFTPSPUT="/y",3', b"abc")
        await host.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 0")


async def test_an_upload_that_breaks_off_says_so_behind_a_block() -> None:
    async with secured() as (site, virtual, host):
        await host.login()
        site.faults.append(FtpFault(command="STOR", after=10, reply="552 disk full"))
        await host.block(b'AT+CFTPSPUT="/f",1024', bytes(ROUND))
        assert virtual.cftps.upload is not None
        upload = virtual.cftps.upload
        await site.until(lambda: site.commands[-1].code == 552)
        for _ in range(10):
            if upload.failure is not None:
                break
            await ManualClock().settle()
        await host.block(b"AT+CFTPSPUT=1024", bytes(ROUND), failed("PUT", 6))
        await host.error(b"AT+CFTPSPUT")
        site.faults.clear()
        await host.put_blocks("/f", b"abc")
        assert site.read("/f") == b"abc"


async def test_or_at_its_end() -> None:
    async with secured() as (site, _, host):
        await host.login()
        site.faults.append(FtpFault(command="STOR", after=500, reply="552 disk full"))
        await host.block(b'AT+CFTPSPUT="/f",1000', bytes(1000))
        await host.does(b"AT+CFTPSPUT", b"+CFTPSPUT: 6")
        await host.error(b"AT+CFTPSPUT")
        await host.logout()


async def test_the_server_ends_the_session_in_an_upload() -> None:
    async with secured() as (site, _, host):
        await host.login()
        site.faults.append(FtpFault(command="STOR", after=500, fault=ServerFault.RESET))
        await host.block(b'AT+CFTPSPUT="/f",1000', bytes(1000))
        await host.ok(b"AT+CFTPSPUT")
        said = await host.hear_until(b"\r\n+CFTPSNOTIFY: PEER CLOSED\r\n")
        assert said.startswith((b"\r\n+CFTPSPUT: 4\r\n", b"\r\n+CFTPSPUT: 6\r\n"))
        site.faults.clear()
        await host.log_in()


async def test_the_power_goes_in_an_upload() -> None:
    async with secured() as (_, virtual, host):
        await host.login()
        await host.block(b'AT+CFTPSPUT="/f",3', b"abc")
        virtual.power_off()
        assert virtual.internet.count == 0


async def test_a_host_that_does_not_read_makes_the_server_wait() -> None:
    size = 20_000_000
    async with secured({"/f": size}) as (site, _, host):
        await host.login()
        host.port.pause()
        host.send(b'AT+CFTPSGET="/f"\r')
        command = await site.told("RETR")
        moved = -1
        while moved != command.moved:
            moved = command.moved
            await ManualClock().settle()
        assert command.moved < size
        host.port.resume()
        await host.hear(OK)
        assert len(await host.collect("+CFTPSGET")) == size
