from __future__ import annotations

import signal
from pathlib import Path

import pytest

from simcom_async.at.event import FinalLine, UrcLine
from simcom_async.errors import LinkError
from simcom_async.modem import open_modem
from simcom_async.ports.serial import SerialPort
from simcom_async.sites import HttpSite
from tests.cli.conftest import Simcom, finished, first_line, running
from tests.virtual.client import Client

#: Interpreters are started here, which takes seconds on a busy machine.
pytestmark = pytest.mark.timeout(120)

AT_ONCE = ("--set", "urc_delay=0")


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
async def test_it_runs_until_it_is_told_to_stop(told: signal.Signals) -> None:
    async with running("virtual", "--dialect", "sim800", "--pty", "--tcp", "127.0.0.1:0") as process:
        facts = await first_line(process)
        assert list(facts) == ["dialect", "pty", "tcp"]
        assert facts["dialect"] == "sim800"
        host, port = facts["tcp"]
        for url in (facts["pty"], f"tcp://{host}:{port}"):
            async with open_modem(url) as modem:
                assert modem.identity.model == "SIMCOM_SIM800"
        assert await finished(process, told) == (0, "")


@pytest.mark.parametrize(
    ("words", "keys"),
    [((), ["dialect", "pty"]), (("--pty",), ["dialect", "pty"]), (("--tcp", "127.0.0.1:0"), ["dialect", "tcp"])],
)
async def test_the_first_line_says_what_was_asked_for(words: tuple[str, ...], keys: list[str]) -> None:
    async with running("virtual", "--dialect", "sim800", *words) as process:
        assert list(await first_line(process)) == keys


async def test_a_link_is_there_as_long_as_it_runs(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    async with running("virtual", "--dialect", "sim800", "--link", str(link)) as process:
        assert (await first_line(process))["pty"] == str(link)
        async with open_modem(str(link)) as modem:
            assert modem.identity.model == "SIMCOM_SIM800"
        assert await finished(process, signal.SIGTERM) == (0, "")
    with pytest.raises(LinkError, match="does not exist"):
        await SerialPort(str(link)).open(lambda _: None, lambda _: None)


async def test_its_urcs_come_late_by_default() -> None:
    """As on real modules: stand-alone 1.5 seconds at least behind the final result."""
    async with HttpSite() as site, running("virtual", "--dialect", "sim800") as process:
        url = site.publish("/a", b"late")
        async with open_modem((await first_line(process))["pty"], apn="internet") as modem:
            finals: list[FinalLine] = []
            urcs: list[UrcLine] = []
            modem.on(FinalLine, finals.append)
            modem.on(UrcLine, urcs.append)
            await modem.http.get(url)
            urc = next(event for event in urcs if event.text.startswith(b"+HTTPACTION"))
            before = max(event.time for event in finals if event.time <= urc.time)
    assert urc.time - before >= 1.4


async def test_its_network_and_its_personality(tmp_path: Path) -> None:
    async with HttpSite() as site:
        site.publish("/a", b"mapped")
        words = ["--map", f"www.example.com={site.host}:{site.port}", "--files", str(tmp_path), *AT_ONCE]
        words += ["--set", "rssi=7", "--set", "operator=Testnet", "--seed", "3"]
        async with running("virtual", "--dialect", "sim800", *words) as process:
            path = (await first_line(process))["pty"]
            async with open_modem(path, apn="internet") as modem:
                assert (await modem.network.signal()).rssi == 7
                assert await modem.network.operator() == "Testnet"
                assert (await modem.http.get("http://www.example.com/a")).body == b"mapped"
        assert site.requests[0].header("Host") == "www.example.com"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--dialect"),
        (("--dialect", "sim801"), "sim801"),
        (("--dialect", "sim800", "--set", "nonsense=1"), "nonsense"),
        (("--dialect", "sim800", "--set", "clock=1"), "clock"),
        (("--dialect", "sim800", "--set", "rssi"), "KEY=VALUE"),
        (("--dialect", "sim800", "--set", "rssi=100"), "rssi"),
        (("--dialect", "sim800", "--map", "nonsense"), "--map"),
        (("--dialect", "sim800", "--map", "a=b"), "HOST:PORT"),
        (("--dialect", "sim800", "--tcp", "nonsense"), "HOST:PORT"),
        (("--dialect", "sim800", "--files", "/there/is/none"), "/there/is/none"),
        (("--dialect", "sim800", "--faults", "/there/is/none"), "/there/is/none"),
    ],
)
async def test_wrong_usage(simcom: Simcom, words: tuple[str, ...], said: str) -> None:
    shown = await simcom("virtual", *words)
    assert shown.status == 2
    assert said in shown.errors
    assert shown.text == ""


async def test_its_faults(tmp_path: Path) -> None:
    """The same file and seed strike the same bytes, in a process of its own each time."""
    script = tmp_path / "faults.toml"
    script.write_text(
        """
        [[fault]]
        kind = "wrong-count"
        command = "+HTTPREAD"
        occurrence = 2
        by = 5

        [[fault]]
        kind = "garble-bytes"
        command = "+CSQ"
        offset = 2
        times = 1
        """
    )
    heard = []
    for seed in ("1", "1", "2"):
        words = ("--dialect", "sim800", "--faults", str(script), "--seed", seed, "--set", "echo=off")
        async with running("virtual", *words) as process:
            client = await Client(SerialPort((await first_line(process))["pty"])).open()
            await client.ok(b"AT+HTTPINIT")
            await client.ask(b"AT+HTTPDATA=3,1000", b"\r\nDOWNLOAD\r\n")
            client.send(b"abc")
            await client.hear(b"\r\nOK\r\n")
            await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 3\r\nabc\r\nOK\r\n")
            await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 8\r\nabc\r\nOK\r\n")
            client.send(b"AT+CSQ\r")
            heard.append(await client.hear_until(b"OK\r\n"))
            await client.aclose()
    assert heard[0] == heard[1] != heard[2]
    assert b"CSQ: 21,0" in heard[0]
    assert b"+CSQ: 21,0" not in heard[0]


async def test_a_file_of_faults_that_is_wrong(simcom: Simcom, tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nkind = "split"\nsize = 0\n')
    shown = await simcom("virtual", "--dialect", "sim800", "--faults", str(script))
    assert shown.status == 2
    assert "faults.toml: line 3: split: size = 0: " in shown.errors
    assert shown.text == ""


async def test_an_address_that_is_taken() -> None:
    async with (
        HttpSite() as site,
        running("virtual", "--dialect", "sim800", "--tcp", f"{site.host}:{site.port}") as process,
    ):
        status, errors = await finished(process)
    assert status == 3
    assert "cannot be listened on" in errors
