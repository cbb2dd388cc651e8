import logging

import pytest

from simcom_async.at.command import RawCommand
from simcom_async.at.exchange import Exchange
from simcom_async.commands.general import At
from simcom_async.errors import (
    CommandTimeout,
)
from simcom_async.link.trace import Trace

from .speech import (
    Action,
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


def events(trace):
    """What is remembered, as direction and bytes."""
    return [(row.dir, row.left_out or row.data) for row in trace.rows(lambda exchange: True, 64)]


async def test_reads_and_writes_are_remembered_in_their_order():
    trace = Trace("memory")
    trace.received(b"\r\nRDY\r\n", 0.5)
    trace.command(Exchange(Work()), 1.0)
    trace.received(OK, 1.25)
    rows = trace.rows(lambda exchange: True, 64)
    assert [(row.t, row.dir, row.data) for row in rows] == [
        (0.5, "rx", b"\r\nRDY\r\n"),
        (1.0, "tx", b"AT+WORK\r"),
        (1.25, "rx", OK),
    ]
    assert [row.begins for row in rows] == [False, True, False]


async def test_of_long_reads_the_beginning_and_the_end_are_remembered():
    trace = Trace("memory")
    trace.command(Exchange(Work()), 0.0)
    data = bytes(range(256)) * 16
    trace.received(data, 0.0)
    assert events(trace) == [
        ("tx", b"AT+WORK\r"),
        ("rx", data[:64]),
        ("rx", 4096 - 64 - 256),
        ("rx", data[-256:]),
    ]


async def test_bulk_pushes_no_command_out():
    trace = Trace("memory")
    trace.command(Exchange(At()), 0.0)
    trace.received(OK, 0.0)
    trace.command(Exchange(Work()), 0.0)
    for number in range(100_000):
        trace.received(b"%0200d" % number, 0.0)
        if not number % 100:
            trace.entry(b"x" * 10, 0.0, echoes=False)
    found = events(trace)
    assert found[:7] == [
        ("tx", b"AT\r"),
        ("rx", OK),
        ("tx", b"AT+WORK\r"),
        ("rx", b"0" * 200),
        ("tx", 10),
        ("rx", b"0" * 199 + b"1"),
        ("tx", 9_990),
    ]
    assert found[8:] == [("rx", b"%0200d" % number) for number in range(99_988, 100_000)]
    assert sum(len(kept) if isinstance(kept, bytes) else kept for way, kept in found[3:] if way == "rx") == 20_000_000


async def test_short_reads_are_made_one_before_any_is_left_out():
    trace = Trace("memory")
    trace.command(Exchange(Work()), 0.0)
    reply = b"\r\n+X: " + b"0123456789" * 100 + OK
    for number, byte in enumerate(reply):
        trace.received(bytes([byte]), float(number))
    found = events(trace)
    assert b"".join(data for way, data in found if way == "rx") == reply
    assert len(found) <= 17


async def test_so_many_commands_are_remembered_and_those_whose_end_is_awaited():
    trace = Trace("memory")
    action, lost = Exchange(Action(method=1)), Exchange(Work())
    trace.command(action, 0.0)
    trace.received(OK, 0.0)
    trace.keep(action)
    trace.command(lost, 0.0)
    trace.keep(lost)
    trace.keep(lost)
    for _ in range(1000):
        trace.command(Exchange(At()), 0.0)
        trace.received(OK, 0.0)
    assert events(trace)[:4] == [("tx", b"AT+ACTION=1\r"), ("rx", OK), ("tx", b"AT+WORK\r"), ("tx", b"AT\r")]
    assert len(events(trace)) == 3 + 2 * 16
    rows = trace.rows(lambda exchange: exchange is action, 64)
    assert [row.data for row in rows[:3]] == [b"AT+ACTION=1\r", OK, b"AT\r"]
    assert [row.apart for row in rows[:4]] == [False, False, True, True]
    assert len(trace.rows(lambda exchange: False, 64)) == 2 * 16


async def test_of_an_entry_the_length_is_remembered_and_what_ends_it():
    trace = Trace("memory")
    trace.command(Exchange(Work()), 0.0)
    for data in (b"Dear John", b"x", b"y\x1a", b"\x10\x03", b"\x1b", b"+++", b"ATQ0\r", b"AT+SECRET=1\r", b""):
        trace.entry(data, 0.0, echoes=False)
    assert events(trace)[1:] == [
        ("tx", 9),
        ("tx", 1),
        ("tx", 1),
        ("tx", b"\x1a"),
        ("tx", b"\x10\x03"),
        ("tx", b"\x1b"),
        ("tx", b"+++"),
        ("tx", b"ATQ0\r"),
        ("tx", 12),
    ]


async def test_an_entry_that_the_line_may_echo_is_not_remembered_either():
    for echoes in (True, False):
        trace = Trace("memory")
        trace.command(Exchange(Work()), 0.0)
        trace.received(b"AT+WORK\r\r\n> ", 0.0)
        trace.entry(b"Dear John\x1a", 0.0, echoes=echoes)
        trace.received(b"Dear Jo", 0.0)
        trace.received(b"hn\x1a\r\n+X: 1\r\n\r\nOK\r\n", 0.0)
        shown = b"".join(row.data for row in trace.rows(lambda exchange: True, 64) if row.dir == "rx")
        assert (b"John" in shown) is not echoes
        assert shown.startswith(b"AT+WORK\r\r\n> ")
        assert shown.endswith(b"\r\n+X: 1\r\n\r\nOK\r\n")


async def test_a_command_line_of_any_length_is_masked_before_it_is_cut():
    trace = Trace("memory")
    line = "+X=" + "a" * 1015 + "hunter-two" + "b" * 100
    trace.command(Exchange(RawCommand.of(line, (b"hunter-two",))), 0.0)
    ((_, shown),) = events(trace)
    assert len(shown) <= 1025
    assert b"hun" not in shown


async def test_a_reply_with_a_secret_that_comes_for_a_command_given_up_is_masked(caplog):
    """Its strings may come behind any of the next commands, cut anywhere."""
    caplog.set_level(logging.DEBUG, "simcom_async.link")
    reply = b'\r\n+PASS: "hunter-two"\r\n\r\nOK\r\n'
    for cut in range(len(reply)):
        trace = Trace("memory")
        trace.command(Exchange(Password.query()), 0.0)
        trace.received(reply[:cut], 0.0)
        trace.command(Exchange(At()), 0.0)
        trace.received(reply[cut:], 0.0)
        assert b"unt" not in trace.seen()
        assert b"two" not in trace.seen()
        trace.ended()
        trace.command(Exchange(At()), 0.0)
        shown = b"".join(row.data for row in trace.rows(lambda exchange: True, 64))
        assert b"unt" not in shown
        assert b"two" not in shown
    assert "unt" not in caplog.text
    assert "two" not in caplog.text


async def test_a_raw_command_whose_reply_may_show_a_secret_is_masked(caplog):
    caplog.set_level(logging.DEBUG, "simcom_async.link")
    trace = Trace("memory")
    trace.command(Exchange(RawCommand.of("+PASS?", reveals=True)), 0.0)
    trace.received(b'\r\n+PASS: "hunter-two"\r\n\r\nOK\r\n', 0.0)
    trace.ended()
    assert events(trace)[1] == ("rx", b"\r\n+PASS:*************\r\n\r\nOK\r\n")
    assert "hunter" not in caplog.text


async def test_byte_by_byte_a_secret_is_masked_as_well():
    trace = Trace("memory")
    trace.command(Exchange(Password(password="hunter-two")), 0.0)
    for byte in b'"hunter-two"':
        trace.received(bytes([byte]), 0.0)
    assert trace.seen() == b"*" * 12


async def test_of_secrets_without_end_the_last_ones_are_masked():
    trace = Trace("memory")
    for number in range(1000):
        trace.command(Exchange(Password(password=f"secret-{number}")), 0.0)
        trace.received(b'AT+PASS="secret-%d"\r\r\nOK\r\n' % number, 0.0)
        trace.ended()
    assert all(b"secret" not in row.data for row in trace.rows(lambda exchange: True, 64))
    assert len(trace._secrets) <= 64
