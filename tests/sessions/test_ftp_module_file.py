"""FTP by way of a file in the module."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcom_async.errors import FtpError, LimitExceeded, ServiceBusy, ServiceFailed, UsageError
from simcom_async.sessions.ftp_module_file import FtpFolder
from simcom_async.sites import generated
from tests.sessions.cftp_ends import site_session
from tests.sessions.ftp_ends import Gathered

BODY = generated(0, 30_000)
SECURED = pytest.mark.parametrize("tls", [False, True])


@SECURED
async def test_down_and_up_and_nothing_stays_in_the_module(tls: bool) -> None:
    async with site_session({"/d/f": BODY}, tls=tls) as (site, virtual, modem, ftp):
        virtual.file_system.write("C:/f", b"mine")
        before = str(virtual.file_system.current)
        gathered = Gathered()
        await ftp.download("/d/f", gathered, via="file")
        assert gathered.data == BODY
        gathered = Gathered()
        await ftp.download("/d/f", gathered, offset=29_000, via="file")
        assert gathered.data == BODY[29_000:]
        await ftp.upload(BODY, "/d/g", via="file")
        assert site.read("/d/g") == BODY
        assert [entry.name for entry in await modem.files.list()] == ["f"]
        assert virtual.file_system.read("C:/f") == b"mine"
        assert str(virtual.file_system.current) == before


@SECURED
@pytest.mark.parametrize("name", ["ä.bin", "测试.txt", "a b.txt", "x" * 60])
async def test_names(name: str, tls: bool) -> None:
    async with site_session({f"/{name}": BODY}, tls=tls) as (site, _, modem, ftp):
        gathered = Gathered()
        await ftp.download(f"/{name}", gathered, via="file")
        assert gathered.data == BODY
        site.remove(f"/{name}")
        await ftp.upload(BODY, f"/{name}", via="file")
        assert site.read(f"/{name}") == BODY
        assert await modem.files.list() == []


@pytest.mark.parametrize("name", ["a:b", "a*", "q?", "<x>", "a|b", "a,b", "a;b"])
async def test_names_that_a_module_cannot_have(name: str) -> None:
    async with site_session() as (site, _, _, ftp):
        with pytest.raises(UsageError, match="remote: "):
            await ftp.download(f"/{name}", Gathered(), via="file")
        with pytest.raises(UsageError, match="remote: "):
            await ftp.upload(b"x", f"/{name}", via="file")
        assert site.log.connections == 0


@SECURED
async def test_what_an_earlier_transfer_has_left_does_no_harm(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls) as (site, virtual, modem, ftp):
        await modem.files.mkdir(FtpFolder.path)
        await modem.files.write(f"{FtpFolder.path}/f", b"of old")
        await modem.files.write(f"{FtpFolder.path}/g", b"of old")
        gathered = Gathered()
        await ftp.download("/f", gathered, via="file")
        assert gathered.data == BODY
        assert await modem.files.list() == []
        del virtual, site


@SECURED
async def test_a_drive_that_is_full(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls, space=10_000) as (site, _, modem, ftp):
        with pytest.raises(FtpError) as caught:
            await ftp.download("/f", Gathered(), via="file")
        assert caught.value.code == (7 if tls else 206)
        with pytest.raises(ServiceFailed, match="10000 are free"):
            await ftp.upload(BODY, "/g", via="file")
        assert await modem.files.list() == []
        assert not site.exists("/g")
        await ftp.upload(BODY[:9_000], "/g", via="file")
        assert site.read("/g") == BODY[:9_000]


@SECURED
async def test_a_file_that_is_not_there(tls: bool) -> None:
    async with site_session(tls=tls) as (_, _, modem, ftp):
        with pytest.raises(FtpError, match=r"download of /f at .*, the server refused the command"):
            await ftp.download("/f", Gathered(), via="file")
        assert await modem.files.list() == []


async def test_a_source_of_unknown_size() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"abc"

    async with site_session() as (site, _, _, ftp):
        with pytest.raises(UsageError, match="via: a file of the module has a size that is known before"):
            await ftp.upload(pieces(), "/f", via="file")
        assert site.log.connections == 0


async def test_while_somebody_reads_a_file_of_the_module() -> None:
    async with site_session({"/f": BODY}) as (_, virtual, modem, ftp):
        virtual.file_system.write("C:/mine", BODY)
        async with modem.files.open("C:/mine"):
            with pytest.raises(ServiceBusy, match="a stream is open"):
                await ftp.download("/f", Gathered(), via="file")
        await ftp.download("/f", Gathered(), via="file")


@SECURED
async def test_one_that_is_cancelled_leaves_nothing(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls) as (site, _, modem, ftp):
        site.gate.shut(after=10_000)
        task = asyncio.ensure_future(ftp.download("/f", Gathered(), via="file"))
        await site.gate.held()
        task.cancel()
        site.gate.open()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ftp.size("/f") == len(BODY)
        assert await modem.files.list() == []


async def test_a_stream_follows_its_reader() -> None:
    async with site_session({"/f": BODY}) as (site, _, _, ftp), ftp.open("/f", via="file") as stream:
        assert len(await anext(stream)) == 8_192
        assert [command.complete for command in site.commands if command.verb == "RETR"] == [True]


async def test_a_path_beyond_the_limits() -> None:
    async with site_session() as (site, _, _, ftp):
        with pytest.raises(LimitExceeded, match="remote"):
            await ftp.download("/" + "d/" * 130 + "f", Gathered(), via="file")
        assert site.log.connections == 0
