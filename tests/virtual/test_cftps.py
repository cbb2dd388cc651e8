"""The FTPS session of the virtual SIM7100 against real servers, byte by byte."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simcom_async.errors import MissingExtra
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, RawSite, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import EarlyCompletion
from tests.sites.vsftpd import MISSING, Vsftpd
from tests.virtual.cftp_host import AUTHORITY, ERROR, HOST, OK, Host, module, secured

PEER_CLOSED = b"\r\n+CFTPSNOTIFY: PEER CLOSED\r\n"


def failed(verb: str, code: int) -> bytes:
    """ERROR, and its code in front."""
    return f"\r\n+CFTPS{verb}: {code}\r\n".encode() + ERROR


# --- the session -----------------------------------------------------------------------------------------------------


async def test_a_session_is_secured_before_it_logs_in() -> None:
    async with secured() as (site, virtual, host):
        await host.login()
        assert [str(command) for command in site.commands] == [
            *("AUTH TLS", "PBSZ 0", "PROT P", "USER user", "PASS ******"),
        ]
        await host.logout()
        assert site.commands[-1].verb == "QUIT"
        assert virtual.internet.count == 0


async def test_the_document_has_ok_and_error_alone() -> None:
    async with secured(wire="documented") as (_, _, host):
        await host.ok(b"AT+CFTPSSTART")
        await host.log_in(ERROR, password="wrong")
        await host.log_in(OK)
        await host.error(b'AT+CFTPSMKD="/x/y"', b'AT+CFTPSDEL="/x"')
        await host.ok(b"AT+CFTPSLOGOUT", b"AT+CFTPSSTOP")


async def test_what_the_state_forbids_is_an_error_alone() -> None:
    async with secured({"/f": 10}) as (_, _, host):
        inside = (
            *(b"AT+CFTPSLOGOUT", b'AT+CFTPSMKD="d"', b'AT+CFTPSRMD="d"', b'AT+CFTPSDELE="f"', b'AT+CFTPSCWD="d"'),
            *(b"AT+CFTPSPWD", b"AT+CFTPSLIST", b'AT+CFTPSLIST="/"', b'AT+CFTPSGET="f"', b'AT+CFTPSGETFILE="f",0'),
            *(b'AT+CFTPSPUTFILE="f",0', b'AT+CFTPSPUT="f",1', b"AT+CFTPSPUT=1", b"AT+CFTPSPUT"),
        )
        await host.error(*inside, b"AT+CFTPSSTOP")
        await host.log_in(ERROR)
        await host.ask(b"AT+CFTPSPUT?", b"\r\n+CFTPSPUT: 0\r\n" + OK)
        await host.login()
        await host.error(b"AT+CFTPSSTART", b"AT+CFTPSSTOP")
        await host.log_in(ERROR)
        await host.logout()
        await host.error(*inside)


async def test_without_a_network_there_is_no_stack() -> None:
    async with VirtualModem("sim7100", urc_delay=0) as virtual:
        host = await Host.of(virtual)
        await host.ok(b"AT+CGSOCKCONT=1")
        await host.ask(b"AT+CFTPSSTART", failed("START", 10))
        await host.aclose()


@pytest.mark.parametrize(
    ("security", "verb"), [("", "AUTH TLS"), (",2", "AUTH TLS"), (",1", "AUTH SSL"), (",0", "USER user")]
)
async def test_how_a_session_is_secured(security: str, verb: str) -> None:
    async with secured(tls_required=False) as (site, _, host):
        await host.login(end=security)
        assert str(site.commands[0]) == verb
        await host.put_blocks("/f", b"abc")
        assert site.read("/f") == b"abc"


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
async def test_tls_may_be_spoken_from_the_first_byte() -> None:
    async with (
        Vsftpd(certificate=AUTHORITY.pem(HOST), implicit=True) as server,
        module(server, "sim7100") as virtual,
    ):
        host = await Host.of(virtual)
        await host.login(user=server.user, password=server.password, end=",3")
        await host.put_blocks("/pub/f", b"abc")
        assert server.read("/pub/f") == b"abc"
        await host.logout()
        await host.aclose()


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
async def test_a_server_that_wants_the_session_resumed_gets_no_data() -> None:
    """The limit of this module, as of Python's own client: it says so, and the session goes on or ends."""
    async with Vsftpd(certificate=AUTHORITY.pem(HOST), reuse=True) as server, module(server, "sim7100") as virtual:
        server.publish("/pub/f", b"abc")
        host = await Host.of(virtual)
        await host.login(user=server.user, password=server.password)
        await host.ok(b'AT+CFTPSGET="/pub/f"')
        said = await host.hear_until(b"\r\n+CFTPSGET: ") + await host.hear_until(b"\r\n")
        assert said in (b"\r\n+CFTPSGET: 1\r\n", b"\r\n+CFTPSGET: 6\r\n")
        await host.aclose()


