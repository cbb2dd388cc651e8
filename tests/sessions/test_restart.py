"""A refusal that is the consequence of a restart has the restart's name."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async import Ready, VirtualModem, open_modem
from simcom_async.errors import CommandFailed, ModemRestarted
from simcom_async.sessions.restart import restart_named
from simcom_async.virtual.faults import Reset
from tests.torture.case import Case, Verdict, judge


async def test_only_a_module_that_was_upset_since_has_forgotten() -> None:
    async with VirtualModem("sim800", urc_delay=0) as virtual, open_modem(virtual.port()) as modem:
        attachment = modem.network._attachment
        with pytest.raises(CommandFailed), restart_named(attachment, attachment.upsets):
            await modem.at("+NONSENSE")
        upsets = attachment.upsets
        async with modem.events(Ready) as ready:
            virtual.faults.add(Reset())
            async with asyncio.timeout(20):
                await ready.get()
        named = pytest.raises(ModemRestarted, match="ERROR; the module has restarted meanwhile")
        with named as caught, restart_named(attachment, upsets):
            await modem.at("+NONSENSE")
        assert isinstance(caught.value.__cause__, CommandFailed)


@pytest.mark.parametrize("name", ["http/sim800/get/reset/5", "http/sim800/rest/reset/2"])
def test_between_the_answer_of_a_server_and_its_fetching(name: str) -> None:
    service, family, verb, kind, moment = name.split("/")
    outcome = judge(Case(service, family, verb, kind, int(moment), 6))
    assert outcome.verdict is Verdict.ERROR, outcome.why
