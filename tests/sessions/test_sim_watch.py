"""A card that is taken out, and put in, is told once, whoever notices it."""

from __future__ import annotations

import pytest

from simcom_async.commands.sim import PinRead
from simcom_async.modem import open_modem
from simcom_async.sessions.sim_watch import SimInserted, SimRemoved
from simcom_async.virtual import VirtualModem
from tests.sessions.peer import Peer, attached, text

FAMILIES = ("sim800", "sim900", "sim7000", "sim7100")


@pytest.mark.parametrize("dialect", FAMILIES)
async def test_a_card_is_taken_out_and_put_in(dialect: str) -> None:
    async with VirtualModem(dialect, urc_delay=0) as virtual, open_modem(virtual.port(), apn="internet") as modem:
        await modem.network.up()
        gone = modem.bus.expect(SimRemoved)
        virtual.remove_sim()
        assert repr(await gone.get(5)) == "SimRemoved()"
        async with modem.events(SimRemoved, SimInserted) as changes:
            await modem.at("+CSQ")
            virtual.remove_sim()  # it says so again
            virtual.insert_sim()
            while not changes.pending:
                await modem.at("+CSQ")
            (event,) = changes.take()
            assert isinstance(event, SimInserted)
            assert repr(event) == "SimInserted(READY)"
        assert await modem.network.up()


async def test_it_is_told_of_a_card_that_was_only_asked_for() -> None:
    peer = Peer()
    modem = await attached(peer)
    peer.on("AT+CPIN?", *(text(f"+CPIN: {state}") for state in ("NOT INSERTED", "NOT INSERTED", "READY", "READY")))
    async with modem.events(SimRemoved, SimInserted) as changes:
        for _ in range(4):
            await modem.send(PinRead())
        assert [type(event) for event in changes.take()] == [SimRemoved, SimInserted]
    await modem.aclose()


async def test_a_radio_that_is_off_is_no_card_that_is_gone() -> None:
    async with (
        VirtualModem("sim800", urc_delay=0) as virtual,
        open_modem(virtual.port()) as modem,
        modem.events(SimRemoved, SimInserted) as changes,
    ):
        await modem.at("+CFUN=0")  # +CPIN: NOT READY
        await modem.at("+CFUN=1")
        await modem.at("+CSQ")
        assert changes.take() == []