# --- logins that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (FtpFault(command="USER", reply="530 no"), 9),
        (FtpFault(command="PASS", reply="530 no"), 9),
        (FtpFault(command="PROT", reply="536 no"), 9),
        (FtpFault(command="AUTH", reply="502 no"), 1),
        (FtpFault(command="AUTH", reply="234 go on\r\n220 and more"), 1),
        (FtpFault(command="AUTH", reply="421 going"), 4),
        (FtpFault(command="AUTH", fault=ServerFault.CLOSE), 4),
        (FtpFault(command="AUTH", fault=ServerFault.GARBAGE), 2),
        (FtpFault(command="AUTH", reply="234-x\r\n" * 400), 7),
    ],
)
async def test_causes_have_codes(fault: FtpFault, code: int) -> None:
    async with secured() as (site, virtual, host):
        site.faults.append(fault)
        await host.login(failed("LOGIN", code))
        assert virtual.internet.count == 0
        site.faults.clear()
        await host.log_in()


async def test_names_nobody_and_silence(clock: ManualClock) -> None:
    async with VirtualModem("sim7100", urc_delay=0, clock=clock) as virtual:
        host = await Host.of(virtual)
        await host.ask(b"AT+CFTPSSTART", b"\r\n+CFTPSSTART: 0\r\n" + OK)
        await host.ask(b'AT+CFTPSLOGIN="no.such.host.invalid",21,"u","p"', failed("LOGIN", 10))
        async with RawSite(b"", wait_for=b"", then=ServerFault.HANG) as site:
            line = b'AT+CFTPSLOGIN="127.0.0.1",%d,"u","p"' % site.port
            host.send(line + b"\r")
            await clock.run(119)
            await host.silent()
            await clock.run(2)
            await host.hear(failed("LOGIN", 5))
        await host.ask(line, failed("LOGIN", 10))
        await host.aclose()


async def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    """Off, as real modules are, anything goes; with an authority, only what it has signed for this name."""
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(AUTHORITY.ca_pem)
    others = LoopbackCA()
    for certificate, answer in (
        (AUTHORITY.pem(HOST), b"\r\n+CFTPSLOGIN: 0\r\n" + OK),
        (AUTHORITY.pem("other.example.com"), failed("LOGIN", 1)),
        (others.pem(HOST), failed("LOGIN", 1)),
    ):
        async with secured(certificate=certificate, tls_verify=str(trusted)) as (_, _, host):
            await host.login(answer)
        async with secured(certificate=certificate) as (_, _, host):
            await host.login()


async def test_a_server_without_tls(tmp_path: Path) -> None:
    async with FtpSite({}) as site, module(site, "sim7100") as virtual:
        host = await Host.of(virtual)
        await host.login(failed("LOGIN", 1))
        assert [command.verb for command in site.commands] == ["AUTH"]
        await host.aclose()


# --- what the server does --------------------------------------------------------------------------------------------


async def test_the_end_of_the_session_is_said_once() -> None:
    async with secured() as (site, virtual, host):
        await host.login()
        await site.aclose()
        await host.hear(PEER_CLOSED)
        await host.error(b"AT+CFTPSPWD", b"AT+CFTPSLOGOUT")
        await host.silent()
        assert virtual.internet.count == 0


async def test_a_server_that_says_why_it_goes() -> None:
    """A 421 that nobody has asked for (RFC 959 4.2.2), then the end."""
    async with secured() as (site, _, host):
        await host.login()
        site.faults.append(FtpFault(command="CWD", reply="421 idle for too long", fault=ServerFault.CLOSE))
        await host.ask(b'AT+CFTPSCWD="x"', failed("CWD", 4))
        await host.hear(PEER_CLOSED)
        site.faults.clear()
        await host.log_in()


async def test_the_end_in_a_transfer_is_said_behind_it() -> None:
    async with secured({"/f": 100_000}) as (site, _, host):
        await host.login()
        site.faults.append(FtpFault(command="RETR", after=2000, fault=ServerFault.RESET))
        await host.ok(b'AT+CFTPSGET="/f"')
        heard = await host.hear_until(PEER_CLOSED)
        assert heard.endswith((b"\r\n+CFTPSGET: 4\r\n" + PEER_CLOSED, b"\r\n+CFTPSGET: 6\r\n" + PEER_CLOSED))


