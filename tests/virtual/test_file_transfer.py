"""AT+CFTRANRX and AT+CFTRANTX at a virtual modem: all bytes, both ways, and what is refused."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.virtual import VirtualModem
from simcom_async.virtual.file_transfer import PACKET
from tests.virtual.client import Client, until
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"
SPACE = 200_000


@pytest.fixture
async def module(tmp_path: Path) -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0, files=tmp_path, space=SPACE) as virtual:
        yield virtual


@pytest.fixture
async def host(module: VirtualModem) -> AsyncIterator[Client]:
    client = await attach(module)
    yield client
    await client.aclose()


def packets(data: bytes) -> bytes:
    """What the module prints of these bytes."""
    pieces = [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
    shown = b"".join(b"\r\n+CFTRANTX: DATA,%d\r\n" % len(piece) + piece for piece in pieces)
    return shown + b"\r\n+CFTRANTX: 0\r\n" + OK


@pytest.mark.parametrize("size", [0, 1, PACKET - 1, PACKET, PACKET + 1, 4096, 100_000])
async def test_files_in_and_out(module: VirtualModem, host: Client, size: int) -> None:
    data = (bytes(range(256)) + b"\r\nOK\r\n\x1a\x1b+++ATH\r" + random.Random(size).randbytes(size))[-size or size :]
    data = data[:size]
    host.send(b'AT+CFTRANRX="D:/f.bin",%d\r' % size)
    await host.hear(b"\r\n>")
    host.send(data)
    await host.hear(OK)
    assert module.file_system.read("D:/f.bin") == data
    await host.ask(b'AT+CFTRANTX="D:/f.bin"', packets(data))


async def test_parts(module: VirtualModem, host: Client) -> None:
    module.file_system.write("f", b"0123456789")
    await host.ask(b'AT+CFTRANTX="C:/f",2,3', packets(b"234"))
    await host.ask(b'AT+CFTRANTX="C:/f",8,100', packets(b"89"))
    await host.ask(b'AT+CFTRANTX="C:/f",4', packets(b"456789"))
    await host.ask(b'AT+CFTRANTX="C:/f",10,5', packets(b""))
    await host.ask(b'AT+CFTRANTX="C:/f",0,0', packets(b""))


async def test_names_in_other_scripts(module: VirtualModem, host: Client) -> None:
    host.send(b'AT+CFTRANRX={non-ascii}"' + "C:/\u6d4b.txt".encode().hex().encode() + b'",3\r')
    await host.hear(b"\r\n>")
    host.send(b"abc")
    await host.hear(OK)
    assert module.file_system.read("\u6d4b.txt") == b"abc"
    await host.ask(b'AT+CFTRANTX={non-ascii}"433A2FB2E22E747874"', packets(b"abc"))  # the same in the code page GBK


async def test_what_comes_behind_the_file_is_a_command(module: VirtualModem, host: Client) -> None:
    host.send(b'AT+CFTRANRX="C:/f",3\rabcAT+CSQ\r')
    await host.hear(b"\r\n>" + OK + b"\r\n+CSQ: 21,0\r\n" + OK)
    assert module.file_system.read("f") == b"abc"


async def test_a_new_file_takes_the_place_of_an_old_one(module: VirtualModem, host: Client) -> None:
    module.file_system.write("f", bytes(SPACE))
    host.send(b'AT+CFTRANRX="C:/f",3\rabc')
    await host.hear(b"\r\n>" + OK)
    assert module.file_system.read("f") == b"abc"


async def test_what_is_refused(module: VirtualModem, host: Client) -> None:
    module.file_system.make_folder("folder")
    await host.error(
        b'AT+CFTRANRX="C:/f",%d' % (SPACE + 1),
        b'AT+CFTRANRX="C:/no/where",3',
        b'AT+CFTRANRX="C:/folder",3',
        b'AT+CFTRANRX="E:/f",3',
        b'AT+CFTRANRX="C:/../../f",3',
        b'AT+CFTRANTX="C:/f"',
        b'AT+CFTRANTX="C:/folder"',
        b'AT+CFTRANTX="C:/a\\b"',
    )
    assert [found.name for found in module.file_system.list()] == ["folder"]


async def test_a_drive_that_fails_meanwhile_swallows_the_rest_and_keeps_nothing(
    module: VirtualModem, host: Client
) -> None:
    host.send(b'AT+CFTRANRX="C:/f",%d\r' % SPACE)
    await host.hear(b"\r\n>")
    host.send(bytes(SPACE - 10))
    await until(lambda: module.file_system.exists("f"))
    module.file_system.restart()  # the file is closed under the command
    host.send(bytes(10))
    await host.hear(b"\r\nERROR\r\n")
    assert not module.file_system.exists("f")
    await host.ok(b"AT")


async def test_a_file_that_the_power_breaks_off_stays_as_far_as_it_is(module: VirtualModem, host: Client) -> None:
    host.send(b'AT+CFTRANRX="C:/f",100\r')
    await host.hear(b"\r\n>")
    host.send(b"half")
    await host.silent()
    module.power_off()
    module.power_on()
    await host.hear_until(b"PB DONE\r\n")
    assert module.file_system.read("f") == b"half"


async def test_a_host_that_does_not_read_holds_the_file_up(module: VirtualModem, host: Client) -> None:
    data = random.Random(3).randbytes(SPACE)
    module.file_system.write("f", data)
    host.port.pause()
    host.send(b'AT+CFTRANTX="C:/f"\r')
    await host.silent()
    assert module.lines.channels[0].port.pending < SPACE
    host.port.resume()
    await host.hear(packets(data))
