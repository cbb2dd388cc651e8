from __future__ import annotations

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from simcom_async.virtual import VirtualModem
from tests.cli.conftest import Simcom


def found(*names: str) -> list[ListPortInfo]:
    ports = [ListPortInfo(name) for name in names]
    for port in ports[1:]:
        port.vid, port.pid, port.description = 0x1E0E, 0x9001, "SimTech, Incorporated"
        port.manufacturer, port.serial_number = "SimTech", "0123456789ABCDEF"
    return ports


async def test_ports_are_listed(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: found("/dev/ttyS0", "/dev/ttyUSB2"))
    shown = await simcom("ports")
    assert shown.text.splitlines()[1:] == [
        "/dev/ttyS0",
        "/dev/ttyUSB2  SimTech, Incorporated  SimTech       1e0e:9001  0123456789ABCDEF",
    ]
    first, second = (await simcom("ports", "--json")).json
    assert first == dict.fromkeys(first, None) | {"port": "/dev/ttyS0"}
    assert second["usb"] == "1e0e:9001"


async def test_none_is_no_error(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", list)
    shown = await simcom("ports")
    assert (shown.status, shown.text) == (0, "")
    assert "no serial port" in shown.errors
    assert (await simcom("ports", "--json")).json == []


async def test_who_is_there(simcom: Simcom, monkeypatch: pytest.MonkeyPatch) -> None:
    async with VirtualModem("sim800") as virtual:
        path = await virtual.open_pty()
        monkeypatch.setattr(list_ports, "comports", lambda: found(path, "/dev/does-not-exist"))
        rows = (await simcom("ports", "--identify", "--json")).json
        assert {row["port"]: (row["imei"], row["seen"]) for row in rows} == {
            path: (virtual.options.imei, None),
            "/dev/does-not-exist": (None, "does not exist"),
        }
        assert virtual.options.imei in (await simcom("ports", "--identify")).text


async def test_on_this_machine(simcom: Simcom) -> None:
    assert isinstance((await simcom("ports", "--json")).json, list)
