from __future__ import annotations

import sys

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, FtpSite, RawSite, ServerFault, generated
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import EarlyCompletion, FailServer, LoseBearer, LoseNetwork, ShortRead
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.ftp_host import HOST, OK, Host, module, session

FAMILIES = ["sim800", "sim7000"]
PASSIVE, ACTIVE = b"AT+FTPMODE=1", b"AT+FTPMODE=0"
#: Sizes around a block, a credit and a buffer.
SIZES = [0, 1, 1359, 1360, 1361, 1459, 1460, 1461, 65_536, 200_000]


# Whole files


@pytest.mark.parametrize("mode", [ACTIVE, PASSIVE])
@pytest.mark.parametrize("dialect", FAMILIES)
async def test_files_of_all_sizes_go_up_and_come_down(dialect: str, mode: bytes) -> None:
    async with session({}, mode, dialect=dialect) as (site, _, host):
        for size in SIZES:
            body = generated(size, size)
            await host.upload(body)
            assert site.read("/f") == body
            assert await host.download() == body
        verbs = {command.verb for command in site.commands}
        assert ("PASV" in verbs, "PORT" in verbs) == (mode == PASSIVE, mode == ACTIVE)


@pytest.mark.server
@pytest.mark.skipif(MISSING != "", reason=MISSING)
@pytest.mark.parametrize("mode", [ACTIVE, PASSIVE])
async def test_the_same_at_a_strict_server(mode: bytes) -> None:
    async with Vsftpd() as server, module(server, "sim7000") as virtual:
        host = await Host.of(virtual, mode, user=server.user, password=server.password)
        await host.name("/pub/f")
        for size in (0, 1, 1460, 100_000):
            await host.upload(generated(size, size))
            assert server.read("/pub/f") == generated(size, size)
            assert await host.download() == generated(size, size)
        await host.ok(b"AT+FTPREST=99990")
        assert await host.download() == generated(199_990, 10)
        await host.ok(b'AT+FTPPUTOPT="APPE"')
        await host.upload(b"and more")
        assert server.read("/pub/f")[-8:] == b"and more"
        await host.ok(b'AT+FTPPUTOPT="STOU"')
        await host.upload(b"unique")
        assert server.paths == ["/pub/f", "/pub/f.1"]
        assert (await host.download(command=b"FTPLIST")).count(b"\r\n") == 2
        await host.ok(b'AT+FTPPW="wrong"')
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,72")


async def test_all_bytes_pass_whatever_the_block() -> None:
    body = bytes(range(256)) * 5 + b"\r\nOK\r\n+FTPGET: 1,0\r\n"
    async with session({"/f": body}) as (_, _, host):
        for size in (1, 255, 1024):
            assert await host.download(size) == body


async def test_text_has_the_line_ends_of_the_wire() -> None:
    async with session({"/f": b"one\ntwo\n"}, b'AT+FTPTYPE="A"') as (site, _, host):
        assert await host.download() == b"one\r\ntwo\r\n"
        await host.upload(b"three\r\nfour\r\n")
        assert site.read("/f") == b"three\nfour\n"


async def test_appending_and_unique_names() -> None:
    async with session({"/d/f": b"old"}, b'AT+FTPPUTOPT="APPE"', path="/d/f") as (site, _, host):
        await host.upload(b"new")
        assert site.read("/d/f") == b"oldnew"
        await host.ok(b'AT+FTPPUTOPT="STOU"')
        await host.upload(b"unique")
        (unique,) = [path for path in site.paths if path != "/d/f"]
        assert unique.startswith("/d/f.")
        assert site.read(unique) == b"unique"
        site.faults.append(FtpFault(command="STOU", argument="f", reply="501 no name wanted"))
        await host.upload(b"nameless")
        assert b"nameless" in site.files.values()
        await host.ok(b'AT+FTPPUTPATH="/nowhere"')
        await host.does(b"AT+FTPPUT=1", b"+FTPPUT: 1,77")


async def test_an_offset_holds_for_one_download() -> None:
    body = b"wodeceshijieguo,zhgeshigeshia"
    async with session({"/f": body}, wire="documented") as (_, _, host):
        await host.ok(b"AT+FTPREST=20")
        assert await host.download() == b"shigeshia"
        await host.ask(b"AT+FTPREST?", b"\r\n+FTPREST: 0\r\n" + OK)
        assert await host.download() == body
        await host.ok(b"AT+FTPREST=100")
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,74")
        assert await host.download() == body


