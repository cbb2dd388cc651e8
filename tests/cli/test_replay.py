from __future__ import annotations

import signal
from pathlib import Path

import pytest

from simcom_async.modem import open_modem
from simcom_async.ports import TcpPort
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from tests.cli.conftest import Simcom, finished, first_line, running
from tests.cli.test_bridge import Heard
from tests.cli.test_explain import recording

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)


async def recorded(file: Path, url: str) -> bytes:
    """A real session through ``simcom record``; the body that it fetched."""
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty()
        async with running("record", "--port", path, str(file)) as process:
            async with open_modem((await first_line(process))["pty"], apn="internet") as modem:
                body = (await modem.http.get(url)).body
            await finished(process, signal.SIGINT)
    return body


@pytest.mark.parametrize("way", ["pty", "tcp"])
async def test_a_recorded_session_without_its_module(site: HttpSite, tmp_path: Path, way: str) -> None:
    url = site.publish("/a", 20_000)
    body = await recorded(tmp_path / "a", url)
    await site.aclose()
    words = ["--tcp", "127.0.0.1:0"] if way == "tcp" else ["--pty"]
    async with running("replay", str(tmp_path / "a"), *words) as process:
        facts = await first_line(process)
        assert list(facts) == ["dialect", way]
        address = facts["pty"] if way == "pty" else "tcp://{}:{}".format(*facts["tcp"])
        async with open_modem(address, apn="internet") as modem:
            assert (await modem.http.get(url)).body == body
        assert await finished(process, signal.SIGTERM) == (0, "")


async def test_what_was_said_first_is_for_the_first_client(tmp_path: Path) -> None:
    entries = [("rx", "\r\nRDY\r\n"), ("tx", "AT\r"), ("rx", "\r\nOK\r\n")]
    file = recording(tmp_path / "a", entries=entries)
    async with running("replay", file, "--tcp", "127.0.0.1:0", "--realtime") as process:
        port, heard = TcpPort(*(await first_line(process))["tcp"]), Heard()
        await port.open(heard, lambda error: None)
        assert await heard.until(7) == b"\r\nRDY\r\n"
        await port.aclose()
        status, errors = await finished(process, signal.SIGINT)
    assert (status, errors) == (0, "2 of 3 entries were not reached\n")


async def test_a_client_that_says_something_else(tmp_path: Path) -> None:
    file = recording(tmp_path / "a", entries=[("tx", "AT\r"), ("rx", "\r\nOK\r\n")])
    async with running("replay", file, "--tcp", "127.0.0.1:0") as process:
        port = TcpPort(*(await first_line(process))["tcp"])
        await port.open(Heard(), lambda error: None)
        port.write(b"ATI\r")
        status, errors = await finished(process)
        await port.aclose()
    assert status == 3
    assert errors.startswith("simcom: the host left the recording at entry 1")


async def test_one_way_only(simcom: Simcom, tmp_path: Path) -> None:
    shown = await simcom("replay", recording(tmp_path / "a"), "--pty", "--tcp", "127.0.0.1:0")
    assert shown.status == 2
    assert "exclude" in shown.errors


async def test_what_is_no_recording(simcom: Simcom) -> None:
    assert (await simcom("replay", __file__)).status == 2
    assert (await simcom("replay", "/there/is/none")).status == 2
