"""The verbs of FTP, through a virtual module to a real server and back, and what bad input gets."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simcom_async.commands.ftp import FtpCode
from simcom_async.errors import (
    CommandTimeout,
    FtpError,
    LimitExceeded,
    PortLost,
    ServiceBusy,
    UnsupportedService,
    UsageError,
)
from simcom_async.sessions.ftp import FtpSession
from simcom_async.sessions.ftp_fetch import FtpTransfer
from simcom_async.sessions.ftp_listing import FtpKind
from simcom_async.sessions.progress import Direction, TransferProgress
from simcom_async.sites import FtpFault, FtpSite, ServerFault, generated
from tests.sessions.ftp_ends import FAMILIES, WAYS, FastClock, Gathered, site_session
from tests.sessions.ftp_peer import FtpPeer, talk

families = pytest.mark.parametrize("dialect", FAMILIES)
every_way = pytest.mark.parametrize(("dialect", "via"), [(family, way) for family in FAMILIES for way in WAYS[family]])
OLD = datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC)


async def pieces(*items: object) -> AsyncIterator[bytes]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item  # type: ignore[misc]


# Verbs


@families
async def test_files_and_directories(dialect: str) -> None:
    async with site_session({"/d/f": b"12345"}, dialect) as (site, _, _, ftp):
        assert await ftp.size("/d/f") == 5
        await ftp.mkdir("/e")
        assert site.exists("/e")
        await ftp.rmdir("/e")
        assert not site.exists("/e")
        await ftp.delete("/d/f")
        assert site.files == {}


async def test_what_only_the_sim7000_can() -> None:
    async with site_session(dialect="sim7000") as (site, _, _, ftp):
        site.publish("/d/f", b"12345", modified=OLD)
        assert await ftp.mtime("/d/f") == OLD
        await ftp.rename("/d/f", "/d/g")
        assert site.files == {"/d/g": b"12345"}


@families
async def test_lists(dialect: str) -> None:
    async with site_session({"/d/f": b"12345", "/d/e/g": b"", "/other": b""}, dialect) as (_, _, _, ftp):
        found = {entry.name: entry for entry in await ftp.list("/d")}
        assert {name: (entry.kind, entry.size) for name, entry in found.items() if name == "f"} == {
            "f": (FtpKind.FILE, 5)
        }
        assert found["e"].kind is FtpKind.DIRECTORY
        assert len(await ftp.list()) == 2
        assert (await ftp.listing("/d/f")).endswith(b"f\r\n")
        with pytest.raises(FtpError, match="list of /none at"):
            await ftp.list("/none")


async def test_a_list_that_is_long() -> None:
    async with site_session() as (site, _, _, ftp):
        line = "-rw-r--r-- 1 u g {} Jan 01 2023 file number {}\r\n"
        site.listings["/"] = "".join(line.format(number, number) for number in range(5_000)).encode()
        assert [entry.size for entry in await ftp.list("/")] == list(range(5_000))


async def test_relative_paths_are_in_the_working_directory() -> None:
    async with site_session({"/a/b/f": b"one", "/f": b"two"}) as (site, _, _, ftp):
        assert await ftp.pwd() == "/"
        await ftp.cwd("a")
        await ftp.cwd("b")
        assert await ftp.pwd() == "/a/b"
        assert await ftp.size("f") == 3
        await ftp.upload(b"here", "g")
        assert site.read("/a/b/g") == b"here"
        await ftp.cwd("../..")
        assert await ftp.open("f").read() == b"two"
        with pytest.raises(UsageError):
            await ftp.cwd("")


@every_way
async def test_uploads_of_every_kind_of_source(dialect: str, via: str, tmp_path: Path) -> None:
    body = generated(0, 70_000)
    local = tmp_path / "f"
    local.write_bytes(body)
    async with site_session(dialect=dialect) as (site, _, _, ftp):
        for source in (body, bytearray(body), local, str(local), pieces(body[:1], body[1:50_000], body[50_000:])):
            moved = await ftp.upload(source, "/u", via=via)
            assert moved == FtpTransfer("/u", 0, 70_000, hashlib.sha256(body).hexdigest())
            assert site.read("/u") == body
            await ftp.delete("/u")


async def test_a_part_is_gone_on_with(tmp_path: Path) -> None:
    async with site_session({"/f": b"whole"}) as (_, _, _, ftp):
        (tmp_path / "f.part").write_bytes(b"wh")
        assert (await ftp.download("/f", tmp_path / "f", resume=True)).offset == 2
        assert (tmp_path / "f").read_bytes() == b"whole"
        with pytest.raises(UsageError, match="resume: not with an offset"):
            await ftp.download("/f", tmp_path / "f", resume=True, offset=1)


async def test_append_and_store_unique() -> None:
    async with site_session({"/f": b"old"}) as (site, _, _, ftp):
        await ftp.append(b"new", "/f")
        assert site.read("/f") == b"oldnew"
        await ftp.store_unique(b"other", "/f")
        assert sorted(site.files.values()) == [b"oldnew", b"other"]


async def test_progress_is_for_the_caller_and_for_whoever_looks_on() -> None:
    async with site_session() as (_, _, modem, ftp):
        told: list[tuple[int, int | None]] = []
        seen: list[TransferProgress] = []
        modem.on(TransferProgress, seen.append)
        await ftp.upload(bytes(3_000), "/f", progress=lambda *moved: told.append(moved))
        assert told == [(1_360, 3_000), (2_720, 3_000), (3_000, 3_000)]
        await ftp.upload(pieces(bytes(10)), "/g", progress=lambda *moved: told.append(moved))
        assert told[-1] == (10, None)
        await ftp.open("/f").read()
        assert [event.direction for event in seen] == [Direction.SEND] * 4 + [Direction.RECEIVE] * 3


@families
async def test_quitting_ends_what_is_under_way(dialect: str) -> None:
    code = FtpCode.QUIT_SIM800 if dialect == "sim800" else FtpCode.QUIT
    async with site_session({"/f": 500_000}, dialect) as (site, _, _, ftp):
        await ftp.quit()
        site.gate.shut(after=1_000)
        task = asyncio.ensure_future(ftp.download("/f", Gathered()))
        await site.gate.held()
        await ftp.quit()
        with pytest.raises(FtpError, match="ended by") as caught:
            await task
        assert caught.value.code == code
        site.gate.open()
        assert await ftp.size("/f") == 500_000


# The session


async def test_a_session_is_open_inside_its_block_only() -> None:
    async with site_session({"/f": b"x"}) as (site, _, modem, _):
        ftp = modem.ftp(*site.address, user="user", password="secret")
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: ftp.size("/f"),
            lambda: ftp.download("/f", Gathered()),
            lambda: ftp.upload(b"", "/g"),
            lambda: ftp.listing("/"),
            lambda: ftp.mkdir("/d"),
            lambda: ftp.rename("/f", "/g"),
            lambda: ftp.quit(),
            lambda: ftp.open("/f").read(),
        ]
        for call in calls:
            with pytest.raises(UsageError, match="is not open"):
                await call()
        async with ftp:
            assert await ftp.size("/f") == 1
            with pytest.raises(UsageError, match="open already"):
                await ftp.__aenter__()
        with pytest.raises(UsageError, match="is not open"):
            await ftp.size("/f")


@families
async def test_what_a_module_does_not_carry(dialect: str) -> None:
    async with talk(FtpPeer(), dialect) as at:
        with pytest.raises(UnsupportedService, match=f"the {dialect} dialect has no commands for FTPS") as caught:
            at.modem.ftp("h", tls=True)
        assert (caught.value.field, caught.value.value) == ("tls", True)
        assert at.peer.lines == []


async def test_while_a_stream_is_read_others_are_refused() -> None:
    async with site_session({"/f": 500_000}) as (_, _, _, ftp):
        async with ftp.open("/f") as stream:
            await anext(stream)
            with pytest.raises(ServiceBusy):
                await ftp.size("/f")
        assert await ftp.size("/f") == 500_000


async def test_a_limit_for_the_whole_of_a_verb() -> None:
    async with site_session({"/f": b"x"}, clock=FastClock(50)) as (site, _, _, ftp):
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        for call in (
            ftp.size("/f", timeout=10),
            ftp.download("/f", Gathered(), timeout=10),
            ftp.upload(b"", "/g", timeout=10),
            ftp.listing("/", timeout=10),
        ):
            with pytest.raises(CommandTimeout, match="total limit after 10 s"):
                await call
        site.release()
        assert await ftp.size("/f") == 1


async def test_after_the_modem_was_closed() -> None:
    async with site_session({"/f": b"x"}) as (_, _, modem, ftp):
        await modem.aclose()
        with pytest.raises(PortLost):
            await ftp.size("/f")


# Bad input


NAMES = ['a"b', "a\rb", "a\nb", "a\x1ab", "a\x00b", "ü", "\U0001f4f1", "", "x" * 100, "d/" * 130 + "f"]


@pytest.mark.parametrize("name", NAMES)
@families
async def test_names_that_no_module_takes_are_refused_before_a_byte_is_sent(
    dialect: str, name: str, tmp_path: Path
) -> None:
    async with talk(FtpPeer(), dialect) as at:
        ftp = at.ftp
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: ftp.download(name, tmp_path / "f"),
            lambda: ftp.upload(b"", name),
            lambda: ftp.append(b"", name),
            lambda: ftp.store_unique(b"", name),
            lambda: ftp.size(name),
            lambda: ftp.delete(name),
            lambda: ftp.open(name).read(),
        ]
        if len(name) != 100:  # a directory may have so many characters
            calls += [lambda: ftp.mkdir(name), lambda: ftp.rmdir(name), lambda: ftp.list(name)]
        if dialect == "sim7000":
            calls += [lambda: ftp.mtime(name), lambda: ftp.rename(name, "f"), lambda: ftp.rename("f", name)]
        for call in calls:
            with pytest.raises(UsageError) as caught:
                await at.clock.run_until(call(), 60)
            assert caught.value.field in ("remote", "path", "old", "new")
        assert at.peer.lines == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("host", "", UsageError),
        ("host", "x" * 50, LimitExceeded),
        ("host", 'h"', UsageError),
        ("host", "hüst", UsageError),
        ("port", 0, LimitExceeded),
        ("user", "x" * 50, LimitExceeded),
        ("user", "a\rb", UsageError),
        ("password", "x" * 50, LimitExceeded),
        ("password", 'a"b', UsageError),
    ],
)
async def test_servers_that_no_module_takes(field: str, value: object, error: type[Exception]) -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(error) as caught:
            at.modem.ftp(**{"host": "h", field: value})  # type: ignore[arg-type]
        assert isinstance(caught.value, UsageError)
        assert caught.value.field == field
        assert at.peer.lines == []


@pytest.mark.parametrize("remote", ["d", "/d", "/none", "/d/none/f"])
@families
async def test_a_directory_where_a_file_was_meant_and_what_is_not_there(
    dialect: str, remote: str, tmp_path: Path
) -> None:
    async with site_session({"/d/f": b"x"}, dialect) as (site, _, _, ftp):
        local = tmp_path / "f"
        local.write_bytes(b"mine")
        for call in (ftp.download(remote, local), ftp.download(remote, local, resume=True), ftp.size(remote)):
            with pytest.raises(FtpError, match=remote):
                await call
        with pytest.raises(FtpError, match=remote):
            await ftp.delete(remote)
        assert local.read_bytes() == b"mine"
        assert os.listdir(tmp_path) == ["f"]
        assert site.files == {"/d/f": b"x"}
        assert await ftp.size("/d/f") == 1


@every_way
async def test_an_upload_that_the_server_does_not_take(dialect: str, via: str) -> None:
    async with site_session({"/d/f": b"x"}, dialect) as (site, _, _, ftp):
        for remote in ("/d", "/none/f"):
            with pytest.raises(FtpError, match=remote):
                await ftp.upload(b"abc", remote, via=via)
        assert site.files == {"/d/f": b"x"}
        assert await ftp.size("/d/f") == 1


@pytest.mark.parametrize("remote", ["/d/", ".", "..", "/"])
async def test_what_means_a_directory_is_refused_before_a_byte_is_sent(remote: str, tmp_path: Path) -> None:
    async with talk(FtpPeer()) as at:
        for call in (at.ftp.download(remote, tmp_path / "f"), at.ftp.upload(b"", remote), at.ftp.delete(remote)):
            with pytest.raises(UsageError, match="is a directory, a file was meant"):
                await call
        assert at.peer.lines == []


@pytest.mark.parametrize(
    ("local", "why"),
    [("", "it is a directory"), ("none/f", "there is no such directory"), ("a\0", "null"), ("x" * 300, "too long")],
)
async def test_local_files_that_cannot_be_written(local: str, why: str, tmp_path: Path) -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(UsageError, match=f"local: .*{why}"):
            await at.ftp.download("/f", os.path.join(tmp_path, local), resume=True)
        assert at.peer.lines == []


@pytest.mark.parametrize("local", [None, 5, object(), b"f"])
async def test_what_is_no_goal(local: object) -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(UsageError, match=r"local: .* cannot be written to"):
            await at.ftp.download("/f", local)  # type: ignore[arg-type]
        assert at.peer.lines == []


@pytest.mark.parametrize("source", ["missing", ".", "a\0b"])
async def test_local_files_that_cannot_be_read(source: str, tmp_path: Path) -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(UsageError, match=r"source: .* cannot be read"):
            await at.ftp.upload(os.path.join(tmp_path, source), "/f")
        with pytest.raises(UsageError, match="source: a int cannot be sent"):
            await at.ftp.upload(5, "/f")  # type: ignore[arg-type]
        assert at.peer.lines == []


@pytest.mark.parametrize("offset", [-1, 2**31, 2**40])
async def test_offsets_that_no_module_counts_to(offset: int) -> None:
    async with talk(FtpPeer()) as at:
        for call in (lambda: at.ftp.open("/f", offset), lambda: at.ftp.download("/f", Gathered(), offset=offset)):
            with pytest.raises(LimitExceeded) as caught:
                await call()  # type: ignore[misc]
            assert caught.value.field == "offset"
        assert at.peer.lines == []


async def test_options_that_contradict_each_other() -> None:
    async with talk(FtpPeer()) as at:
        with pytest.raises(UsageError, match="append and unique exclude each other"):
            await at.ftp.upload(b"", "/f", append=True, unique=True)
        with pytest.raises(UsageError, match="there is no way 'pigeon'"):
            await at.ftp.upload(b"", "/f", via="pigeon")
        with pytest.raises(UsageError, match="there is no way 'pigeon'"):
            at.ftp.open("/f", via="pigeon")
        assert at.peer.lines == []


@every_way
async def test_a_disk_that_is_full(dialect: str, via: str, tmp_path: Path) -> None:
    async with site_session({"/f": 700_000 if via != "memory" else 290_000}, dialect) as (_, _, _, ftp):
        with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
            await ftp.download("/f", "/dev/full", via=via)
        with pytest.raises(OSError, match="No space left"):
            await ftp.download("/f", Gathered(full=10_000), via=via)
        await ftp.download("/f", tmp_path / "f", via=via)
        assert (tmp_path / "f").stat().st_size == await ftp.size("/f")


@every_way
async def test_a_file_that_may_not_be_so_long_does_not_appear(
    dialect: str, via: str, tmp_path: Path, small_files: int
) -> None:
    size = 290_000 if via == "memory" else 700_000
    limit = 200_000 if via == "memory" else small_files
    async with site_session(dialect=dialect) as (site, _, _, ftp):
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        site.publish("/f", size)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        local = tmp_path / "f"
        local.write_bytes(b"mine")
        with pytest.raises(OSError, match=r"File too large: '.*/f'"):
            await ftp.download("/f", local, via=via)
        assert local.read_bytes() == b"mine"
        assert os.listdir(tmp_path) == ["f"]
        assert await ftp.size("/f") == size


@every_way
async def test_a_progress_that_raises(dialect: str, via: str, tmp_path: Path) -> None:
    def fails(done: int, total: int | None) -> None:
        raise ZeroDivisionError

    async with site_session({"/f": 20_000}, dialect) as (_, _, _, ftp):
        with pytest.raises(ZeroDivisionError):
            await ftp.download("/f", tmp_path / "f", progress=fails, via=via)
        with pytest.raises(ZeroDivisionError):
            await ftp.upload(bytes(20_000), "/g", progress=fails, via=via)
        assert os.listdir(tmp_path) == []
        assert await ftp.size("/f") == 20_000


@pytest.mark.parametrize("bad", ["text", ZeroDivisionError()])
@every_way
async def test_a_source_that_fails(dialect: str, via: str, bad: object) -> None:
    error = UsageError if bad == "text" else ZeroDivisionError
    async with site_session({"/f": b"mine"}, dialect) as (site, _, _, ftp):
        with pytest.raises(error):
            await ftp.upload(pieces(bad), "/f", via=via)
        assert site.files == {"/f": b"mine"}
        assert site.log.connections == 0
        with pytest.raises(error):
            await ftp.upload(pieces(b"x" * 10_000, bad), "/g", via=via)
        if site.exists("/g"):
            assert set(site.read("/g")) <= set(b"x")
        assert await ftp.size("/f") == 4


async def test_a_wrong_password_is_said_to_be_one(tmp_path: Path) -> None:
    async with site_session({"/f": b"x"}) as (site, _, modem, _):
        async with modem.ftp(*site.address, user="user", password="wrong") as ftp:
            for call in (ftp.download("/f", tmp_path / "f", resume=True), ftp.upload(b"", "/g"), ftp.list()):
                with pytest.raises(FtpError, match="72, the server refused the password") as caught:
                    await call
                assert "wrong" not in str(caught.value)
        assert isinstance(ftp, FtpSession)
        assert isinstance(site, FtpSite)
        assert site.files == {"/f": b"x"}
        assert os.listdir(tmp_path) == []
