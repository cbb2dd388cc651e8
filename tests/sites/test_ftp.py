from __future__ import annotations

import asyncio
import ftplib
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from simcom_async.errors import MissingExtra, UsageError
from simcom_async.sites import FtpFault, FtpSite, ServerFault, generated

T = TypeVar("T")


async def visit(site: FtpSite, work: Callable[[ftplib.FTP], T], *, passive: bool = True, user: str = "user") -> T:
    """What another FTP client, the standard library's, makes of the site."""

    def go() -> T:
        with ftplib.FTP(timeout=10) as client:
            client.connect(*site.address)
            client.login(user, "secret")
            client.set_pasv(passive)
            return work(client)

    return await asyncio.to_thread(go)


def got(client: ftplib.FTP, path: str, rest: int | None = None) -> bytes:
    found = io.BytesIO()
    client.retrbinary(f"RETR {path}", found.write, rest=rest)
    return found.getvalue()


def put(client: ftplib.FTP, command: str, body: bytes) -> str:
    return client.storbinary(command, io.BytesIO(body))


def impatient(client: ftplib.FTP) -> ftplib.FTP:
    assert client.sock is not None
    client.sock.settimeout(0.05)
    return client


@pytest.mark.parametrize("passive", [True, False])
async def test_files_up_and_down(passive: bool) -> None:
    body = generated(0, 300_000)
    async with FtpSite({"/a/f.bin": 300_000}) as site:
        assert await visit(site, lambda client: got(client, "/a/f.bin"), passive=passive) == body
        assert await visit(site, lambda client: got(client, "/a/f.bin", 299_990), passive=passive) == body[-10:]
        await visit(site, lambda client: put(client, "STOR /a/g.bin", body), passive=passive)
        await visit(site, lambda client: put(client, "APPE /a/g.bin", b"more"), passive=passive)
        assert site.read("/a/g.bin") == body + b"more"
        reply = await visit(site, lambda client: put(client, "STOU u", b"unique"), passive=passive)
        assert reply.startswith("226")
        (unique,) = [path for path in site.paths if path.startswith("/u")]
        assert site.read(unique) == b"unique"
        assert ("PASV" if passive else "PORT") in [command.verb for command in site.commands]


async def test_ascii_lines_end_with_cr_lf_on_the_wire() -> None:
    async with FtpSite({"/t": b"one\ntwo\n"}) as site:

        def both(client: ftplib.FTP) -> list[str]:
            client.storlines("STOR /u", io.BytesIO(b"three\nfour\n"))
            found: list[str] = []
            client.retrlines("RETR /t", found.append)
            return found

        assert await visit(site, both) == ["one", "two"]
        assert site.read("/u") == b"three\nfour\n"
        assert (await site.told("RETR")).moved == len(b"one\r\ntwo\r\n")


async def test_what_a_client_can_ask_and_do() -> None:
    modified = datetime(2014, 4, 9, 6, 9, 51, tzinfo=UTC)
    async with FtpSite() as site:
        site.publish("/f", b"12345", modified=modified)

        def work(client: ftplib.FTP) -> tuple[int | None, str, list[str]]:
            names: list[str] = []
            client.mkd("/d")
            client.mkd("/e")
            client.rmd("/e")
            client.voidcmd("TYPE I")
            size, time = client.size("/f"), client.sendcmd("MDTM /f")
            client.rename("/f", "/d/g")
            client.retrlines("NLST /", names.append)
            client.delete("/d/g")
            return size, time, names

        assert await visit(site, work) == (5, "213 20140409060951", ["d"])
        assert site.exists("/d")
        assert site.files == {}


async def test_its_files_from_the_inside() -> None:
    site = FtpSite({"/f": b"one"})
    with pytest.raises(UsageError):
        site.read("/f")
    async with site:
        site.publish("/f", b"two")
        site.publish("/d/g", 100_000)
        site.mkdir("/d/e")
        assert site.paths == ["/d/g", "/f"]
        assert site.read("/d/g") == generated(0, 100_000)
        assert site.checksum("/f") == hashlib.sha256(b"two").hexdigest()
        site.remove("/d")
        assert not site.exists("/d")
        await visit(site, lambda client: put(client, "STOR /h", b"gone with the folder"))
        site.remove("/h")
        await visit(site, lambda client: put(client, "STOR /f", b"three"))
        assert site.files == {"/f": b"three"}
    async with site:
        assert site.files == {"/f": b"two"}


