"""A host that types whatever it likes, at a virtual modem: bounded, answered by the family's codes, alive behind it."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from simcom_async.at.responder import Responder
from simcom_async.dialects import DIALECTS
from simcom_async.ports.port import OUTGOING_BOUND
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.file_place import ENTRIES
from tests.hostile.measure import MEGABYTE, growth, peak_memory
from tests.hostile.sample import sampled
from tests.virtual.client import Client, until

#: Bytes of one write of a host, of all of them in the quick run, and in use at the peak.
WRITE, WRITES = 4_096, 3
PEAK = 2 * MEGABYTE
LINEAR = 9.0

#: What a host types without an end.
TYPED = {
    "a line without an end": b"AT+CSQ;" * (WRITE // 7),
    "letters": b"x" * WRITE,
    "CR": b"\r" * WRITE,
    "LF": b"\n" * WRITE,
    "CR LF": b"\r\n" * (WRITE // 2),
    "slashes": b"/" * WRITE,
    "backspaces": b"\x08" * WRITE,
    "NUL": b"\0" * WRITE,
    "all bytes": bytes(range(256)) * (WRITE // 256),
    "plus signs": b"+++" * (WRITE // 3),
    "repetitions": b"A/" * (WRITE // 2),
    "empty commands": b"AT\r" * (WRITE // 3),
    "ESC": b"\x1b" * WRITE,
    "Ctrl-Z": b"\x1a" * WRITE,
    "what looks like AT": b"xATS0=0" * 200 + b"?" + b" x AT" * 200,
    "words with AT": b"DATA WHAT " * (WRITE // 10),
    "commands in one line": b"AT" + b"E0;" * 1_300 + b"\r",
    "a parameter without an end": b'AT+CGDCONT=1,"IP","' + b"a" * 4_000 + b'"\r',
    "a number without an end": b"AT+CFUN=" + b"9" * 5_000 + b"\r",
    "unknown commands": b"AT+XYZZY=1\r" * (WRITE // 11),
    "quotes": b'AT+"""""""",,,,;;;;\r' * (WRITE // 20),
    "quotes behind what looks like AT": (b'xAT" ' * 300 + b"\r") * 3,
}


@asynccontextmanager
async def host(dialect: str, **options: object) -> AsyncIterator[tuple[VirtualModem, Client]]:
    """A virtual modem, and a client on it."""
    settings: dict[str, object] = {"urc_delay": 0, **options}
    async with VirtualModem(dialect, **settings) as virtual:  # type: ignore[arg-type]
        client = await Client(virtual.port()).open()
        yield virtual, client
        await client.aclose()


async def answers(client: Client) -> None:
    """It answers AT, whatever it was told before."""
    async with asyncio.timeout(60):
        await until(lambda: not client.port.pending)
        client.send(b"\x1b\r")
        for number in range(200):
            client.received.clear()
            client.send(b"AT+CSQ\r")
            for _ in range(50 * (number + 1)):
                await asyncio.sleep(0)
                if b"+CSQ:" in client.received and client.received.endswith(b"\r\nOK\r\n"):
                    return
    raise AssertionError(bytes(client.received[-200:]))


@pytest.mark.parametrize("what", sampled(TYPED, 5, 1))
async def test_whatever_is_typed_is_bounded_and_at_is_answered_afterwards(what: str) -> None:
    dialect = list(DIALECTS)[list(TYPED).index(what) % len(DIALECTS)]
    dialect = "sim800" if dialect == "general" else dialect
    async with host(dialect) as (virtual, client):
        client.send(TYPED[what])
        await until(lambda: not client.port.pending)
        with peak_memory() as peak:
            for _ in range(WRITES):
                client.received.clear()
                client.reads.clear()
                client.send(TYPED[what])
                await until(lambda: not client.port.pending)
        assert peak.octets < PEAK
        await answers(client)
        assert virtual.powered


@pytest.mark.parametrize("name", ["sim800", "sim7000"])
@pytest.mark.parametrize("what", sampled(TYPED, 5, 2))
def test_the_time_of_what_is_typed_grows_with_its_bytes(what: str, name: str) -> None:
    data = TYPED[what]

    def type_(octets: int) -> None:
        responder = Responder(DIALECTS[name])
        responder.receive((data * (octets // len(data) + 1))[:octets])
        while responder.mode.name == "HELD" and responder.resume():
            pass

    assert growth(type_, 8_192, tries=2) < LINEAR


#: An answer is whole, or an entry is asked for.
ANSWERED = re.compile(rb"(?:OK|ERROR|ERROR: \d+|DOWNLOAD)\r\n\Z|>\Z")
#: Command lines that ask for too much; each is refused, by whatever code the family has.
TOO_MUCH = {
    "sim800": [
        "AT+HTTPDATA=99999999999,1000",
        "AT+HTTPDATA=-1,1000",
        "AT+HTTPDATA=" + "9" * 500 + ",1000",
        "AT+HTTPREAD=-1,99999999999",
        "AT+HTTPACTION=99999",
        "AT+FTPPUT=2,999999",
        "AT+FTPPUT=2,-1",
        "AT+FTPGET=2,4294967296",
        "AT+FTPGET=2,-1",
        "AT+FTPEXTPUT=2,0,99999999999,1000",
        "AT+FTPEXTPUT=2,99999999999,1,1000",
        "AT+SAPBR=99999999999,1",
        "AT+POP3READ=99999999999",
        "AT+POP3CMD=4,-1",
        "AT+SMTPFT=99999999999",
        "AT+SMTPFT=-1",
        "AT+CMGR=99999999999",
        "ATS99999999999=1",
        "ATS5=99999999999",
        "AT+CPIN=" + "1" * 500,
    ],
    "sim7100": [
        'AT+CFTPSPUT="f",99999999999',
        'AT+CFTPSPUT="f",-1',
        'AT+CFTPGET="f",99999999999999999999',
        "AT+CHTTPSSEND=99999999999",
        "AT+CHTTPSSEND=-1",
        "AT+CHTTPSRECV=99999999999",
        "AT+CHTTPSRECV=-5",
        'AT+CFTRANRX="c:/x",99999999999',
        'AT+CFTRANRX="c:/x",-1',
        'AT+CFTRANRX="c:/x",' + "9" * 500,
        'AT+CFTRANTX="c:/x",-1,99999999999',
        "AT+SMTPBODY=99999999999",
        "AT+POP3LIST=99999999999",
        'AT+CHTTPACT="' + "h" * 600 + '",80',
        'AT+CHTTPACT="localhost",99999999999',
    ],
}


@pytest.mark.parametrize("dialect", TOO_MUCH)
async def test_what_asks_for_too_much_is_refused(dialect: str) -> None:
    async with host(dialect) as (_, client):
        client.send(b"ATE0\r")
        await client.hear_until(b"OK\r\n")
        said: dict[str, bool] = {}
        for line in TOO_MUCH[dialect]:
            client.received.clear()
            client.send(line.encode() + b"\r")
            await until(lambda: ANSWERED.search(client.received))
            said[line[:40]] = b"ERROR" in client.received
        assert said == dict.fromkeys(said, True)
        await answers(client)


PATHS = [
    "C:/../../etc/passwd",
    "C:/../x",
    "../../../../etc/passwd",
    "/etc/passwd",
    "C:\\..\\..\\etc",
    "E:/x",
    "C:/x\0y",
    "C:/" + "n" * 250,
    "C:/" + "n" * 255,
    "C:/" + "d/" * 200 + "f",
    "C:/link/secret",
    "C:/link/new",
    "C:/straight",
    "c:/./.././../etc/passwd",
    "C:/%2e%2e/%2e%2e/etc/passwd",
    "C://///etc/passwd",
    "C:/..",
    "..",
    "~root/.ssh",
    "C:/x:stream",
]
FILE_COMMANDS = [
    "AT+FSCD={}",
    "AT+FSMKDIR={}",
    "AT+FSRMDIR={}",
    "AT+FSDEL={}",
    "AT+FSLS",
    'AT+CFTRANRX="{}",5',
    'AT+CFTRANTX="{}"',
]
FILE_COMMANDS += ["AT+FSRENAME={},new", "AT+FSRENAME=own,{}", "AT+FSCOPY={},copy", "AT+FSCOPY=own,{}", "AT+FSATTRI={}"]


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


async def test_no_path_leads_out_of_the_folder_of_the_files(tmp_path: Path) -> None:
    outside, files = tmp_path / "outside", tmp_path / "files"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    (files / "C").mkdir(parents=True)
    (files / "C" / "own").write_bytes(b"own")
    (files / "C" / "link").symlink_to(outside)
    (files / "C" / "straight").symlink_to(outside / "secret")
    before = contents(outside)
    async with host("sim7100", files=files) as (_, client):
        client.send(b"ATE0\r")
        await client.hear_until(b"OK\r\n")
        for path in PATHS:
            for command in FILE_COMMANDS:
                client.received.clear()
                client.send(command.format(path).encode() + b"\r")
                await until(lambda: ANSWERED.search(client.received))
                if client.received.endswith(b">"):
                    client.send(b"12345")
                    await client.hear_until(b"OK\r\n")
                assert b"secret" not in client.received.replace(b"link/secret", b"")
                assert b"root:" not in client.received
        await answers(client)
    assert contents(outside) == before
    assert set(os.listdir(tmp_path)) == {"outside", "files"}
    assert set(os.listdir(files)) <= {"C", "D"}


async def test_folders_below_folders_end_where_this_machine_does() -> None:
    async with host("sim7100") as (virtual, client):
        client.send(b"ATE0\r")
        await client.hear_until(b"OK\r\n")
        name = b"d" * 200
        refused = 0
        for _ in range(60):
            for command in (b"AT+FSMKDIR=", b"AT+FSCD="):
                client.received.clear()
                client.send(command + name + b"\r")
                await until(lambda: ANSWERED.search(client.received))
                refused += b"ERROR" in client.received
        assert refused
        await answers(client)
        virtual.file_system.clear()


async def test_a_full_disk_takes_no_more(tmp_path: Path) -> None:
    async with host("sim7100", files=tmp_path, space=20_000) as (_, client):
        client.send(b"ATE0\r")
        await client.hear_until(b"OK\r\n")
        refused = 0
        for number in range(30):
            client.received.clear()
            client.send(f'AT+CFTRANRX="c:/f{number}",1000\r'.encode())
            await until(lambda: ANSWERED.search(client.received))
            if client.received.endswith(b">"):
                client.send(b"x" * 1_000)
                await client.hear_until(b"OK\r\n")
            else:
                refused += 1
        assert refused == 10
        assert sum(len(data or b"") for data in contents(tmp_path).values()) == 20_000
        await answers(client)


async def test_a_drive_has_only_so_many_files(tmp_path: Path) -> None:
    (tmp_path / "C").mkdir()
    for number in range(ENTRIES - 1):
        (tmp_path / "C" / f"{number}").touch()
    async with host("sim7100", files=tmp_path) as (_, client):
        client.send(b"ATE0\r")
        await client.hear_until(b"OK\r\n")
        await client.ok(b"AT+FSMKDIR=one")
        await client.error(b"AT+FSMKDIR=two")
        client.send(b'AT+CFTRANRX="c:/three",5\r')
        await client.hear_until(b"ERROR\r\n")
    assert len(os.listdir(tmp_path / "C")) == ENTRIES


async def test_hundreds_of_clients_get_one_line_in_turn_and_leave_nothing() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        host, port = await virtual.listen_tcp()
        before = len(os.listdir("/proc/self/fd"))
        crowd = [await asyncio.open_connection(host, port) for _ in range(300)]
        for _, writer in crowd:
            writer.write(b"AT\r")
            writer.transport.abort()
        await until(lambda: len(os.listdir("/proc/self/fd")) <= before + 2)
        reader, writer = await asyncio.open_connection(host, port)
        async with asyncio.timeout(60):
            writer.write(b"AT\r")
            await reader.readuntil(b"OK\r\n")
        writer.close()


async def test_a_host_that_never_reads_costs_a_bounded_number_of_bytes() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        host, port = await virtual.listen_tcp()
        deaf = socket.create_connection((host, port))
        deaf.setblocking(False)
        with peak_memory() as peak:
            for _ in range(200):
                for _ in range(20):
                    virtual.urc_line("+XYZZY: " + "x" * 1_000)
                with suppress(BlockingIOError):
                    deaf.send(b"AT+CSQ\r" * 100)
                await asyncio.sleep(0)
        assert peak.octets < 2 * OUTGOING_BOUND + MEGABYTE
        deaf.close()
        reader, writer = await asyncio.open_connection(host, port)
        async with asyncio.timeout(60):
            writer.write(b"\rAT+CSQ\r")
            await reader.readuntil(b"OK\r\n")
        writer.close()


async def test_a_terminal_that_is_opened_and_closed_at_once_again_and_again() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty()
        for _ in range(200):
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            os.write(terminal, b"\0\xffAT+CSQ\r")
            os.close(terminal)
            await asyncio.sleep(0)
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        heard = bytearray()

        def answered() -> bool:
            try:
                heard.extend(os.read(terminal, 65_536))
            except BlockingIOError:
                return False
            return b"+CGMM" in heard and b"OK\r\n" in heard.partition(b"+CGMM")[2]

        os.write(terminal, b"\rAT+CGMM\r")
        try:
            await until(answered)
        finally:
            os.close(terminal)
