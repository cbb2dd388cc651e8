"""Plain FTP of the virtual SIM7100 against real servers, byte by byte."""

from __future__ import annotations

import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, FtpSite, RawSite, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import EarlyCompletion
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.cftp_host import ERROR, HOST, OK, Host, module, session

SIZES = (0, 1, 1459, 1460, 1461, 65536)
BODIES = [pytest.param(random.Random(size).randbytes(size), id=str(size)) for size in SIZES]
BODIES += [pytest.param(byte * 2000, id=byte.hex()) for byte in (b"\x03", b"\x1a", b"\x03\x1a", b"\x1a\x03\x03")]
GBK = b"\xb2\xe2\xca\xd4.txt"
MODES = pytest.mark.parametrize("passive", [False, True], ids=["active", "passive"])


def refused(number: int) -> bytes:
    """The final result with a number."""
    return b"\r\n+CME ERROR: %d\r\n" % number


# --- files and the line ----------------------------------------------------------------------------------------------


@MODES
@pytest.mark.parametrize("body", BODIES)
async def test_a_file_goes_up_and_comes_down(body: bytes, passive: bool) -> None:
    async with session({}, passive=passive) as (site, _, host):
        await host.put("/f", body)
        assert site.read("/f") == body
        assert await host.pushed('AT+CFTPGET="/f"') == body
        await host.ok(b"AT")


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@MODES
@pytest.mark.parametrize("body", BODIES)
async def test_so_it_does_with_a_strict_server(body: bytes, passive: bool) -> None:
    async with Vsftpd() as server, module(server, "sim7100") as virtual:
        host = await Host.of(virtual)
        await host.settings(user=server.user, password=server.password, passive=passive)
        await host.put("/pub/f", body)
        assert server.read("/pub/f") == body
        assert await host.pushed('AT+CFTPGET="/pub/f"') == body
        assert b" f\r\n" in await host.pushed('AT+CFTPLIST="/pub"')
        await host.ok(b'AT+CFTPDELE="/pub/f"')
        await host.aclose()


async def test_the_documented_form_has_blanks() -> None:
    async with session({"/f": b"abc"}, wire="documented") as (_, _, host):
        await host.ok(b'AT+CFTPGET="/f"')
        await host.hear(b"\r\n+CFTPGET: DATA, 3\r\nabc\r\n+CFTPGET: 0\r\n")


async def test_the_real_form_has_none() -> None:
    async with session({"/f": b"abc"}) as (_, _, host):
        await host.ok(b'AT+CFTPGET="/f"')
        await host.hear(b"\r\n+CFTPGET: DATA,3\r\nabc\r\n+CFTPGET: 0\r\n")


async def test_transfers_go_on_from_an_offset() -> None:
    async with session({"/f": b"0123456789"}) as (site, _, host):
        assert await host.pushed('AT+CFTPGET="/f",4') == b"456789"
        await host.ask(b'AT+CFTPPUT="/f",4', b"\r\n+CFTPPUT: BEGIN\r\n")
        host.send(b"xyz\x1a")
        await host.hear(OK)
        assert site.read("/f")[:7] == b"0123xyz"


async def test_ascii_is_asked_for() -> None:
    async with session({"/f": b"a\r\n"}) as (site, _, host):
        await host.ok(b"AT+CFTPTYPE=A")
        await host.pushed('AT+CFTPGET="/f"')
        assert "TYPE A" in [str(command) for command in site.commands]


async def test_a_name_without_a_slash_is_meant_in_the_first_directory() -> None:
    async with session({"/f": b"abc"}) as (site, _, host):
        await host.put("g", b"x")
        assert site.files == {"/f": b"abc", "/g": b"x"}
        assert await host.pushed('AT+CFTPGET="f"') == b"abc"


async def test_the_server_gets_the_very_bytes_of_a_name() -> None:
    path = "/" + GBK.decode("utf-8", "surrogateescape")
    async with session({path: b"abc", "/\u6d4b": b"def"}) as (_, _, host):
        hexed = GBK.hex().upper()
        assert await host.pushed(f'AT+CFTPGET={{non-ascii}}"2F{hexed}"') == b"abc"
        assert await host.pushed(f'AT+CFTPGET={{non-ascii}}"/{hexed}"') == b"abc"
        assert await host.pushed('AT+CFTPGET={non-ascii}"2FE6B58B"') == b"def"


