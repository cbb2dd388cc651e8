from __future__ import annotations

import asyncio
import hashlib
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, ServerFault, generated
from simcom_async.virtual import VirtualModem
from tests.cli.conftest import LIMIT, VIRTUAL, Simcom, finished, first_line, running

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

SIM7000 = "virtual:sim7000?urc_delay=0"
AWKWARD = bytes(range(256)) + b"\r\nOK\r\n> \x03\x10\x1a"
TIME = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
async def ftp_site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FtpSite]:
    """A server whose user and password the environment names."""
    monkeypatch.setenv("SIMCOM_FTP_USER", "user")
    monkeypatch.setenv("SIMCOM_FTP_PASSWORD", "secret")
    monkeypatch.setenv("SIMCOM_PORT", VIRTUAL)
    async with FtpSite() as opened:
        yield opened


def verbs(site: FtpSite) -> list[str]:
    return [command.verb for command in site.commands]


# get


async def test_a_file_comes_under_its_own_name(
    simcom: Simcom, ftp_site: FtpSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ftp_site.publish("/dir/fw.bin", AWKWARD * 9)
    shown = await simcom("ftp", "get", f"{ftp_site.url}/dir/fw.bin")
    assert (shown.status, shown.data) == (0, b"")
    assert (tmp_path / "fw.bin").read_bytes() == AWKWARD * 9
    size = len(AWKWARD * 9)
    checksum = ftp_site.checksum("/dir/fw.bin")
    assert f"get fw.bin: {size} of {size} bytes\n" in shown.errors
    assert shown.errors.endswith(f"fw.bin: {size} bytes, SHA-256 {checksum}\n")


@pytest.mark.parametrize("goal", ["new.bin", "folder", "folder/"])
async def test_a_file_or_directory_is_named(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path, goal: str) -> None:
    (tmp_path / "folder").mkdir()
    ftp_site.publish("/a", 5_000)
    assert (await simcom("ftp", "get", f"{ftp_site.url}/a", f"{tmp_path}/{goal}")).status == 0
    found = tmp_path / goal if goal == "new.bin" else tmp_path / "folder" / "a"
    assert found.read_bytes() == generated(0, 5_000)


async def test_a_file_to_stdout_is_nothing_but_the_file(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/a", AWKWARD)
    shown = await simcom("ftp", "get", f"{ftp_site.url}/a", "-")
    assert (shown.status, shown.data) == (0, AWKWARD)


async def test_json_describes_each_file(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    ftp_site.publish("/a b", 3_000)
    shown = await simcom("ftp", "get", f"{ftp_site.url}/a%20b", str(tmp_path / "x"), "--json")
    assert shown.json == {
        "url": f"{ftp_site.url}/a%20b",
        "remote": "/a b",
        "local": str(tmp_path / "x"),
        "offset": 0,
        "bytes": 3_000,
        "sha256": hashlib.sha256((tmp_path / "x").read_bytes()).hexdigest(),
    }


async def test_a_pattern_and_several_files(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    for name in ("a.log", "b.log", "c.txt", ".d.log"):
        ftp_site.publish(f"/logs/{name}", name.encode())
    ftp_site.publish("/other", b"other")
    shown = await simcom("ftp", "get", f"{ftp_site.url}/logs/*.log", f"{ftp_site.url}/other", str(tmp_path))
    assert shown.status == 0, shown.errors
    assert sorted(os.listdir(tmp_path)) == ["a.log", "b.log", "other"]
    assert (tmp_path / "b.log").read_bytes() == b"b.log"


async def test_what_an_earlier_try_has_left_is_gone_on_with(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    ftp_site.publish("/a", 50_000)
    ftp_site.faults.append(FtpFault(command="RETR", after=30_000, times=1))
    shown = await simcom("ftp", "get", f"{ftp_site.url}/a", str(tmp_path / "a"))
    assert shown.status == 1
    assert os.listdir(tmp_path) == []
    (tmp_path / "a.part").write_bytes(generated(0, 20_000))
    shown = await simcom("ftp", "get", f"{ftp_site.url}/a", str(tmp_path / "a"), "--resume", "--json")
    assert (shown.status, shown.json["offset"], shown.json["bytes"]) == (0, 20_000, 30_000)
    assert shown.json["sha256"] == ftp_site.checksum("/a")
    assert (tmp_path / "a").read_bytes() == generated(0, 50_000)
    shown = await simcom("ftp", "get", f"{ftp_site.url}/a", str(tmp_path / "a"), "--resume")
    assert shown.errors.endswith(f"0 bytes from 50000 on, SHA-256 {ftp_site.checksum('/a')}\n")


async def test_a_name_of_any_bytes(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    """Where the module carries them; another name is never taken for it."""
    ftp_site.publish("/d/a\udce4", b"latin-1")
    ftp_site.publish("/d/aä", b"utf-8")
    ftp_site.publish("/d/a\ufffd", b"replaced")
    port = ("--port", "virtual:sim7100?urc_delay=0")
    shown = await simcom("ftp", "get", f"{ftp_site.url}/d/a%E4", "-", *port)
    assert (shown.status, shown.data) == (0, b"latin-1"), shown.errors
    shown = await simcom("ftp", "get", f"{ftp_site.url}/d/*", str(tmp_path), "--json", *port)
    assert shown.status == 0, shown.errors
    names = [json.loads(line)["remote"] for line in shown.text.splitlines()]
    assert sorted(names) == ["/d/aä", "/d/a\udce4", "/d/a\ufffd"]
    assert (tmp_path / "a\udce4").read_bytes() == b"latin-1"
    shown = await simcom("ftp", "ls", f"{ftp_site.url}/d/", *port)
    assert "a\\udce4" in shown.text
    shown = await simcom("ftp", "rm", f"{ftp_site.url}/d/a%E4", *port)
    assert shown.status == 0
    assert not ftp_site.exists("/d/a\udce4")
    shown = await simcom("ftp", "get", f"{ftp_site.url}/d/a%E4", "-")
    assert (shown.status, shown.data) == (2, b"")
    assert "'\\udce4' at position 1 is not ASCII, which this parameter cannot carry" in shown.errors


async def test_active_and_ascii_and_via_reach_the_server(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    ftp_site.publish("/a", b"one\r\ntwo\r\n")
    words = ("ftp", "get", f"{ftp_site.url}/a", str(tmp_path / "a"))
    assert (await simcom(*words, "--active", "--ascii")).status == 0
    assert {"PORT", "EPRT"} & set(verbs(ftp_site))
    assert "TYPE A" in map(str, ftp_site.commands)
    shown = await simcom(*words, "--via", "memory", "--port", SIM7000, "-vv")
    assert shown.status == 0
    assert "AT+FTPEXTGET=1" in shown.errors
    assert "secret" not in shown.errors
    shown = await simcom(*words, "--via", "etx")
    assert shown.status == 2
    assert "etx, allowed: blocks, memory" in shown.errors


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("get", "local"), "which file?"),
        (("get", "URL/a", "-", "--json"), "stdout cannot take both"),
        (("get", "URL/a", "URL/b", "none"), "none is no directory"),
        (("get", "URL/*", "none"), "none is no directory"),
        (("get", "URL/a", "URL/d/a"), "two of the files have one name"),
        (("get", "URL/a", "ftp://elsewhere/a"), "several servers"),
        (("get", "http://x/a"), "ftp://HOST"),
        (("get", "URL/"), "is a directory"),
        (("get", "URL/a", "/none/a"), "cannot be written"),
        (("get", "URL/a", "--resume", "--ascii"), "resume"),
        (("get", "ftps://localhost/a"), "FTPS"),
        (("put", "FILE"), "what goes where?"),
        (("put", "URL/a"), "what goes where?"),
        (("put", "FILE", "local"), "what goes where?"),
        (("put", "FILE", "FILE", "URL/a"), "is a file; a directory"),
        (("put", "-", "URL/"), "stdin has no name"),
        (("put", "/none", "URL/a"), "there is no file /none"),
        (("put", "/", "URL/a"), "/ is a directory"),
        (("put", "/none/*", "URL/"), "no file matches /none/*"),
        (("put", "FILE", "URL/a", "--append", "--resume"), "exclude each other"),
        (("put", "FILE", "URL/a", "--resume", "--ascii"), "exclude each other"),
        (("put", "FILE", 'URL/a"b'), "remote"),
        (("mv", "URL/a", "ftp://elsewhere/b"), "several servers"),
        (("size", "URL/a", "--timeout", "0"), "--timeout"),
    ],
    ids=" ".join,
)
async def test_wrong_usage_reaches_no_server(
    simcom: Simcom, ftp_site: FtpSite, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    ftp_site.publish("/a", b"a")
    told = {"FILE": str(tmp_path / "file")}
    shown = await simcom("ftp", *(told.get(word, word.replace("URL", ftp_site.url)) for word in words))
    assert shown.status == 2, shown.errors
    assert said in shown.errors
    assert not {"RETR", "STOR", "APPE", "RNTO"} & set(verbs(ftp_site))


# put


async def test_files_go_up(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(AWKWARD * 9)
    (tmp_path / "b.log").write_bytes(b"")
    (tmp_path / "c.log").mkdir()
    ftp_site.mkdir("/logs")
    shown = await simcom("ftp", "put", f"{tmp_path}/*.log", f"{ftp_site.url}/logs/")
    assert (shown.status, shown.data) == (0, b"")
    assert ftp_site.files == {"/logs/a.log": AWKWARD * 9, "/logs/b.log": b""}
    assert f"/logs/b.log: 0 bytes, SHA-256 {hashlib.sha256(b'').hexdigest()}" in shown.errors


async def test_what_looks_like_a_pattern_and_is_there_is_a_file(
    simcom: Simcom, ftp_site: FtpSite, tmp_path: Path
) -> None:
    (tmp_path / "a[1]").write_bytes(b"x")
    assert (await simcom("ftp", "put", f"{tmp_path}/a[1]", f"{ftp_site.url}/b")).status == 0
    assert ftp_site.files == {"/b": b"x"}


async def test_stdin_goes_up_and_json_describes_it(simcom: Simcom, ftp_site: FtpSite) -> None:
    shown = await simcom("ftp", "put", "-", f"{ftp_site.url}/a", "--json", "--active", stdin=AWKWARD)
    assert ftp_site.read("/a") == AWKWARD
    assert shown.json == {
        "url": f"{ftp_site.url}/a",
        "remote": "/a",
        "local": "-",
        "offset": 0,
        "bytes": len(AWKWARD),
        "sha256": hashlib.sha256(AWKWARD).hexdigest(),
    }


async def test_append_and_unique(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/a", b"old,")
    assert (await simcom("ftp", "put", "-", f"{ftp_site.url}/a", "--append", stdin=b"new")).status == 0
    assert ftp_site.read("/a") == b"old,new"
    shown = await simcom("ftp", "put", "-", f"{ftp_site.url}/a", "--unique", "--json", stdin=b"more")
    assert (shown.json["url"], shown.json["remote"]) == (None, None)
    assert ftp_site.read("/a") == b"old,new"
    assert sorted(ftp_site.files.values()) == [b"more", b"old,new"]
    shown = await simcom("ftp", "put", "-", f"{ftp_site.url}/a", "--unique", stdin=b"more")
    assert "a name that the server chose: 4 bytes" in shown.errors


@pytest.mark.parametrize(("held", "moved"), [(None, 9_000), (0, 9_000), (4_000, 5_000), (9_000, 0)])
async def test_only_the_rest_goes_up(
    simcom: Simcom, ftp_site: FtpSite, tmp_path: Path, held: int | None, moved: int
) -> None:
    (tmp_path / "a").write_bytes(generated(0, 9_000))
    if held is not None:
        ftp_site.publish("/a", held)
    shown = await simcom("ftp", "put", str(tmp_path / "a"), f"{ftp_site.url}/a", "--resume", "--json")
    assert (shown.json["offset"], shown.json["bytes"]) == (held or 0, moved)
    assert shown.json["sha256"] == ftp_site.checksum("/a")
    assert ftp_site.read("/a") == generated(0, 9_000)


async def test_nothing_is_appended_to_what_is_longer(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"short")
    ftp_site.publish("/a", b"longer")
    shown = await simcom("ftp", "put", str(tmp_path / "a"), f"{ftp_site.url}/a", "--resume")
    assert (shown.status, ftp_site.read("/a")) == (1, b"longer")
    assert "it is no part of it" in shown.errors


@pytest.mark.parametrize("reply", ["550 no sizes here", "421 not now"])
async def test_nothing_is_appended_where_the_size_is_unknown(
    simcom: Simcom, ftp_site: FtpSite, tmp_path: Path, reply: str
) -> None:
    (tmp_path / "a").write_bytes(b"abcdef")
    ftp_site.publish("/a", b"abc")
    ftp_site.faults.append(FtpFault(command="SIZE", reply=reply))
    shown = await simcom("ftp", "put", str(tmp_path / "a"), f"{ftp_site.url}/a", "--resume")
    assert (shown.status, ftp_site.read("/a")) == (1, b"abc")


# the others


async def test_a_directory_is_listed(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/logs/a.log", b"abc", modified=TIME)
    ftp_site.mkdir("/logs/old")
    ftp_site.listings["/other"] = b"lrwxrwxrwx 1 u g 3 Nov 28 2025 link -> goal\r\nodd\r\n"
    ftp_site.mkdir("/other")
    shown = await simcom("ftp", "ls", f"{ftp_site.url}/logs/")
    head, *lines = shown.text.splitlines()
    assert head.split() == ["type", "size", "modified", "name"]
    assert [line.split()[0] + line.split()[-1] for line in lines] == ["filea.log", "directoryold"]
    assert lines[0].split()[1:3] == ["3", "2026-03-04"]
    shown = await simcom("ftp", "ls", f"{ftp_site.url}/logs/*.log", "--json")
    (entry,) = shown.json
    assert (entry["name"], entry["type"], entry["size"], entry["target"]) == ("a.log", "file", 3, None)
    shown = await simcom("ftp", "ls", f"{ftp_site.url}/other")
    assert shown.text.splitlines()[1].split() == ["link", "3", "2025-11-28", "00:00:00", "link", "->", "goal"]
    assert shown.text.splitlines()[2].split() == ["other", "odd"]
    assert (await simcom("ftp", "ls", f"{ftp_site.url}/logs/old")).data == b""
    assert (await simcom("ftp", "ls", f"{ftp_site.url}/logs/none*")).status == 1
    assert (await simcom("ftp", "ls", f"{ftp_site.url}/none")).status == 1


async def test_files_and_directories_are_managed(simcom: Simcom, ftp_site: FtpSite) -> None:
    for name in ("a.log", "b.log", "keep"):
        ftp_site.publish(f"/{name}", name.encode())
    shown = await simcom("ftp", "rm", f"{ftp_site.url}/*.log")
    assert (shown.status, ftp_site.paths) == (0, ["/keep"])
    assert "deleted /a.log\n" in shown.errors
    assert "deleted /b.log\n" in shown.errors
    assert (await simcom("ftp", "rm", f"{ftp_site.url}/*.log")).status == 1
    assert (await simcom("ftp", "mkdir", f"{ftp_site.url}/d", f"{ftp_site.url}/d/e")).status == 0
    assert ftp_site.exists("/d/e")
    shown = await simcom("ftp", "rmdir", f"{ftp_site.url}/d")
    assert (shown.status, ftp_site.exists("/d/e")) == (1, True)
    assert "77, the server refused the operation" in shown.errors
    assert (await simcom("ftp", "rmdir", f"{ftp_site.url}/d/e", f"{ftp_site.url}/d")).status == 0
    assert not ftp_site.exists("/d")


@pytest.mark.parametrize("new", ["b", "/d/b", "../d/b", "URL/d/b"])
async def test_a_file_is_renamed(simcom: Simcom, ftp_site: FtpSite, new: str) -> None:
    ftp_site.publish("/d/a", b"x")
    words = ("ftp", "mv", f"{ftp_site.url}/d/a", new.replace("URL", ftp_site.url))
    assert (await simcom(*words, "--port", SIM7000)).status == 0
    assert ftp_site.files == {"/d/b": b"x"}
    shown = await simcom(*words)
    assert shown.status == 2
    assert "no AT+FTPRENAME" in shown.errors


async def test_a_file_is_not_moved_where_the_module_cannot(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/d/a", b"x")
    shown = await simcom("ftp", "mv", f"{ftp_site.url}/d/a", "/b", "--port", SIM7000)
    assert (shown.status, ftp_site.files) == (2, {"/d/a": b"x"})
    assert "in the same directory" in shown.errors


async def test_sizes_and_times(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/a.log", b"abc", modified=TIME)
    ftp_site.publish("/b.log", b"", modified=TIME)
    assert (await simcom("ftp", "size", f"{ftp_site.url}/a.log")).text == "3\n"
    assert (await simcom("ftp", "size", f"{ftp_site.url}/*.log")).text == "3  /a.log\n0  /b.log\n"
    shown = await simcom("ftp", "size", f"{ftp_site.url}/a.log", "--json")
    assert shown.json == {"url": f"{ftp_site.url}/a.log", "remote": "/a.log", "size": 3}
    words = ("ftp", "mtime", f"{ftp_site.url}/a.log")
    shown = await simcom(*words, "--port", SIM7000)
    assert shown.text == "2026-03-04T05:06:07+00:00\n"
    shown = await simcom(*words, "--port", SIM7000, "--json")
    assert shown.json["mtime"] == "2026-03-04T05:06:07+00:00"
    assert (await simcom(*words)).status == 2
    assert (await simcom("ftp", "size", f"{ftp_site.url}/none")).status == 1


# who asks


async def test_the_user_of_the_url_comes_first(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.users["other@home"] = "p:w"
    ftp_site.publish("/a", b"abc")
    async with FtpSite({"/a": b"abc"}, users={"other@home": "p:w"}) as site:
        url = site.url.replace("://", "://other%40home:p%3Aw@")
        shown = await simcom("ftp", "size", f"{url}/a", "--json")
        assert shown.json["url"] == f"{site.url}/a"
        assert "USER other@home" in map(str, site.commands)


async def test_without_a_user_it_is_anonymous(
    simcom: Simcom, ftp_site: FtpSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIMCOM_FTP_USER")
    monkeypatch.delenv("SIMCOM_FTP_PASSWORD")
    async with FtpSite({"/a": b"abc"}, users={"anonymous": ""}) as site:
        assert (await simcom("ftp", "size", f"{site.url}/a")).text == "3\n"


async def test_a_wrong_password_is_said_and_not_shown(
    simcom: Simcom, ftp_site: FtpSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMCOM_FTP_PASSWORD", "hushhush")
    ftp_site.publish("/a", b"abc")
    shown = await simcom("ftp", "size", f"{ftp_site.url}/a", "-vv")
    assert shown.status == 1
    assert "72, the server refused the password" in shown.errors
    assert "hushhush" not in shown.errors


async def test_a_password_is_not_awaited_from_a_pipe(
    simcom: Simcom, ftp_site: FtpSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIMCOM_FTP_PASSWORD")
    shown = await simcom("ftp", "size", f"{ftp_site.url}/a")
    assert shown.status == 2
    assert "set SIMCOM_FTP_PASSWORD" in shown.errors
    assert ftp_site.commands == []


async def test_a_password_is_typed_unseen(ftp_site: FtpSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMCOM_FTP_PASSWORD")
    ftp_site.publish("/a", b"abc")
    terminal, end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simcom_async", "ftp", "size", f"{ftp_site.url}/a"),
        stdin=end,
        stdout=asyncio.subprocess.PIPE,
        stderr=end,
        start_new_session=True,
    )
    os.close(end)
    try:
        async with asyncio.timeout(LIMIT):
            asked = await read_until(terminal, b"Password of user at 127.0.0.1: ")
            os.write(terminal, b"secret\n")
            answer, _ = await process.communicate()
        assert (process.returncode, answer) == (0, b"3\n")
        assert b"secret" not in asked + await read_until(terminal, b"\n")
    finally:
        os.close(terminal)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def read_until(terminal: int, end: bytes) -> bytes:
    """What a terminal shows, up to some text."""
    shown, readable, loop = b"", asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(terminal, readable.set)
    try:
        while end not in shown:
            readable.clear()
            await readable.wait()
            shown += os.read(terminal, 4096)
    finally:
        loop.remove_reader(terminal)
    return shown


# how it ends


async def test_a_silent_server_is_a_time_out(simcom: Simcom, ftp_site: FtpSite) -> None:
    ftp_site.publish("/a", b"abc")
    ftp_site.faults.append(FtpFault(command="SIZE", fault=ServerFault.HANG))
    shown = await simcom("ftp", "size", f"{ftp_site.url}/a", "--timeout", "0.3")
    assert shown.status == 3, shown.errors


async def test_no_server_and_no_modem(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    assert (await simcom("ftp", "size", "ftp://127.0.0.1:1/a")).status == 1
    assert (await simcom("ftp", "size", f"{ftp_site.url}/a", "--port", str(tmp_path / "none"))).status == 3


async def test_interrupted_half_way_and_gone_on_with(ftp_site: FtpSite, tmp_path: Path) -> None:
    """Two terminals: the module in one, and a transfer that is interrupted in the other."""
    ftp_site.publish("/fw.bin", 200_000)
    ftp_site.gate.shut(after=100_000)
    async with running("virtual", "--dialect", "sim800", "--pty", "--set", "urc_delay=0") as virtual:
        port = (await first_line(virtual))["pty"]
        words = ("ftp", "get", "--port", port, f"{ftp_site.url}/fw.bin", str(tmp_path / "fw.bin"), "--resume", "--json")
        async with running(*words) as client:
            assert client.stderr is not None
            async with asyncio.timeout(LIMIT):
                await client.stderr.readuntil(b"get fw.bin: 4")
            assert (await finished(client, signal.SIGINT))[0] == 130
        assert os.listdir(tmp_path) == ["fw.bin.part"]
        kept = os.stat(tmp_path / "fw.bin.part").st_size
        assert 40_000 <= kept <= 100_000
        ftp_site.gate.open()
        async with running(*words) as client:
            assert (await finished(client))[0] == 0
    assert (tmp_path / "fw.bin").read_bytes() == generated(0, 200_000)
    assert f"REST {kept}" in map(str, ftp_site.commands)


async def test_a_module_that_restarts_half_way(simcom: Simcom, ftp_site: FtpSite, tmp_path: Path) -> None:
    ftp_site.publish("/a", 60_000)
    ftp_site.gate.shut(after=30_000)
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty()
        words = ("ftp", "get", f"{ftp_site.url}/a", str(tmp_path / "a"), "--port", path)
        getting = asyncio.create_task(simcom(*words))
        await ftp_site.gate.held()
        virtual.reset()
        shown = await getting
    assert shown.status == 3, shown.errors
    assert os.listdir(tmp_path) == []


# SIM7100


@pytest.mark.parametrize("secured", [("--tls",), ()])
@pytest.mark.parametrize("via", ["pushed", "file"])
async def test_ftps_by_its_url_or_by_an_option(
    simcom: Simcom, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, secured: tuple[str, ...], via: str
) -> None:
    monkeypatch.setenv("SIMCOM_FTP_PASSWORD", "secret")
    monkeypatch.setenv("SIMCOM_PORT", "virtual:sim7100?urc_delay=0")
    async with FtpSite({"/a": AWKWARD}, certificate=LoopbackCA().pem("127.0.0.1"), tls_required=True) as site:
        url = site.url if secured else site.url.replace("ftp:", "ftps:")
        options = ("--user", "user", *secured)
        shown = await simcom("ftp", "get", f"{url}/a", str(tmp_path / "a"), "--via", via, *options)
        assert (shown.status, (tmp_path / "a").read_bytes()) == (0, AWKWARD)
        assert (await simcom("ftp", "put", str(tmp_path / "a"), f"{url}/b", "--single-ip", *options)).status == 0
        assert site.read("/b") == AWKWARD
        assert (await simcom("ftp", "size", f"{url}/b", *options)).data == b"%d\n" % len(AWKWARD)


async def test_what_a_sim7100_has_no_command_for(simcom: Simcom, ftp_site: FtpSite) -> None:
    shown = await simcom("ftp", "mv", f"{ftp_site.url}/a", "b", "--port", "virtual:sim7100?urc_delay=0")
    assert (shown.status, "no command for a new name" in shown.errors) == (2, True)
    assert ftp_site.log.connections == 0
