"""Files and directories at real FTP servers, without their data, byte by byte."""

from __future__ import annotations

from simcom_async.sites import FtpFault
from tests.virtual.cftp_host import ERROR, session


async def test_directories_and_files() -> None:
    async with session({"/f": 10}) as (site, virtual, host):
        await host.ok(b'AT+CFTPMKD="/d"')
        assert site.exists("/d")
        await host.ok(b'AT+CFTPRMD="d"', b'AT+CFTPDELE="f"')
        assert not site.exists("/d")
        assert site.paths == []
        assert virtual.internet.count == 0


async def test_a_refusal_has_its_code_in_front_of_error() -> None:
    async with session({}) as (site, _, host):
        for verb in (b"MKD", b"RMD", b"DELE"):
            await host.ask(b'AT+CFTP%s="/x/y"' % verb, b"\r\n+CFTP%s: 211\r\n" % verb + ERROR)
        site.faults.append(FtpFault(command="PASS", reply="530 no"))
        await host.ask(b'AT+CFTPMKD="/d"', b"\r\n+CFTPMKD: 208\r\n" + ERROR)
        site.faults[:] = [FtpFault(command="QUIT", reply="500 stay")]
        await host.ask(b'AT+CFTPMKD="/d"', b"\r\n+CFTPMKD: 209\r\n" + ERROR)
        assert site.exists("/d")


async def test_names_in_hex() -> None:
    async with session({}) as (site, _, host):
        await host.ok(b'AT+CFTPMKD={non-ascii}"2FE6B58B"')
        assert site.exists("/\u6d4b")
        await host.ok(b'AT+CFTPRMD={non-ascii}"/E6B58B"')
        assert not site.exists("/\u6d4b")