async def test_a_listing() -> None:
    async with session({"/d/f": 2017}) as (_, _, host):
        (line,) = (await host.pushed('AT+CFTPLIST="/d"')).splitlines()
        assert line.split()[4] == b"2017"
        assert line.endswith(b" f")
        assert await host.pushed('AT+CFTPLIST="/empty"', end=211) == b""


async def test_while_data_are_pushed_the_line_is_theirs() -> None:
    """Commands wait, and lines that nobody has asked for, too."""
    async with session({"/f": 100_000}) as (site, virtual, host):
        site.gate.shut(after=20_000)
        await host.ok(b'AT+CFTPGET="/f"')
        await site.gate.held()
        host.send(b"AT+CFTPPORT?\r")
        virtual.urc_line("+STRAY: 1")
        site.gate.open()
        heard = await host.hear_until(b"\r\n+CFTPPORT: 21\r\n" + OK)
        assert heard.endswith(b"\r\n+CFTPGET: 0\r\n\r\n+STRAY: 1\r\n\r\n+CFTPPORT: 21\r\n" + OK) or heard.endswith(
            b"\r\n+STRAY: 1\r\n\r\n+CFTPGET: 0\r\n\r\n+CFTPPORT: 21\r\n" + OK
        )


async def test_the_line_is_theirs_while_they_are_not_due_yet(clock: ManualClock) -> None:
    async with session({"/f": b"abc"}, clock=clock, urc_delay=1.5) as (_, _, host):
        await host.ok(b'AT+CFTPGET="/f"')
        host.send(b"AT+CFTPPORT?\r")
        await clock.run(1.4)
        await host.silent()
        await clock.run(0.2)
        await host.hear(b"\r\n+CFTPGET: DATA,3\r\nabc\r\n+CFTPGET: 0\r\n\r\n+CFTPPORT: 21\r\n" + OK)


async def test_an_end_may_come_early_but_not_what_is_pushed(tmp_path: Path) -> None:
    async with session({"/f": b"abc"}, files=tmp_path) as (_, virtual, host):
        virtual.faults.add(EarlyCompletion(command="CFTPGET", times=None))
        await host.ask(b'AT+CFTPGETFILE="/f",0', b"\r\n+CFTPGETFILE: 0\r\n" + OK)
        assert await host.pushed('AT+CFTPGET="/f"') == b"abc"


async def test_packets_go_to_the_line_that_asked() -> None:
    async with session({"/f": 5000}) as (_, virtual, host):
        other = await Host.of(virtual)
        await host.pushed('AT+CFTPGET="/f"')
        await other.hear(b"\r\n+CFTPGET: 0\r\n")
        await other.silent()
        await other.aclose()


async def test_a_host_that_does_not_read_makes_the_server_wait() -> None:
    """What the module holds is bounded, whatever the file."""
    size = 20_000_000
    async with session({"/f": size}) as (site, _, host):
        host.port.pause()
        host.send(b'AT+CFTPGET="/f"\r')
        command = await site.told("RETR")
        moved = -1
        while moved != command.moved:
            moved = command.moved
            await ManualClock().settle()
        assert 0 < command.moved < size
        host.port.resume()
        await host.hear(OK)
        assert len(await host.collect("+CFTPGET")) == size


async def test_a_slow_server_makes_the_host_wait() -> None:
    size = 20_000_000
    async with session({}) as (site, _, host):
        site.gate.shut()
        await host.ask(b'AT+CFTPPUT="/f"', b"\r\n+CFTPPUT: BEGIN\r\n")
        sent = 0
        while host.port.pending <= 900_000 and sent < size:
            host.send(b"x" * 50_000)
            sent += 50_000
            await ManualClock().settle()
        assert sent < size
        site.gate.open()
        await host.port.drain()
        host.send(b"\x1a")
        await host.hear(OK)
        assert site.read("/f") == b"x" * sent


# --- files of the module ---------------------------------------------------------------------------------------------


