from __future__ import annotations

import signal
from pathlib import Path

import pytest

from simcom_async.modem import open_modem
from simcom_async.ports import read_recording
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from tests.cli.conftest import Simcom, finished, first_line, running

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)


async def test_commands_are_sent_and_recorded_as_they_are(simcom: Simcom, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    async with VirtualModem("sim800") as virtual:
        path = await virtual.open_pty()
        shown = await simcom("record", "--port", path, str(file), "ATI", "+CSQ")
    assert shown.status == 0
    assert shown.text.splitlines() == ["SIM800 R14.18", "OK", "+CSQ: 21,0", "OK"]
    entries = read_recording(file).entries
    assert b"".join(entry.data for entry in entries if entry.dir == "tx") == b"ATI\rAT+CSQ\r"
    received = b"".join(entry.data for entry in entries if entry.dir == "rx")
    assert received == b"ATI\r\r\nSIM800 R14.18\r\n\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 21,0\r\n\r\nOK\r\n"


async def test_secrets_are_masked_and_a_failure_ends_it(simcom: Simcom, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    async with VirtualModem("sim800", pin="4711") as virtual:
        host, port = await virtual.listen_tcp()
        words = ("record", "--port", f"tcp://{host}:{port}", "--dialect", "sim800", str(file))
        shown = await simcom(*words, 'AT+CPIN="0815"', "+CSQ")
    assert shown.status == 1
    assert "0815" not in file.read_text() + shown.text + shown.errors
    assert read_recording(file).dialect == "sim800"
    assert [entry.data for entry in read_recording(file).entries if entry.dir == "tx"] == [b'AT+CPIN="****"\r']


async def test_the_secret_of_a_command_that_nothing_declares(simcom: Simcom, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    async with VirtualModem("sim800") as virtual:
        words = ("record", "--port", await virtual.open_pty(), str(file))
        shown = await simcom(*words, "-vv", '+csq;+clck = "SC",1,"hush-hush";+CREG?')
    assert shown.status == 1
    assert "hush" not in file.read_text() + shown.text + shown.errors
    sent = [entry.data for entry in read_recording(file).entries if entry.dir == "tx"]
    assert sent == [b'AT+csq;+clck = "SC",1,"*********";+CREG?\r']


@pytest.mark.parametrize("way", ["pty", "tcp"])
async def test_another_program_is_recorded(site: HttpSite, tmp_path: Path, way: str) -> None:
    file = tmp_path / "a.jsonl"
    url = site.publish("/a", 30_000)
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        words = ["record", "--port", await virtual.open_pty(), str(file)]
        words += ["--tcp", "127.0.0.1:0"] if way == "tcp" else []
        async with running(*words) as process:
            facts = await first_line(process)
            assert list(facts) == [way]
            address = facts["pty"] if way == "pty" else "tcp://{}:{}".format(*facts["tcp"])
            async with open_modem(address, apn="internet", password="hush") as modem:
                response = await modem.http.get(url)
            assert await finished(process, signal.SIGINT) == (0, "")
    assert len(response.body) == 30_000
    recording = read_recording(file)
    received = b"".join(entry.data for entry in recording.entries if entry.dir == "rx")
    assert b"+HTTPACTION: 0,200,30000" in received
    assert '"PWD' in file.read_text().replace("\\", "")
    assert "hush" not in file.read_text()


async def test_an_unplugged_module_ends_it(tmp_path: Path) -> None:
    async with VirtualModem("sim800") as virtual:
        host, port = await virtual.listen_tcp()
        async with running("record", "--port", f"tcp://{host}:{port}", str(tmp_path / "a")) as process:
            await first_line(process)
            await virtual.aclose()
            status, errors = await finished(process)
    assert status == 3
    assert errors.startswith(f"simcom: tcp://{host}:{port} is gone")


async def test_a_file_that_cannot_be_written(simcom: Simcom) -> None:
    async with VirtualModem("sim800") as virtual:
        path = await virtual.open_pty()
        shown = await simcom("record", "--port", path, "/there/is/none", "+CSQ")
    assert shown.status == 2
    assert "cannot record" in shown.errors
