"""A module that is found by a host and wants to harm it: ready or a named error, within the limit of opening."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import cycle

import pytest

from simcom_async.errors import SimcomError
from simcom_async.modem import Modem, connect
from simcom_async.ports.clock import ManualClock
from tests.hostile.measure import MEGABYTE, peak_memory
from tests.hostile.sample import sampled
from tests.hostile.stage import FarEnd

#: Seconds of the clock: opening may look for rates and bring a module out of whatever it was left in.
LIMIT = 600.0
PEAK = 8 * MEGABYTE
OK = b"\r\nOK\r\n"
DIGITS = b"9" * 5_000

Answer = Callable[[bytes], bytes | None]


def always(*said: bytes) -> Answer:
    """The same to everything, one after the other."""
    words = cycle(said)
    return lambda line: next(words)


def honest(**lies: bytes) -> Answer:
    """OK to everything but some questions."""
    return lambda line: next((b"\r\n" + said + b"\r\n" + OK for key, said in lies.items() if key.encode() in line), OK)


ANSWERS: dict[str, Answer] = {
    "nothing": lambda line: None,
    "OK to everything": always(OK),
    "ERROR to everything": always(b"\r\nERROR\r\n"),
    "an error of thousands of digits": always(b"\r\n+CME ERROR: " + DIGITS + b"\r\n"),
    "digits": always(b"0\r"),
    "the echo alone": lambda line: line + b"\r",
    "the echo again and again": lambda line: (line + b"\r") * 1_000 + OK,
    "boot lines": always(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n" * 20),
    "boot lines behind each OK": always(OK + b"\r\nRDY\r\n"),
    "a prompt": always(b"\r\n> "),
    "the answer of another": always(
        b"\r\n+CSQ: 1,1\r\n" + OK, b"\r\n+CPIN: READY\r\n" + OK, b"\r\n123456789012345\r\n" + OK
    ),
    "garbage": always(bytes(range(256)) * 64),
    "a line without an end": always(b"x" * 60_000),
    "thousands of lines": always(b"\r\nline\r\n" * 5_000 + OK),
    "a thousand OK": always(OK * 1_000),
    "late by one": always(b"", OK + OK),
    "an identity without an end": honest(CGMM=b"SIMCOM_SIM800" * 1_000, ATI=b"x" * 10_000),
    "an identity of no text": honest(CGMM=b"\0\xff\xfe", ATI=b"\xff", CGMR=b"\x1b[2J"),
    "a serial number of thousands of digits": honest(CGSN=DIGITS),
    "two identities": honest(CGMM=b"SIMCOM_SIM800", ATI=b"SIMCOM_SIM7600CE R1", CGSN=b"no number"),
    "a state of a card that there is none of": honest(CPIN=b"+CPIN: " + b"X" * 5_000),
    "a downloaded rate": honest(IPR=b"+IPR: " + DIGITS),
}


@pytest.mark.parametrize("what", sampled(ANSWERS, 4, 3))
async def test_opening_ends_in_time_with_a_modem_or_a_named_error(what: str) -> None:
    clock, far = ManualClock(), FarEnd()
    far.answer = ANSWERS[what]
    await far.open()
    with peak_memory() as peak:
        opening = asyncio.ensure_future(connect(far.host, clock=clock))
        (ended,) = await clock.run_until(asyncio.gather(opening, return_exceptions=True), LIMIT)
    assert peak.octets < PEAK
    assert isinstance(ended, Modem | SimcomError), repr(ended)
    assert len(str(ended)) < 5_000
    if isinstance(ended, Modem):
        await clock.run_until(ended.aclose(), 60)
    await far.aclose()
