"""Commands that go on in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from simcom_async.at.command import Service
from simcom_async.commands.ftp import FtpCode, FtpGet, FtpGetEvent
from simcom_async.commands.http import HttpDataInput
from simcom_async.errors import CommandFailed, PortLost
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.attach import Attachment
from simcom_async.sessions.undertaking import Undertaking
from tests.sessions.peer import ERROR, OK, Peer, attached

Ends = tuple[Peer, Modem, Attachment, ManualClock]


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    clock = ManualClock()
    peer = Peer()
    modem = await attached(peer, clock)
    yield peer, modem, modem._ftp.attachment, clock
    await clock.run_until(modem.aclose(), 60)


async def test_its_answer(ends: Ends) -> None:
    peer, _, attachment, clock = ends
    work = Undertaking(attachment, FtpGet())
    assert not work.done
    await clock.settle()
    peer.say("\r\n+FTPGET: 1,0\r\n")
    event = await clock.run_until(work.ended(), 10)
    assert work.done
    assert event == work.answer() == FtpGetEvent(code=FtpCode.DONE)


async def test_its_error(ends: Ends) -> None:
    peer, _, attachment, clock = ends
    peer.on("AT+FTPGET=1", ERROR)
    work = Undertaking(attachment, FtpGet())
    with pytest.raises(CommandFailed):
        await clock.run_until(work.ended(), 10)
    with pytest.raises(CommandFailed):
        work.answer()


async def test_who_waits_looks_again_at_every_change_and_at_the_end(ends: Ends) -> None:
    peer, _, attachment, clock = ends
    work = Undertaking(attachment, FtpGet())
    looked: list[int] = []

    def reached() -> bool:
        looked.append(len(looked))
        return len(looked) == 3

    waiting = asyncio.ensure_future(work.until(reached))
    await clock.settle()
    work.changed.set()
    await clock.settle()
    assert not waiting.done()
    work.changed.set()
    await clock.settle()
    assert waiting.done()
    waiting = asyncio.ensure_future(work.until(lambda: False))
    await clock.settle()
    peer.say("\r\n+FTPGET: 1,65\r\n")
    await clock.settle()
    assert waiting.done()


@pytest.mark.parametrize(("after", "ended"), [(4.0, True), (6.0, False)])
async def test_whether_it_ends_soon(ends: Ends, after: float, ended: bool) -> None:
    peer, _, attachment, clock = ends
    work = Undertaking(attachment, FtpGet())
    clock.call_at(clock.time() + 1, work.changed.set)
    clock.call_at(clock.time() + after, lambda: peer.say("\r\n+FTPGET: 1,0\r\n"))
    started = clock.time()
    assert await clock.run_until(work.ends_within(5), 10) is ended
    assert clock.time() - started == min(after, 5)


async def test_given_up_it_is_aborted_and_known_as_unsettled_at_once(ends: Ends) -> None:
    peer, modem, attachment, clock = ends
    work = Undertaking(attachment, FtpGet())
    await clock.settle()
    peer.on("AT+FTPQUIT", None)
    await work.give_up()
    settling = asyncio.ensure_future(modem.link.settled(Service.FTP, 30))
    await clock.settle()
    assert not settling.done()
    peer.say(OK + "\r\n+FTPGET: 1,86\r\n")
    await clock.run_until(settling, 10)
    assert peer.lines == ["AT+FTPGET=1", "AT+FTPQUIT"]


async def test_given_up_after_its_end_nothing_happens(ends: Ends) -> None:
    peer, _, attachment, clock = ends
    peer.on("AT+FTPGET=1", OK + "\r\n+FTPGET: 1,0\r\n")
    work = Undertaking(attachment, FtpGet())
    await clock.run_until(work.ended(), 10)
    await work.give_up()
    assert peer.lines == ["AT+FTPGET=1"]


@pytest.mark.parametrize("settle", [True, False])
async def test_who_waits_hears_that_the_modem_was_closed_even_before_it_began(settle: bool) -> None:
    clock = ManualClock()
    modem = await attached(Peer(), clock)
    work = Undertaking(modem._ftp.attachment, FtpGet())
    if settle:
        await clock.settle()
    waiting = asyncio.ensure_future(work.until(lambda: False))
    await clock.run_until(modem.aclose(), 60)
    await clock.run_until(waiting, 10)
    with pytest.raises(PortLost):
        work.answer()


async def test_its_entry(ends: Ends) -> None:
    peer, modem, attachment, clock = ends
    peer.entered = OK
    work = Undertaking(attachment, HttpDataInput(size=5, time=10_000), entry=b"hello")
    await clock.run_until(work.ended(), 10)
    assert peer.entries == [b"hello"]
    assert modem.link.claimed == set()
