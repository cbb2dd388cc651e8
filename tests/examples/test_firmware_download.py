"""The firmware download against a real server: what stands under the name is the image of the checksum, or nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from examples.firmware_download import Corrupt, fetch
from simcom_async import FtpError, Modem, VirtualModem, open_modem
from simcom_async.sites import FtpFault, FtpSite, LoopbackCA, ServerFault
from simcom_async.virtual.faults import LoseBearer

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
IMAGE = Random(1).randbytes(200_000)
LIMIT = 60.0


@pytest.fixture
async def site() -> AsyncIterator[FtpSite]:
    async with FtpSite({"/fw.bin": IMAGE}, certificate=LoopbackCA().pem("127.0.0.1"), tls_required=True) as opened:
        opened.publish("/fw.bin.sha256", f"{opened.checksum('/fw.bin')}  fw.bin\n".encode())
        yield opened


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualModem]:
    async with VirtualModem("sim7100", urc_delay=0) as running:
        yield running


@pytest.fixture
async def modem(virtual: VirtualModem) -> AsyncIterator[Modem]:
    async with open_modem(virtual.port(), apn="internet") as opened:
        yield opened


def server(site: FtpSite, password: str = "secret") -> dict[str, object]:
    return {"host": site.host, "port": site.port, "user": "user", "password": password}


async def test_an_image_is_fetched_and_verified(site: FtpSite, modem: Modem, tmp_path: Path) -> None:
    local = tmp_path / "fw.bin"
    assert await fetch(modem, "/fw.bin", local, **server(site)) == site.checksum("/fw.bin")
    assert local.read_bytes() == IMAGE


async def test_it_goes_on_with_what_an_earlier_start_has_left(site: FtpSite, modem: Modem, tmp_path: Path) -> None:
    (tmp_path / "fw.bin.part").write_bytes(IMAGE[:40_000])
    await fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site))
    assert (tmp_path / "fw.bin").read_bytes() == IMAGE
    assert [command.argument for command in site.commands if command.verb == "REST"] == ["40000"]


async def test_a_part_of_another_image_is_found_out(site: FtpSite, modem: Modem, tmp_path: Path) -> None:
    (tmp_path / "fw.bin.part").write_bytes(b"x" * 40_000)
    await fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site))
    assert (tmp_path / "fw.bin").read_bytes() == IMAGE


async def test_an_image_that_is_not_the_one_of_the_checksum(site: FtpSite, modem: Modem, tmp_path: Path) -> None:
    site.publish("/fw.bin", IMAGE[:-1] + b"x")
    with pytest.raises(Corrupt, match="not what its checksum says"):
        await fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site))
    site.publish("/fw.bin.sha256", b"nothing")
    with pytest.raises(Corrupt, match="holds no SHA-256"):
        await fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("what", ["bearer", "server"])
async def test_trouble_half_way(site: FtpSite, virtual: VirtualModem, modem: Modem, tmp_path: Path, what: str) -> None:
    if what == "server":
        site.faults.append(
            FtpFault(command="RETR", argument="/fw.bin", after=120_000, fault=ServerFault.RESET, times=1)
        )
    site.gate.shut(after=100_000)
    fetching = asyncio.create_task(fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site)))
    await site.gate.held()
    if what == "bearer":
        virtual.faults.add(LoseBearer())
    site.gate.open()
    async with asyncio.timeout(LIMIT):
        await fetching
    assert (tmp_path / "fw.bin").read_bytes() == IMAGE
    assert any(command.verb == "REST" for command in site.commands)


async def test_what_will_not_pass_ends_it(site: FtpSite, modem: Modem, tmp_path: Path) -> None:
    with pytest.raises(FtpError, match="login at"):
        await fetch(modem, "/fw.bin", tmp_path / "fw.bin", **server(site, "wrong"))
    assert os.listdir(tmp_path) == []


async def test_the_program(site: FtpSite, virtual: VirtualModem, tmp_path: Path) -> None:
    words = ("--port", await virtual.open_pty(), "--server", f"{site.host}:{site.port}", "--user", "user", "/fw.bin")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(ROOT / "examples" / "firmware_download.py"), *words),
        cwd=tmp_path,
        env={**os.environ, "SIMCOM_FTP_PASSWORD": "secret"},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(LIMIT):
        shown, _ = await process.communicate()
    assert process.returncode == 0
    assert shown.endswith(f"fw.bin: SHA-256 {site.checksum('/fw.bin')}\n".encode())
    assert (tmp_path / "fw.bin").read_bytes() == IMAGE
