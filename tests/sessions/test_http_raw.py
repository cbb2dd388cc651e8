"""AT+CHTTPACT, byte by byte against a scripted module, and through a virtual one to real servers."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simcom_async.errors import (
    CommandTimeout,
    HttpError,
    LimitExceeded,
    ModemRestarted,
    PortLost,
    ProtocolError,
    UsageError,
)
from simcom_async.ports.passing import PassingPort
from tests.sessions.chttp_peer import ANSWER, ChttpPeer, Talk, code, pushed, talk
from tests.sessions.peer import ERROR, OK

URL = "http://example.com/x"
SECRET = "s3cret+token"
ACT = 'AT+CHTTPACT="example.com",80'
REQUEST = (
    b"GET /x HTTP/1.1\r\nHost: example.com\r\nUser-Agent: simcom-async\r\nAccept: */*\r\nConnection: close\r\n\r\n"
)


async def test_a_get_is_the_dialogue_of_the_manual() -> None:
    async with talk(ChttpPeer()) as at:
        response = await at.clock.run_until(at.modem.http.get(URL), 60)
        assert (response.status, response.headers, response.body) == (200, {"content-length": "5"}, b"hello")
        assert at.peer.lines == [ACT]
        assert at.peer.requests == [REQUEST]


async def test_what_ends_and_escapes_an_entry_is_carried() -> None:
    body = b"\x03\x1a\x03\x03\x1a\x1a\x1b" + bytes(range(256))
    async with talk(ChttpPeer()) as at:
        for _ in range(3):
            await at.clock.run_until(at.modem.http.put(URL, body), 60)
        assert [request.partition(b"\r\n\r\n")[2] for request in at.peer.requests] == [body] * 3


@pytest.mark.parametrize("size", [1, 3, 1024])
async def test_an_answer_full_of_the_modules_own_words(size: int) -> None:
    body = b"\r\n+CHTTPACT: 0\r\n\r\nOK\r\n\r\nERROR\r\n\x03\x1a> \r\n+CHTTPACT: DATA,5\r\n" * 20
    peer = ChttpPeer()
    peer.pushed = pushed(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body), size=size)
    async with talk(peer) as at:
        assert await at.get() == body


@pytest.mark.parametrize("header", ["\r\n+CHTTPACT: DATA, %d\r\n", "\r\n+CHTTPACT:DATA,%d\r\n"])
async def test_headers_of_packets_spaced_or_not(header: str) -> None:
    peer = ChttpPeer()
    peer.pushed = OK.encode() + header.encode() % len(ANSWER) + ANSWER + b"\r\n+CHTTPACT:0\r\n"
    async with talk(peer) as at:
        assert await at.get() == b"hello"


async def test_a_server_that_keeps_the_connection_open_is_not_waited_for() -> None:
    peer = ChttpPeer()
    peer.pushed = pushed(ANSWER, end=None)
    async with talk(peer) as at:
        started = at.clock.time()
        assert await at.get() == b"hello"
        assert at.clock.time() - started <= 5
        following = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        assert at.peer.lines == [ACT]  # the port is still the module's
        peer.pushed = pushed(ANSWER)
        peer.say(b"\r\n+CHTTPACT: DATA,3\r\nxyz" + code("CHTTPACT", 0))
        assert (await at.clock.run_until(following, 60)).body == b"hello"


@pytest.mark.parametrize("number", [220, 221, 222, 223, 224, 225, 226])
async def test_the_modules_own_codes_wherever_they_stand(number: int) -> None:
    places = [
        pushed(b"", end=number),
        code("CHTTPACT", number) + ERROR.encode(),
        b"\r\n+CME ERROR: %d\r\n" % number,
        pushed(b"HTTP/1.1 200 OK\r\n", end=number),
    ]
    async with talk(ChttpPeer()) as at:
        for place in places:
            at.peer.pushed = place
            with pytest.raises(HttpError, match=f"GET {URL}: {number}, ") as caught:
                await at.get()
            assert (caught.value.code, caught.value.command) == (number, ACT)
            assert caught.value.meaning
        at.peer.on(ACT, f"\r\n+CME ERROR: {number}\r\n")
        with pytest.raises(HttpError) as caught:
            await at.get()
        assert caught.value.code == number


BUSY = "\r\n+CME ERROR: 221\r\n"


async def left_unfinished(at: Talk) -> None:
    """The line goes in the middle of a request, and comes back; the module goes on with that."""
    at.peer.pushed = OK.encode()
    task = asyncio.ensure_future(at.modem.http.get(URL))
    await at.clock.settle()
    await at.clock.run_until(at.modem.link.drop("is closed by a test"), 5)
    with pytest.raises(PortLost):
        await at.clock.run_until(task, 10)
    at.peer.say(code("CHTTPACT", 223))
    await at.clock.run_until(at.modem.network.up(), 60)
    at.peer.pushed = pushed(ANSWER)
    at.peer.lines.clear()


def busy(peer: ChttpPeer, times: int) -> None:
    """So often the module refuses a request."""
    left = times

    def before(line: str) -> None:
        nonlocal left
        if line == ACT and left:
            left -= 1
            peer.refuse(line, BUSY)

    peer.before = before


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("times", [1, 4])
async def test_a_module_that_is_busy_with_what_a_lost_line_has_left_is_waited_for(method: str, times: int) -> None:
    async with talk(ChttpPeer(**{"AT+CHTTPSCLSE": ERROR, "AT+CHTTPSSTOP": ERROR})) as at:
        await left_unfinished(at)
        at.peer.requests.clear()
        busy(at.peer, times)
        body = b"x" * 9_000 if method == "POST" else None
        response = await at.clock.run_until(at.modem.http.request(method, URL, body), 60)
        assert response.body == b"hello"
        assert len(at.peer.asked(ACT)) == times + 1
        assert len(at.peer.requests) == 1
        at.peer.lines.clear()
        busy(at.peer, 1)
        with pytest.raises(HttpError, match="221"):
            await at.get()
        assert len(at.peer.asked(ACT)) == 1  # what was left is over: that it is busy is news


async def test_it_is_not_waited_for_longer_than_it_may_take_nor_than_the_caller_does() -> None:
    async with talk(ChttpPeer(**{"AT+CHTTPSCLSE": ERROR, "AT+CHTTPSSTOP": ERROR})) as at:
        await left_unfinished(at)
        at.peer.on(ACT, BUSY)
        began = at.clock.time()
        with pytest.raises(CommandTimeout, match="total limit after 20 s"):
            await at.get(timeout=20)
        assert at.clock.time() - began < 21
        with pytest.raises(HttpError, match="221"):
            await at.get()
        assert 140 < at.clock.time() - began < 180


async def test_a_session_that_was_left_open_is_ended_for_a_module_that_is_busy_with_it() -> None:
    peer = ChttpPeer()
    async with talk(peer) as at:
        peer.stack = peer.session = True
        busy(peer, 1)
        assert await at.get() == b"hello"
        assert peer.lines == [ACT, "AT+CHTTPSCLSE", "AT+CHTTPSSTOP", ACT]


async def test_a_refusal_without_a_code_says_so() -> None:
    async with talk(ChttpPeer(**{ACT: ERROR})) as at:
        with pytest.raises(HttpError, match="ERROR") as caught:
            await at.get()
        assert (caught.value.code, caught.value.meaning) == ("ERROR", "the module refused it, and does not say why")


async def test_a_network_that_was_away_is_brought_back_once_for_what_may_be_repeated() -> None:
    peer = ChttpPeer(**{ACT: "\r\n+CME ERROR: 227\r\n"})
    async with talk(peer) as at:
        for method, times in (("GET", 2), ("HEAD", 2), ("POST", 1), ("DELETE", 1)):
            peer.lines.clear()
            with pytest.raises(HttpError) as caught:
                await at.clock.run_until(at.modem.http.request(method, URL), 60)
            assert caught.value.code == 227
            assert len(peer.asked(ACT)) == times
        peer.on(ACT, "\r\n+CME ERROR: 227\r\n", None)
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.settle()
        peer.say(f"\r\n+CHTTPACT: REQUEST\r\n{pushed(ANSWER).decode()}")
        assert (await at.clock.run_until(task, 60)).body == b"hello"


async def test_an_answer_that_is_cut_off_is_an_error_with_how_far_it_came() -> None:
    peer = ChttpPeer()
    peer.pushed = pushed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
    async with talk(peer) as at:
        with pytest.raises(HttpError, match="closed the connection after 5 bytes of the body of 9") as caught:
            await at.get()
        assert (caught.value.code, caught.value.retry) == (224, True)
        peer.pushed = pushed(b"SSH-2.0-x\r\n")
        with pytest.raises(ProtocolError, match="no HTTP"):
            await at.get()
        peer.pushed = pushed(ANSWER)
        assert await at.get() == b"hello"


@pytest.mark.parametrize("stray", [b"\r\nRING\r\n", b"\r\n+CREG: 1\r\n"])
async def test_what_was_put_into_a_packet_pushes_its_end_out_and_is_told(stray: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + b"0123456789" * 3
    peer = ChttpPeer()
    peer.pushed = pushed(answer).replace(b"0123456789" * 3, b"01234" + stray + b"56789" + b"0123456789" * 2)
    async with talk(peer) as at:
        with pytest.raises(ProtocolError, match="came between the packets"):
            await at.get()
        peer.pushed = pushed(ANSWER)
        assert await at.get() == b"hello"


async def test_a_timeout_is_for_the_head_and_for_each_part_that_is_waited_for() -> None:
    peer = ChttpPeer()
    peer.pushed = OK.encode()
    async with talk(peer) as at:
        started = at.clock.time()
        with pytest.raises(CommandTimeout, match=f"GET {URL}: total limit after 7 s"):
            await at.get(timeout=7)
        assert at.clock.time() - started == pytest.approx(12, abs=0.1)  # and at most five for the module
        peer.say(code("CHTTPACT", 223))
        peer.pushed = pushed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", end=None)
        with pytest.raises(CommandTimeout):
            await at.get(timeout=7)
        peer.say(code("CHTTPACT", 223))
        peer.pushed = pushed(ANSWER)
        assert await at.get(timeout=7) == b"hello"


async def test_without_one_the_module_has_two_minutes() -> None:
    peer = ChttpPeer()
    peer.pushed = OK.encode()
    async with talk(peer) as at:
        started = at.clock.time()
        with pytest.raises(CommandTimeout, match="completion limit"):
            await at.get()
        assert 130 <= at.clock.time() - started <= 136
        peer.say(code("CHTTPACT", 223))
        await at.clock.run(30)


async def test_a_body_may_take_its_time() -> None:
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"a" * 10_000
        await go_on.wait()
        yield b"b"

    async with talk(ChttpPeer()) as at:
        task = asyncio.ensure_future(at.modem.http.post(URL, slow()))
        await at.clock.run(600)
        assert not task.done()
        go_on.set()
        assert (await at.clock.run_until(task, 60)).status == 200
        assert at.peer.requests[0].endswith(b"aaab\r\n0\r\n\r\n")


async def test_a_body_that_fails_ends_the_entry_and_its_error_reaches_the_caller() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a" * 10_000
        raise ZeroDivisionError

    async with talk(ChttpPeer()) as at:
        with pytest.raises(ZeroDivisionError):
            await at.clock.run_until(at.modem.http.post(URL, broken()), 60)
        assert await at.get() == b"hello"


async def test_what_progress_raises_waits_until_the_module_has_all_of_the_body() -> None:
    def broken(done: int, total: int | None) -> None:
        raise ZeroDivisionError

    async with talk(ChttpPeer()) as at:
        with pytest.raises(ZeroDivisionError):
            await at.clock.run_until(at.modem.http.post(URL, bytes(20_000), progress=broken), 60)
        assert at.peer.requests[0].endswith(bytes(20_000))


async def test_another_range_than_the_one_asked_for_is_an_error() -> None:
    peer = ChttpPeer()
    head = b"HTTP/1.1 206 Partial\r\nContent-Length: 2\r\nContent-Range: bytes 7-8/9\r\n\r\nxy"
    peer.pushed = pushed(head)
    async with talk(peer) as at:
        with pytest.raises(HttpError, match="bytes from 3 on were asked for, those from 7 on came"):
            await at.get(offset=3)
        assert await at.get(offset=7) == b"xy"


async def test_a_proxy_is_connected_to_and_asked_for_the_whole_url() -> None:
    async with talk(ChttpPeer()) as at:
        await at.get(proxy="10.0.0.172:8080")
        assert at.peer.lines == ['AT+CHTTPACT="10.0.0.172",8080']
        assert at.peer.requests[0].startswith(b"GET http://example.com/x HTTP/1.1\r\nHost: example.com\r\n")


async def test_a_restart_in_the_middle_is_an_error_by_name() -> None:
    peer = ChttpPeer()
    peer.pushed = pushed(ANSWER[:-2], end=None)
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.settle()
        peer.say("\r\nRDY\r\n")
        with pytest.raises(ModemRestarted):
            await at.clock.run_until(task, 60)
        peer.pushed = pushed(ANSWER)
        assert await at.get() == b"hello"


async def test_hosts_out_of_limits_are_refused_before_a_byte_is_sent() -> None:
    async with talk(ChttpPeer()) as at:
        with pytest.raises(LimitExceeded, match="url: "):
            await at.get(f"http://{'x' * 257}/")
        with pytest.raises(LimitExceeded, match="proxy: "):
            await at.get(proxy=f"{'x' * 257}:80")
        for method in ("CONNECT", "GE T"):
            with pytest.raises(UsageError, match="method: "):
                await at.modem.http.request(method, URL)
        with pytest.raises(UsageError, match="body: /nowhere"):
            await at.modem.http.post(URL, Path("/nowhere"))
        assert at.peer.lines == []


async def test_a_slow_reader_makes_the_module_wait_where_the_port_can() -> None:
    body = bytes(200_000)
    peer = ChttpPeer()
    peer.pushed = pushed(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n", end=None)
    async with talk(peer) as at:
        stream = at.modem.http.stream("GET", URL)
        await at.clock.run_until(stream.__aenter__(), 60)
        for start in range(0, len(body), 1_000):
            peer.say(b"\r\n+CHTTPACT: DATA,1000\r\n" + body[start : start + 1_000])
            await at.clock.settle()
        peer.say(code("CHTTPACT", 0))
        assert peer.port.pending > 100_000
        await at.clock.run(1_000)  # no patience ends meanwhile
        assert await at.clock.run_until(stream.read(), 60) == body
        await at.clock.run_until(stream.aclose(), 60)


class Unchecked(PassingPort):
    """A port on which the module cannot be made to wait."""

    flow_control = False  # type: ignore[assignment]


async def test_where_it_cannot_what_waits_is_bounded() -> None:
    peer = ChttpPeer()
    peer.pushed = pushed(b"HTTP/1.1 200 OK\r\n\r\n", end=None)
    peer.host = Unchecked(peer.host)  # type: ignore[assignment]
    async with talk(peer) as at:
        stream = at.modem.http.stream("GET", URL)
        await at.clock.run_until(stream.__aenter__(), 60)
        for _ in range(20):
            peer.say(b"\r\n+CHTTPACT: DATA,64000\r\n" + bytes(64_000))
            await at.clock.settle()
        with pytest.raises(ProtocolError, match=f"GET {URL}: .* bytes wait unread, and without flow control"):
            await at.clock.run_until(stream.read(), 60)
        peer.say(code("CHTTPACT", 0))
        await at.clock.run_until(stream.aclose(), 60)


@pytest.mark.parametrize("url", [URL, URL.replace("http:", "https:")])
async def test_a_secret_header_is_in_no_trace_and_no_error(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    peer = ChttpPeer(**{"AT+CHTTPSSEND": ERROR})
    peer.pushed = ERROR.encode()
    async with talk(peer) as at:
        with pytest.raises(HttpError) as caught:
            await at.get(url, headers={"Authorization": f"Bearer {SECRET}"})
    assert SECRET.encode() in b"".join([*peer.requests, *peer.entries])
    assert SECRET not in caplog.text + "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
