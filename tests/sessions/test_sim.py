"""The card: its PIN is entered when it asks, and once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from simcom_async.errors import CommandFailed, ServiceFailed, UsageError
from simcom_async.modem import Modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.sim import Card
from tests.sessions.peer import Answer, Peer, attached, text

READY, ASKED, BUSY = text("+CPIN: READY"), text("+CPIN: SIM PIN"), "\r\n+CME ERROR: 14\r\n"


async def card_in(peer: Peer, pin: str | None, *answers: Answer) -> tuple[Card, Modem, ManualClock]:
    clock = ManualClock()
    modem = await attached(peer, clock)
    peer.on("AT+CPIN?", *answers)
    return Card(modem.link, clock, pin), modem, clock


async def test_a_card_that_is_ready_gets_no_pin() -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, "1234", READY)
    await clock.run_until(card.unlock(), 60)
    assert peer.lines == ["AT+CPIN?"]
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("pin", ["1234", "12345678"])
async def test_a_card_that_asks_gets_it(pin: str) -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, pin, ASKED, READY)
    await clock.run_until(card.unlock(), 60)
    assert peer.lines[0] == "AT+CPIN?"
    assert pin in peer.lines[1]
    assert peer.lines[2:] == ["AT+CPIN?"]
    await clock.run_until(modem.aclose(), 10)


async def test_a_card_that_needs_its_time_is_waited_for() -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, "1234", BUSY, text("+CPIN: NOT READY"), ASKED, BUSY, READY)
    await clock.run_until(card.unlock(), 60)
    assert len(peer.asked("AT+CPIN=")) == 1
    await clock.run_until(modem.aclose(), 10)


async def test_a_wrong_pin_is_never_tried_again() -> None:
    peer = Peer(**{"AT+CPIN=1234": "\r\n+CME ERROR: 16\r\n", 'AT+CPIN="1234"': "\r\n+CME ERROR: 16\r\n"})
    card, modem, clock = await card_in(peer, "1234", ASKED)
    with pytest.raises(CommandFailed, match="incorrect password") as caught:
        await clock.run_until(card.unlock(), 60)
    assert "1234" not in f"{caught.value} {caught.value!r} {caught.value.command}"
    for _ in range(3):
        with pytest.raises(ServiceFailed, match="SIM PIN"):
            await clock.run_until(card.unlock(), 60)
    assert len(peer.asked("AT+CPIN=")) == 1
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("pin", [None, ""])
async def test_without_a_pin_nothing_is_entered(pin: str | None) -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, pin, ASKED)
    with pytest.raises(ServiceFailed, match="the SIM card says SIM PIN: give its PIN as pin=") as caught:
        await clock.run_until(card.unlock(), 60)
    assert caught.value.remedy
    assert peer.asked("AT+CPIN=") == []
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (text("+CPIN: SIM PUK"), "SIM PUK: the PIN was wrong three times"),
        (text("+CPIN: NOT INSERTED"), "NOT INSERTED: insert a card"),
        (text("+CPIN: PH-NET PIN"), "PH-NET PIN: check the card, or unlock it"),
        (text("+CPIN: NOT READY"), "NOT READY: check the card and its holder"),
        (BUSY, "SIM busy"),
    ],
)
async def test_what_a_pin_does_not_help_is_said(answer: str, said: str) -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, "1234", answer)
    with pytest.raises(ServiceFailed, match=said):
        await clock.run_until(card.unlock(), 60)
    assert peer.asked("AT+CPIN=") == []
    await clock.run_until(modem.aclose(), 10)


async def test_no_card_is_the_modules_own_error() -> None:
    peer = Peer()
    card, modem, clock = await card_in(peer, "1234", "\r\n+CME ERROR: 10\r\n")
    with pytest.raises(CommandFailed, match="SIM not inserted") as caught:
        await clock.run_until(card.unlock(), 60)
    assert caught.value.remedy
    await clock.run_until(modem.aclose(), 10)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", '12"4', "12\r4", "٠١٢٣", 1234.5, b"1234"])
async def test_a_pin_is_a_few_digits_and_is_not_shown(pin: Any) -> None:
    peer = Peer()
    with pytest.raises(UsageError, match="pin: 4 to 8 digits are allowed") as caught:
        await card_in(peer, pin)
    assert str(pin) not in f"{caught.value} {caught.value!r} {caught.value.value}"


async def test_a_secret_pin_is_a_pin() -> None:
    peer = Peer()
    clock = ManualClock()
    modem = await attached(peer, clock)
    peer.on("AT+CPIN?", ASKED, READY)
    await clock.run_until(Card(modem.link, clock, SecretStr("4711")).unlock(), 60)
    assert len(peer.asked("AT+CPIN=")) == 1
    await clock.run_until(modem.aclose(), 10)
