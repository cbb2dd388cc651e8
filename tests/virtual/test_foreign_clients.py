"""Other people's programs, unchanged, on a pseudo-terminal of the virtual modem."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from simcom_async.virtual import VirtualModem
from tests.virtual.client import until

pytestmark = [pytest.mark.server, pytest.mark.timeout(60)]

#: Where Debian puts what only an administrator used to need.
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def program(name: str) -> str:
    """The path of a program; the test is skipped where it is not installed."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


async def run(*arguments: str, terminal: str | None = None) -> tuple[int, str]:
    """Run a program, with ``terminal`` as its input and output; exit status and what it printed (on the terminal's)."""
    descriptor = None if terminal is None else os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL if descriptor is None else descriptor,
            stdout=asyncio.subprocess.PIPE if descriptor is None else descriptor,
            stderr=asyncio.subprocess.PIPE if descriptor is not None else asyncio.subprocess.STDOUT,
        )
    finally:
        if descriptor is not None:
            os.close(descriptor)
    printed, complained = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (printed or complained or b"").decode("utf-8", "replace")


async def test_gammu_identifies_it(virtual: VirtualModem, tmp_path: Path) -> None:
    gammu = program("gammu")
    config = tmp_path / "gammurc"
    config.write_text(f"[gammu]\ndevice = {await virtual.open_pty()}\nconnection = at115200\n")
    status, printed = await run(gammu, "-c", str(config), "identify")
    assert status == 0, printed
    shown = dict(line.split(":", 1) for line in printed.splitlines() if ":" in line)
    values = {key.strip(): value.strip() for key, value in shown.items()}
    assert values["Manufacturer"] == "SIMCOM_Ltd"
    assert "SIMCOM_SIM800" in values["Model"]
    assert values["IMEI"] == virtual.options.imei
    assert values["SIM IMSI"] == virtual.sim.imsi


async def test_chat_dials_again_and_again(virtual: VirtualModem) -> None:
    chat = program("chat")
    path = await virtual.open_pty()
    script = ("", "ATZ", "OK", "ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0", "OK", "ATDT*99***1#", "CONNECT", r"\c")
    for _ in range(2):
        status, printed = await run(
            chat, "-v", "-s", "TIMEOUT", "5", "ABORT", "ERROR", "ABORT", "NO CARRIER", *script, terminal=path
        )
        assert status == 0, printed
        assert "CONNECT" in printed
        # Its descriptor is closed: the line has hung up, and the next one finds the command mode.
        await until(lambda: not virtual.calls.connected)


async def test_chat_is_stopped_by_an_error(virtual: VirtualModem) -> None:
    chat = program("chat")
    path = await virtual.open_pty()
    status, printed = await run(
        chat, "-s", "-v", "TIMEOUT", "5", "ABORT", "ERROR", "", "AT+NOSUCH", "OK", terminal=path
    )
    assert status == 4, printed  # chat(8): 4 and more is the abort string that was found


async def test_wvdial_dials(virtual: VirtualModem, tmp_path: Path) -> None:
    wvdial = program("wvdial")
    config = tmp_path / "wvdial.conf"
    config.write_text(
        "\n".join(
            [
                "[Dialer Defaults]",
                f"Modem = {await virtual.open_pty()}",
                "Baud = 115200",
                "Init1 = ATZ",
                "Init2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0",
                "Phone = *99***1#",
                "Username = none",
                "Password = none",
                "Stupid Mode = 1",
                "Auto Reconnect = off",
                f"PPPD Path = {program('true')}",  # PPP itself would need a kernel that has it
                "",
            ]
        )
    )
    status, printed = await run(wvdial, "-C", str(config))
    assert status == 0, printed
    assert "Modem initialized." in printed
    assert "Carrier detected." in printed
    await until(lambda: not virtual.calls.connected)