async def test_lists_of_a_directory_and_of_one_file() -> None:
    async with session({"/f": 10, "/g": 20}) as (site, _, host):
        assert len((await host.download(command=b"FTPLIST")).splitlines()) == 2
        await host.ok(b'AT+FTPGETPATH="/g"')
        assert b" 20 " in await host.download(command=b"FTPLIST")
        await host.ok(b'AT+FTPGETPATH="/nowhere"')
        await host.does(b"AT+FTPLIST=1", b"+FTPLIST: 1,77")
        await host.ok(b'AT+FTPGETPATH=""')
        assert len((await host.download(command=b"FTPLIST")).splitlines()) == 2
        assert [command.argument for command in site.commands if command.verb == "LIST"] == ["/", "/g", "/nowhere", ""]


async def test_on_ipv6() -> None:
    async with (
        FtpSite({"/f": b"six"}, host="::1") as site,
        module(site, hosts={"ftp.example.com": site.address}) as six,
    ):
        host = await Host.of(six)
        await host.name("/f")
        for mode in (ACTIVE, PASSIVE):
            await host.ok(mode)
            assert await host.download() == b"six"


async def test_without_a_name_the_login_is_anonymous() -> None:
    async with FtpSite({"/f": b"free"}, users={"anonymous": ""}) as site, module(site) as virtual:
        host = await Host.of(virtual, user="", password="")
        await host.name("/f")
        assert await host.download() == b"free"


# The dialogues of the documents


@pytest.mark.parametrize("wire", ["documented", "real"])
async def test_a_download_in_pieces(wire: str) -> None:
    async with session({"/f": 1074}, wire=wire) as (site, _, host):
        site.gate.shut(after=50)
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        assert await host.block(1024) == generated(0, 50)
        assert await host.block(1024) == b""
        site.gate.open()
        await host.urc(b"+FTPGET: 1,1")
        assert await host.block(1024) == generated(50, 1024)
        if wire == "real":
            assert await host.block(1024) == b""
        await host.urc(b"+FTPGET: 1,0")
        await host.error(b"AT+FTPGET=2,1024")


async def test_who_reads_no_further_learns_of_the_end_all_the_same(clock: ManualClock) -> None:
    async with session({"/f": 5}, clock=clock) as (_, _, host):
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        assert len(await host.block()) == 5
        await clock.run(0.4)
        await host.silent()
        await clock.run(0.2)
        await host.urc(b"+FTPGET: 1,0")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_reading_and_writing_in_the_wrong_state(dialect: str) -> None:
    async with session({"/f": 50}, dialect=dialect, wire="documented") as (site, _, host):
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.error(b"AT+FTPGET=2,1000", b"AT+FTPPUT=2,1000", b"AT+FTPPUT=2,0", b"AT+FTPLIST=2,10")
        await host.ok(b"AT+FTPGET=1")
        await host.error(b"AT+FTPGET=2,1000", b"AT+FTPPUT=2,1000", b"AT+FTPLIST=2,1000")
        await site.told("USER")
        site.release()
        await host.urc(b"+FTPGET: 1,1")
        await host.error(b"AT+FTPLIST=2,1000", b"AT+FTPPUT=2,0", b"AT+FTPGET=2,1461", b"AT+FTPGET=2,0")
        assert len(await host.block(1000)) == 50
        await host.urc(b"+FTPGET: 1,0")
        await host.error(b"AT+FTPGET=2,1000")
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.ok(b"AT+FTPPUT=1")
        await host.error(b"AT+FTPPUT=2,1000", b"AT+FTPPUT=2,0")
        await site.told("USER", 2)
        site.release()
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.error(b"AT+FTPPUT=2,1361", b"AT+FTPGET=2,10")
        await host.put(b"x" * 100)
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.ok(b"AT+FTPPUT=2,0")
        await host.urc(b"+FTPPUT: 1,0")
        await host.error(b"AT+FTPPUT=2,100", b"AT+FTPPUT=2,0")
        assert site.read("/f") == b"x" * 100


