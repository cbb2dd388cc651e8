"""What FTP and FTPS of the SIM7100 have in common: the verbs, and what there are no commands for."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcom_async.errors import FtpError, LimitExceeded, UnsupportedService, UsageError
from simcom_async.sessions.ftp_flow import FtpWay
from tests.sessions.cftp_ends import DOWN, UP, site_session
from tests.sessions.ftp_ends import Gathered

SECURED = pytest.mark.parametrize("tls", [False, True])
BODY = bytes(range(256)) * 20


@SECURED
async def test_all_verbs(tls: bool) -> None:
    async with site_session({"/d/f": BODY}, tls=tls) as (site, _, _, ftp):
        await ftp.cwd("d")
        assert await ftp.pwd() == "/d"
        assert await ftp.size("f") == len(BODY)
        await ftp.mkdir("ä")
        await ftp.upload(BODY, "ä/测试.bin")
        assert [(entry.name, entry.size) for entry in await ftp.list("ä")] == [("测试.bin", len(BODY))]
        gathered = Gathered()
        moved = await ftp.download("ä/测试.bin", gathered, offset=100)
        assert (bytes(gathered.data), moved.offset, moved.moved) == (BODY[100:], 100, len(BODY) - 100)
        await ftp.delete("ä/测试.bin")
        await ftp.rmdir("ä")
        assert site.files == {"/d/f": BODY}
        assert not site.exists("/d/ä")


@SECURED
async def test_what_there_is_no_command_for_is_said_before_a_byte_is_sent(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls) as (site, _, _, ftp):
        for call in (
            lambda: ftp.mtime("/f"),
            lambda: ftp.rename("/f", "/g"),
            lambda: ftp.upload(b"x", "/f", append=True),
            lambda: ftp.upload(b"x", "/f", unique=True),
            lambda: ftp.append(b"x", "/f"),
            lambda: ftp.upload(b"x", "/f", via="blocks"),
            lambda: ftp.download("/f", Gathered(), via="etx"),
            ftp.quit,
        ):
            with pytest.raises(UnsupportedService):
                await call()
        assert site.log.connections == 0
        assert not ftp.tells_time


@SECURED
@pytest.mark.parametrize("bad", ["/a\rb", "/a\nb", "/a\x1ab", "/a\x00b", "/a\x1bb", "/" + "x" * 300])
async def test_paths_with_control_characters_or_beyond_the_limits(tls: bool, bad: str) -> None:
    async with site_session(tls=tls) as (site, _, _, ftp):
        for call in (
            lambda: ftp.download(bad, Gathered()),
            lambda: ftp.download(bad, Gathered(), via="file"),
            lambda: ftp.upload(b"x", bad),
            lambda: ftp.upload(b"x", bad, via="file"),
            lambda: ftp.list(bad),
            lambda: ftp.delete(bad),
            lambda: ftp.mkdir(bad),
            lambda: ftp.rmdir(bad),
        ):
            with pytest.raises(UsageError, match=r"remote|path") as caught:
                await call()
            assert caught.value.field in ("remote", "path", "remote, offset", "path, offset")
        assert site.log.connections == 0


@SECURED
@pytest.mark.parametrize(
    ("field", "value"),
    [("host", "h" * 257), ("user", "u" * 257), ("user", "a\rb"), ("password", "p\x1a"), ("password", "p" * 257)],
)
async def test_credentials_beyond_the_limits(tls: bool, field: str, value: str) -> None:
    async with site_session(tls=tls) as (site, _, modem, _):
        options = {"host": "h", "user": "u", "password": "p", field: value}
        with pytest.raises(UsageError, match=field) as caught:
            modem.ftp(tls=tls, **options)
        assert field != "password" or value not in str(caught.value)
        assert site.log.connections == 0


@SECURED
async def test_the_size_is_that_of_the_listing(tls: bool) -> None:
    async with site_session({"/d/f": BODY, "/d/g": b""}, tls=tls) as (site, _, _, ftp):
        assert await ftp.size("/d/g") == 0
        for path in ("/d/none", "/d"):
            with pytest.raises(FtpError, match=f"size of {path} at .*: the listing"):
                await ftp.size(path)
        site.listings["/d"] = b"something else\r\n"
        with pytest.raises(FtpError, match="the listing of its directory has no size"):
            await ftp.size("/d/f")


@SECURED
@pytest.mark.parametrize("via", [None, "pushed", "file"])
async def test_a_download_goes_on_with_what_is_there(tls: bool, via: str | None, tmp_path: Path) -> None:
    local = tmp_path / "f"
    async with site_session({"/f": BODY}, tls=tls) as (site, _, _, ftp):
        (tmp_path / "f.part").write_bytes(BODY[:3_000])
        moved = await ftp.download("/f", local, resume=True, via=via)
        assert local.read_bytes() == BODY
        assert (moved.offset, moved.moved) == (3_000, len(BODY) - 3_000)
        assert [command.argument for command in site.commands if command.verb == "REST"] == ["3000"]
        (tmp_path / "f.part").write_bytes(BODY + b"more")
        local.unlink()
        assert (await ftp.download("/f", local, resume=True, via=via)).offset == 0
        assert local.read_bytes() == BODY


@SECURED
async def test_an_offset_behind_the_end(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls) as (site, _, _, ftp):
        with pytest.raises(LimitExceeded, match="none from 5121 on"):
            await ftp.download("/f", Gathered(), offset=len(BODY) + 1)
        assert "RETR" not in [command.verb for command in site.commands]


@SECURED
async def test_progress_does_not_ask_for_the_size(tls: bool) -> None:
    async with site_session({"/f": BODY}, tls=tls) as (site, _, _, ftp):
        told: list[tuple[int, int | None]] = []
        await ftp.download("/f", Gathered(), progress=lambda *moved: told.append(moved))
        assert told[-1] == (len(BODY), None)
        assert "LIST" not in [command.verb for command in site.commands]


@SECURED
async def test_a_text_has_the_line_ends_of_the_wire(tls: bool) -> None:
    text = b"".join(b"line %d\r\n" % number for number in range(300))
    async with (
        site_session(tls=tls) as (site, _, modem, _),
        modem.ftp(*site.address, user="user", password="secret", tls=tls, binary=False) as ftp,
    ):
        for up in UP[tls]:
            await ftp.upload(text, f"/{up}", via=up)
            assert site.read(f"/{up}") == text.replace(b"\r\n", b"\n")
            for down in DOWN[tls]:
                gathered = Gathered()
                await ftp.download(f"/{up}", gathered, via=down)
                assert gathered.data == text


def test_ways_have_names() -> None:
    assert [FtpWay(name) for name in ("pushed", "counted", "file")] == [FtpWay.PUSHED, FtpWay.COUNTED, FtpWay.FILE]
