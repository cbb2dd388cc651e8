"""The module is found, and found again after it was lost."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.event import EchoLine
from simcom_async.commands.topics import ModuleBooted
from simcom_async.dialects import GENERAL, SIM800
from simcom_async.errors import CommandTimeout, LinkError, ModemRestarted, PortLost, SimcomError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.layer import Layer
from simcom_async.link.link import Link
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.ports.memory import memory_line
from simcom_async.sessions.life_cycle import Lost, Ready
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import Unplug
from tests.link.test_rescue import SerialLine
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


# In the background


async def test_a_module_that_restarts_is_found_without_a_call() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    peer.say("\r\nRDY\r\n")
    await clock.run(5)
    assert peer.lines[:3] == ["AT", "ATE0", "AT"]
    assert isinstance(modem.state, Ready)
    peer.lines.clear()
    await clock.run(1000)
    assert peer.lines == []
    await closed(modem, clock)


@pytest.mark.parametrize("seconds", [3, 40, 1000])
async def test_a_cable_that_comes_back_is_noticed_without_a_call(seconds: float) -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        virtual.unplug()
        await clock.run(seconds)
        virtual.plug()
        plugged = clock.time()
        await clock.run_until(modem.wait_for(Ready, timeout=900), 75)
        assert clock.time() - plugged <= 61  # the longest pause, and the attempt
        await closed(modem, clock)


async def test_a_call_does_not_wait_for_the_pause_and_is_told_why_it_fails() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        virtual.unplug()
        await clock.run(500)
        with pytest.raises(LinkError, match="unplugged"):
            await clock.run_until(modem.at("+CSQ"), 0.5)
        virtual.plug()
        await clock.run_until(modem.at("+CSQ"), 0.5)
        await closed(modem, clock)


async def test_a_caller_that_gives_up_leaves_the_attempt_to_the_others() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    peer.on("AT", None)
    peer.say("\r\nRDY\r\n")
    await clock.run(1)
    calls = [asyncio.ensure_future(modem.at("+CSQ")) for _ in range(2)]
    await clock.run(1)
    calls[0].cancel()
    await asyncio.wait({calls[0]})
    peer.on("AT", OK)
    assert await clock.run_until(calls[1], 20) == ("+CSQ: 20,0",)
    assert peer.lines.count("ATE0") == 1
    await closed(modem, clock)


async def test_a_link_out_of_step_is_helped_without_a_call() -> None:
    """Before, each call failed after 20 seconds, and nothing but AT was ever tried."""
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    quiet = True

    def release(line: str) -> None:
        nonlocal quiet
        quiet = quiet and line != "ATQ0"
        peer.on("AT", None if quiet else OK)

    peer.before = release
    peer.on("AT+SLOW", None)
    with pytest.raises(CommandTimeout):
        await clock.run_until(modem.at("+SLOW", timeout=2), 10)
    await clock.run(75)
    assert "ATQ0" in peer.lines
    assert isinstance(modem.state, Ready)
    assert await clock.run_until(modem.at("+CSQ"), 5) == ("+CSQ: 20,0",)
    await closed(modem, clock)


async def test_closing_leaves_nothing_behind_whatever_is_under_way() -> None:
    for seconds in (0, 0.2, 5, 25, 40, 60, 70, 100):
        clock = ManualClock()
        async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
            tasks = asyncio.all_tasks()
            modem = await clock.run_until(connect(virtual.port(), clock=clock), 60)
            virtual.power_off()
            modem._attachment.suspect("a test")
            call = asyncio.ensure_future(modem.at("+CSQ"))
            await clock.run(seconds)
            await closed(modem, clock)
            with pytest.raises(LinkError):
                await call
            assert asyncio.all_tasks() == tasks
            assert clock.next_due is None


async def test_a_module_that_says_without_end_that_it_restarts_keeps_nobody_at_work() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    for _ in range(300):
        peer.say("\r\nRDY\r\n" * 20)
        await clock.run(0.1)
    assert len(peer.lines) < 600  # some 10 a second
    await clock.run(75)
    assert isinstance(modem.state, Ready)
    await closed(modem, clock)


async def test_a_farm_that_loses_its_power_all_at_once() -> None:
    clock = ManualClock()
    async with AsyncExitStack() as stack:
        families = ["sim800", "sim900", "sim7000", "sim7100"] * 4
        virtuals = [
            await stack.enter_async_context(VirtualModem(family, clock=clock, urc_delay=0, seed=seed))
            for seed, family in enumerate(families)
        ]
        modems = [await clock.run_until(connect(virtual.port(), clock=clock), 60) for virtual in virtuals]
        for virtual in virtuals:
            virtual.power_off()
        await clock.run(200)
        assert not any(isinstance(modem.state, Ready) for modem in modems)
        for virtual in virtuals:
            virtual.power_on()
        await clock.run(75)
        assert all(isinstance(modem.state, Ready) for modem in modems)
        for modem in modems:
            assert await clock.run_until(modem.at("+CSQ"), 5)
            await closed(modem, clock)


async def test_a_port_that_comes_while_an_attempt_is_about_to_fail_is_tried_again() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        modem = await clock.run_until(connect(virtual.port(), clock=clock, watchdog=None), 60)
        port, before = modem.link._port, modem.link._port.open

        async def slowly(*arguments: object) -> None:
            try:
                await before(*arguments)  # type: ignore[arg-type]
            except LinkError:
                await clock.sleep(1)
                raise

        port.open = slowly  # type: ignore[method-assign]
        virtual.unplug()
        await clock.run(0.5)
        virtual.plug()
        assert await clock.run_until(modem.at("+CSQ"), 2) == ("+CSQ: 21,0",)
        await closed(modem, clock)


async def test_the_rate_is_kept_when_the_port_is_opened_again() -> None:
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock, urc_delay=0) as virtual:
        line = SerialLine(virtual.port(), 9600)
        modem = await clock.run_until(connect(line, clock=clock, watchdog=None), 75)
        assert modem.link.state.baud == 9600
        await clock.run_until(modem.recover(Layer.REOPEN, at_least=Layer.REOPEN), 10)
        assert modem.link.state.baud == line.line_rate == 9600
        await closed(modem, clock)


async def test_on_a_real_pty(tmp_path: Path) -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual:
        path = await virtual.open_pty(link=tmp_path / "modem")
        async with open_modem(path, apn="internet", watchdog=None) as modem:
            lost = modem.bus.expect(Lost)
            virtual.unplug()
            await lost.get(5)
            found = modem.bus.expect(Ready)
            virtual.plug()
            await found.get(10)
            assert await modem.at("+CSQ") == ("+CSQ: 21,0",)
