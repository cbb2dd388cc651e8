"""What AT alone does not show is noticed, and the layer that is due comes when all that is gentler has failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.topics import ModuleBooted
from simcom_async.errors import CommandTimeout, SimcomError
from simcom_async.link.condition import ServiceSettled, ServiceUnsettled
from simcom_async.link.layer import Layer
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.life_cycle import Ready
from simcom_async.sessions.recovery_policy import RecoveryPolicy
from simcom_async.sessions.recovery_troubles import Calm, Troubles
from tests.sessions.peer import ERROR, Peer, attached, text

POLICY = RecoveryPolicy(jitter=0)
FOUND = text("+CREG: 0,1")
SEARCHING = text("+CREG: 0,2")


class Doubted:
    """A modem on a peer; of what its troubles demand an account is kept in the place of doing it."""

    def __init__(self, clock: ManualClock, peer: Peer, modem: Modem, policy: RecoveryPolicy, power: bool) -> None:
        self.clock = clock
        self.peer = peer
        self.modem = modem
        self.demands: list[tuple[Layer, str]] = []
        there = {layer for layer in Layer if power or layer is not Layer.POWER}
        calm = Calm(clock, policy)
        self.troubles = Troubles(
            modem.link, clock, policy, calm, there.__contains__, lambda *demand: self.demands.append(demand)
        )

    @property
    def layers(self) -> list[Layer]:
        return [layer for layer, _ in self.demands]


@asynccontextmanager
async def doubted(policy: RecoveryPolicy = POLICY, *, power: bool = True) -> AsyncIterator[Doubted]:
    clock, peer = ManualClock(), Peer()
    # the modem's own troubles allow nothing: those under test are beside them
    modem = await attached(peer, clock, watchdog=None, recovery=RecoveryPolicy(layers=()))
    doubted = Doubted(clock, peer, modem, policy, power)
    yield doubted
    doubted.troubles.close()
    await clock.run_until(modem.aclose(), 10)
    assert clock.next_due is None


async def test_a_bearer_that_fails_again_and_again_climbs_the_ladder() -> None:
    async with doubted() as at:
        for _ in range(60):
            at.troubles.bearer_failed("no carrier")
            await at.clock.run(60)
        assert at.layers[:4] == [Layer.RADIO, Layer.RESET, Layer.POWER, Layer.POWER]
        assert at.demands[0][1] == "the network is out of reach: no carrier"


async def test_a_bearer_that_opens_in_between_begins_anew() -> None:
    async with doubted() as at:
        for _ in range(20):
            at.troubles.bearer_failed("no carrier")
            at.troubles.bearer_failed("no carrier")
            at.troubles.bearer_opened()
        assert at.demands == []
        for _ in range(3):
            at.troubles.bearer_failed("no carrier")
        at.troubles.bearer_opened()
        await at.clock.run(300)
        for _ in range(3):
            at.troubles.bearer_failed("no carrier")
        assert at.layers == [Layer.RADIO, Layer.RADIO]


async def test_without_a_hook_the_reset_is_the_last() -> None:
    async with doubted(power=False) as at:
        for _ in range(40):
            at.troubles.bearer_failed("no carrier")
            await at.clock.run(100)
        assert at.layers == [Layer.RADIO, Layer.RESET, Layer.RESET, Layer.RESET]


async def test_what_is_not_allowed_is_not_demanded() -> None:
    async with doubted(RecoveryPolicy(layers=[Layer.POWER], bearer_failures=1)) as at:
        at.troubles.bearer_failed("no carrier")
        assert at.layers == [Layer.POWER]
    async with doubted(RecoveryPolicy(layers=(), bearer_failures=1)) as at:
        at.troubles.bearer_failed("no carrier")
        assert at.layers == []


def test_the_time_between_two_of_them_grows_up_to_sixteen_times() -> None:
    clock = ManualClock()
    calm = Calm(clock, RecoveryPolicy(calm=10))
    taken = []
    for _ in range(1000):
        if calm.over():
            taken.append(clock.time())
        clock.advance(1)
    assert [later - earlier for earlier, later in pairwise(taken)][:7] == [
        10,
        20,
        40,
        80,
        160,
        160,
        160,
    ]
    calm.reset()
    clock.advance(1000)
    assert calm.over()
    clock.advance(9)
    assert not calm.over()
    clock.advance(1)
    assert calm.over()


async def test_a_registration_that_is_lost_for_long() -> None:
    async with doubted() as at:
        at.peer.say("\r\n+CREG: 2\r\n")
        await at.clock.run(2000)
        assert at.demands == []  # it never was registered: perhaps there is no card
        at.peer.say("\r\n+CREG: 5\r\n")
        await at.clock.run(1)
        at.peer.say("\r\n+CREG: 2\r\n")
        await at.clock.run(599)
        assert at.demands == []
        await at.clock.run(2)
        assert at.demands == [(Layer.RADIO, "the network is out of reach: the registration has been lost for 600 s")]
        await at.clock.run(600)
        assert at.layers == [Layer.RADIO, Layer.RESET]
        at.peer.say("\r\n+CREG: 1\r\n")
        await at.clock.run(5000)
        assert at.layers == [Layer.RADIO, Layer.RESET]


async def test_it_is_noticed_by_whoever_asks_as_well() -> None:
    async with doubted() as at:
        at.peer.on("AT+CREG?", FOUND, SEARCHING)
        for _ in range(12):
            await at.clock.run_until(at.modem.network.registration(), 5)
            await at.clock.run(60)
        assert at.layers == [Layer.RADIO]


async def test_one_network_that_serves_it_is_enough() -> None:
    async with doubted() as at:
        for _ in range(30):
            at.peer.say("\r\n+CREG: 2\r\n\r\n+CGREG: 1\r\n")
            await at.clock.run(60)
        assert at.demands == []


async def test_without_a_card_there_is_nothing_to_be_had() -> None:
    async with doubted() as at:
        at.peer.say("\r\n+CREG: 1\r\n\r\n+CREG: 0\r\n\r\n+CPIN: NOT INSERTED\r\n")
        await at.clock.run(5000)
        assert at.demands == []


async def timed_out(at: Doubted) -> None:
    with pytest.raises(CommandTimeout):
        await at.clock.run_until(at.modem.at("+SLOW", timeout=2), 10)
    await at.clock.run(30)


async def test_commands_that_time_out_in_a_row() -> None:
    async with doubted() as at:
        at.peer.on("AT+SLOW", None)
        for _ in range(4):
            await timed_out(at)
        assert at.demands == []
        await timed_out(at)
        ((layer, why),) = at.demands
        assert layer is Layer.RESET
        assert why.startswith("AT is answered, but the work does not end: 5 commands in a row timed out, AT+SLOW")


async def test_a_command_that_times_out_among_many_that_do_not_is_no_trouble() -> None:
    async with doubted() as at:
        at.peer.on("AT+SLOW", None)
        for _ in range(10):
            await timed_out(at)
            for _ in range(15):
                await at.clock.run_until(at.modem.at("+CSQ"), 5)
        assert at.demands == []


async def test_a_trouble_that_was_long_ago_begins_anew() -> None:
    async with doubted() as at:
        at.peer.on("AT+SLOW", None)
        for _ in range(2):
            for _ in range(5):
                await timed_out(at)
            await at.clock.run(3 * 16 * 300)
        assert at.layers == [Layer.RESET, Layer.RESET]


async def test_work_that_was_given_up_and_does_not_end() -> None:
    async with doubted() as at:
        bus = at.modem.bus
        bus.publish(ServiceUnsettled(Service.SMTP, "AT+SMTPSEND"))
        bus.publish(ServiceUnsettled(Service.HTTP, "AT+HTTPACTION=0"))
        await at.clock.run(300)
        bus.publish(ServiceSettled(Service.HTTP, "AT+HTTPACTION=0"))
        await at.clock.run(301)
        ((layer, why),) = at.demands
        assert layer is Layer.RESET
        assert why.endswith("does not end: AT+SMTPSEND of smtp has not ended 600 s after it was given up")
        await at.clock.run(600)
        assert at.layers == [Layer.RESET, Layer.POWER]  # it still has not
        booted = bus.expect(ModuleBooted)
        at.peer.say("\r\nRDY\r\n")
        await at.clock.run_until(booted.get(5), 5)
        await at.clock.run(5000)
        assert at.layers == [Layer.RESET, Layer.POWER]


async def test_a_line_that_is_lost_ends_it() -> None:
    async with doubted() as at:
        at.modem.bus.publish(ServiceUnsettled(Service.SMTP, "AT+SMTPSEND"))
        await at.clock.run_until(at.modem.link.drop("is dropped by a test"), 5)
        await at.clock.run(5000)
        assert at.demands == []


# The same, done


async def test_a_module_whose_bearer_fails_has_its_radio_switched_and_is_reset_then() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+SAPBR=2,1": text('+SAPBR: 1,3,"0.0.0.0"'), "AT+SAPBR=1,1": ERROR})
    modem = await attached(peer, clock, watchdog=None, recovery=POLICY, apn="internet")
    for _ in range(6):
        with pytest.raises(SimcomError, match="bearer 1 could not be opened"):
            await clock.run_until(modem.network.up(), 60)
        await clock.run(200)
        assert isinstance(modem.state, Ready)
    assert peer.asked("AT+CFUN") == ["AT+CFUN=4", "AT+CFUN=1", "AT+CFUN=1,1"]
    await clock.run_until(modem.aclose(), 10)


async def test_the_radio_is_left_alone_while_a_service_is_used() -> None:
    clock, peer = ManualClock(), Peer(**{"AT+SAPBR=2,1": text('+SAPBR: 1,3,"0.0.0.0"'), "AT+SAPBR=1,1": ERROR})
    modem = await attached(peer, clock, watchdog=None, recovery=POLICY, apn="internet")
    with modem.link.claim(Service.FTP):
        for _ in range(6):
            with pytest.raises(SimcomError, match="bearer 1 could not be opened"):
                await clock.run_until(modem.network.up(), 60)
            await clock.run(300)
        assert peer.asked("AT+CFUN") == []
    await clock.run(100)
    assert peer.asked("AT+CFUN")[-1] == "AT+CFUN=1,1"  # the last that came due, once
    await clock.run_until(modem.aclose(), 10)
