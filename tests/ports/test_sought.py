"""A port that is sought among real terminals."""

import asyncio
import fcntl
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from simcom_async.errors import LinkError, PortLost, UsageError
from simcom_async.ports.binding import Binding, Trait
from simcom_async.ports.open import open_url
from simcom_async.ports.pty import PtyPort
from simcom_async.ports.sought import SoughtPort
from tests.virtual.client import until

IMEI = "867959031234567"
OTHER = "867959031234568"


@dataclass
class Info:
    device: str
    serial_number: str | None = None
    location: str | None = None


class Module:
    """A module on a terminal: it says its name when it is asked, or nothing."""

    def __init__(self, folder, name, says):
        self.port = PtyPort()
        self.says = says
        self.heard = b""
        self.link = folder / name

    @property
    def path(self):
        return str(self.link)

    async def plug(self):
        await self.port.open(self.take, lambda _: None)
        self.link.symlink_to(self.port.path)
        return self

    async def unplug(self):
        self.link.unlink()
        await self.port.aclose()

    def take(self, data):
        self.heard += data
        if data == b"who?" and self.says is not None:
            self.port.write(self.says.encode())


async def recognise(port, trait):
    """Asks who it is; waits a tenth of a second."""
    said = asyncio.get_running_loop().create_future()
    await port.open(lambda data: said.done() or said.set_result(data.decode()), lambda _: None)
    port.write(b"who?")
    try:
        async with asyncio.timeout(0.1):
            return (await said) or None
    except TimeoutError:
        raise LinkError(f"{port.url} does not answer", port=port.url) from None
    finally:
        await port.aclose()


@pytest.fixture
async def table(tmp_path):
    modules = []

    async def put(name, says):
        module = Module(tmp_path, name, says)
        modules.append(module)
        return await module.plug()

    yield put
    for module in modules:
        await module.port.aclose()


def sought(folder, url=f"imei:{IMEI}", **options):
    binding = Binding.of(f"{url}?ports={folder}/*")
    return SoughtPort(binding, **{"recognise": recognise, **options})


@contextmanager
def locked(path):
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield
    os.close(descriptor)


async def hears(module, data):
    await until(lambda: data in module.heard)


async def test_it_is_found_among_others_and_stays_locked(tmp_path, table):
    other, mine = await table("a", OTHER), await table("b", IMEI)
    port, came = sought(tmp_path), []
    assert (port.url, port.path, port.line_rate) == (f"imei:{IMEI}", None, 115200)
    await port.open(came.append, lambda _: None)
    assert port.path == mine.path
    assert (port.flow_control, port.line_rate, port.pending) == (True, None, 0)
    port.write(b"hello")
    await hears(mine, b"who?hello")
    assert other.heard == b"who?"
    with pytest.raises(BlockingIOError), locked(mine.path):
        pass
    with locked(other.path):
        pass
    with pytest.raises(UsageError, match="already open"):
        await port.open(came.append, lambda _: None)
    mine.port.write(b"answer")
    await until(lambda: bool(came))
    assert came == [b"answer"]
    port.pause()
    port.resume()
    await port.drain()
    await port.set_baud(9600)
    await port.aclose()
    await port.aclose()
    with pytest.raises(PortLost, match="is not open"):
        port.write(b"x")


async def test_every_port_that_was_tried_is_named(tmp_path, table):
    await table("a", OTHER)
    await table("b", None)
    busy = await table("c", IMEI)
    await table("d", "")
    (tmp_path / "e").write_text("no terminal")
    (tmp_path / "f").symlink_to("/dev/does-not-exist")
    port = sought(tmp_path)
    with locked(busy.path), pytest.raises(LinkError) as caught:
        await port.open(lambda _: None, lambda _: None)
    text = str(caught.value)
    assert text.startswith(f"imei:{IMEI}: it is at none of these ports: ")
    for part in (
        f"{tmp_path}/a has IMEI {OTHER}",
        f"{tmp_path}/b does not answer",
        f"{tmp_path}/c is busy: another program has locked it",
        f"{tmp_path}/e is not a terminal",
    ):
        assert part in text
    assert busy.heard == b""
    assert caught.value.port == f"imei:{IMEI}"
    await port.open(lambda _: None, lambda _: None)
    assert port.path == busy.path
    await port.aclose()


async def test_no_port_at_all(tmp_path):
    with pytest.raises(LinkError, match=f"no serial port is there among {tmp_path}/"):
        await sought(tmp_path).open(lambda _: None, lambda _: None)
    with pytest.raises(LinkError, match="no serial port of a USB device with this serial number is there;"):
        await SoughtPort(Binding(Trait.USB, "absent"), list_ports=list).open(lambda _: None, lambda _: None)