@MODES
@pytest.mark.parametrize("size", [0, 1, 65536, 200_000])
async def test_files_go_between_server_and_module(size: int, passive: bool, tmp_path: Path) -> None:
    body = random.Random(size).randbytes(size)
    async with session({"/pub/f": body}, passive=passive, files=tmp_path) as (site, virtual, host):
        await host.does(b'AT+CFTPGETFILE="/pub/f",0', b"+CFTPGETFILE: 0")
        assert virtual.file_system.read("C:/f") == body
        await host.ok(b"AT")
        virtual.file_system.rename("C:/f", "C:/g")
        await host.does(b'AT+CFTPPUTFILE="/pub/g",0', b"+CFTPPUTFILE: 0")
        assert site.read("/pub/g") == body


@pytest.mark.parametrize(
    ("number", "folder"),
    [
        *((1, "C/Picture"), (2, "C/Video"), (3, "C/VideoCall"), (4, "D/Picture"), (5, "D/Video"), (6, "D/VideoCall")),
        *((7, "C/Audio"), (8, "D/Audio")),
    ],
)
async def test_the_directories_have_names(number: int, folder: str, tmp_path: Path) -> None:
    async with session({"/f": b"abc"}, files=tmp_path) as (_, _, host):
        await host.does(b'AT+CFTPGETFILE="/f",%d' % number, b"+CFTPGETFILE: 0")
        assert (tmp_path / folder / "f").read_bytes() == b"abc"


async def test_the_current_directory_is_that_of_fscd(tmp_path: Path) -> None:
    (tmp_path / "C" / "x").mkdir(parents=True)
    async with session({"/f": b"abc"}, files=tmp_path) as (_, _, host):
        await host.ask(b"AT+FSCD=x", b"\r\n+FSCD: C:/x\r\n" + OK)
        await host.does(b'AT+CFTPGETFILE="/f",0', b"+CFTPGETFILE: 0")
        assert (tmp_path / "C" / "x" / "f").read_bytes() == b"abc"


async def test_a_name_in_another_code_page_has_its_characters_in_the_module(tmp_path: Path) -> None:
    path = "/" + GBK.decode("utf-8", "surrogateescape")
    async with session({path: b"abc"}, files=tmp_path) as (site, _, host):
        await host.does(b'AT+CFTPGETFILE={non-ascii}"%s",0' % GBK.hex().encode(), b"+CFTPGETFILE: 0")
        assert (tmp_path / "C" / "\u6d4b\u8bd5.txt").read_bytes() == b"abc"
        site.remove(path)
        await host.does(b'AT+CFTPPUTFILE={non-ascii}"%s",0' % GBK.hex().encode(), b"+CFTPPUTFILE: 0")
        assert site.read(path) == b"abc"


async def test_files_go_on_from_an_offset(tmp_path: Path) -> None:
    async with session({"/f": b"0123456789"}, files=tmp_path) as (site, virtual, host):
        virtual.file_system.write("C:/f", b"0123")
        await host.does(b'AT+CFTPGETFILE="/f",0,4', b"+CFTPGETFILE: 0")
        assert virtual.file_system.read("C:/f") == b"0123456789"
        site.publish("/f", b"012")
        await host.does(b'AT+CFTPPUTFILE="/f",0,3', b"+CFTPPUTFILE: 0")
        assert site.read("/f") == b"0123456789"


async def test_a_file_that_is_not_there_or_does_not_fit(tmp_path: Path) -> None:
    async with session({"/f": 2000}, files=tmp_path, space=1000) as (site, virtual, host):
        await host.does(b'AT+CFTPPUTFILE="/g",0', b"+CFTPPUTFILE: 205")
        await host.does(b'AT+CFTPGETFILE="/f",0', b"+CFTPGETFILE: 206")
        assert not virtual.file_system.exists("C:/f")
        virtual.file_system.card = False
        await host.does(b'AT+CFTPGETFILE="/f",4', b"+CFTPGETFILE: 206")
        await host.does(b'AT+CFTPGETFILE="/absent",0', b"+CFTPGETFILE: 211")
        assert not virtual.file_system.exists("C:/absent")
        assert site.paths == ["/f"]


