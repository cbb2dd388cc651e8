"""A port that stays open while its borrowers come and go."""

import asyncio

import pytest

from simcom_async.errors import LinkError, PortLost
from simcom_async.ports.lent import LentPort
from simcom_async.ports.memory import memory_line


async def test_borrowers_come_and_go():
    near, far = memory_line()
    heard, first, second = [], [], []
    await far.open(heard.append, lambda _: None)
    lent = LentPort(near)
    await lent.open(first.append, lambda _: None)
    lent.write(b"AT\r")
    far.write(b"OK")
    await asyncio.sleep(0)
    await lent.aclose()
    far.write(b"nobody listens")
    await asyncio.sleep(0)
    await lent.open(second.append, lambda _: None)
    far.write(b"again")
    await asyncio.sleep(0)
    assert (heard, first, second) == ([b"AT\r"], [b"OK"], [b"again"])
    assert (lent.url, lent.flow_control, lent.pending) == (near.url, near.flow_control, 0)
    lent.pause()
    far.write(b"!")
    await asyncio.sleep(0)
    assert second == [b"again"]
    lent.resume()
    await lent.set_baud(9600)
    await lent.drain()
    await asyncio.sleep(0)
    assert second == [b"again", b"!"]
    await lent.finish()
    with pytest.raises(PortLost):
        lent.write(b"x")


async def test_a_loss_is_told_to_the_borrower_and_to_those_who_come_later():
    near, far = memory_line()
    await far.open(lambda _: None, lambda _: None)
    lent, lost = LentPort(near), []
    await lent.open(lambda _: None, lost.append)
    far.unplug()
    await asyncio.sleep(0)
    assert len(lost) == 1
    with pytest.raises(PortLost, match="unplugged"):
        await lent.open(lambda _: None, lost.append)
    await lent.finish()


async def test_a_port_that_cannot_be_opened():
    near, far = memory_line()
    await far.open(lambda _: None, lambda _: None)
    far.unplug()
    with pytest.raises(LinkError):
        await LentPort(near).open(lambda _: None, lambda _: None)