async def test_users_and_what_it_was_told() -> None:
    async with FtpSite(users={"user": "secret", "anonymous": ""}) as site:
        with pytest.raises(ftplib.error_perm, match="530"):
            await visit(site, lambda client: None, user="nobody")
        await visit(site, lambda client: put(client, "STOR /f", b"12"), user="anonymous")
        told = [(str(command), command.code) for command in site.commands if command.connection == 2]
        assert told[:2] == [("USER anonymous", 331), ("PASS ******", 230)]
        command = await site.told("STOR")
        await site.until(lambda: command.code == 226)
        assert (command.argument, command.moved, command.complete) == ("/f", 2, True)
        assert site.log.connections == 2
        assert site.log.count == len(site.commands)
        with pytest.raises(TimeoutError):
            await site.told("ABOR", timeout=0.01)


async def test_a_listing_of_ones_own() -> None:
    async with FtpSite({"/f": b""}) as site:
        site.listings["/"] = b"total 0\r\n"

        def work(client: ftplib.FTP) -> list[str]:
            found: list[str] = []
            client.retrlines("LIST /", found.append)
            client.retrlines("LIST /f", found.append)
            return found

        total, real = await visit(site, work)
        assert total == "total 0"
        assert real.endswith(" f")


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (FtpFault(reply="421 full"), "421 full"),
        (FtpFault(command="USER", reply="530 no"), "530 no"),
        (FtpFault(command="PASS", reply="530 no", times=1), "530 no"),
        (FtpFault(command="TYPE", argument="I", reply="504 no"), "504 no"),
        (FtpFault(command="PASV", reply="502 no"), "502 no"),
        (FtpFault(command="RETR", reply="550 no"), "550 no"),
        (FtpFault(command="RETR", after=700), "426 Connection closed; transfer aborted."),
        (FtpFault(command="RETR", after=700, reply="451 disk"), "451 disk"),
    ],
)
async def test_refusals(fault: FtpFault, answer: str) -> None:
    async with FtpSite({"/f": 1000}) as site:
        site.faults.append(fault)
        with pytest.raises((ftplib.error_perm, ftplib.error_temp)) as refused:
            await visit(site, lambda client: got(client, "/f"))
        assert str(refused.value) == answer
        if fault.after:
            assert (await site.told("RETR")).moved == 700
        site.faults.clear()
        assert len(await visit(site, lambda client: got(client, "/f"))) == 1000


async def test_a_fault_that_is_over_and_one_that_is_meant_for_another() -> None:
    async with FtpSite({"/f": 1000, "/g": 10}) as site:
        site.faults.append(FtpFault(command="RETR", argument="/f", reply="550 no", times=1))
        assert len(await visit(site, lambda client: got(client, "/g"))) == 10
        with pytest.raises(ftplib.error_perm):
            await visit(site, lambda client: got(client, "/f"))
        assert len(await visit(site, lambda client: got(client, "/f"))) == 1000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FtpFault(command="TYPE", fault=ServerFault.CLOSE), EOFError),
        (FtpFault(command="TYPE", fault=ServerFault.RESET), ConnectionResetError),
        (FtpFault(command="TYPE", fault=ServerFault.GARBAGE), UnicodeDecodeError),
        (FtpFault(fault=ServerFault.CLOSE), EOFError),
        (FtpFault(command="RETR", fault=ServerFault.RESET, after=700), ConnectionResetError),
        (FtpFault(command="STOR", fault=ServerFault.RESET, after=700), (ConnectionResetError, BrokenPipeError)),
    ],
)
async def test_breaking_off(fault: FtpFault, error: type[Exception]) -> None:
    async with FtpSite({"/f": 1_000_000}) as site:
        site.faults.append(fault)

        def work(client: ftplib.FTP) -> None:
            if fault.command == "STOR":
                put(client, "STOR /g", bytes(5_000_000))
            got(client, "/f")

        with pytest.raises(error):
            await visit(site, work)


async def test_an_upload_that_is_cut_short() -> None:
    async with FtpSite() as site:
        site.faults.append(FtpFault(command="STOR", after=1000, reply="552 disk full"))
        with pytest.raises((ftplib.error_perm, ConnectionResetError, BrokenPipeError)):
            await visit(site, lambda client: put(client, "STOR /g", bytes(5_000_000)))
        command = await site.told("STOR")
        assert (command.moved, command.code, command.complete) == (1000, 552, False)
        assert site.read("/g") == bytes(1000)


