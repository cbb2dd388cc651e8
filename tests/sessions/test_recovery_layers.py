"""Port, radio, module and supply: each is bounded, and what it fails with is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from simcom_async.errors import CommandFailed, CommandTimeout, LinkError, ModemRestarted, UsageError
from simcom_async.link.condition import Condition, LinkChanged
from simcom_async.link.layer import Layer, LayerOutcome, RecoveryStep
from simcom_async.modem import Modem, connect, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.life_cycle import Ready
from simcom_async.sessions.recovery_policy import RecoveryPolicy
from simcom_async.sites import HttpSite, Route, ServerFault
from simcom_async.virtual import VirtualModem
from tests.sessions.peer import ERROR, Peer, attached
from tests.sessions.steps import steps_of

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")
POLICY = RecoveryPolicy(jitter=0)
#: Seconds that any one layer may take, with the search behind it.
BOUND = 200.0


@asynccontextmanager
async def driven(
    dialect: str = "sim800", power: Callable[[], Awaitable[object]] | None = None, **options: Any
) -> AsyncIterator[tuple[ManualClock, VirtualModem, Modem]]:
    clock = ManualClock()
    async with VirtualModem(dialect, clock=clock, urc_delay=0, **options) as virtual:
        opening = connect(virtual.port(), apn="internet", clock=clock, watchdog=None, recovery=POLICY, power=power)
        modem = await clock.run_until(opening, 60)
        yield clock, virtual, modem
        await clock.run_until(modem.aclose(), 10)


async def only(clock: ManualClock, modem: Modem, layer: Layer) -> list[RecoveryStep]:
    """Take one layer; what it says of itself."""
    steps = steps_of(modem)
    await clock.run_until(modem.recover(layer, at_least=layer), BOUND)
    return [step for step in steps if step.layer is layer]


@pytest.mark.parametrize("dialect", FAMILIES)
@pytest.mark.parametrize("layer", [Layer.REOPEN, Layer.RADIO, Layer.RESET])
async def test_it_helps_and_says_so(dialect: str, layer: Layer) -> None:
    async with driven(dialect) as (clock, virtual, modem):
        await clock.run_until(modem.network.up(), 60)
        generation = modem._attachment.generation
        begun, ended = await only(clock, modem, layer)
        assert (begun.outcome, begun.why) == (LayerOutcome.BEGUN, "asked to recover")
        assert (ended.outcome, ended.why) == (LayerOutcome.HELPED, "the module is ready")
        assert ended.seconds < 5
        assert modem._attachment.generation > generation
        assert await clock.run_until(modem.network.address(), 60) is None or layer is Layer.REOPEN
        await clock.run_until(modem.network.ready(), 60)  # and what was true of the bearer before is not believed
        assert virtual.network.registered


@pytest.mark.parametrize(
    ("dialect", "line"), [("sim800", "AT+CFUN=1,1"), ("sim7000", "AT+CFUN=1,1"), ("sim7100", "AT+CRESET")]
)
async def test_a_module_is_restarted_by_the_command_that_its_series_has(
    dialect: str, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "simcom_async.link")
    async with driven(dialect) as (clock, _, modem):
        caplog.clear()
        await only(clock, modem, Layer.RESET)
        assert f"TX b'{line}\\r'" in caplog.text


ANEW = "memory is opened again: the module was restarted"


def losses_of(modem: Modem) -> list[str]:
    losses: list[str] = []
    modem.on(LinkChanged, lambda event: losses.append(event.reason) if event.condition is Condition.LOST else None)
    return losses


async def test_a_module_that_does_not_say_that_it_boots_is_found_all_the_same() -> None:
    """One that looks for the rate says neither RDY nor its functionality (SIM800 AT manual 2.2.41.1)."""
    async with driven(autobaud=3) as (clock, _, modem):
        losses = losses_of(modem)
        steps = await only(clock, modem, Layer.RESET)
        assert losses == [ANEW]  # nothing of before is believed
        assert steps[-1].outcome is LayerOutcome.HELPED
        assert steps[-1].seconds < 5


async def test_a_module_that_says_nothing_at_all_is_given_its_time() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock, watchdog=None)
    losses = losses_of(modem)
    steps = await only(clock, modem, Layer.RESET)
    assert losses == [ANEW]
    assert peer.lines[0] == "AT+CFUN=1,1"
    assert steps[-1].outcome is LayerOutcome.HELPED
    assert POLICY.boot <= steps[-1].seconds <= POLICY.boot + 5
    await clock.run_until(modem.aclose(), 5)


async def test_one_that_says_that_it_boots_keeps_its_line() -> None:
    async with driven() as (clock, _, modem):
        losses = losses_of(modem)
        await only(clock, modem, Layer.RESET)
        assert losses == []


async def test_a_module_that_refuses_to_restart_is_told() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CFUN=1,1": ERROR})
    modem = await attached(peer, clock, watchdog=None)
    with pytest.raises(CommandFailed, match=r"AT\+CFUN=1,1: ERROR"):
        await clock.run_until(modem.recover(Layer.RESET, at_least=Layer.RESET), BOUND)
    assert isinstance(modem.state, Ready)
    await clock.run_until(modem.aclose(), 5)


async def test_the_ok_may_be_lost_with_the_restart() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CFUN=1,1": "\r\nRDY\r\n"})
    modem = await attached(peer, clock, watchdog=None)
    steps = await only(clock, modem, Layer.RESET)
    assert steps[-1].outcome is LayerOutcome.HELPED
    await clock.run_until(modem.aclose(), 5)


async def test_a_radio_that_knows_no_flight_mode_is_switched_off_whole() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+CFUN=4": ERROR})
    modem = await attached(peer, clock, watchdog=None)
    await only(clock, modem, Layer.RADIO)
    assert peer.lines[:3] == ["AT+CFUN=4", "AT+CFUN=0", "AT+CFUN=1"]
    await clock.run_until(modem.aclose(), 5)


async def test_a_network_that_stays_away_is_told_and_the_module_is_ready_all_the_same() -> None:
    async with driven() as (clock, virtual, modem):
        virtual.network.lose_coverage()
        steps = steps_of(modem)
        with pytest.raises(CommandTimeout, match="not registered within 120"):
            await clock.run_until(modem.recover(Layer.RADIO, at_least=Layer.RADIO), BOUND)
        assert steps[-1].outcome is LayerOutcome.IN_VAIN
        assert "not registered within 120" in steps[-1].why
        assert await clock.run_until(modem.at("+CSQ"), 5)


async def test_the_power_hook_is_called_once_and_the_module_found() -> None:
    calls: list[float] = []

    async def power() -> None:
        calls.append(clock.time())
        virtual.power_off()
        await clock.sleep(2)
        clock.call_at(clock.time() + 3, virtual.power_on)

    async with driven(power=power) as (clock, virtual, modem):
        steps = await only(clock, modem, Layer.POWER)
        assert len(calls) == 1
        assert steps[-1].outcome is LayerOutcome.HELPED
        assert 5 <= steps[-1].seconds < 10


async def test_what_the_power_hook_raises_is_the_cause() -> None:
    async def power() -> None:
        raise OSError("no such pin")

    async with driven(power=power) as (clock, _, modem):
        steps = steps_of(modem)
        with pytest.raises(LinkError, match=r"the power hook failed: OSError\('no such pin'\)") as caught:
            await clock.run_until(modem.recover(Layer.POWER, at_least=Layer.POWER), BOUND)
        assert isinstance(caught.value.__cause__, OSError)
        assert steps[-1].outcome is LayerOutcome.IN_VAIN
        assert "no such pin" in steps[-1].why
        assert await clock.run_until(modem.at("+CSQ"), 5)  # the module itself was there all the time


async def test_a_power_hook_that_does_not_end_is_cancelled() -> None:
    cancelled: list[bool] = []

    async def power() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async with driven(power=power) as (clock, _, modem):
        began = clock.time()
        with pytest.raises(LinkError, match="the power hook did not end within 30 s and was cancelled"):
            await clock.run_until(modem.recover(Layer.POWER, at_least=Layer.POWER), BOUND)
        assert clock.time() - began < 35
        assert cancelled == [True]


async def test_a_modem_that_is_closed_meanwhile_cancels_its_power_hook() -> None:
    began = asyncio.Event()

    async def power() -> None:
        began.set()
        await asyncio.get_running_loop().create_future()

    async with driven(power=power) as (clock, _, modem):
        recovering = asyncio.ensure_future(modem.recover(Layer.POWER, at_least=Layer.POWER))
        await clock.run_until(began.wait(), 60)
        await clock.run_until(modem.aclose(), 10)
        with pytest.raises(LinkError):
            await recovering


async def test_a_port_that_goes_with_its_module_is_opened_when_it_is_there_again() -> None:
    async def power() -> None:
        virtual.unplug()
        clock.call_at(clock.time() + 7, virtual.plug)

    async with driven(power=power) as (clock, virtual, modem):
        steps = await only(clock, modem, Layer.POWER)
        assert steps[-1].outcome is LayerOutcome.HELPED
        assert 7 <= steps[-1].seconds < 12


async def test_a_port_that_does_not_come_back_is_not_waited_for_without_end() -> None:
    async def power() -> None:
        virtual.unplug()

    async with driven(power=power) as (clock, virtual, modem):
        began = clock.time()
        with pytest.raises(LinkError, match="unplugged"):
            await clock.run_until(modem.recover(Layer.POWER, at_least=Layer.POWER), BOUND)
        assert POLICY.boot <= clock.time() - began < POLICY.boot + 5


async def test_what_cannot_be_had_is_refused() -> None:
    async with driven() as (_, _, modem):
        with pytest.raises(UsageError, match="POWER cannot be had, there is no power hook"):
            await modem.recover(Layer.POWER)
        with pytest.raises(UsageError, match="PROBE cannot be had, RESET comes behind it"):
            await modem.recover(Layer.PROBE, at_least=Layer.RESET)


async def test_what_was_under_way_is_told_of_the_reset() -> None:
    hanging = Route(path="/hang", fault=ServerFault.HANG)
    async with (
        HttpSite([hanging]) as site,
        VirtualModem("sim800", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        getting = asyncio.ensure_future(modem.http.get(f"{site.url}/hang"))
        await site.until(lambda: site.requests)
        await modem.recover(Layer.RESET, at_least=Layer.RESET)
        with pytest.raises(ModemRestarted):
            await getting
        assert (await modem.http.get(site.publish("/x", b"there"))).body == b"there"