async def test_a_download_that_is_refused_leaves_the_old_file(tmp_path: Path) -> None:
    async with session({}, files=tmp_path) as (_, virtual, host):
        virtual.file_system.write("C:/f", b"old")
        await host.does(b'AT+CFTPGETFILE="/f",0', b"+CFTPGETFILE: 211")
        assert virtual.file_system.read("C:/f") == b"old"


async def test_one_operation_at_a_time(tmp_path: Path) -> None:
    async with session({"/f": 100_000}, files=tmp_path) as (site, _, host):
        site.gate.shut(after=1000)
        await host.ok(b'AT+CFTPGETFILE="/f",0')
        await site.gate.held()
        for line in (b'AT+CFTPGET="/f"', b'AT+CFTPPUT="/g"', b'AT+CFTPPUTFILE="/f",0', b'AT+CFTPLIST="/"'):
            await host.ask(line, refused(202))
        await host.ask(b'AT+CFTPMKD="/d"', b"\r\n+CFTPMKD: 202\r\n" + ERROR)
        await host.ok(b"AT+CFTPPORT=21")
        site.gate.open()
        await host.urc(b"+CFTPGETFILE: 0")
        assert len(await host.pushed('AT+CFTPGET="/f"')) == 100_000


# --- what goes wrong -------------------------------------------------------------------------------------------------


async def test_a_server_is_needed_and_a_network() -> None:
    async with VirtualModem("sim7100", urc_delay=0) as virtual:
        host = await Host.of(virtual)
        await host.ask(b'AT+CFTPGET="/f"', refused(207))
        await host.ok(b'AT+CFTPSERV="h"', b"AT+CGSOCKCONT=1")
        await host.ask(b'AT+CFTPGET="/f"', refused(214))
        await host.ask(b'AT+CFTPDELE="/f"', b"\r\n+CFTPDELE: 214\r\n" + ERROR)
        await host.ok(b"AT+CMEE=2")
        await host.ask(b'AT+CFTPPUT="/f"', b"\r\n+CME ERROR: Network error\r\n")
        await host.ok(b"AT+CMEE=0")
        await host.error(b'AT+CFTPPUT="/f"', b'AT+CFTPGET="/f",x')
        await host.aclose()


@pytest.mark.parametrize(
    "line",
    [
        *('AT+CFTPGET=""', 'AT+CFTPGET="f",-1', 'AT+CFTPGETFILE="f",9', "AT+CFTPPORT=0", "AT+CFTPTYPE=X"),
        *("AT+CFTPMODE=2", 'AT+CFTPUN="%s"' % ("x" * 31), 'AT+CFTPGET={non-ascii}"666"', "AT+CFTPMKD=", "AT+CFTPPUT=f"),
        'AT+CFTPDELE={non-ascii}"660D0A4E4F4F50"',
    ],
)
async def test_wrong_parameters(line: str) -> None:
    async with session({}) as (site, _, host):
        await host.ask(line.encode(), refused(213))
        assert site.commands == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(command="USER", reply="530 no"), 208),
        (FtpFault(command="PASS", reply="530 no"), 208),
        (FtpFault(command="TYPE", reply="504 no"), 211),
        (FtpFault(command="PASV", reply="502 no"), 210),
        (FtpFault(command="RETR", reply="550 no"), 211),
        (FtpFault(command="RETR", reply="425 no"), 210),
        (FtpFault(command="RETR", after=500), 210),
        (FtpFault(command="RETR", after=500, fault=ServerFault.RESET), 210),
        (FtpFault(command="USER", fault=ServerFault.CLOSE), 214),
        (FtpFault(command="USER", fault=ServerFault.GARBAGE), 201),
        (FtpFault(command="USER", reply="421 going"), 214),
        (FtpFault(command="QUIT", reply="500 stay"), 209),
        (FtpFault(command="USER", reply="331-x\r\n" * 400), 212),
    ],
)
async def test_causes_have_codes(fault: FtpFault, code: int) -> None:
    async with session({"/f": 1000}, passive=True) as (site, _, host):
        site.faults.append(fault)
        await host.pushed('AT+CFTPGET="/f"', end=code)
        site.faults.clear()
        assert len(await host.pushed('AT+CFTPGET="/f"')) == 1000


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        (FtpFault(command="PASS", reply="530 no"), refused(208)),
        (FtpFault(command="STOR", reply="550 no"), refused(211)),
        (FtpFault(command="PORT", reply="500 no"), refused(210)),
    ],
)
async def test_an_upload_that_cannot_begin_is_refused_at_once(fault: FtpFault, answer: bytes) -> None:
    async with session({}) as (site, _, host):
        site.faults.append(fault)
        await host.ask(b'AT+CFTPPUT="/f"', answer)
        await host.ok(b"AT")