async def test_a_logout_that_the_server_refuses_ends_the_session_all_the_same() -> None:
    async with secured() as (site, virtual, host):
        await host.login()
        site.faults.append(FtpFault(command="QUIT", reply="500 stay"))
        await host.ask(b"AT+CFTPSLOGOUT", failed("LOGOUT", 9))
        assert virtual.internet.count == 0
        await host.silent()
        await host.ask(b"AT+CFTPSSTOP", b"\r\n+CFTPSSTOP: 0\r\n" + OK)


async def test_one_operation_at_a_time(tmp_path: Path) -> None:
    async with secured({"/f": 100_000}, files=tmp_path) as (site, _, host):
        await host.login()
        site.gate.shut(after=1000)
        await host.ok(b'AT+CFTPSGETFILE="/f",0')
        await site.gate.held()
        await host.ask(b'AT+CFTPSMKD="d"', failed("MKD", 3))
        await host.ask(b"AT+CFTPSLOGOUT", failed("LOGOUT", 3))
        await host.error(b"AT+CFTPSPWD", b"AT+CFTPSSTOP")
        await host.does(b'AT+CFTPSGET="/f"', b"+CFTPSGET: 3")
        await host.ask(b'AT+CFTPSPUT="g",1', failed("PUT", 3))
        site.gate.open()
        await host.urc(b"+CFTPSGETFILE: 0")
        await host.logout()


async def test_an_end_may_come_early_but_not_what_is_pushed(tmp_path: Path) -> None:
    async with secured({"/f": b"abc"}, files=tmp_path) as (_, virtual, host):
        await host.login()
        virtual.faults.add(EarlyCompletion(command="CFTPSGET", times=None))
        await host.ask(b'AT+CFTPSGETFILE="/f",0', b"\r\n+CFTPSGETFILE: 0\r\n" + OK)
        assert await host.pushed('AT+CFTPSGET="/f"') == b"abc"


@asynccontextmanager
async def behind_a_translation(files: Mapping[str, bytes]) -> AsyncIterator[tuple[FtpSite, Host]]:
    """A server that says an address that is not its own."""
    async with secured(files) as (site, _, host):
        site.policy.address = "127.0.0.9"
        yield site, host


async def test_where_data_connections_go() -> None:
    async with behind_a_translation({"/f": b"abc"}) as (_, host):
        await host.ok(b"AT+CFTPSSINGLEIP=0")
        await host.login()
        assert await host.pushed('AT+CFTPSGET="/f"', end=6) == b""
        await host.logout()
        await host.ok(b"AT+CFTPSSINGLEIP=1")
        await host.login()
        assert await host.pushed('AT+CFTPSGET="/f"') == b"abc"


async def test_the_power_goes_in_the_middle() -> None:
    async with secured({"/f": 100_000}) as (site, virtual, host):
        await host.login()
        site.gate.shut(after=1000)
        host.send(b'AT+CFTPSGET="/f"\r')
        await site.gate.held()
        virtual.power_off()
        assert virtual.internet.count == 0
        virtual.power_on()
        site.gate.open()
        await host.hear_until(b"PB DONE\r\n")
        host.send(b"ATE0\r")
        await host.hear_until(OK)
        await host.error(b"AT+CFTPSPWD")
        await host.login()
        assert len(await host.pushed('AT+CFTPSGET="/f"')) == 100_000


async def test_a_login_may_be_cut_short_by_the_power() -> None:
    async with secured() as (site, virtual, host):
        site.faults.append(FtpFault(command="PASS", fault=ServerFault.HANG))
        await host.ask(b"AT+CFTPSSTART", b"\r\n+CFTPSSTART: 0\r\n" + OK)
        asking = asyncio.create_task(host.log_in(b""))
        await site.told("PASS")
        await asking
        virtual.power_off()
        assert virtual.internet.count == 0


async def test_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FtpSite() as site:
        virtual = VirtualModem("sim7100", urc_delay=0, hosts={HOST: site.address})
        await virtual.start()
        for name in ("ftp_client", "ftp_control"):
            monkeypatch.delitem(sys.modules, f"simcom_async.virtual.{name}", raising=False)
        monkeypatch.setitem(sys.modules, "aioftp", None)
        host = await Host.of(virtual)
        await host.login(failed("LOGIN", 10))
        with pytest.raises(MissingExtra, match=r"simcom-async\[virtual\]"):
            await virtual.aclose()
