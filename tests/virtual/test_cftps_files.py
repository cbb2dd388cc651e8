"""Files and directories at real FTPS servers, without their data, byte by byte."""

from __future__ import annotations

import pytest

from simcom_async.sites import FtpFault
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.cftp_host import AUTHORITY, ERROR, HOST, OK, Host, module, secured

GBK = b"\xb2\xe2\xca\xd4"


async def test_directories_and_files() -> None:
    async with secured({"/f": 10}) as (site, _, host):
        await host.login()
        await host.ok(b'AT+CFTPSMKD="d"', b'AT+CFTPSCWD="d"', b'AT+CFTPSMKD="e"')
        assert site.exists("/d/e")
        await host.ask(b"AT+CFTPSPWD", b'\r\n+CFTPSPWD: "/d"\r\n' + OK)
        await host.ok(b'AT+CFTPSRMD="e"', b'AT+CFTPSCWD=".."', b'AT+CFTPSDELE="f"')
        assert not site.exists("/d/e")
        assert site.paths == []
        site.publish("/f", b"x")
        await host.ok(b'AT+CFTPSDEL="/f"')
        assert site.paths == []
        for verb in ("MKD", "RMD", "CWD", "DELE"):
            line = f'AT+CFTPS{verb}="/x/y"'.encode()
            await host.ask(line, f"\r\n+CFTPS{verb}: 9\r\n".encode() + ERROR)


async def test_the_server_gets_the_very_bytes_of_a_name() -> None:
    async with secured() as (site, _, host):
        await host.login()
        await host.ok(b'AT+CFTPSMKD={non-ascii}"2F%s"' % GBK.hex().encode())
        assert site.exists("/" + GBK.decode("utf-8", "surrogateescape"))
        await host.ok(b'AT+CFTPSCWD={non-ascii}"%s"' % GBK.hex().encode())
        await host.ask(b"AT+CFTPSPWD", b'\r\n+CFTPSPWD: "/%s"\r\n' % GBK + OK)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ('257 "/a b" is current', b'\r\n+CFTPSPWD: "/a b"\r\n' + OK),
        ('257 "/a""b"', ERROR),
        ("257 no directory", ERROR),
        ("550 no", ERROR),
    ],
)
async def test_what_the_server_says_of_its_directory(reply: str, answer: bytes) -> None:
    async with secured() as (site, _, host):
        await host.login()
        site.faults.append(FtpFault(command="PWD", reply=reply))
        await host.ask(b"AT+CFTPSPWD", answer)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
async def test_a_strict_server() -> None:
    async with Vsftpd(certificate=AUTHORITY.pem(HOST)) as server, module(server, "sim7100") as virtual:
        host = await Host.of(virtual)
        await host.login(user=server.user, password=server.password)
        await host.ok(b'AT+CFTPSCWD="/pub"', b'AT+CFTPSMKD="d"', b'AT+CFTPSRMD="d"')
        await host.ask(b"AT+CFTPSPWD", b'\r\n+CFTPSPWD: "/pub"\r\n' + OK)
        await host.ask(b'AT+CFTPSDEL="x"', b"\r\n+CFTPSDELE: 9\r\n" + ERROR)
        await host.logout()
        await host.aclose()
