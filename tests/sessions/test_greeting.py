"""The first words with a module: what silences it is ended where that is allowed, and what it says is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from simcom_async.dialects import GENERAL
from simcom_async.errors import LinkError
from simcom_async.link.layer import Layer
from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.greeting import Greeting
from tests.sessions.peer import ERROR, OK, Peer


@asynccontextmanager
async def greeted(peer: Peer) -> AsyncIterator[tuple[ManualClock, Link, Greeting]]:
    clock = ManualClock()
    await peer.open()
    link = Link(peer.host, GENERAL, clock=clock)
    await link.open()
    yield clock, link, Greeting(link, "memory", clock)
    await clock.run_until(link.aclose(), 10)
    assert clock.next_due is None


async def test_a_module_that_answers_is_asked_once() -> None:
    peer = Peer()
    async with greeted(peer) as (clock, _, greeting):
        await clock.run_until(greeting.answered(()), 5)
        assert peer.lines == ["AT"]


@pytest.mark.parametrize(
    ("layers", "tried"), [((), False), ((Layer.PROBE, Layer.SWEEP), False), ((Layer.ESCAPE,), True)]
)
async def test_only_the_layers_that_are_allowed_are_taken(layers: tuple[Layer, ...], tried: bool) -> None:
    peer = Peer()
    peer.receive = lambda data: heard.append(data)  # type: ignore[method-assign]
    heard: list[bytes] = []
    async with greeted(peer) as (clock, _, greeting):
        with pytest.raises(LinkError, match="no answer to AT: nothing was seen") as caught:
            await clock.run_until(greeting.answered(layers), 75)
        assert ("tried in vain: silence, ATQ0" in str(caught.value)) is tried
        assert (b"ATQ0\r" in heard) is tried


async def test_one_that_has_to_train_is_given_time() -> None:
    peer = Peer()
    peer.on("AT", *[ERROR] * 9, OK)
    async with greeted(peer) as (clock, _, greeting):
        await clock.run_until(greeting.answered(()), 10)
        assert len(peer.lines) == 10


async def test_the_step_is_found_when_nothing_but_ok_comes() -> None:
    """What was asked before the line was lost is answered only now."""
    peer = Peer()
    peer.on("AT", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n" + OK, OK + ERROR, OK)
    async with greeted(peer) as (clock, _, greeting):
        await clock.run_until(greeting.fall_in_step(), 10)
        assert len(peer.lines) == 3


async def test_echo_that_stays_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    peer = Peer()
    peer.before = lambda line: peer.say(line + "\r")
    async with greeted(peer) as (clock, link, greeting):
        await clock.run_until(greeting.silence_echo(), 10)
        assert peer.lines == ["ATE0", "AT"] * 2
        assert link.state.echo is True
        assert "the line still echoes" in caplog.text


async def test_errors_without_numbers_are_no_error() -> None:
    peer = Peer(**{"AT+CMEE=1": ERROR})
    async with greeted(peer) as (clock, link, greeting):
        await clock.run_until(greeting.number_errors(), 5)
        assert link.state.cmee is None