async def test_who_has_gone_while_it_was_left_hanging_is_not_answered() -> None:
    async with FtpSite() as site:
        site.faults.append(FtpFault(command="CWD", fault=ServerFault.HANG, times=1))
        with pytest.raises(TimeoutError):
            await visit(site, lambda client: impatient(client).cwd("/"))
        await visit(site, lambda client: client.pwd())
        site.release()


async def test_a_reply_that_is_none() -> None:
    async with FtpSite() as site:
        site.faults.append(FtpFault(command="PWD", reply="what?", times=1))
        with pytest.raises(ftplib.error_proto):
            await visit(site, lambda client: client.pwd())
        assert (await site.told("PWD")).code is None
        assert await visit(site, lambda client: client.pwd()) == "/"


async def test_hanging_until_released() -> None:
    async with FtpSite({"/f": b"x"}) as site:
        site.faults.extend([FtpFault(fault=ServerFault.HANG), FtpFault(command="TYPE", fault=ServerFault.HANG)])
        visitor = asyncio.create_task(visit(site, lambda client: got(client, "/f")))
        await site.until(lambda: site.log.connections)
        assert not visitor.done()
        site.release()
        assert await visitor == b"x"
        site.faults.append(FtpFault(command="RETR", fault=ServerFault.HANG))
        visitor = asyncio.create_task(visit(site, lambda client: got(client, "/f")))
        await site.told("RETR", 2)
        site.release()
        assert await visitor == b"x"


async def test_a_transfer_that_stands_still() -> None:
    async with FtpSite({"/f": 1000}) as site:
        site.faults.append(FtpFault(command="RETR", fault=ServerFault.HANG, after=400))

        def work(client: ftplib.FTP) -> bytes:
            client.voidcmd("TYPE I")
            with client.transfercmd("RETR /f") as data:
                return data.recv(400, 0x100)  # MSG_WAITALL

        assert await visit(site, work) == generated(0, 400)
        assert (await site.told("RETR")).moved == 400


async def test_the_gate_holds_both_directions_to_the_byte() -> None:
    async with FtpSite({"/f": 1000}) as site:
        site.gate.shut(after=300)
        down = asyncio.create_task(visit(site, lambda client: got(client, "/f")))
        await site.gate.held()
        assert (await site.told("RETR")).moved == 300
        site.gate.admit(200)
        await site.until(lambda: site.commands[-1].moved == 500)
        site.gate.open()
        assert await down == generated(0, 1000)
        site.gate.shut(after=700)
        up = asyncio.create_task(visit(site, lambda client: put(client, "STOR /g", bytes(1000))))
        await site.gate.held()
        assert (await site.told("STOR")).moved == 700
        site.gate.open()
        await up
        assert site.read("/g") == bytes(1000)


async def test_its_rate() -> None:
    async with FtpSite({"/f": 20_000}) as site:
        site.rate = 200_000
        assert site.rate == 200_000
        began = asyncio.get_running_loop().time()
        await visit(site, lambda client: got(client, "/f"))
        assert asyncio.get_running_loop().time() - began >= 0.09


async def test_closing_it_ends_what_is_under_way_and_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    site = FtpSite({"/f": 1_000_000})
    await site.start()
    assert os.listdir(tmp_path)
    site.gate.shut(after=10)
    visitor = asyncio.create_task(visit(site, lambda client: got(client, "/f")))
    await site.gate.held()
    await site.aclose()
    with pytest.raises((EOFError, ftplib.Error, OSError)):
        await visitor
    assert not os.listdir(tmp_path)
    with pytest.raises(UsageError):
        _ = site.paths


async def test_two_at_once_and_one_on_ipv6() -> None:
    async with FtpSite({"/f": b"one"}) as one, FtpSite({"/f": b"two"}, host="::1") as two:
        assert two.url == f"ftp://[::1]:{two.port}"
        assert await visit(one, lambda client: got(client, "/f")) == b"one"
        assert await visit(two, lambda client: got(client, "/f")) == b"two"
        assert await visit(two, lambda client: got(client, "/f"), passive=False) == b"two"


async def test_a_mistake_in_the_server_is_not_lost() -> None:
    site = FtpSite()
    await site.start()
    site.listings["/"] = 5  # type: ignore[assignment]
    with pytest.raises(ftplib.error_temp):
        await visit(site, lambda client: client.retrlines("LIST /", str))
    with pytest.raises(TypeError):
        await site.aclose()
    await site.aclose()


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("pyftpdlib", "simcom_async.sites.ftp_server"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyftpdlib", None)
    with pytest.raises(MissingExtra, match=r"simcom-async\[sites\]"):
        await FtpSite().start()
