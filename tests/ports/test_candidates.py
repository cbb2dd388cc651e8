"""Which ports come into question, and which first."""

import asyncio
import threading
from dataclasses import dataclass

import pytest

from simcom_async.errors import LinkError
from simcom_async.ports import candidates as module
from simcom_async.ports.binding import Binding, Trait
from simcom_async.ports.candidates import Candidate, Directory, candidates, directory

IMEI = Binding(Trait.IMEI, "867959031234567")


@dataclass
class Info:
    device: str
    serial_number: str | None = None
    location: str | None = None


PORTS = [
    Info("/dev/ttyUSB1", "A", "1-2:1.1"),
    Info("/dev/ttyUSB0", "A", "1-2:1.0"),
    Info("/dev/ttyUSB2", "B", "1-3:1.0"),
    Info("/dev/ttyS0"),
]


async def test_all_that_the_system_lists():
    found = await candidates(IMEI, lambda: PORTS)
    assert [port.path for port in found] == ["/dev/ttyS0", "/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2"]
    assert found[1] == Candidate("/dev/ttyUSB0", "/dev/ttyUSB0", "A", "1-2:1.0")


async def test_those_with_a_serial_number():
    found = await candidates(Binding(Trait.USB, "A"), lambda: PORTS)
    assert [port.path for port in found] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]
    assert await candidates(Binding(Trait.USB, "C"), lambda: PORTS) == []


async def test_those_of_a_pattern_each_device_once(tmp_path):
    for name in ("ttyUSB0", "ttyUSB1", "other"):
        (tmp_path / name).touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB1")
    globs = (f"{tmp_path}/ttyUSB*", f"{tmp_path}/by-*", f"{tmp_path}/absent*")
    listed = [Info(str(tmp_path / "ttyUSB1"), "A", "1-2:1.0")]
    found = await candidates(Binding(Trait.IMEI, IMEI.value, globs), lambda: listed)
    assert [port.path for port in found] == [str(tmp_path / "ttyUSB0"), str(tmp_path / "ttyUSB1")]
    assert [port.serial for port in found] == [None, "A"]
    only = await candidates(Binding(Trait.USB, "A", (f"{tmp_path}/*",)), lambda: listed)
    assert [port.device for port in only] == [str(tmp_path / "ttyUSB1")]


async def test_the_ports_of_this_machine():
    assert isinstance(await candidates(IMEI), list)


async def test_a_system_that_does_not_tell(monkeypatch):
    monkeypatch.setattr(module, "_LISTING", 0.01)
    told = threading.Event()
    with pytest.raises(LinkError, match="could not be listed"):
        await candidates(IMEI, lambda: told.wait(10) and [])
    told.set()


def test_the_likelier_first():
    ports = [Candidate(f"/dev/{name}", f"/dev/{name}", None, place) for name, place in PLACES.items()]
    seen = Directory()
    assert seen.ranked(IMEI, ports, None) == ports
    last = ports[3]
    assert [port.path for port in seen.ranked(IMEI, ports, last)] == ["/dev/d", "/dev/b", "/dev/a", "/dev/c"]
    seen.note(ports[2], Trait.IMEI, IMEI.value)
    seen.note(ports[0], Trait.IMEI, "1" * 15)
    seen.note(ports[1], Trait.ICCID, "8949")  # says nothing of an IMEI
    assert [port.path for port in seen.ranked(IMEI, ports, last)] == ["/dev/c", "/dev/d", "/dev/b", "/dev/a"]


PLACES = {"a": None, "b": "1-2:1.0", "c": "1-3:1.0", "d": "1-2:1.3"}


async def test_one_search_at_a_port_at_a_time():
    port, other = Candidate("/dev/a", "/dev/x"), Candidate("/dev/b", "/dev/x")
    seen = directory()
    assert seen is directory()
    assert await seen.take([port]) is port
    assert await seen.take([other, Candidate("/dev/c", "/dev/y")]) == Candidate("/dev/c", "/dev/y")
    waiting = [asyncio.ensure_future(seen.take([other])) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    seen.give_back(port)
    assert await waiting[1] is other
    assert waiting[0].cancelled()
    seen.give_back(other)
    assert await seen.take([port]) is port
    seen.give_back(port)


def test_what_another_search_has_seen_meanwhile():
    port, seen = Candidate("/dev/a", "/dev/x"), Directory()
    assert seen.since(port, Trait.IMEI, seen.notes) is None
    before = seen.notes
    seen.note(port, Trait.IMEI, IMEI.value)
    assert seen.since(port, Trait.IMEI, before) == IMEI.value
    assert seen.since(port, Trait.IMEI, seen.notes) is None
    assert seen.since(port, Trait.ICCID, before) is None
