"""A command that the module may refuse."""

from __future__ import annotations

import pytest

from simcom_async.commands.general import At
from simcom_async.errors import CommandTimeout
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.refusable import taken
from tests.sessions.peer import ERROR, OK, Peer, attached


@pytest.mark.parametrize(("answer", "expected"), [(OK, True), (ERROR, False), ("\r\n+CME ERROR: 3\r\n", False)])
async def test_whether_it_was_taken(answer: str, expected: bool) -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock)
    peer.on("AT", answer)
    assert await clock.run_until(taken(modem.link, At()), 5) is expected
    peer.on("AT", OK)
    await clock.run_until(modem.aclose(), 60)


async def test_silence_is_no_refusal() -> None:
    clock, peer = ManualClock(), Peer()
    modem = await attached(peer, clock)
    peer.on("AT", None)
    with pytest.raises(CommandTimeout):
        await clock.run_until(taken(modem.link, At()), 60)
    peer.on("AT", OK)
    await clock.run_until(modem.aclose(), 60)
