"""Plain FTP of the virtual SIM7100 against real servers, byte by byte."""

from __future__ import annotations

import random

import pytest

from simcom_async.sites import FtpFault, FtpSite, RawSite, ServerFault
from simcom_async.virtual import VirtualModem
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.cftp_host import ERROR, HOST, OK, Host, module, session

SIZES = (0, 1, 1459, 1460, 1461, 65536)
BODIES = [pytest.param(random.Random(size).randbytes(size), id=str(size)) for size in SIZES]
BODIES += [pytest.param(byte * 2000, id=byte.hex()) for byte in (b"\x03", b"\x1a", b"\x03\x1a", b"\x1a\x03\x03")]


@pytest.mark.parametrize("passive", [False, True], ids=["active", "passive"])
@pytest.mark.parametrize("body", BODIES)
async def test_a_file_goes_up_and_comes_down(body: bytes, passive: bool) -> None:
    async with session({}, passive=passive) as (site, _, host):
        await host.put("/f", body)
        assert site.read("/f") == body
        assert await host.pushed('AT+CFTPGET="/f"') == body
        await host.ok(b"AT")