@pytest.mark.parametrize("fault", [None, ServerFault.RESET], ids=["552", "reset"])
async def test_a_server_that_breaks_off_lets_the_entry_run_to_its_end(fault: ServerFault | None) -> None:
    async with session({}) as (site, _, host):
        site.faults.append(FtpFault(command="STOR", after=1000, reply="552 disk full", fault=fault))
        await host.ask(b'AT+CFTPPUT="/f"', b"\r\n+CFTPPUT: BEGIN\r\n")
        host.send(bytes(2000))
        command = await site.told("STOR")
        await site.until(lambda: command.moved >= 1000)
        await host.silent()
        host.send(b"\r\nAT+CFTPPORT?\r" * 1000 + b"\x1a")
        await host.hear(refused(210))
        await host.ok(b"AT")


async def test_names_and_silence(clock: ManualClock) -> None:
    async with VirtualModem("sim7100", urc_delay=0, clock=clock) as virtual:
        host = await Host.of(virtual)
        await host.ok(b'AT+CFTPSERV="no.such.host.invalid"')
        await host.pushed('AT+CFTPGET="/f"', end=203)
        async with RawSite(b"", wait_for=b"", then=ServerFault.HANG) as site:
            await host.ok(b'AT+CFTPSERV="127.0.0.1"', b"AT+CFTPPORT=%d" % site.port, b'AT+CFTPGET="/f"')
            await clock.run(119)
            await host.silent()
            await clock.run(2)
            await host.urc(b"+CFTPGET: 204")
        await host.pushed('AT+CFTPGET="/f"', end=214)
        await host.aclose()


async def test_the_network_goes_away_in_the_middle(tmp_path: Path) -> None:
    async with session({"/f": 100_000}, files=tmp_path) as (site, virtual, host):
        site.gate.shut(after=1000)
        await host.ok(b'AT+CFTPGETFILE="/f",0')
        await site.gate.held()
        virtual.sockets.down()
        await host.urc(b"+CFTPGETFILE: 214")
        assert not virtual.file_system.exists("C:/f")


@asynccontextmanager
async def under_way(line: bytes) -> AsyncIterator[tuple[FtpSite, VirtualModem, Host]]:
    """A transfer that stands still."""
    async with session({"/f": 100_000}) as (site, virtual, host):
        site.gate.shut(after=1000)
        host.send(line + b"\r")
        await (site.gate.held() if b"GET" in line else site.told("STOR"))
        yield site, virtual, host


@pytest.mark.parametrize("line", [b'AT+CFTPGET="/f"', b'AT+CFTPGETFILE="/f",0', b'AT+CFTPPUT="/g"'])
async def test_the_power_goes_in_the_middle(line: bytes) -> None:
    async with under_way(line) as (site, virtual, host):
        virtual.power_off()
        assert virtual.internet.count == 0
        virtual.power_on()
        site.gate.open()
        host.received.clear()
        await host.hear_until(b"PB DONE\r\n")
        host.send(b"ATE0\r")
        await host.hear_until(OK)
        await host.settings()
        assert len(await host.pushed('AT+CFTPGET="/f"')) == 100_000


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FtpSite() as site:
        virtual = VirtualModem("sim7100", urc_delay=0, hosts={HOST: site.address})
        await virtual.start()
        for name in ("ftp_client", "ftp_control"):
            monkeypatch.delitem(sys.modules, f"simcom_async.virtual.{name}", raising=False)
        monkeypatch.setitem(sys.modules, "aioftp", None)
        host = await Host.of(virtual)
        await host.settings()
        await host.pushed('AT+CFTPGET="/f"', end=214)
        await host.ask(b'AT+CFTPPUT="/f"', refused(214))
        with pytest.raises(MissingExtra, match=r"simcom-async\[virtual\]"):
            await virtual.aclose()
