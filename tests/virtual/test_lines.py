from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from simcom_async.errors import LinkError, PortLost
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.serial import SerialPort
from simcom_async.ports.tcp import TcpPort
from simcom_async.virtual import VirtualModem
from tests.virtual.client import PATIENCE, Client, until
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


async def test_the_state_outlives_the_client(virtual: VirtualModem) -> None:
    first = await attach(virtual)
    await first.ok(b"ATS7=12")
    await first.aclose()
    await first.aclose()
    second = await Client(virtual.port()).open()
    await second.ask(b"ATS7?", b"\r\n012\r\n" + OK)
    assert len(virtual.lines.channels) == 1


async def test_a_client_can_come_again_on_the_same_port(virtual: VirtualModem, client: Client) -> None:
    await client.aclose()
    with pytest.raises(PortLost):
        client.send(b"AT\r")
    await client.open()
    await client.ok(b"AT")


async def test_ports_that_are_in_use_are_not_given_away(virtual: VirtualModem) -> None:
    one, two = virtual.port(), virtual.port()
    assert one is not two
    assert len(virtual.lines.channels) == 2


async def test_the_host_end_is_a_port(virtual: VirtualModem, client: Client) -> None:
    port = client.port
    assert port.url == "memory"
    client.port.pause()
    client.send(b"AT\r")
    await client.silent()
    assert port.pending == 0
    port.resume()
    await client.hear(OK)
    await port.drain()
    await port.set_baud(9600)


async def test_a_paced_line_in_memory(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock, baud=1200)
    client = await Client(virtual.port()).open()
    client.send(b"AT\r")
    await clock.run(0.024)  # two of three bytes have come
    assert bytes(client.received) == b"A"
    await clock.run(0.2)
    await client.hear(b"AT\r" + OK)


async def test_a_paced_pty(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock, baud=1200)
    path = await virtual.open_pty()
    client = await Client(SerialPort(path)).open()
    client.send(b"AT\r")
    async with asyncio.timeout(PATIENCE):
        while len(client.received) < 9:
            await clock.run(0.005)
    await client.hear(b"AT\r" + OK)
    assert clock.time() >= 9 * 10 / 1200 - 0.01
    await client.aclose()


async def test_pty_and_tcp_at_once(virtual: VirtualModem) -> None:
    path = await virtual.open_pty()
    other = await virtual.open_pty()
    address = await virtual.listen_tcp()
    assert virtual.lines.ptys == [path, other]
    assert virtual.lines.addresses == [address]
    clients = [
        await Client(SerialPort(path)).open(),
        await Client(SerialPort(other)).open(),
        await Client(TcpPort(*address)).open(),
        await Client(virtual.port()).open(),
    ]
    for client in clients:
        client.send(b"AT\r")
    for client in clients:
        await client.hear(b"AT\r" + OK)
    virtual.urc_line("RING")
    for client in clients:
        await client.hear(b"\r\nRING\r\n")
        await client.aclose()


async def test_boot_lines_when_a_client_opens_the_pty(start: Start) -> None:
    virtual = await start(boot="cold")
    path = await virtual.open_pty()
    client = await Client(SerialPort(path)).open()
    assert (await client.hear_until(b"SMS Ready\r\n")).startswith(b"\r\nRDY\r\n")
    await client.aclose()


async def test_boot_lines_when_a_client_connects(start: Start) -> None:
    virtual = await start(boot="cold")
    client = await Client(TcpPort(*await virtual.listen_tcp())).open()
    assert (await client.hear_until(b"SMS Ready\r\n")).startswith(b"\r\nRDY\r\n")
    await client.aclose()


async def test_the_next_client_finds_the_command_mode(virtual: VirtualModem) -> None:
    address = await virtual.listen_tcp()
    client = await Client(TcpPort(*address)).open()
    client.send(b"ATE0D*99#\r")
    await client.hear(b"ATE0D*99#\r\r\nCONNECT\r\n")
    await client.aclose()
    again = await Client(TcpPort(*address)).open()
    await again.ok(b"AT")
    await again.aclose()


async def test_a_terminal_with_echo_does_not_make_an_endless_echo(virtual: VirtualModem) -> None:
    import os
    import termios

    path = await virtual.open_pty()
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    mode = termios.tcgetattr(descriptor)
    mode[3] |= termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, mode)
    channel = virtual.lines.channels[0]
    os.write(descriptor, b"AT\r")
    async with asyncio.timeout(PATIENCE):
        heard = b""
        while not heard.endswith(OK):
            try:
                heard += os.read(descriptor, 100)
            except BlockingIOError:
                await asyncio.sleep(0)
    assert heard == OK
    assert channel.responder.lost == 0
    os.close(descriptor)


async def test_pulling_the_cable_of_everything(virtual: VirtualModem) -> None:
    path = await virtual.open_pty()
    address = await virtual.listen_tcp()
    serial = await Client(SerialPort(path)).open()
    network = await Client(TcpPort(*address)).open()
    memory = await attach(virtual)
    virtual.unplug()
    for client in (serial, network, memory):
        await client.gone()
    for port in (TcpPort(*address), virtual.port()):
        with pytest.raises(LinkError):
            await Client(port).open()
    assert virtual.lines.ptys == []
    virtual.plug()
    await until(lambda: virtual.lines.ptys and virtual.lines.addresses)
    again = await Client(SerialPort(virtual.lines.ptys[0])).open()
    again.send(b"AT\r")
    await again.hear(b"AT\r" + OK)
    for client in (serial, network, again):
        await client.aclose()


async def test_an_address_that_is_taken(virtual: VirtualModem) -> None:
    host, port = await virtual.listen_tcp()
    with pytest.raises(LinkError):
        await virtual.listen_tcp(host, port)


def inside(folder: Path) -> bool:
    return any(folder.iterdir())


async def test_a_link_follows_its_pseudo_terminal(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    async with VirtualModem("sim800", echo=False) as virtual:
        assert await virtual.open_pty(link) == str(link)
        first = virtual.lines.ptys[0]
        assert os.readlink(link) == first
        client = await Client(SerialPort(str(link))).open()
        await client.ok(b"AT")
        virtual.unplug()
        assert not inside(tmp_path)
        await client.aclose()
        blocker = os.openpty()  # or the next terminal has the number of the first
        virtual.plug()
        await until(lambda: inside(tmp_path))
        assert os.readlink(link) == virtual.lines.ptys[0]
        client = await Client(SerialPort(str(link))).open()
        await client.ok(b"AT")
        await client.aclose()
        for descriptor in blocker:
            os.close(descriptor)
    assert not inside(tmp_path)
