"""The log shipper against a real server: whatever happens, the server has each byte once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from examples import ftp_log_shipper as example
from examples.ftp_log_shipper import Ledger, Shipper
from simcom_async import FtpError, Modem, VirtualModem, open_modem
from simcom_async.sites import FtpFault, FtpSite, ServerFault
from simcom_async.virtual.faults import LoseBearer, Reset

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
SIZE = 60_000
LIMIT = 60.0


@pytest.fixture
async def site() -> AsyncIterator[FtpSite]:
    async with FtpSite() as opened:
        yield opened


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim800", urc_delay=0) as running:
        yield running


@pytest.fixture
async def modem(virtual: VirtualModem) -> AsyncIterator[Modem]:
    async with open_modem(virtual.port(), apn="internet") as opened:
        yield opened


@pytest.fixture
def shipper(modem: Modem, site: FtpSite, tmp_path: Path) -> Callable[[], Shipper]:
    """Makes what a start of the program makes."""

    def start(password: str = "secret") -> Shipper:
        made = Shipper(modem, tmp_path, settle=0.02, host=site.host, port=site.port, user="user", password=password)
        made.pause = 0.01
        return made

    return start


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example, "CHUNK", 25_000)


def write(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def rotate(directory: Path) -> None:
    """As the standard library does it: app.log.1 becomes app.log.2, app.log becomes app.log.1."""
    for age in (3, 2, 1):
        if (directory / f"app.log.{age}").exists():
            os.rename(directory / f"app.log.{age}", directory / f"app.log.{age + 1}")
    os.rename(directory / "app.log", directory / "app.log.1")


def stored(site: FtpSite) -> bytes:
    return b"".join(site.read(path) for path in site.paths)


async def all_shipped(shipper: Shipper, site: FtpSite, wanted: bytes, rounds: int = 3) -> None:
    """After at most so many rounds the server has exactly these bytes, and nothing is left to do."""
    for _ in range(rounds):
        await shipper.round()
        if stored(site) == wanted:
            break
    assert stored(site) == wanted
    assert await shipper.round() == 0
    assert stored(site) == wanted


async def test_a_log_that_grows_and_rotates(shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path) -> None:
    random, written, ship = Random(1), b"", shipper()
    for turn in range(9):
        data = random.randbytes(random.randrange(1, 40_000))
        write(tmp_path / "app.log", data)
        written += data
        if turn % 3:
            await ship.round()
            assert stored(site) == written
        if turn % 2:
            rotate(tmp_path)
    await all_shipped(ship, site, written)
    assert len(site.paths) == 5


async def test_two_logs_and_what_is_none(shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path) -> None:
    for name in ("app.log", "app.log.1", "web.log", "app.log.1.gz", "notes.txt", "empty.log"):
        write(tmp_path / name, b"" if name.startswith("empty") else name.encode())
    await shipper().round()
    assert sorted(site.files.values()) == [b"app.log", b"app.log.1", b"web.log"]
    assert stored(site) == b"app.log.1app.logweb.log"


async def test_what_has_been_confirmed_is_not_asked_again(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path
) -> None:
    write(tmp_path / "app.log", b"x" * 30_000)
    ship = shipper()
    assert await ship.round() == 30_000
    before = site.log.count
    assert await ship.round() == 0
    assert await shipper().round() == 0
    assert site.log.count == before


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("what", ["bearer", "reset"])
async def test_trouble_half_way(
    shipper: Callable[[], Shipper], site: FtpSite, virtual: VirtualModem, tmp_path: Path, what: str, seed: int
) -> None:
    """At some byte of the first file, of the second, or between two appends."""
    random = Random(f"{what} {seed}")
    written = random.randbytes(SIZE)
    write(tmp_path / "app.log", written[: SIZE // 2])
    rotate(tmp_path)
    write(tmp_path / "app.log", written[SIZE // 2 :])
    site.gate.shut(after=random.randrange(SIZE))
    ship = shipper()
    shipping = asyncio.create_task(ship.round())
    await site.gate.held()
    virtual.faults.add(LoseBearer() if what == "bearer" else Reset())
    site.gate.open()
    async with asyncio.timeout(LIMIT):
        await shipping
        await all_shipped(ship, site, written)


@pytest.mark.parametrize("after", [0, 1, 1_459, 12_345, 24_999])
@pytest.mark.parametrize("fault", [ServerFault.CLOSE, ServerFault.RESET])
@pytest.mark.parametrize("verb", ["STOR", "APPE"])
async def test_a_server_that_hangs_up(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path, verb: str, fault: ServerFault, after: int
) -> None:
    written = Random(after).randbytes(SIZE)
    write(tmp_path / "app.log", written)
    site.faults.append(FtpFault(command=verb, after=after, fault=fault, times=1))
    ship = shipper()
    async with asyncio.timeout(LIMIT):
        await all_shipped(ship, site, written)
    assert site.faults[0].times == 0


async def test_a_server_that_says_nothing_of_a_good_end(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path
) -> None:
    """All of it has arrived, and the shipper hears of a failure: it asks, and sends nothing again."""
    written = Random(5).randbytes(20_000)
    write(tmp_path / "app.log", written)
    site.faults.append(FtpFault(command="STOR", after=20_000, times=1))
    await all_shipped(shipper(), site, written)
    assert [command.verb for command in site.commands].count("STOR") == 1


async def test_a_size_that_lags_is_waited_for(shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path) -> None:
    """What was on its way when the connection broke has not arrived when the size is asked for the first time."""
    written = Random(6).randbytes(20_000)
    write(tmp_path / "app.log", written)
    site.faults += [
        FtpFault(command="STOR", after=12_000, times=1),
        FtpFault(command="SIZE", reply="550 not yet", times=1),  # of the file that is not there yet
        FtpFault(command="SIZE", reply="550 not yet", times=0),
        FtpFault(command="SIZE", reply="213 500", times=0),
        FtpFault(command="SIZE", reply="213 3000", times=0),
    ]
    ship = shipper()
    shipping = asyncio.create_task(ship.round())
    await site.told("STOR")
    for fault in site.faults[3:]:
        fault.times = 1
    await shipping
    await all_shipped(ship, site, written)
    assert [command.moved for command in site.commands if command.verb == "APPE"] == [8_000]


@pytest.mark.parametrize("broken", [False, True])
async def test_a_block_that_arrives_late_is_seen_and_put_right(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path, broken: bool
) -> None:
    """The old connection of a broken append delivers after all, in the middle of the next one, which may break, too."""
    written = Random(7).randbytes(SIZE)
    write(tmp_path / "app.log", written)
    if broken:
        site.faults.append(FtpFault(command="APPE", after=20_000, times=1))
    site.gate.shut(after=35_000)
    ship = shipper()
    shipping = asyncio.create_task(ship.round())
    await site.gate.held()
    (path,) = site.paths
    with (site._folder() / path[1:]).open("ab") as file:
        file.write(written[25_000:26_360])
    site.gate.open()
    await shipping
    await all_shipped(ship, site, written)
    assert [command.verb for command in site.commands].count("STOR") == 2


@pytest.mark.parametrize("after", [0, 7_000, 25_000, 40_000])
async def test_the_program_is_stopped_and_started_again(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path, after: int
) -> None:
    written = Random(after).randbytes(SIZE)
    write(tmp_path / "app.log", written)
    site.gate.shut(after=after)
    shipping = asyncio.create_task(shipper().watch(60))
    await site.gate.held()
    shipping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await shipping
    site.gate.open()
    rotate(tmp_path)
    write(tmp_path / "app.log", b"more")
    await all_shipped(shipper(), site, written + b"more")
    assert len(site.paths) == 2


async def test_a_log_that_is_cut_or_replaced_is_another_one(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path
) -> None:
    path, ship = tmp_path / "app.log", shipper()
    for data in (b"first, and long", b"second", b"third, another long one"):
        with path.open("r+b" if path.exists() else "wb") as file:
            file.truncate()
            file.write(data)
        await ship.round()
    assert [site.read(name) for name in site.paths] == [b"first, and long", b"second", b"third, another long one"]


def test_the_ledger_is_kept_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(example, "REMEMBERED", 3)
    ledger = Ledger(tmp_path / "ledger.json")
    with ExitStack() as stack:
        files = []
        for number in range(5):
            path = tmp_path / f"{number}"
            write(path, bytes([number]))
            files.append(stack.enter_context(path.open("rb")))
        names = [ledger.record(file, "app.log").name for file in files]
        assert [name.rpartition(".")[2] for name in names] == ["000001", "000002", "000003", "000004", "000005"]
        again = Ledger(tmp_path / "ledger.json")
        assert again.series == ledger.series
        assert [again.record(file, "app.log").name for file in files[2:]] == names[2:]
        assert again.record(files[0], "app.log").name.endswith(".000006")
    assert sorted(os.listdir(tmp_path)) == ["0", "1", "2", "3", "4", "ledger.json"]


async def test_it_gives_up_for_now_and_goes_on_in_the_next_round(
    shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "app.log.1", b"a" * 100)
    write(tmp_path / "app.log", b"b" * 100)
    ship = shipper()
    site.faults.append(FtpFault(command="USER", reply="421 too busy"))
    assert await ship.round() == 0
    shown = capsys.readouterr().out
    assert shown.count("failure") == example.ATTEMPTS
    assert shown.endswith(".000001: given up for now\n")
    site.faults.clear()
    await all_shipped(ship, site, b"a" * 100 + b"b" * 100)


async def test_what_will_not_pass_ends_it(shipper: Callable[[], Shipper], site: FtpSite, tmp_path: Path) -> None:
    write(tmp_path / "app.log", b"a")
    with pytest.raises(FtpError, match="72"):
        await shipper("wrong").watch(60)
    site.faults.append(FtpFault(command="SIZE", reply="550 no sizes here"))
    write(site._folder() / Ledger(tmp_path / ".shipped.json").files.popitem()[1].name, b"held")
    with pytest.raises(FtpError, match="77"):
        await shipper().watch(60)
    assert stored(site) == b"held"


async def test_the_program_ends_at_a_signal(site: FtpSite, virtual: VirtualModem, tmp_path: Path) -> None:
    write(tmp_path / "app.log", b"x" * 5_000)
    path = await virtual.open_pty()
    words = (
        "--port",
        path,
        "--server",
        f"{site.host}:{site.port}",
        "--user",
        "user",
        "--poll",
        "60",
        "--settle",
        "0.1",
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(ROOT / "examples" / "ftp_log_shipper.py"), *words, str(tmp_path)),
        env={**os.environ, "SIMCOM_FTP_PASSWORD": "secret"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT):
            await site.until(lambda: any(command.complete for command in site.commands), LIMIT)
            process.send_signal(signal.SIGTERM)
            shown, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, shown) == (0, b"stopped; the next start goes on from here\n")
    assert b"Traceback" not in errors
    assert stored(site) == b"x" * 5_000