async def test_it_is_found_again_where_it_is_now(tmp_path, table):
    first, second = await table("a", IMEI), await table("b", OTHER)
    port, lost = sought(tmp_path), asyncio.get_running_loop().create_future()
    await port.open(lambda _: None, lost.set_result)
    await first.unplug()
    await second.unplug()
    assert isinstance(await lost, PortLost)
    with pytest.raises(PortLost):
        port.write(b"x")
    with pytest.raises(LinkError, match="is it plugged in"):
        await port.open(lambda _: None, lambda _: None)
    first.link, second.link = second.link, first.link
    await first.plug()
    await second.plug()
    await port.open(lambda _: None, lambda _: None)
    assert port.path == first.path == str(tmp_path / "b")
    await port.aclose()


async def test_the_port_of_last_time_is_taken_when_its_module_is_silent(tmp_path, table):
    module = await table("b", IMEI)
    port = sought(tmp_path)
    await port.open(lambda _: None, lambda _: None)
    await port.aclose()
    other = await table("a", None)
    module.says = None
    await port.open(lambda _: None, lambda _: None)
    port.write(b"wake up")
    await hears(module, b"wake up")
    assert other.heard == b"who?"
    await port.aclose()
    module.says = OTHER
    with pytest.raises(LinkError, match=f"{module.path} has IMEI {OTHER}"):
        await port.open(lambda _: None, lambda _: None)


async def test_a_usb_device_of_one_port_is_not_asked(tmp_path, table):
    module = await table("a", None)
    port = SoughtPort(Binding(Trait.USB, "S1"), list_ports=lambda: [Info(module.path, "S1"), Info("/dev/x", "S2")])
    await port.open(lambda _: None, lambda _: None)
    assert (port.path, module.heard) == (module.path, b"")
    await port.aclose()


async def test_of_a_usb_device_with_many_ports_one_that_answers_is_taken(tmp_path, table):
    silent, speaking = await table("a", None), await table("b", "OK")
    listed = [Info(silent.path, "S1", "1-2:1.0"), Info(speaking.path, "S1", "1-2:1.2")]
    port = SoughtPort(Binding(Trait.USB, "S1"), recognise=recognise, list_ports=lambda: listed)
    await port.open(lambda _: None, lambda _: None)
    assert port.path == speaking.path
    await port.aclose()


async def test_two_that_look_for_each_others_ports(tmp_path, table):
    for name, says in (("a", OTHER), ("b", IMEI)):
        await table(name, says)
    for _ in range(5):
        ports = [sought(tmp_path), sought(tmp_path, f"imei:{OTHER}")]
        async with asyncio.timeout(60):
            await asyncio.gather(*(port.open(lambda _: None, lambda _: None) for port in ports))
        assert [port.path for port in ports] == [str(tmp_path / "b"), str(tmp_path / "a")]
        for port in ports:
            await port.aclose()


async def test_many_that_look_for_their_ports_at_once_ask_each_of_them_hardly_more_than_once(tmp_path, table):
    names = [f"8679590312345{number:02}" for number in range(12)]
    modules = [await table(f"tty{number:02}", name) for number, name in enumerate(names)]
    ports = [sought(tmp_path, f"imei:{name}") for name in reversed(names)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(port.open(lambda _: None, lambda _: None) for port in ports))
    assert [port.path for port in reversed(ports)] == [module.path for module in modules]
    assert sum(module.heard.count(b"who?") for module in modules) <= 2 * len(modules)
    for port in ports:
        await port.aclose()


async def test_a_search_that_is_cancelled_leaves_nothing_open(tmp_path, table):
    modules = [await table("a", OTHER), await table("b", IMEI)]
    for turns in range(40):
        port = sought(tmp_path)
        with suppress(TimeoutError):
            async with asyncio.timeout(turns * 0.0005):
                await port.open(lambda _: None, lambda _: None)
        await port.aclose()
    for module in modules:
        with locked(module.path):
            pass


def test_a_module_that_nobody_can_ask(tmp_path):
    port = open_url(f"imei:{IMEI}?ports={tmp_path}/*", baud=9600)
    assert isinstance(port, SoughtPort)
    assert port.line_rate == 9600


async def test_nobody_to_ask_a_module(tmp_path, table):
    await table("a", IMEI)
    with pytest.raises(UsageError, match="nobody can ask"):
        await sought(tmp_path, recognise=None).open(lambda _: None, lambda _: None)