async def test_the_end_of_an_upload_needs_no_credit() -> None:
    async with session({}) as (site, _, host):
        await host.ok(b"AT+FTPPUT=1")
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.ask(b"AT+FTPPUT=2,3", b"\r\n+FTPPUT: 2,3\r\n")
        host.send(b"abcAT+FTPPUT=2,0\r")
        await host.hear(OK)
        heard = await host.hear_until(b"+FTPPUT: 1,0\r\n")
        assert OK in heard
        assert site.read("/f") == b"abc"


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("command", [b"FTPGET=1", b"FTPPUT=1", b"FTPLIST=1", b"FTPSIZE"])
async def test_a_second_operation_is_refused_and_the_first_goes_on(dialect: str, command: bytes) -> None:
    async with session({"/f": b"x"}, dialect=dialect) as (site, _, host):
        site.faults.append(FtpFault(command="USER", fault=ServerFault.HANG))
        await host.ok(b"AT+FTPPUT=1")
        failed = b",0" if command == b"FTPSIZE" and dialect == "sim7000" else b""
        await host.does(b"AT+" + command, b"+%s: 1,66%s" % (command.partition(b"=")[0], failed))
        await site.told("USER")
        site.release()
        await host.urc(b"+FTPPUT: 1,1,1360")


@pytest.mark.parametrize(
    ("setting", "command", "answer"),
    [
        (b'AT+FTPGETNAME=""', b"AT+FTPGET=1", b"+FTPGET: 1,66"),
        (b'AT+FTPPUTNAME=""', b"AT+FTPPUT=1", b"+FTPPUT: 1,66"),
        (b'AT+FTPSERV=""', b"AT+FTPLIST=1", b"+FTPLIST: 1,66"),
        (b'AT+FTPGETNAME=""', b"AT+FTPDELE", b"+FTPDELE: 1,66"),
        (b'AT+FTPGETPATH=""', b"AT+FTPMKD", b"+FTPMKD: 1,66"),
    ],
)
async def test_what_is_missing(setting: bytes, command: bytes, answer: bytes) -> None:
    async with session({}) as (site, _, host):
        await host.ok(setting)
        await host.does(command, answer)
        assert site.log.connections == 0


@pytest.mark.parametrize(("dialect", "code"), [("sim800", b"86"), ("sim7000", b"80")])
async def test_quitting(dialect: str, code: bytes) -> None:
    async with session({"/f": 500_000}, dialect=dialect) as (site, _, host):
        await host.error(b"AT+FTPQUIT")
        await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)
        await host.ok(b"AT+FTPGET=1")
        await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 1\r\n" + OK)
        await host.ok(b"AT+FTPQUIT")
        await host.urc(b"+FTPGET: 1," + code)
        await host.error(b"AT+FTPQUIT")
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        await host.block()
        await host.does(b"AT+FTPQUIT", b"+FTPGET: 1," + code)
        await host.error(b"AT+FTPGET=2,10")
        await host.ok(b"AT+FTPPUT=1")
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.does(b"AT+FTPQUIT", b"+FTPPUT: 1," + code)
        await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)
        assert site.log.connections >= 2
        site.publish("/f", b"x")
        assert await host.download() == b"x"


# Time


async def test_unread_data_are_announced_again_and_end_the_session(clock: ManualClock) -> None:
    async with session({"/f": 5}, clock=clock, unread_timeout=35) as (site, _, host):
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        for _ in range(3):
            await clock.run(9.9)
            await host.silent()
            await clock.run(0.1)
            await host.urc(b"+FTPGET: 1,1")
        await clock.run(5)
        await host.urc(b"+FTPGET: 1,64")
        await host.error(b"AT+FTPGET=2,10")
        site.publish("/f", b"")
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,0")


async def test_reading_puts_the_announcements_and_the_end_off(clock: ManualClock) -> None:
    async with session({"/f": 50}, clock=clock, unread_timeout=20, repeat=8) as (_, _, host):
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        for _ in range(5):
            await clock.run(7)
            assert len(await host.block(5)) == 5
        await clock.run(8)
        await host.urc(b"+FTPGET: 1,1")
        assert len(await host.block()) == 25
        assert await host.block() == b""
        await host.urc(b"+FTPGET: 1,0")


