from __future__ import annotations

from simcom_async.sites import FtpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBearer
from tests.virtual.client import Client
from tests.virtual.conftest import attach
from tests.virtual.ftp_host import Host, module

OK = b"\r\nOK\r\n"
ACTIVE, DEACTIVE = b"\r\n+APP PDP: ACTIVE\r\n", b"\r\n+APP PDP: DEACTIVE\r\n"


async def visitor(virtual: VirtualModem) -> Client:
    return await attach(virtual)


async def test_on_and_off() -> None:
    async with VirtualModem("sim7000", urc_delay=0) as virtual:
        client = await visitor(virtual)
        await client.ask(b"AT+CNACT?", b'\r\n+CNACT: 0,"0.0.0.0"\r\n' + OK)
        await client.error(b"AT+CNACT=0")
        await client.ok(b'AT+CNACT=1,"internet"')
        await client.hear(ACTIVE)
        await client.error(b"AT+CNACT=1")
        client.send(b"AT+CNACT?\r")
        address = await client.hear_until(OK)
        assert address.startswith(b'\r\n+CNACT: 1,"10.64.')
        await client.ok(b"AT+CNACT=0")
        await client.hear(DEACTIVE)
        await client.ok(b"AT+CNACT=2")
        await client.hear(ACTIVE)
        await client.ask(b"AT+SAPBR=2,1", b'\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK)


async def test_the_network_takes_it_away() -> None:
    async with VirtualModem("sim7000", urc_delay=0) as virtual:
        client = await visitor(virtual)
        await client.ask(b"AT+CGNAPN", b'\r\n+CGNAPN: 1,"internet"\r\n' + OK)
        await client.ok(b"AT+CNACT=1")
        await client.hear(ACTIVE)
        virtual.faults.add(LoseBearer(cid=0))
        await client.hear(DEACTIVE)
        await client.ok(b"AT+CNACT=1")
        await client.hear(ACTIVE)
        await client.ok(b"AT+SAPBR=1,1")
        virtual.network.lose_coverage()
        await client.hear(DEACTIVE + b"\r\n+SAPBR 1: DEACT\r\n")
        await client.error(b"AT+CNACT=1")
        client.send(b"AT+CGNAPN\r")
        assert (await client.hear_until(OK)).startswith(b"\r\n+CGNAPN: 0")


async def test_ftp_goes_over_it() -> None:
    async with FtpSite({"/f": b"hello"}) as site, module(site, "sim7000") as virtual:
        host = await Host.of(virtual)
        await host.name("/f")
        assert await host.download() == b"hello"
        await host.ok(b"AT+SAPBR=0,1")
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,61")
        await host.ok(b"AT+CNACT=1")
        await host.hear(ACTIVE)
        assert await host.download() == b"hello"
        site.gate.shut(after=2)
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        virtual.faults.add(LoseBearer(cid=0))
        await host.hear(DEACTIVE + b"\r\n+FTPGET: 1,61\r\n")


async def test_what_the_bearer_says_of_its_parameters() -> None:
    async with VirtualModem("sim7000", urc_delay=0) as virtual:
        client = await visitor(virtual)
        await client.ok(b'AT+SAPBR=3,1,"APN","x"')
        await client.error(b'AT+SAPBR=3,1,"CONTYPE","GPRS"')
        client.send(b"AT+SAPBR=4,1\r")
        shown = await client.hear_until(OK)
        assert b"APN: x" in shown
        assert b"CONTYPE" not in shown.upper()
