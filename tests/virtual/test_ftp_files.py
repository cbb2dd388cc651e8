from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simcom_async.sites import FtpFault
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.ftp_host import OK, Host, module, session

FAMILIES = ["sim800", "sim7000"]


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_size_and_deletion(dialect: str) -> None:
    async with session({"/d/f": 12_345}, dialect=dialect, path="/d/f") as (site, _, host):
        await host.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,0,12345")
        await host.does(b"AT+FTPDELE", b"+FTPDELE: 1,0")
        assert site.paths == []
        failed = b",0" if dialect == "sim7000" else b""
        await host.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,77" + failed)
        await host.does(b"AT+FTPDELE", b"+FTPDELE: 1,77")


async def test_the_size_of_a_text_is_asked_for_in_binary() -> None:
    async with session({"/f": b"a\nb\n"}, b'AT+FTPTYPE="A"') as (_, _, host):
        await host.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,0,4")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_directories(dialect: str) -> None:
    async with session({}, b'AT+FTPGETPATH="/test"', dialect=dialect) as (site, _, host):
        await host.ok(b'AT+FTPGETPATH="/test"')
        await host.does(b"AT+FTPMKD", b"+FTPMKD: 1,0")
        assert site.exists("/test")
        await host.does(b"AT+FTPMKD", b"+FTPMKD: 1,77")
        await host.does(b"AT+FTPRMD", b"+FTPRMD: 1,0")
        assert not site.exists("/test")
        await host.does(b"AT+FTPRMD", b"+FTPRMD: 1,77")


async def test_what_only_the_sim7000_has() -> None:
    async with session({}, dialect="sim7000", path="/d/f") as (site, _, host):
        site.publish("/d/f", b"x", modified=datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC))
        await host.does(b"AT+FTPMDTM", b"+FTPMDTM: 1,0,20140409060951")
        await host.ok(b'AT+FTPPUTNAME="g"', b'AT+FTPPUTPATH="/nowhere"')
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,0")
        assert site.paths == ["/d/g"]
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,77")
        await host.does(b"AT+FTPMDTM", b"+FTPMDTM: 1,77")
        await host.ok(b'AT+FTPGETNAME="g"', b'AT+FTPPUTNAME="/e"')
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,0")
        await host.ok(b'AT+FTPGETNAME="/e"')
        await host.does(b"AT+FTPDELE=1", b"+FTPDELE: 1,0")
        assert site.paths == []
        await host.ok(b'AT+FTPPUTNAME=""')
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,66")
    async with session({"/f": b""}) as (_, _, host):
        await host.error(b"AT+FTPMDTM", b"AT+FTPRENAME", b"AT+FTPDELE=1")


async def test_answers_that_make_no_sense() -> None:
    async with session({"/f": b"x"}, dialect="sim7000") as (site, _, host):
        site.faults.append(FtpFault(command="SIZE", reply="213 big"))
        site.faults.append(FtpFault(command="MDTM", reply="213 yesterday"))
        site.faults.append(FtpFault(command="RNFR", reply="350 ready"))
        site.faults.append(FtpFault(command="RNTO", reply="553 no"))
        await host.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,70,0")
        await host.does(b"AT+FTPMDTM", b"+FTPMDTM: 1,70")
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,77")


@pytest.mark.parametrize(("dialect", "end"), [("sim800", b"86"), ("sim7000", b"80,0")])
async def test_quitting(dialect: str, end: bytes) -> None:
    async with session({"/f": b"x"}, dialect=dialect) as (_, _, host):
        await host.ok(b"AT+FTPSIZE")
        await host.does(b"AT+FTPQUIT", b"+FTPSIZE: 1," + end)
        await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)


@pytest.mark.server
@pytest.mark.skipif(MISSING != "", reason=MISSING)
async def test_at_a_strict_server() -> None:
    async with Vsftpd() as server, module(server, "sim7000") as virtual:
        host = await Host.of(virtual, user=server.user, password=server.password)
        server.publish("/pub/f", b"12345")
        await host.name("/pub/f")
        await host.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,0,5")
        await host.ok(b"AT+FTPMDTM", b'AT+FTPPUTNAME="g"')
        assert (await host.hear_until(b"\n+FTPMDTM: 1,0,")) == b"\r\n+FTPMDTM: 1,0,"
        assert len(await host.hear_until(b"\r\n")) == 16
        await host.does(b"AT+FTPRENAME", b"+FTPRENAME: 1,0")
        assert server.paths == ["/pub/g"]
        await host.ok(b'AT+FTPGETPATH="/pub/new"')
        await host.does(b"AT+FTPMKD", b"+FTPMKD: 1,0")
        await host.does(b"AT+FTPRMD", b"+FTPRMD: 1,0")
        await host.does(b"AT+FTPRMD", b"+FTPRMD: 1,77")
        await host.ok(b'AT+FTPGETPATH="/pub/"', b'AT+FTPGETNAME="g"')
        await host.does(b"AT+FTPDELE", b"+FTPDELE: 1,0")
        assert server.paths == []