async def test_more_data_for_a_host_that_has_read_all_and_waits(clock: ManualClock) -> None:
    async with session({"/f": 100}, clock=clock) as (site, _, host):
        site.gate.shut(after=40)
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        assert len(await host.block()) == 40
        site.gate.admit(10)
        await site.until(lambda: site.commands[-1].moved == 50)
        await clock.settle()
        await host.silent()
        await clock.run(1)
        await host.urc(b"+FTPGET: 1,1")
        assert len(await host.block()) == 10


@pytest.mark.parametrize("verb", ["", "USER", "TYPE", "RETR"])
async def test_a_silent_server(clock: ManualClock, verb: str) -> None:
    async with session({"/f": 5}, clock=clock, network_timeout=30) as (site, _, host):
        site.faults.append(FtpFault(command=verb, fault=ServerFault.HANG))
        await host.ok(b"AT+FTPGET=1")
        await site.until(lambda: site.commands and site.commands[-1].verb == verb if verb else site.log.connections)
        await clock.run(29)
        await host.silent()
        await clock.run(2)
        await host.urc(b"+FTPGET: 1,64")


async def test_a_server_that_falls_silent_in_the_middle(clock: ManualClock) -> None:
    async with session({"/f": 500}, clock=clock, network_timeout=30, unread_timeout=100) as (site, _, host):
        site.faults.append(FtpFault(command="RETR", after=100, fault=ServerFault.HANG))
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        assert len(await host.block()) == 100
        assert await host.block() == b""
        await clock.run(31)
        await host.urc(b"+FTPGET: 1,64")


async def test_a_server_that_takes_no_more(clock: ManualClock) -> None:
    async with session({}, clock=clock, network_timeout=30) as (site, _, host):
        site.gate.shut()
        await host.ok(b"AT+FTPPUT=1")
        await host.urc(b"+FTPPUT: 1,1,1360")
        for _ in range(20_000):
            await host.put(bytes(1360))
            await clock.settle()
            if not host.received:
                break
            await host.urc(b"+FTPPUT: 1,1,1360")
        await host.error(b"AT+FTPPUT=2,1")
        await clock.run(31)
        await host.urc(b"+FTPPUT: 1,64")


async def test_the_first_urc_waits_and_the_later_ones_do_not(clock: ManualClock) -> None:
    async with session({"/f": 5}, clock=clock, urc_delay=2) as (site, _, host):
        await host.ok(b"AT+FTPPUT=1")
        await site.told("STOR")
        await clock.run(1.9)
        await host.silent()
        await clock.run(0.1)
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.put(b"abc")
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.ok(b"AT+FTPPUT=2,0")
        await host.urc(b"+FTPPUT: 1,0")


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(reply="421 full"), 65),
        (FtpFault(fault=ServerFault.CLOSE), 65),
        (FtpFault(fault=ServerFault.GARBAGE), 70),
        (FtpFault(command="USER", reply="530 no"), 71),
        (FtpFault(command="USER", reply="421 leaving"), 65),
        (FtpFault(command="PASS", reply="530 no"), 72),
        (FtpFault(command="TYPE", reply="504 no"), 73),
        (FtpFault(command="TYPE", fault=ServerFault.CLOSE), 65),
        (FtpFault(command="REST", reply="502 no"), 74),
        (FtpFault(command="PASV", reply="502 no"), 75),
        (FtpFault(command="PASV", reply="227 nonsense"), 75),
        (FtpFault(command="PASV", reply="227 Entering (127,0,0,1,0,1)"), 75),
        (FtpFault(command="RETR", reply="425 no data connection"), 75),
        (FtpFault(command="PORT", reply="500 no"), 76),
        (FtpFault(command="RETR", reply="550 no"), 79),
        (FtpFault(command="RETR", reply="200 what?"), 79),
        (FtpFault(command="RETR", after=0), 79),
        (FtpFault(command="RETR", after=50, fault=ServerFault.RESET), 61),
    ],
)
async def test_every_cause_has_its_code(fault: FtpFault, code: int) -> None:
    mode = ACTIVE if fault.command == "PORT" else PASSIVE
    async with session({"/f": 100}, mode, b"AT+FTPREST=10") as (site, _, host):
        site.faults.append(fault)
        await host.ok(b"AT+FTPGET=1")
        heard = await host.hear_until(b"+FTPGET: 1,%d\r\n" % code)
        assert heard.replace(b"\r\n+FTPGET: 1,1\r\n", b"", 1) == b"\r\n+FTPGET: 1,%d\r\n" % code
        site.faults.clear()
        assert await host.download() == generated(0, 100)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(command="STOR", reply="553 no"), 78),
        (FtpFault(command="STOR", after=2000, reply="552 disk full"), 78),
        (FtpFault(command="STOR", after=2000), 78),
        (FtpFault(command="STOR", after=2000, fault=ServerFault.RESET), 61),
        (FtpFault(command="STOR", reply="425 no"), 76),
    ],
)
async def test_an_upload_that_fails(fault: FtpFault, code: int) -> None:
    async with session({}) as (site, _, host):
        site.faults.append(fault)
        await host.ok(b"AT+FTPPUT=1")
        if fault.after:
            await host.urc(b"+FTPPUT: 1,1,1360")
            await host.put(bytes(1360))
            await host.urc(b"+FTPPUT: 1,1,1360")
            await host.put(bytes(1360))
        heard = await host.hear_until(b"+FTPPUT: 1,%d\r\n" % code)
        assert heard.replace(b"\r\n+FTPPUT: 1,1,1360\r\n", b"", 1) == b"\r\n+FTPPUT: 1,%d\r\n" % code
        await host.error(b"AT+FTPPUT=2,1")
        site.faults.clear()
        await host.upload(b"again")
        assert site.read("/f") == b"again"


