"""A module is asked who it is; and found by that wherever it is plugged in, after a loss as well."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from simcom_async.commands.sim import Lock
from simcom_async.errors import LinkError, ModemReplaced, SimcomError
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.binding import Binding, Trait
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.ports.sought import SoughtPort
from simcom_async.sessions.life_cycle import Busy, LifeCycle, Ready
from simcom_async.sessions.recognition import recognise
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from tests.sessions.peer import Peer
from tests.virtual.client import until

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("echo", [True, False])
async def test_what_modules_say(dialect: str, echo: bool) -> None:
    async with VirtualModem(dialect, echo=echo) as virtual:
        port = virtual.port()
        assert await recognise(port, Trait.IMEI) == virtual.options.imei
        assert await recognise(port, Trait.ICCID) == virtual.options.iccid
        assert await recognise(port, Trait.USB) == ""
        assert virtual.profile.now.echo is echo
        virtual.remove_sim()
        assert virtual.sim.lock is Lock.NOT_INSERTED
        assert await recognise(port, Trait.ICCID) is None


async def test_it_asks_no_more_than_it_must() -> None:
    clock, peer = ManualClock(), Peer()
    await peer.open()
    assert await clock.run_until(recognise(peer.host, Trait.IMEI, clock), 5) == "869951030000008"
    assert peer.lines == ["AT", "AT+CGSN"]


async def test_one_that_looks_for_the_rate() -> None:
    clock, peer = ManualClock(), Peer()
    peer.on("AT", None, None, "\r\nOK\r\n")
    await peer.open()
    assert await clock.run_until(recognise(peer.host, Trait.IMEI, clock), 6) == "869951030000008"


@pytest.mark.parametrize("said", [b"", b"$GPGGA,,,,,,0,,,,,,,,*66\r\n", b"\xfe\x80"])
async def test_what_is_no_module(said: bytes) -> None:
    clock = ManualClock()
    near, far = memory_line(clock=clock)
    await far.open(lambda _: far.write(said), lambda _: None)
    with pytest.raises(LinkError, match=r"memory does not answer AT: .*was seen"):
        await clock.run_until(recognise(near, Trait.IMEI, clock), 6)
    assert clock.next_due is None


class Socket:
    """A name in a folder, as udev gives it, behind which one of two modules is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"?ports={folder}/ttyUSB*"

    def plug(self, *modules: VirtualModem) -> None:
        """These are ttyUSB0, ttyUSB1, ... from now on."""
        for number, module in enumerate(modules):
            link = self.folder / f"ttyUSB{number}"
            link.unlink(missing_ok=True)
            os.symlink(module.lines.ptys[0], link)

    def clear(self) -> None:
        for link in self.folder.iterdir():
            link.unlink()


@pytest.fixture
async def both() -> AsyncIterator[tuple[VirtualModem, VirtualModem]]:
    async with VirtualModem("sim800", seed=1, urc_delay=0) as one, VirtualModem("sim900", seed=2, urc_delay=0) as two:
        await one.open_pty()
        await two.open_pty()
        yield one, two


async def ready(modem: Modem, *, after: int) -> None:
    """It has been found again."""
    while modem._attachment.generation == after or not isinstance(modem._attachment.state, Ready | Busy):
        await modem.wait_for(LifeCycle, timeout=60)


async def swapped(socket: Socket, one: VirtualModem, two: VirtualModem) -> None:
    """Both are unplugged, and get each other's names."""
    for module in (one, two):
        module.unplug()
    socket.clear()
    for module in (one, two):
        module.plug()
    await until(lambda: bool(one.lines.ptys and two.lines.ptys))
    socket.plug(two, one)


