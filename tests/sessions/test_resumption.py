"""Work goes on after failures that may pass, as long as bytes come in between, and for no longer."""

from __future__ import annotations

import pytest

from simcom_async.at.command import Service
from simcom_async.errors import CommandTimeout, FtpError, LinkError, PortLost, ProtocolError
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.resumption import Resumption, TransferResumed
from tests.sessions.peer import Peer, attached

STAYS = FtpError("no such file", code=77, meaning="no such file", retry=False)
PASSES = FtpError("lost", code=61, meaning="network error", retry=True)


class Pluggable(Peer):
    """One whose cable may be pulled out."""

    def _lost(self, error: PortLost) -> None:
        """It is out."""


async def test_it_goes_on_while_bytes_come_in_between() -> None:
    clock = ManualClock()
    modem = await attached(Peer(), clock)
    resumption = Resumption(modem._attachment, Service.FTP)
    with modem.bus.subscribe(TransferResumed) as told:
        for offset in range(10, 200, 10):
            start = clock.time()
            await clock.run_until(resumption.after(PASSES, offset), 5)
            assert clock.time() - start == pytest.approx(0.5)
        events = told.take()
    assert [event.offset for event in events] == list(range(10, 200, 10))
    assert repr(events[0]) == "TransferResumed(ftp, from 10: lost)"
    await clock.run_until(modem.aclose(), 10)


async def test_five_failures_in_a_row_are_enough() -> None:
    clock = ManualClock()
    modem = await attached(Peer(), clock)
    resumption = Resumption(modem._attachment, Service.FTP, 100)
    pauses = []
    for _ in range(5):
        start = clock.time()
        await clock.run_until(resumption.after(ProtocolError("wrong"), 100), 60)
        pauses.append(clock.time() - start)
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8])
    last = CommandTimeout("late")
    with pytest.raises(CommandTimeout) as caught:
        await resumption.after(last, 100)
    assert caught.value is last
    await clock.run_until(modem.aclose(), 10)


async def test_what_stays_is_not_waited_for() -> None:
    clock = ManualClock()
    modem = await attached(Peer(), clock)
    with pytest.raises(FtpError, match="no such file"):
        await Resumption(modem._attachment, Service.FTP).after(STAYS, 5)
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("away", [300.0, 10_000.0])
async def test_a_module_that_is_away_is_waited_for_within_a_bound(away: float) -> None:
    clock = ManualClock()
    peer = Pluggable()
    modem = await attached(peer, clock)
    peer.port.unplug()
    await clock.settle()
    clock.call_at(clock.time() + away, lambda: modem._attachment.spawn(peer.open))
    start = clock.time()
    waiting = Resumption(modem._attachment, Service.FTP).after(PortLost("out"), 5)
    if away < 600:
        await clock.run_until(waiting, 700)
        assert away < clock.time() - start < away + 60
    else:
        with pytest.raises(LinkError, match="memory"):
            await clock.run_until(waiting, 700)
        assert 500 < clock.time() - start < 640
    await clock.run_until(modem.aclose(), 10)


async def test_a_modem_that_was_closed_is_not() -> None:
    clock = ManualClock()
    modem = await attached(Peer(), clock)
    await clock.run_until(modem.aclose(), 10)
    with pytest.raises(PortLost):
        await clock.run_until(Resumption(modem._attachment, Service.FTP).after(PASSES, 5), 10)
