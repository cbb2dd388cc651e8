import logging

import pytest

from simcom_async.at.exchange import Exchange
from simcom_async.errors import (
    CommandTimeout,
)
from simcom_async.link.trace import Trace

from .speech import (
    Password,
    Work,
)

OK = b"\r\nOK\r\n"


async def test_secrets_stay_out_of_errors_and_logs(link, peer, clock, start, caplog):
    """Law 10."""
    secret = "hunter-two"
    with caplog.at_level(logging.DEBUG, "simcom_async.link"):
        sending = await start(link.send(Password(password=secret)))
        await peer.says(b'AT+PASS="hunt', b'er-two"\r\r\n')
        await clock.run(6)
        with pytest.raises(CommandTimeout) as caught:
            await sending
        peer.answers = {b"AT": OK}
        await clock.run(5)
        reading = await start(link.send(Password.query()))
        await peer.says(b'\r\n+PASS: "hunt', b'er-two"\r\n' + OK)
        assert (await reading).password.get_secret_value() == secret
        working = await start(link.send(Work()))
        await peer.says(OK)
        await working
    assert secret not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.seen == b'AT+PASS="**********"\r\r\n'
    assert secret not in repr(link._schedule.operations())
    logged = caplog.text
    assert "hunt" not in logged
    assert "er-two" not in logged
    assert 'AT+PASS="**********"' in logged
    assert "RX b'\\r\\nOK\\r\\n'" in logged


@pytest.mark.parametrize("cut", range(1, 40))
async def test_a_secret_that_the_reads_cut_in_two_is_masked(cut, caplog):
    caplog.set_level(logging.DEBUG, "simcom_async.link")
    echo = b'AT+PASS="hunter-two"\r\r\n' + b"x" * 300
    for reads in ([echo[:cut], echo[cut:]], [echo[:cut], *[b"+"] * 9, echo[cut:]], [echo[-320 + cut :]]):
        trace = Trace("memory")
        trace.command(Exchange(Password(password="hunter-two")), 0.0)
        for data in reads:
            trace.received(data, 0.0)
        seen = trace.seen()
        trace.ended()
        assert b"unt" not in seen
        assert b"two" not in seen
        assert "unt" not in caplog.text
        assert "two" not in caplog.text


@pytest.mark.parametrize("cut", range(1, 40))
async def test_a_secret_that_is_read_back_is_masked(cut, caplog):
    caplog.set_level(logging.DEBUG, "simcom_async.link")
    reply = b'\r\n+PASS: "hunter-two"\r\n\r\nOK\r\n'
    for reads in (
        [reply[:cut], reply[cut:]],
        [reply[:cut], *[b"+"] * 9, reply[cut:]],
        [b"y" * cut + reply + b"z" * 240],
    ):
        trace = Trace("memory")
        trace.command(Exchange(Password.query()), 0.0)
        for data in reads:
            trace.received(data, 0.0)
        seen = trace.seen()
        trace.ended()
        for shown in (seen, trace.seen(), caplog.text.encode()):
            assert b"unt" not in shown
            assert b"two" not in shown


async def test_long_reads_are_shown_in_part(caplog):
    caplog.set_level(logging.DEBUG, "simcom_async.link")
    trace = Trace("memory")
    trace.command(Exchange(Work()), 0.0)
    trace.received(b"a" * 1000, 0.0)
    trace.entry(b"\x1b", 0.0, echoes=False)
    trace.entry(b"text of a mail", 0.0, echoes=False)
    assert trace.seen() == b"a" * 256
    assert "aaa'... 1000 bytes" in caplog.text
    assert "TX b'\\x1b', 1 bytes" in caplog.text
    assert "TX entry, 14 bytes" in caplog.text
    assert "mail" not in caplog.text
    trace.command(Exchange(Work()), 0.0)
    assert trace.seen() == b""