async def test_a_server_that_breaks_off_while_the_host_is_in_no_hurry() -> None:
    async with session({}) as (site, _, host):
        site.faults.append(FtpFault(command="STOR", after=0, reply="452 no space"))
        await host.ok(b"AT+FTPPUT=1")
        await host.urc(b"+FTPPUT: 1,1,1360")
        await host.ask(b"AT+FTPPUT=2,10", b"\r\n+FTPPUT: 2,10\r\n")
        host.send(b"12345")
        await site.aclose()
        await host.silent()
        host.send(b"67890")
        await host.hear(OK)
        await host.urc(b"+FTPPUT: 1,65")


async def test_a_server_that_is_not_there() -> None:
    async with session({}) as (site, virtual, host):
        virtual.faults.add(FailServer("dns"))
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,62")
        virtual.faults.add(FailServer("refuse"))
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,63")
        virtual.faults.add(FailServer("busy"))
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,61")
        virtual.faults.add(FailServer("silent"))
        virtual.options = virtual.options.model_copy(update={"network_timeout": 0.01})
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,64")
        await site.aclose()
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,63")


async def test_a_server_that_resets_the_connection_at_once() -> None:
    async with session({}) as (site, _, host):
        site.faults.append(FtpFault(fault=ServerFault.RESET))
        await host.ok(b"AT+FTPGET=1")
        # Whether the connection was there before it was gone is the system's business.
        assert await host.hear_until(b"\r\n+FTPGET: 1,6") == b"\r\n+FTPGET: 1,6"
        assert await host.hear_until(b"\r\n") in (b"1\r\n", b"3\r\n")


async def test_a_server_that_speaks_no_ftp_at_all() -> None:
    for said, code in ((b"220", b"65"), (b"220-never\r\n" * 300, b"70"), (b"2" * 10_000, b"70"), (b"hello\r\n", b"70")):
        async with RawSite(said, wait_for=b"") as site, module(site) as virtual:
            host = await Host.of(virtual)
            await host.name("/f")
            await host.does(b"AT+FTPGET=1", b"+FTPGET: 1," + code)


async def test_without_a_bearer() -> None:
    async with session({"/f": 100}) as (site, virtual, host):
        await host.ok(b"AT+FTPCID=2")
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,61")
        assert site.log.connections == 0
        await host.ok(b"AT+FTPCID=1")
        for fault in (LoseBearer(), LoseNetwork()):
            site.gate.shut(after=10)
            await host.ok(b"AT+FTPGET=1")
            await host.urc(b"+FTPGET: 1,1")
            virtual.faults.add(fault)
            await host.urc(b"+SAPBR 1: DEACT")
            await host.urc(b"+FTPGET: 1,61")
            site.gate.open()
            virtual.network.regain_coverage()
            await host.ok(b"AT+SAPBR=1,1")
        assert await host.download() == generated(0, 100)


