from __future__ import annotations

from datetime import datetime

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual.clock import Calendar
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"


def test_it_goes_on_as_the_clock_does(clock: ManualClock) -> None:
    calendar = Calendar(clock)
    calendar.set(datetime(2026, 12, 31, 23, 59, 50), 4)
    clock.advance(15)
    assert calendar.text == "27/01/01,00:00:05+04"


def test_it_begins_with_the_time_of_the_machine(clock: ManualClock) -> None:
    before = datetime.now().astimezone()
    text = Calendar(clock).text
    assert text.endswith("+00")
    shown = datetime.strptime(text[:-3] + "+0000", "%y/%m/%d,%H:%M:%S%z")
    assert abs((shown - before).total_seconds()) < 5


async def test_setting_and_reading(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock))
    await client.ok(b'AT+CCLK="26/02/28,23:59:59+08"')
    await clock.run(1)
    await client.ask(b"AT+CCLK?", b'\r\n+CCLK: "26/03/01,00:00:00+08"\r\n' + OK)
    await client.ok(b'AT+CCLK="26/02/28,23:59:59-20"')
    await client.ask(b"AT+CCLK?", b'\r\n+CCLK: "26/02/28,23:59:59-20"\r\n' + OK)


async def test_what_is_no_time(client: Client) -> None:
    await client.error(b'AT+CCLK="26/02/30,00:00:00+00"', b'AT+CCLK="noon"', b'AT+CCLK="26/02/28,23:59:59+49"')
