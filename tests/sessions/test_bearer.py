"""The bearer: opened, found open, refused, closed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.commands.bearer import SapbrContype
from simcom_async.dialects import GENERAL, SIM800
from simcom_async.errors import CommandFailed, ServiceFailed, UsageError
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.bearer import Access, SapbrBearer
from tests.sessions.peer import ERROR, Answer, Peer, attached, text

QUERY, OPEN, CLOSE = "AT+SAPBR=2,1", "AT+SAPBR=1,1", "AT+SAPBR=0,1"


def state(number: int, address: str = "0.0.0.0") -> str:
    return text(f'+SAPBR: 1,{number},"{address}"')


UP, DOWN = state(1, "10.0.0.2"), state(3)


async def bearer_on(peer: Peer, *answers: Answer) -> tuple[SapbrBearer, Modem, ManualClock]:
    clock = ManualClock()
    peer.on(QUERY, *answers)
    modem = await attached(peer, clock)
    return SapbrBearer(modem.link, clock), modem, clock


async def test_it_is_configured_and_opened() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, UP)
    access = Access("internet", "joe", SecretStr("s3cret"))
    assert await clock.run_until(bearer.open(access), 10) == "10.0.0.2"
    assert peer.lines == [
        QUERY,
        'AT+SAPBR=3,1,"CONTYPE","GPRS"',
        'AT+SAPBR=3,1,"APN","internet"',
        'AT+SAPBR=3,1,"USER","joe"',
        'AT+SAPBR=3,1,"PWD","s3cret"',
        OPEN,
        QUERY,
    ]
    await clock.run_until(modem.aclose(), 10)


async def test_without_an_access_point_the_stored_one_is_used() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, UP)
    await clock.run_until(bearer.open(Access()), 10)
    assert peer.lines == [QUERY, 'AT+SAPBR=3,1,"CONTYPE","GPRS"', OPEN, QUERY]
    await clock.run_until(modem.aclose(), 10)


async def test_a_series_without_a_type_of_bearers_is_told_none() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN, UP)
    modem.link.dialect = replace(SIM800, commands=tuple(kind for kind in SIM800.commands if kind is not SapbrContype))
    await clock.run_until(bearer.open(Access("internet")), 10)
    assert peer.lines == [QUERY, 'AT+SAPBR=3,1,"APN","internet"', OPEN, QUERY]
    await clock.run_until(modem.aclose(), 10)


async def test_an_open_one_is_taken_as_it_is() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, UP)
    assert await clock.run_until(bearer.open(Access("other")), 10) == "10.0.0.2"
    assert peer.lines == [QUERY]
    await clock.run_until(modem.aclose(), 10)


async def test_one_that_opened_meanwhile_is_no_error() -> None:
    peer = Peer(**{OPEN: ERROR})
    bearer, modem, clock = await bearer_on(peer, DOWN, UP)
    assert await clock.run_until(bearer.open(Access()), 10) == "10.0.0.2"
    await clock.run_until(modem.aclose(), 10)


async def test_one_that_is_being_opened_or_closed_is_waited_for() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, state(0), state(0), UP)
    assert await clock.run_until(bearer.address(), 10) == "10.0.0.2"
    peer.on(QUERY, state(2), DOWN)
    assert await clock.run_until(bearer.address(), 10) is None
    peer.on(QUERY, state(0))
    assert await clock.run_until(bearer.address(), 100) is None
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("access", [Access("internet", "joe", SecretStr("s3cret")), Access()])
async def test_a_refusal_says_what_was_tried_and_what_to_do(access: Access) -> None:
    peer = Peer(**{OPEN: "\r\n+CME ERROR: 149\r\n"})
    bearer, modem, clock = await bearer_on(peer, DOWN)
    wanted = "bearer 1 could not be opened with .*access point.*: AT.SAPBR=1,1: .CME ERROR: 149 .*; check APN"
    with pytest.raises(ServiceFailed, match=wanted) as caught:
        await clock.run_until(bearer.open(access), 10)
    assert (caught.value.code, caught.value.retry, caught.value.command) == (149, True, OPEN)
    assert isinstance(caught.value.__cause__, CommandFailed)
    assert "s3cret" not in str(caught.value)
    await clock.run_until(modem.aclose(), 10)


async def test_one_that_falls_at_once_is_a_refusal_too() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN)
    with pytest.raises(ServiceFailed, match="it is closed again"):
        await clock.run_until(bearer.open(Access("internet")), 10)
    await clock.run_until(modem.aclose(), 10)


async def test_closing_asks_first() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, UP, DOWN)
    await clock.run_until(bearer.close(), 10)
    await clock.run_until(bearer.close(), 10)
    assert peer.lines == [QUERY, CLOSE, QUERY]
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("name", ["apn", "user", "password"])
@pytest.mark.parametrize("breaker", ['"', "\r", "\n", "\x1a", "\x1b", "\x00", "ä"])
def test_what_would_break_out_is_refused(name: str, breaker: str) -> None:
    value: Any = f"s3cret{breaker}"
    with pytest.raises(UsageError, match=f"{name}: ") as caught:
        Access(**{name: SecretStr(value) if name == "password" else value})
    assert caught.value.field == name
    assert name != "password" or "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.value}"


@pytest.mark.parametrize("value", [5, b"internet", ["a"]])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match=f"apn: a {type(value).__name__} cannot be taken"):
        Access(value)


async def test_over_long_values_are_refused_before_a_byte_is_sent() -> None:
    peer = Peer()
    bearer, modem, clock = await bearer_on(peer, DOWN)
    for access in (Access("x" * 65), Access(user="x" * 33), Access(password=SecretStr("x" * 33))):
        with pytest.raises(UsageError, match=r"(apn|user|password): \d+ characters"):
            bearer.check(access)
        with pytest.raises(UsageError):
            await bearer.open(access)
    assert peer.lines == []
    await clock.run_until(modem.aclose(), 10)


def test_a_repr_shows_no_password() -> None:
    assert "s3cret" not in repr(Access("internet", "joe", SecretStr("s3cret")))


def test_which_dialects_have_it() -> None:
    assert SapbrBearer.speaks(SIM800)
    assert not SapbrBearer.speaks(GENERAL)
