"""Files of a virtual SIM7100 through the whole stack: every byte, every name, and nothing left behind."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import (
    CommandTimeout,
    LimitExceeded,
    ProtocolError,
    ServiceBusy,
    ServiceFailed,
    UnsupportedService,
    UsageError,
)
from simcom_async.modem import Modem, open_modem
from simcom_async.sessions.file_part import PART
from simcom_async.sessions.file_visit import DriveSpace
from simcom_async.sessions.files import FilesSession
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Split, Stray
from tests.sessions.peer import Peer, attached

SPACE = 300_000
#: What would end or begin something, were it looked at.
HOSTILE = bytes(range(256)) + b"\r\nOK\r\n\r\nERROR\r\n>\x1a\x1b+++ATH\r\n+CFTRANTX: 0\r\n\r\n+CPIN: READY\r\n"

#: What a module may say by itself in front of an answer.
STRAYS = (("+CREG: 1", "FSLS"), ("RING", "CFTRANTX"), ("+STIN: 25", "FSATTRI"), ("+CREG: 2", "CFTRANRX"))


@pytest.fixture
async def virtual(tmp_path: Path) -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0, files=tmp_path, space=SPACE) as virtual:
        yield virtual


@pytest.fixture
async def modem(virtual: VirtualModem) -> AsyncIterator[Modem]:
    async with open_modem(virtual.port()) as modem:
        yield modem


@pytest.fixture
def files(modem: Modem) -> FilesSession:
    return modem.files


def data_of(size: int) -> bytes:
    return (HOSTILE + random.Random(size).randbytes(size))[:size]


# --- bytes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 1460, 1461, 4096, PART, PART + 1, 100_000])
async def test_all_bytes_come_back(files: FilesSession, virtual: VirtualModem, size: int) -> None:
    data = data_of(size)
    assert await files.write("D:/f.bin", data) == size
    assert virtual.file_system.read("D:/f.bin") == data
    assert await files.read("D:/f.bin") == data
    assert await files.size("D:/f.bin") == size


async def test_from_an_offset_on(files: FilesSession) -> None:
    data = data_of(3 * PART)
    await files.write("f", data)
    for offset in (1, PART, 2 * PART + 7, 3 * PART):
        assert await files.read("f", offset=offset) == data[offset:]
    assert await files.read("f", offset=4 * PART) == b""


async def test_sources(files: FilesSession, tmp_path: Path) -> None:
    data = data_of(20_000)
    local = tmp_path / "local.bin"
    local.write_bytes(data)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 777):
            yield data[start : start + 777]

    await files.write("a", local)
    await files.write("b", bytearray(data))
    await files.write("c", pieces(), size=len(data))
    for name in ("a", "b", "c"):
        assert await files.read(name) == data


@pytest.mark.parametrize("promised", [9, 11])
async def test_a_source_that_does_not_keep_its_word_leaves_nothing(
    files: FilesSession, virtual: VirtualModem, promised: int
) -> None:
    async def ten() -> AsyncIterator[bytes]:
        yield b"01234"
        yield b"56789"

    with pytest.raises(UsageError):
        await files.write("f", ten(), size=promised)
    assert not await files.exists("f")
    assert await files.write("f", b"fine") == 4


async def test_a_source_that_fails_leaves_nothing(files: FilesSession) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(5000)
        raise RuntimeError("the sensor is gone")

    with pytest.raises(RuntimeError, match="the sensor is gone"):
        await files.write("f", broken(), size=20_000)
    assert not await files.exists("f")


async def test_progress_both_ways(modem: Modem, files: FilesSession) -> None:
    said: list[tuple[int, int | None]] = []
    events: list[TransferProgress] = []
    with modem.on(TransferProgress, events.append):
        await files.write("f", bytes(10_000), progress=lambda done, total: said.append((done, total)))
        assert said[-1] == (10_000, 10_000)
        assert [done for done, _ in said] == sorted({done for done, _ in said})
        said.clear()
        await files.read("f", progress=lambda done, total: said.append((done, total)))
        assert said == [(PART, 10_000), (10_000, 10_000)]
    assert {event.direction for event in events} == set(Direction)
    assert {event.service for event in events} == {Service.FILES}


async def test_a_stream_is_read_piece_by_piece(files: FilesSession) -> None:
    data = data_of(PART * 2 + 5)
    await files.write("f", data)
    stream = files.open("f", offset=5)
    pieces = [piece async for piece in stream]
    assert b"".join(pieces) == data[5:]
    assert [len(piece) for piece in pieces] == [PART, PART]
    assert stream.size == len(data)


async def test_who_holds_a_stream_has_the_files_for_himself(files: FilesSession) -> None:
    await files.write("f", data_of(PART * 3))
    async with files.open("f") as stream:
        assert len(await anext(stream)) == PART
        with pytest.raises(ServiceBusy):
            await files.size("f")
    assert await files.size("f") == PART * 3
    assert [piece async for piece in stream] == []


async def test_verbs_wait_for_each_other(files: FilesSession) -> None:
    data = [data_of(3000 + number) for number in range(5)]
    await asyncio.gather(*(files.write(f"f{number}", some) for number, some in enumerate(data)))
    assert await asyncio.gather(*(files.read(f"f{number}") for number in range(5))) == data


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["plain.txt", "two words", "\u6d4b\u8bd5.txt", "\U0001f4c4", "a=b&(c)[d]'e{f}", "OK.txt"]
)
async def test_names(files: FilesSession, virtual: VirtualModem, name: str) -> None:
    await files.mkdir(f"D:/{name}")
    await files.write(f"D:/{name}/{name}", b"1")
    assert virtual.file_system.read(f"D:/{name}/{name}") == b"1"
    assert [entry.path for entry in await files.list(f"D:/{name}")] == [f"D:/{name}/{name}"]
    assert await files.read(f"D:/{name}/{name}") == b"1"
    await files.rename(f"D:/{name}/{name}", f"D:/{name}/x{name}")
    assert await files.exists(f"D:/{name}/x{name}")
    await files.delete(f"D:/{name}/x{name}")
    await files.rmdir(f"D:/{name}/")
    assert not await files.exists(f"D:/{name}")


@pytest.mark.parametrize(
    "path", ["", "C:/", "a*", "a\\b", 'a"b', "a\rb", "a\x1ab", "..", "C:/../x", "x" * 255, "\u6d4b" * 100, "a/"]
)
async def test_bad_paths_are_refused_before_a_byte_is_sent(path: str) -> None:
    peer = Peer()
    modem = await attached(peer, dialect="sim7100")
    files = modem.files
    for call in (files.read(path), files.write(path, b"x"), files.delete(path), files.size(path)):
        with pytest.raises(UsageError):
            await call
    with pytest.raises(UsageError):
        files.open(path)
    assert peer.lines == []
    await modem.aclose()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"path": "a", "data": 5}, "data"),
        ({"path": "a", "data": b"x", "size": 2}, "size"),
        ({"path": "a", "data": "/no/such/file"}, "data"),
        ({"path": 5, "data": b"x"}, "path"),
    ],
)
async def test_bad_arguments(files: FilesSession, arguments: dict[str, object], field: str) -> None:
    with pytest.raises(UsageError) as raised:
        await files.write(**arguments)  # type: ignore[arg-type]
    assert raised.value.field == field


async def test_a_size_has_a_limit_and_is_needed(files: FilesSession) -> None:
    async def nothing() -> AsyncIterator[bytes]:
        yield b""

    with pytest.raises(UsageError, match="how many bytes"):
        await files.write("a", nothing())
    with pytest.raises(LimitExceeded):
        await files.write("a", nothing(), size=2**31)
    with pytest.raises(LimitExceeded):
        await files.read("a", offset=-1)


# --- folders ----------------------------------------------------------------------------------------------------------


async def test_lists(files: FilesSession, virtual: VirtualModem) -> None:
    assert await files.list() == []
    await files.mkdir("a")
    await files.mkdir("C:/a/b")
    await files.write("C:/a/f", b"123")
    await files.write("g", b"12345")
    assert [(entry.path, entry.is_folder, entry.size) for entry in await files.list()] == [
        ("C:/a", True, None),
        ("C:/g", False, None),
    ]
    folder, file = await files.list("C:/a", details=True)
    assert (folder.name, folder.size, folder.modified) == ("b", None, None)
    assert (file.name, file.size) == ("f", 3)
    assert file.modified is not None
    walked = [entry.path async for entry in files.walk()]
    assert walked == ["C:/a", "C:/a/b", "C:/a/f", "C:/g"]
    assert [entry.size async for entry in files.walk("C:/a", details=True)] == [None, 3]


async def test_the_current_directory_stays_what_it_was(modem: Modem, files: FilesSession) -> None:
    await files.mkdir("D:/here")
    await files.mkdir("D:/there")
    await modem.at("+FSCD=D:/here")
    await files.write("D:/there/f", b"1")
    await files.read("D:/there/f")
    await files.list("D:/there", details=True)
    await files.size("D:/there/f")
    await files.exists("D:/there")
    await files.rename("D:/there/f", "D:/there/g")
    await files.delete("D:/there/g")
    for failing in (files.delete("D:/there/g"), files.list("D:/nowhere"), files.read("D:/there/g")):
        with pytest.raises(ServiceFailed):
            await failing
    assert await modem.at("+FSCD?") == ("+FSCD: D:/here",)


async def test_what_is_there_and_what_is_not(files: FilesSession) -> None:
    await files.mkdir("a")
    await files.write("a/f", b"")
    for path, wanted in (("a", True), ("a/f", True), ("a/g", False), ("b", False), ("b/f", False), ("D:/", True)):
        assert await files.exists(path) is wanted


async def test_what_the_module_refuses_is_named(files: FilesSession) -> None:
    await files.mkdir("a")
    await files.write("a/f", b"1")
    await files.write("a/g", b"1")
    for call, words in (
        (files.delete("a/nothing"), "C:/a/nothing cannot be removed"),
        (files.rename("a/f", "a/g"), "C:/a/f cannot be renamed to g"),
        (files.mkdir("a"), "C:/a cannot be made"),
        (files.mkdir("x/y"), "no folder C:/x"),
        (files.rmdir("a"), "C:/a cannot be removed"),
        (files.write("x/f", b""), "no folder C:/x"),
        (files.write("a/f", b"", overwrite=False), "C:/a/f is there already"),
        (files.read("a"), "there is no file C:/a"),
        (files.size("a/nothing"), "there is no file C:/a/nothing"),
        (files.space("X"), "no drive X"),
    ):
        with pytest.raises(ServiceFailed, match=words) as raised:
            await call
        assert raised.value.remedy
    with pytest.raises(UsageError, match="another folder"):
        await files.rename("a/f", "b/f")
    assert await files.read("a/f") == b"1"


# --- space ------------------------------------------------------------------------------------------------------------


async def test_space(files: FilesSession) -> None:
    await files.write("D:/f", bytes(1000))
    assert await files.space() == DriveSpace(SPACE, 0)
    assert await files.space("D") == await files.space("d:/") == DriveSpace(SPACE, 1000)
    assert (await files.space("D")).free == SPACE - 1000


async def test_a_full_drive(files: FilesSession, virtual: VirtualModem) -> None:
    await files.write("a", bytes(SPACE - 100))
    with pytest.raises(ServiceFailed, match="101 bytes do not fit, 100 are free"):
        await files.write("b", bytes(101))
    assert not await files.exists("b")
    assert await files.write("a", bytes(SPACE)) == SPACE  # in the place of what is there


async def test_a_module_that_refuses_at_the_prompt(files: FilesSession, virtual: VirtualModem) -> None:
    virtual.file_system.make_folder("f")
    with pytest.raises(ServiceFailed, match="C:/f cannot be written"):
        await files.write("f", b"1")
    assert await files.list() != []


# --- giving up --------------------------------------------------------------------------------------------------------


async def test_a_write_that_is_cancelled_leaves_nothing(modem: Modem, files: FilesSession) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(8192)
        begun.set()
        await never.wait()

    await modem.at("+FSCD=D:/")
    writing = asyncio.create_task(files.write("f", slow(), size=100_000))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert not await files.exists("f")
    assert await modem.at("+FSCD?") == ("+FSCD: D:/",)


async def test_cancelled_at_every_await_the_files_go_on(files: FilesSession) -> None:
    data = data_of(12_000)
    await files.write("kept", data)
    for turns in range(0, 400, 7):
        for verb in (files.read("kept"), files.write("other", data), files.list(details=True)):
            task = asyncio.ensure_future(verb)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
    assert await files.read("kept") == data
    assert await files.write("other", data) == len(data)
    assert await files.read("other") == data


async def test_time_is_over(files: FilesSession) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(CommandTimeout, match="write of C:/f"):
        await files.write("f", slow(), size=10, timeout=0.05)
    assert not await files.exists("f")


async def test_files_outlive_the_power(modem: Modem, files: FilesSession, virtual: VirtualModem) -> None:
    await files.write("D:/f", data_of(5000))
    booted = asyncio.ensure_future(modem.wait_for(ModuleBooted))
    await asyncio.sleep(0)
    virtual.reset()
    await booted
    assert await files.read("D:/f") == data_of(5000)


async def test_files_outlive_the_virtual_modem_in_a_folder(tmp_path: Path) -> None:
    for attempt in range(2):
        async with VirtualModem("sim7100", files=tmp_path) as virtual, open_modem(virtual.port()) as modem:
            if not attempt:
                await modem.files.write("D:/kept", b"1")
            assert await modem.files.read("D:/kept") == b"1"
    assert (tmp_path / "D" / "kept").read_bytes() == b"1"


async def test_cut_reads_and_stray_lines_do_no_harm(files: FilesSession, virtual: VirtualModem) -> None:
    for fault in (Split(size=1), *(Stray(line, before=command, times=None) for line, command in STRAYS)):
        virtual.faults.add(fault)
    data = data_of(3000)
    await files.write("D:/f", data)
    assert await files.read("D:/f") == data
    assert [entry.name for entry in await files.list("D:/", details=True)] == ["f"]


# --- other modules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["sim800", "sim7000"])
async def test_a_module_without_files_says_so(dialect: str) -> None:
    async with VirtualModem(dialect) as virtual, open_modem(virtual.port()) as modem:
        with pytest.raises(UnsupportedService):
            _ = modem.files
        session = FilesSession(modem._attachment)
        for call in (session.list(), session.write("f", b""), session.read("f"), session.delete("f")):
            with pytest.raises(UnsupportedService, match=f"the {dialect} dialect has no commands for files"):
                await call


async def test_a_listing_that_lies_is_noticed() -> None:
    listing = "\r\n+FSLS: FILES:\r\nOK\r\nnext\r\n\r\nOK\r\n"
    usual = {
        "AT+FSCD?": "\r\n+FSCD: C:/\r\n\r\nOK\r\n",
        "AT+FSLS?": "\r\n+FSLS: SUBDIRECTORIES:0,FILES:2\r\n\r\nOK\r\n",
    }
    peer = Peer(**{**usual, "AT+FSLS": listing})
    modem = await attached(peer, dialect="sim7100")
    with pytest.raises(ProtocolError, match="the module counts 0 folders and 2 files"):
        await modem.files.list()
    assert await modem.at("+CSQ") == ("+CSQ: 20,0",)
    await modem.aclose()


async def test_a_folder_is_entered_and_left(files: FilesSession, virtual: VirtualModem) -> None:
    await files.mkdir("C:/there")
    before = str(virtual.file_system.current)
    async with files.entered("C:/there"):
        assert str(virtual.file_system.current).rstrip("/") == "C:/there"
    assert str(virtual.file_system.current) == before
    with pytest.raises(ServiceFailed, match="no folder C:/nowhere"):
        await files.entered("C:/nowhere").__aenter__()
    assert str(virtual.file_system.current) == before