@pytest.mark.parametrize("trait", ["imei", "iccid"])
async def test_two_modems_whose_ports_swap_names_under_load(
    trait: str, both: tuple[VirtualModem, VirtualModem], tmp_path: Path
) -> None:
    socket = Socket(tmp_path)
    socket.plug(*both)
    async with HttpSite() as site, AsyncExitStack() as stack:
        modems = []
        for virtual in both:
            url = f"{trait}:{getattr(virtual.options, trait)}{socket.url}"
            modems.append(await stack.enter_async_context(open_modem(url, apn="internet")))
        for modem, virtual in zip(modems, both, strict=True):
            assert modem.identity.imei == virtual.options.imei
        page = site.publish("/x", 100_000)
        site.gate.shut(after=10)
        loads = [asyncio.ensure_future(modem.http.get(page)) for modem in modems]
        await site.gate.held()
        found = [modem._attachment.generation for modem in modems]
        await swapped(socket, *both)
        site.gate.open()
        for load in loads:
            with pytest.raises(SimcomError):
                await load
        for modem, virtual, generation in zip(modems, both, found, strict=True):
            await ready(modem, after=generation)
            assert modem.identity.imei == virtual.options.imei
            assert len((await modem.http.get(page)).body) == 100_000
        assert [port.path for port in map(port_of, modems)] == [f"{tmp_path}/ttyUSB1", f"{tmp_path}/ttyUSB0"]


async def test_a_usb_device_is_found_by_its_serial_number(both: tuple[VirtualModem, VirtualModem]) -> None:
    one, two = both

    def list_ports() -> list[ListPortInfo]:
        found = [ListPortInfo(path) for virtual in (two, one) for path in virtual.lines.ptys]
        for port in found:
            port.serial_number = "S1" if port.device in one.lines.ptys else "S2"
        return found

    async with open_modem(SoughtPort(Binding(Trait.USB, "S1"), list_ports=list_ports)) as modem:
        before = modem._attachment.generation
        one.unplug()
        held = os.openpty()  # or it has the same name again
        one.plug()
        await ready(modem, after=before)
        assert modem.identity.imei == one.options.imei
        assert [port_of(modem).path] == one.lines.ptys
        for descriptor in held:
            os.close(descriptor)


async def test_a_modem_that_is_bound_by_its_card_is_where_the_card_is(
    both: tuple[VirtualModem, VirtualModem], tmp_path: Path
) -> None:
    one, two = both
    socket = Socket(tmp_path)
    socket.plug(*both)
    async with open_modem(f"iccid:{one.sim.iccid}{socket.url}") as modem:
        assert modem.dialect.name == "sim800"
        before = modem._attachment.generation
        one.sim.iccid, two.sim.iccid = two.sim.iccid, one.sim.iccid
        one.unplug()
        await ready(modem, after=before)
        assert (modem.dialect.name, modem.identity.imei) == ("sim900", two.options.imei)


def port_of(modem: Modem) -> SoughtPort:
    port = modem.link._port
    assert isinstance(port, SoughtPort)
    return port


async def test_a_path_that_leads_to_another_module_is_told(
    both: tuple[VirtualModem, VirtualModem], tmp_path: Path
) -> None:
    one, two = both
    path = f"{tmp_path}/ttyUSB0"
    socket = Socket(tmp_path)
    socket.plug(one, two)
    async with open_modem(path) as modem:
        await swapped(socket, one, two)
        error = await outcome(modem, ModemReplaced)
        assert isinstance(error, ModemReplaced)
        assert (error.before, error.now, error.port) == (one.options.imei, two.options.imei, path)
        socket.plug(one, two)
        await outcome(modem, type(None))
        assert modem.identity.imei == one.options.imei


async def outcome(modem: Modem, wanted: type) -> Exception | None:
    """What a command ends with, as soon as that is of this type."""
    async with asyncio.timeout(60), modem.events(LifeCycle) as life:
        while True:
            error: Exception | None = None
            try:
                await modem.at("+CSQ")
            except LinkError as failed:
                error = failed
            if isinstance(error, wanted):
                return error
            await life.get()


async def test_a_modem_that_is_nowhere_is_told_with_all_that_was_tried(
    both: tuple[VirtualModem, VirtualModem], tmp_path: Path
) -> None:
    socket = Socket(tmp_path)
    socket.plug(*both)
    with pytest.raises(LinkError, match=f"ttyUSB0 has IMEI {both[0].options.imei}; .*ttyUSB1 has IMEI"):
        async with open_modem(f"imei:111111111111111{socket.url}"):
            pytest.fail("it is not there")
    for virtual in both:
        assert virtual.profile.now.echo


async def test_a_link_that_follows_its_module_needs_no_search(tmp_path: Path) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty(tmp_path / "modem")
        async with open_modem(path) as modem:
            before = modem._attachment.generation
            virtual.unplug()
            virtual.plug()
            await ready(modem, after=before)
            assert await modem.at("+CSQ") == ("+CSQ: 21,0",)
