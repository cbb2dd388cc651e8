"""The module is found, and found again after it was lost."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.event import EchoLine
from simcom_async.commands.topics import ModuleBooted
from simcom_async.dialects import GENERAL, SIM800
from simcom_async.errors import LinkError, ModemRestarted, PortLost, SimcomError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.link import Link
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Unplug
from tests.sessions.peer import ERROR, OK, Peer, attached


class Parrot(Peer):
    """Says the same to whatever it hears."""

    def __init__(self, words: str | bytes) -> None:
        super().__init__()
        self.words = words

    def receive(self, data: bytes) -> None:
        self.say(self.words)


async def opened(peer: Peer, clock: ManualClock) -> Modem:
    await peer.open()
    return await clock.run_until(connect(peer.host, clock=clock), 60)


async def closed(modem: Modem, clock: ManualClock) -> None:
    await clock.run_until(modem.aclose(), 60)


async def restarted(peer: Peer, modem: Modem) -> None:
    booted = modem.bus.expect(ModuleBooted)
    peer.say("\r\nRDY\r\n\r\n+CFUN: 1\r\n")
    await booted.get(5)


async def test_the_steps() -> None:
    clock = ManualClock()
    peer = Peer()
    modem = await opened(peer, clock)
    assert peer.lines == ["AT", "ATE0", "AT", "AT+CMEE=1", "ATI", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN"]
    assert modem.link.state.cmee == 1
    await closed(modem, clock)


@pytest.mark.parametrize("echo", [True, False])
async def test_echo_is_off_afterwards(echo: bool) -> None:
    async with VirtualModem("sim800", echo=echo) as virtual, open_modem(virtual.port()) as modem:
        assert modem.link.state.echo is False
        async with modem.events(EchoLine) as echoes:
            await modem.at("+CSQ")
            assert echoes.take() == []


async def test_a_line_that_echoes_by_itself_is_understood() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.before = lambda line: peer.say(line + "\r")
    modem = await opened(peer, clock)
    assert peer.lines.count("ATE0") == 2
    assert modem.link.state.echo is True
    assert await clock.run_until(modem.at("+CSQ"), 10) == ("+CSQ: 20,0",)
    await closed(modem, clock)


async def test_a_module_that_still_looks_for_the_rate() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, autobaud=4) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock), 60)
        assert modem.identity.model == "SIMCOM_SIM800"
        await closed(modem, clock)


async def test_a_module_that_starts_with_the_line() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, boot="cold") as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock), 60)
        assert await clock.run_until(modem.at("+CSQ"), 10)
        await closed(modem, clock)


async def test_no_error_numbers_is_no_error() -> None:
    clock = ManualClock()
    modem = await opened(Peer(**{"AT+CMEE=1": ERROR}), clock)
    assert modem.dialect is SIM800
    await closed(modem, clock)


async def test_the_end_of_a_line_of_before_is_no_error() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on("AT", ERROR, OK)
    await closed(await opened(peer, clock), clock)


async def test_a_module_that_falls_silent_once_is_found_all_the_same() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on("ATE0", None, OK)
    await closed(await opened(peer, clock), clock)


async def test_a_module_that_falls_silent_again_is_named() -> None:
    clock = ManualClock()
    with pytest.raises(LinkError, match="memory: answers AT, but: ATE0: final limit after 10 s"):
        await opened(Peer(**{"ATE0": None}), clock)
    assert clock.next_due is None


async def test_an_ok_that_was_lost_behind_its_echo() -> None:
    clock = ManualClock()
    peer = Peer()
    echoes = True

    def echo(line: str) -> None:
        nonlocal echoes
        if echoes:
            peer.say(line + "\r")
        echoes = echoes and line != "ATE0"

    peer.before = echo
    peer.on("AT", None, OK)
    await closed(await opened(peer, clock), clock)
    assert clock.time() < 5


async def test_a_module_that_only_refuses_is_shown() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on("AT", ERROR)
    with pytest.raises(LinkError, match="no answer to AT: b'ERROR' was seen: it is busy or in data mode"):
        await opened(peer, clock)
    assert peer.lines == ["AT"] * 10


async def test_a_module_that_starts_twice_is_found_the_third_time() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on("AT+CMEE=1", "\r\nRDY\r\n", OK + "\r\nRDY\r\n", OK)
    modem = await opened(peer, clock)
    assert peer.lines.count("AT+CMEE=1") == 3
    await closed(modem, clock)


async def test_silence_says_what_to_check() -> None:
    clock = ManualClock()
    host, _ = memory_line()
    with pytest.raises(
        LinkError, match="memory: no answer to AT: nothing was seen; check power, wiring and rate"
    ) as caught:
        await clock.run_until(connect(host, clock=clock), 60)
    assert caught.value.port == "memory"
    assert "tried in vain: silence, ATQ0, ESC, +++, Ctrl-Z, ETX, 1460 blanks, 2636 blanks more" in str(caught.value)
    assert "an entry of more bytes may be open still, until the module's own timer ends it" in str(caught.value)
    assert clock.next_due is None


async def test_garbage_is_shown() -> None:
    clock = ManualClock()
    peer = Parrot(b"\xfe\x80\x00\xf8")
    with pytest.raises(
        LinkError, match=r"no answer to AT: b'.*\\xfe\\x80\\x00\\xf8' was seen: the rate is another one"
    ):
        await opened(peer, clock)
    assert clock.next_due is None


async def test_an_echo_alone_is_shown_as_one() -> None:
    clock = ManualClock()
    peer = Parrot("AT\r")
    with pytest.raises(LinkError, match="its echo and no more: it is in data mode, or the line leads back to itself"):
        await opened(peer, clock)


async def test_an_answer_that_no_dialect_knows_leaves_nothing_open() -> None:
    clock = ManualClock()
    peer = Peer(**{"ATI": OK, "AT+CGMM": OK})
    with pytest.raises(LinkError, match="the module says 'nothing', which no dialect knows"):
        await opened(peer, clock)
    assert clock.next_due is None
    assert len(asyncio.all_tasks()) == 1


async def test_a_module_that_restarts_is_found_again() -> None:
    peer = Peer()
    modem = await attached(peer)
    await modem.network.ready()
    await restarted(peer, modem)
    peer.lines.clear()
    assert await modem.at("+CSQ") == ("+CSQ: 20,0",)
    assert peer.lines[:3] == ["AT", "ATE0", "AT"]
    await modem.network.ready()
    assert peer.lines[-1] == "AT+SAPBR=2,1"  # what was true before the restart may not be now
    await modem.aclose()


async def test_a_module_that_restarts_again_and_again_is_named() -> None:
    clock = ManualClock()
    peer = Peer(**{"AT+CMEE=1": "\r\nOK\r\n\r\nRDY\r\n"})
    await peer.open()
    with pytest.raises(ModemRestarted, match="restarts"):
        await clock.run_until(connect(peer.host, clock=clock), 60)


async def test_a_reset_in_the_middle_of_a_request(site: HttpSite) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        url = site.publish("/x", 100_000)
        site.gate.shut(after=10)
        task = asyncio.ensure_future(modem.http.get(url))
        await site.gate.held()
        virtual.reset()
        site.gate.open()
        with pytest.raises(SimcomError):
            await task
        assert len((await modem.http.get(url)).body) == 100_000


async def test_a_cable_out_and_in_again(site: HttpSite) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        url = site.publish("/x", 100_000)
        site.gate.shut(after=10)
        task = asyncio.ensure_future(modem.http.get(url))
        await site.gate.held()
        lost = modem.bus.expect(LinkChanged, lambda event: event.condition is Condition.LOST)
        virtual.faults.add(Unplug())
        await lost.get(5)
        site.gate.open()
        with pytest.raises(PortLost):
            await task
        with pytest.raises(LinkError, match="unplugged"):
            await modem.at("+CSQ")
        virtual.plug()
        assert await modem.at("+CSQ") == ("+CSQ: 21,0",)
        assert len((await modem.http.get(url)).body) == 100_000


async def test_many_who_come_after_a_loss_find_it_once() -> None:
    peer = Peer()
    modem = await attached(peer)
    await restarted(peer, modem)
    peer.lines.clear()
    await asyncio.gather(*(modem.at("+CSQ") for _ in range(5)))
    assert peer.lines.count("ATE0") == 1
    await modem.aclose()


async def test_what_was_closed_stays_closed() -> None:
    modem = await attached(Peer())
    await modem.aclose()
    await modem.aclose()
    with pytest.raises(PortLost, match="memory is closed"):
        await modem.at("+CSQ")


async def test_nobody_is_known_before_the_line_was_opened() -> None:
    peer = Peer()
    modem = Modem(Link(peer.host, GENERAL), "memory")
    with pytest.raises(PortLost, match="has not been opened"):
        _ = modem.identity
    await modem.aclose()


async def test_what_was_left_undone_is_done_first_when_the_module_is_found_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    peer = Peer(**{"AT+X": ERROR})
    modem = await attached(peer)

    async def refused() -> None:
        await modem.link.send(RawCommand.of("+X"))

    async def done() -> None:
        await modem.link.send(RawCommand.of("+Y"))

    modem._attachment.owe(refused)
    modem._attachment.owe(done)
    await modem.at("+CSQ")
    assert peer.lines == ["AT+CSQ"]
    await restarted(peer, modem)
    peer.lines.clear()
    await asyncio.gather(modem.at("+CSQ"), modem.at("+CSQ"))
    assert peer.lines[-4:] == ["AT+X", "AT+Y", "AT+CSQ", "AT+CSQ"]
    assert "what was left undone stays so: AT+X: ERROR" in caplog.text
    await restarted(peer, modem)
    await modem.at("+CSQ")
    assert peer.lines.count("AT+Y") == 1
    await modem.aclose()
