"""The order in which things are said on a line, and that it does not depend on how the host's bytes were cut."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simcom_async.ports.clock import ManualClock
from simcom_async.virtual import VirtualModem
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"

LINES = st.sampled_from(
    [
        b"AT\r",
        b"AT+CSQ;+CREG?\r\n",
        b"ATE0\r",
        b"ATE1V1\r",
        b"ATV0\r",
        b"AT+CMEE=2\r",
        b"AT+CPIN=1\r",
        b"AT+NOSUCH;+CSQ\r",
        b"A/",
        b"+++",
        b"\x1b",
        b"\r\n",
        b"AT+CSR\x08Q\r",
        b"AT+HTTPINIT\r",
        b"AT+HTTPDATA=5,1000\rhello",
        b"AT+HTTPDATA=3,1000\r\x1a\x1b\x00",
        b"AT+HTTPREAD\r",
        b"AT+HTTPPARA?\r",
        b"AT+HTTPTERM\r",
        b'AT+CMGS="1"\rtext\x1a',
        b"AT&F\r",
        b"AT&W\r",
        b"ATZ\r",
        b"noise at all\r",
        b"AT" + b"0" * 600 + b"\r",
    ]
)


async def answers_to(chunks: list[bytes]) -> bytes:
    """All that a module says to these bytes."""
    clock = ManualClock()
    async with VirtualModem("sim800", clock=clock) as virtual:
        client = await Client(virtual.port()).open()
        for chunk in chunks:
            if chunk:
                client.send(chunk)
                await clock.run(0)
        return bytes(client.received)


@given(st.lists(LINES, max_size=10), st.data())
@settings(max_examples=60, deadline=None)
async def test_the_answers_do_not_depend_on_the_cuts(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    chunks = [stream[start:end] for start, end in itertools.pairwise([0, *cuts, len(stream)])]
    whole = await answers_to([stream])
    assert await answers_to(chunks) == whole
    assert await answers_to([bytes([byte]) for byte in stream]) == whole


async def test_what_is_typed_ahead_is_answered_in_order(client: Client) -> None:
    client.send(b"AT+CSQ\rAT+CREG?\rAT\r")
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK + b"\r\n+CREG: 0,1\r\n" + OK + OK)


async def test_the_echo_of_what_is_typed_ahead_comes_behind_the_answer(virtual: VirtualModem) -> None:
    client = await attach(virtual, echo=True)
    client.send(b"AT+CSQ\rAT\r")
    await client.hear(b"AT+CSQ\r\r\n+CSQ: 21,0\r\n" + OK + b"AT\r" + OK)


async def test_each_command_of_a_line_answers_before_the_next_runs(virtual: VirtualModem, client: Client) -> None:
    client.send(b"AT+CSQ;+HTTPINIT;+HTTPDATA=3,1000;+HTTPREAD\r")
    await client.hear(b"\r\n+CSQ: 21,0\r\n\r\nDOWNLOAD\r\n")
    client.send(b"abc")
    await client.hear(b"\r\n+HTTPREAD: 3\r\nabc" + OK)


async def test_a_timer_that_is_over_leaves_the_rest_to_the_command_line(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock))
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=100,1000", b"\r\nDOWNLOAD\r\n")
    client.send(b"some")
    await clock.run(1.1)
    await client.hear(OK)
    client.send(b"\rAT+CSQ\r")
    await client.hear(b"\r\n+CSQ: 21,0\r\n" + OK)


async def test_an_entry_that_is_complete_stops_its_timer(clock: ManualClock, start: Start) -> None:
    client = await attach(await start(clock=clock))
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=4,1000", b"\r\nDOWNLOAD\r\n")
    client.send(b"some")
    await client.hear(OK)
    assert clock.next_due is None


@pytest.mark.parametrize("slow", [b"AT+HTTPREAD\r"])
async def test_a_host_that_does_not_read_holds_up_the_next_answer(virtual: VirtualModem, slow: bytes) -> None:
    client = await attach(virtual)
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=300000,1000", b"\r\nDOWNLOAD\r\n")
    client.send(bytes(300_000))
    await client.hear(OK)
    client.port.pause()
    client.send(slow * 20)
    await client.silent()
    channel = virtual.lines.channels[0]
    assert channel.port.pending < 400_000  # one answer waits, not twenty
    client.port.resume()
    for _ in range(20):
        await client.hear(b"\r\n+HTTPREAD: 300000\r\n" + bytes(300_000) + OK)
