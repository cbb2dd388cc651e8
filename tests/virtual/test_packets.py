"""Data pushed to one line, in packets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from simcom_async.commands.cftp import CftpGetPacket
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.packets import PACKET, Packets
from tests.virtual.cftp_host import OK, Host


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0) as modem:
        yield modem


async def test_packets_have_headers_and_the_line_is_theirs(virtual: VirtualModem) -> None:
    host = await Host.of(virtual)
    packets = Packets(virtual.lines.channels[0], CftpGetPacket)
    await packets.seize()
    host.send(b"AT\r")
    virtual.urc_line("+STRAY: 1")
    await packets.send(b"x" * PACKET + b"y")
    await packets.send(b"")
    await host.hear(b"\r\n+CFTPGET: DATA,1024\r\n" + b"x" * PACKET + b"\r\n+CFTPGET: DATA,1\r\ny")
    await host.silent()
    packets.release()
    packets.release()
    await host.hear(b"\r\n+STRAY: 1\r\n" + OK)
    await host.aclose()


async def test_nothing_goes_to_a_module_that_is_off(virtual: VirtualModem) -> None:
    host = await Host.of(virtual)
    packets = Packets(virtual.lines.channels[0], CftpGetPacket)
    await packets.seize()
    virtual.power_off()
    await packets.send(b"x")
    packets.release()
    await host.silent()
    await host.aclose()
