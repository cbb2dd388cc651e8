"""The file commands at a virtual modem, in the shapes of the SIM5320 AT manual V2.02 chapter 13."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import attach

OK = b"\r\nOK\r\n"


@pytest.fixture
async def module(tmp_path: Path) -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0, files=tmp_path, space=10_000) as virtual:
        yield virtual


@pytest.fixture
async def host(module: VirtualModem) -> AsyncIterator[Client]:
    client = await attach(module)
    yield client
    await client.aclose()


async def test_going_about(module: VirtualModem, host: Client) -> None:
    await host.ask(b"AT+FSCD?", b"\r\n+FSCD: C:/\r\n" + OK)
    await host.ok(b"AT+FSMKDIR=Video")
    await host.ask(b"AT+FSCD=Video", b"\r\n+FSCD: C:/Video\r\n" + OK)
    await host.ask(b"AT+FSCD=..", b"\r\n+FSCD: C:/\r\n" + OK)
    await host.ask(b"AT+FSCD=D:", b"\r\n+FSCD: D:/\r\n" + OK)
    await host.ask(b'AT+FSCD="C:/Video"', b"\r\n+FSCD: C:/Video\r\n" + OK)
    await host.error(b"AT+FSCD=nowhere", b"AT+FSCD=../..", b"AT+FSCD=C:/../../etc", b"AT+FSRMDIR=C:/Video")
    await host.ask(b"AT+FSCD=C:/", b"\r\n+FSCD: C:/\r\n" + OK)
    await host.ok(b"AT+FSRMDIR=Video")
    await host.error(b"AT+FSRMDIR=Video", b"AT+FSMKDIR=a*b", b"AT+FSMKDIR=a\\b")


async def test_listings(module: VirtualModem, host: Client) -> None:
    files = module.file_system
    await host.ask(b"AT+FSLS", OK)
    for name in ("SecondDir", "FirstDir"):
        files.make_folder(name)
    await host.ask(b"AT+FSLS", b"\r\n+FSLS: SUBDIRECTORIES:\r\nFirstDir\r\nSecondDir\r\n" + OK)
    for name in ("test2.jpg", "test1.jpg", "\u6d4b.jpg"):
        files.write(name, b"12")
    folders = b"+FSLS: SUBDIRECTORIES:\r\nFirstDir\r\nSecondDir\r\n"
    names = b'+FSLS: FILES:\r\ntest1.jpg\r\ntest2.jpg\r\n{non-ascii}"E6B58B2E6A7067"\r\n'
    await host.ask(b"AT+FSLS", b"\r\n" + folders + b"\r\n" + names + OK)
    await host.ask(b"AT+FSLS=0", b"\r\n" + folders + b"\r\n" + names + OK)
    await host.ask(b"AT+FSLS=1", b"\r\n" + folders + OK)
    await host.ask(b"AT+FSLS=2", b"\r\n" + names + OK)
    await host.ask(b"AT+FSLS?", b"\r\n+FSLS: SUBDIRECTORIES:2,FILES:3\r\n" + OK)
    await host.ask(b"AT+FSLS=?", b"\r\n+FSLS: (0-2)\r\n" + OK)


async def test_attributes(module: VirtualModem, host: Client, tmp_path: Path) -> None:
    module.file_system.write("a.txt", b"x" * 8604)
    os.utime(tmp_path / "C" / "a.txt", (1209378286, 1209378286))
    await host.ask(b"AT+FSATTRI=a.txt", b"\r\n+FSATTRI: 8604, 2008/04/28 10:24:46 Mon\r\n" + OK)
    await host.ask(b'AT+FSATTRI="C:/a.txt"', b"\r\n+FSATTRI: 8604, 2008/04/28 10:24:46 Mon\r\n" + OK)
    module.file_system.make_folder("folder")
    await host.error(b"AT+FSATTRI=b.txt", b"AT+FSATTRI=folder")


async def test_removing_and_renaming(module: VirtualModem, host: Client) -> None:
    files = module.file_system
    for name in ("a", "b", "two words"):
        files.write(name, b"1")
    files.make_folder("folder")
    await host.ok(b"AT+FSRENAME=a,c", b'AT+FSDEL="two words"', b"AT+FSRENAME=folder,other")
    await host.error(b"AT+FSRENAME=a,d", b"AT+FSRENAME=b,c", b"AT+FSDEL=a", b"AT+FSDEL=other")
    assert [found.name for found in files.list()] == ["b", "c", "other"]
    await host.ok(b"AT+FSDEL=*.*")
    assert [found.name for found in files.list()] == ["other"]


async def test_space(module: VirtualModem, host: Client) -> None:
    module.file_system.write("a", bytes(1000))
    await host.ask(b"AT+FSMEM", b"\r\n+FSMEM: C:(10000, 1000)\r\n+FSMEM: D:(10000, 0)\r\n" + OK)
    module.file_system.card = False
    await host.ask(b"AT+FSMEM", b"\r\n+FSMEM: C:(10000, 1000)\r\n" + OK)
    await host.error(b"AT+FSCD=D:/")


async def test_where_new_files_go(module: VirtualModem, host: Client) -> None:
    await host.ask(b"AT+FSLOCA?", b"\r\n+FSLOCA: 0\r\n" + OK)
    await host.ok(b"AT+FSLOCA=1")
    assert module.file_system.location == 1
    await host.ask(b"AT+FSLOCA?", b"\r\n+FSLOCA: 1\r\n" + OK)
    await host.ask(b"AT+FSLOCA=?", b"\r\n+FSLOCA: (0-1)\r\n" + OK)
    await host.error(b"AT+FSLOCA=2")
    await host.ok(b"AT+FSLOCA=0")
    module.file_system.card = False
    await host.error(b"AT+FSLOCA=1")


async def test_copying(module: VirtualModem, host: Client) -> None:
    files = module.file_system
    files.write("a", b"some")
    await host.ask(b"AT+FSCOPY=a,D:/b", b"\r\n+FSCOPY: 100.0\r\n" + OK)
    assert files.read("D:/b") == b"some"
    await host.ask(b"AT+FSCOPY=a,c,1", OK + b"\r\n+FSCOPY: 100.0\r\n\r\n+FSCOPY: END\r\n")
    assert files.read("c") == b"some"


@pytest.mark.parametrize("mode", [b"", b",1"])
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (b"nothing,b", b"FILE NOT EXISTING"),
        (b"a,a", b"FILE IS EXISTING"),
        (b"a,no/where", b"DIRECTORY NOT EXISTING"),
        (b"a,b*", b"INVALID FILE NAME"),
        (b"a,../b", b"INVALID PATH NAME"),
        (b"a,E:/b", b"SD CARD NOT PLUGGED IN"),
        (b"big,b", b"EFS HAVE NO ENOUGH MEMORY"),
    ],
)
async def test_why_nothing_was_copied(
    module: VirtualModem, host: Client, mode: bytes, names: bytes, words: bytes
) -> None:
    module.file_system.write("a", b"some")
    module.file_system.write("big", bytes(6000))
    await host.ask(b"AT+FSCOPY=" + names + mode, b"\r\n" + words + b"\r\n\r\nERROR\r\n")


async def test_files_outlive_the_power_and_the_current_directory_does_not(module: VirtualModem, host: Client) -> None:
    module.file_system.make_folder("D:/a", parents=True)
    await host.ask(b"AT+FSCD=D:/a", b"\r\n+FSCD: D:/a\r\n" + OK)
    module.file_system.write("f", b"1")
    module.reset()
    await host.hear_until(b"PB DONE\r\n")
    await host.ask(b"ATE0", b"ATE0\r" + OK)
    await host.ask(b"AT+FSCD?", b"\r\n+FSCD: C:/\r\n" + OK)
    await host.ask(b"AT+FSCD=D:/a", b"\r\n+FSCD: D:/a\r\n" + OK)
    await host.ask(b"AT+FSLS", b"\r\n+FSLS: FILES:\r\nf\r\n" + OK)
