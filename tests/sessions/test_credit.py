"""Blocks that the module allows one after the other, and what it takes of them."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.commands.ftp import FTP_BLOCK_MAXIMUM, FtpPut, FtpPutBlock, FtpPutCredit
from simcom_async.errors import CommandFailed
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.credit import Credits
from simcom_async.sessions.undertaking import Undertaking
from tests.sessions.peer import ERROR, OK, Peer, attached


async def beginning(**answers: str) -> tuple[Peer, Modem, ManualClock]:
    clock = ManualClock()
    peer = Peer(**{"AT+FTPPUT=1": OK, **answers})
    return peer, await attached(peer, clock), clock


def credits_of(modem: Modem) -> Credits:
    return Credits(modem.link, FtpPutCredit, FtpPutBlock, FTP_BLOCK_MAXIMUM)


def undertaken(modem: Modem) -> Undertaking[object]:
    return Undertaking(modem._attachment, FtpPut())


async def test_a_credit_is_waited_for_and_used_once() -> None:
    peer, modem, clock = await beginning()
    with credits_of(modem) as credits:
        work = undertaken(modem)
        waiting = asyncio.ensure_future(credits.take(work))
        await clock.settle()
        assert not waiting.done()
        peer.say("\r\n+FTPPUT: 1,1,1360\r\n")
        assert await clock.run_until(waiting, 10) == 1360
        again = asyncio.ensure_future(credits.take(work))
        await clock.settle()
        assert not again.done()
        peer.say("\r\n+FTPPUT: 1,1,100\r\n")
        assert await clock.run_until(again, 10) == 100
        peer.say("\r\n+FTPPUT: 1,1,9999\r\n")
        await clock.settle()
        assert await credits.take(work) == FTP_BLOCK_MAXIMUM
    await clock.run_until(modem.aclose(), 60)


async def test_there_is_none_when_the_work_has_ended() -> None:
    peer, modem, clock = await beginning()
    with credits_of(modem) as credits:
        work = undertaken(modem)
        waiting = asyncio.ensure_future(credits.take(work))
        await clock.settle()
        peer.say("\r\n+FTPPUT: 1,66\r\n")
        assert await clock.run_until(waiting, 10) == 0
        assert await credits.take(work) == 0
    await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize(("granted", "taken"), [(5, 5), (3, 3)])
async def test_what_is_granted_is_what_was_taken(granted: int, taken: int) -> None:
    peer, modem, clock = await beginning(**{"AT+FTPPUT=2,5": f"\r\n+FTPPUT: 2,{granted}\r\n"})
    with credits_of(modem) as credits:
        entering = asyncio.ensure_future(credits.enter(b"hello"))
        await clock.settle()
        peer.say(OK)
        assert await clock.run_until(entering, 10) == taken
    await clock.run_until(modem.aclose(), 60)


async def test_a_refused_block_is_an_error() -> None:
    _, modem, clock = await beginning(**{"AT+FTPPUT=2,5": ERROR})
    with credits_of(modem) as credits, pytest.raises(CommandFailed):
        await clock.run_until(credits.enter(b"hello"), 10)
    await clock.run_until(modem.aclose(), 60)