@pytest.mark.parametrize("verb", ["", "USER", "PASS", "PORT", "STOR"])
async def test_a_bearer_that_goes_at_any_point(verb: str) -> None:
    async with session({}) as (site, _, host):
        site.faults.append(FtpFault(command=verb, fault=ServerFault.HANG))
        await host.ok(b"AT+FTPPUT=1")
        await site.until(lambda: site.commands and site.commands[-1].verb == verb if verb else site.log.connections)
        await host.ok(b"AT+SAPBR=0,1")
        await host.urc(b"+FTPPUT: 1,61")


@pytest.mark.parametrize(("then", "code"), [(None, b"76"), (ServerFault.CLOSE, b"65"), (ServerFault.RESET, b"61")])
async def test_an_active_connection_that_never_comes(clock: ManualClock, then: ServerFault | None, code: bytes) -> None:
    async with session({"/f": 5}, ACTIVE, clock=clock, network_timeout=20) as (site, _, host):
        site.faults.append(FtpFault(command="PORT", reply="200 I shall come"))
        site.faults.append(FtpFault(command="RETR", reply="150 I am coming", fault=then))
        await host.ok(b"AT+FTPGET=1")
        await site.told("RETR")
        await clock.run(21)
        await host.urc(b"+FTPGET: 1," + code)


# The module itself


async def test_the_server_waits_for_a_host_that_does_not_read() -> None:
    size = 40_000_000
    async with session({"/f": size}) as (site, virtual, host):
        await host.ok(b"AT+FTPGET=1")
        await host.urc(b"+FTPGET: 1,1")
        moved = -1
        while moved != site.commands[-1].moved:
            moved = site.commands[-1].moved
            await ManualClock().settle()
        assert moved < size / 2
        assert len(virtual.ftp.work._buffer) <= 2 * 65_536  # type: ignore[union-attr]
        assert len(await host.block()) == 1460
        await host.does(b"AT+FTPQUIT", b"+FTPGET: 1,86")


async def test_short_reads_and_early_ends() -> None:
    async with session({"/f": 10}) as (_, virtual, host):
        fault = virtual.faults.add(ShortRead(most=3))
        assert await host.download() == generated(0, 10)
        virtual.faults.remove(fault)
        virtual.faults.add(EarlyCompletion(command="FTPGET=1"))
        host.send(b"AT+FTPGET=1\r")
        await host.urc(b"+FTPGET: 1,1")
        await host.hear(OK)
        assert len(await host.block()) == 10


async def test_a_module_that_is_switched_off_in_the_middle() -> None:
    async with session({"/f": 100_000}, wire="documented") as (site, virtual, host):
        for begin in (b"AT+FTPGET=1", b"AT+FTPPUT=1"):
            await host.ok(begin)
            await host.hear_until(b"\r\n+")
            await host.hear_until(b"\r\n")
            virtual.power_off()
            await host.silent()
            virtual.power_on()
            await host.hear_until(b"SMS Ready\r\n")
            host.send(b"ATE0\r")
            await host.hear(b"ATE0\r" + OK)
            await host.ask(b"AT+FTPSTATE", b"\r\n+FTPSTATE: 0\r\n" + OK)
            again = await Host.of(virtual)
            await again.name("/f")
            await again.does(b"AT+FTPSIZE", b"+FTPSIZE: 1,0,%d" % len(site.read("/f")))
            await host.hear_until(b"+FTPSIZE: 1,0,%d\r\n" % len(site.read("/f")))
            await host.ok(b"AT+FTPCID=1", b'AT+FTPSERV="ftp.example.com"')
            await again.aclose()


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FtpSite() as site:
        virtual = VirtualModem("sim800", urc_delay=0, hosts={HOST: site.address})
        await virtual.start()
        for module in ("ftp_client", "ftp_control"):
            monkeypatch.delitem(sys.modules, f"simcom_async.virtual.{module}", raising=False)
        monkeypatch.setitem(sys.modules, "aioftp", None)
        host = await Host.of(virtual)
        await host.name("/f")
        await host.does(b"AT+FTPGET=1", b"+FTPGET: 1,61")
        with pytest.raises(MissingExtra, match=r"simcom-async\[virtual\]"):
            await virtual.aclose()
