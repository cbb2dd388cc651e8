"""AT+CHTTPACT against real servers."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, RawSite, Route, ServerFault
from simcom_async.virtual.chttp import SILENCE, TRANSFER
from simcom_async.virtual.faults import FailServer
from simcom_async.virtual.module_faults import ServerFailure
from tests.virtual.chttp_host import BODIES, ERROR, HOST, OK, WebHost, answer_of, hosting
from tests.virtual.client import until

GET = f"GET /f HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


def cme(code: int) -> bytes:
    return b"\r\n+CME ERROR: %d\r\n" % code


# What arrives


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)}-{body[:1].hex()}")
async def test_any_body_goes_both_ways(body: bytes) -> None:
    async with HttpSite([Route(method="PUT", path="/f", echo=True, close=True)]) as site, hosting(site) as (_, host):
        head = f"PUT /f HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        await host.act(head + body)
        answer, code = await host.answer()
        assert answer.partition(b"\r\n\r\n")[2] == body
        assert code == 0
        assert site.requests[0].body == body
        await host.ok(b"AT")


@pytest.mark.parametrize("body", BODIES[1:], ids=lambda body: f"{len(body)}-{body[:1].hex()}")
async def test_what_is_no_http_goes_both_ways_too(body: bytes) -> None:
    async with RawSite(body, wait_for=body) as site, hosting(site) as (_, host):
        await host.act(body)
        assert await host.answer() == (body, 0)
        assert bytes(site.received) == body


async def test_the_lines_are_those_of_real_firmware() -> None:
    """Device-facts 1.11: no blank behind DATA and its comma, and no line end behind the data."""
    async with RawSite(b"hello") as site, hosting(site) as (_, host):
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA,5\r\nhello\r\n+CHTTPACT: 0\r\n")


async def test_the_lines_are_those_of_the_document() -> None:
    async with RawSite(b"hello") as site, hosting(site, wire="documented") as (_, host):
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA, 5\r\nhello\r\n+CHTTPACT: 0\r\n")


async def test_the_request_is_echoed_as_it_was_typed() -> None:
    typed = GET + b"\x03\x03\x03\x1a\x1a"
    async with RawSite(b"hello", wait_for=b"\x03\x1a") as site, hosting(site) as (_, host):
        await host.ok(b"ATE1")
        line = b'AT+CHTTPACT="%s",80\r' % HOST.encode()
        host.send(line)
        await host.hear(line + b"\r\n+CHTTPACT: REQUEST\r\n")
        host.type(typed)
        await host.hear(typed + OK)
        await host.hear_until(b"\r\n+CHTTPACT: 0\r\n")
        assert bytes(site.received) == GET + b"\x03\x1a"


async def test_packets_are_no_longer_than_those_of_a_module() -> None:
    async with RawSite(answer_of(bytes(3000))) as site, hosting(site) as (_, host):
        await host.act(GET)
        heard = await host.hear_until(b"\r\n+CHTTPACT: 0\r\n")
        lengths = [int(part.partition(b"\r\n")[0]) for part in heard.split(b"\r\n+CHTTPACT: DATA,")[1:]]
        assert max(lengths) == 1024
        assert sum(lengths) == len(answer_of(bytes(3000)))


async def test_one_request_after_another() -> None:
    async with HttpSite() as site, hosting(site) as (_, host):
        site.publish("/f", b"x" * 5000)
        for _ in range(3):
            await host.act(GET)
            answer, code = await host.answer()
            assert (answer[-5000:], code) == (b"x" * 5000, 0)
        assert len(site.requests) == 3


async def test_heads_in_lower_case_are_an_option() -> None:
    async with (
        RawSite(b"HTTP/1.1 200 OK\r\nX-Name: Value\r\n\r\nBody") as site,
        hosting(site, lower_case=True) as (
            _,
            host,
        ),
    ):
        await host.act(GET)
        assert await host.answer() == (b"http/1.1 200 ok\r\nx-name: Value\r\n\r\nBody", 0)


async def test_a_host_that_does_not_read_makes_the_server_wait() -> None:
    async with HttpSite() as site, hosting(site) as (virtual, host):
        site.publish("/f", 100_000_000)
        await host.prompted()
        host.port.pause()
        host.send(GET + b"\x1a")
        await site.until(lambda: site.requests)
        await until(lambda: site.requests[0].sent)
        sent = -1
        while sent < (sent := site.requests[0].sent):
            for _ in range(1000):
                await asyncio.sleep(0)
        assert 0 < sent < 100_000_000
        assert virtual.lines.channels[0].out.dropped == 0
        host.port.resume()
        await host.hear(OK)
        await until(lambda: site.requests[0].sent > sent)


async def test_a_server_that_does_not_read_makes_the_host_wait() -> None:
    async with HttpSite([Route(method="PUT", path="/f", close=True)]) as site, hosting(site) as (_, host):
        size = 20_000_000
        site.gate.shut()
        await host.prompted()
        host.send(f"PUT /f HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n".encode())
        sending = asyncio.create_task(host.send_all(bytes(size)))
        await site.gate.held()
        await until(lambda: host.sent)
        waiting = -1
        while waiting < (waiting := host.sent):
            for _ in range(1000):
                await asyncio.sleep(0)
        assert 0 < waiting < size
        site.gate.open()
        await sending
        host.send(b"\x1a")
        await host.hear(OK)
        assert (await host.answer())[1] == 0
        assert site.requests[0].received == size


# Refusals and failures


async def test_wrong_parameters() -> None:
    async with RawSite() as site, hosting(site) as (_, host):
        for line in (b'="",80', b'="h",0', b'="h",65536', b'="h"', b'="h",80,1'):
            await host.ask(b"AT+CHTTPACT" + line, cme(226))
        await host.error(b"AT+CHTTPACT?", b"AT+CHTTPACT")


async def test_an_empty_request_is_not_valid() -> None:
    async with RawSite() as site, hosting(site) as (_, host):
        await host.prompted()
        host.send(b"\x1a")
        await host.hear(cme(226))
        assert not site.received


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ServerFailure.DNS, 222),
        (ServerFailure.REFUSE, 227),
        (ServerFailure.BUSY, 221),
        (ServerFailure.MEMORY, 225),
    ],
)
async def test_a_connection_that_cannot_be_made(failure: ServerFailure, code: int) -> None:
    async with RawSite(b"x") as site, hosting(site) as (virtual, host):
        virtual.faults.add(FailServer(failure))
        await host.prompted()
        host.send(GET + b"\x1a")
        await host.hear(cme(code))
        await host.act(GET)
        assert await host.answer() == (b"x", 0)


async def test_a_name_without_an_address_and_a_port_where_nobody_listens() -> None:
    async with RawSite() as site:
        address = site.address
    async with RawSite() as site, hosting(site, hosts={"gone.example.com": address}) as (_, host):
        for name, code in (("no such name", 222), ("gone.example.com", 227)):
            await host.prompted(host=name)
            host.send(GET + b"\x1a")
            await host.hear(cme(code))


async def test_without_cmee_the_code_is_not_lost() -> None:
    async with RawSite() as site, hosting(site, cmee=0) as (virtual, host):
        virtual.faults.add(FailServer("dns"))
        await host.prompted()
        host.send(GET + b"\x1a")
        await host.hear(b"\r\n+CHTTPACT: 222\r\n" + ERROR)


async def test_with_cmee_2_the_error_has_words() -> None:
    async with RawSite() as site, hosting(site, cmee=2) as (virtual, host):
        virtual.faults.add(FailServer("dns"))
        await host.prompted()
        host.send(GET + b"\x1a")
        await host.hear(b"\r\n+CME ERROR: Failed to resolve server address\r\n")


async def test_a_long_request_for_a_server_that_is_not_there_is_swallowed() -> None:
    async with RawSite() as site, hosting(site) as (virtual, host):
        virtual.faults.add(FailServer("refuse"))
        await host.prompted()
        await host.send_all(bytes(3_000_000))
        host.send(b"\x1a")
        await host.hear(cme(227))
        await host.ok(b"AT")


async def test_a_server_that_says_nothing_at_all() -> None:
    async with RawSite(b"") as site, hosting(site) as (_, host):
        await host.act(GET)
        assert await host.answer() == (b"", 220)


async def test_a_server_that_breaks_off() -> None:
    async with RawSite(b"HTTP/1.1 200 OK\r\n\r\nhalf", then=ServerFault.RESET) as site, hosting(site) as (_, host):
        await host.act(GET)
        _, code = await host.answer()
        assert code == 224


async def test_a_server_that_is_silent(clock: ManualClock) -> None:
    async with RawSite(b"half", then=ServerFault.HANG) as site, hosting(site, clock=clock) as (_, host):
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA,4\r\nhalf")
        await clock.run(SILENCE - 1)
        await host.silent()
        await clock.run(2)
        await host.hear(b"\r\n+CHTTPACT: 223\r\n")
        await host.ok(b"AT")


async def test_a_server_that_never_takes_the_connection(clock: ManualClock) -> None:
    async with RawSite() as site, hosting(site, clock=clock) as (virtual, host):
        virtual.faults.add(FailServer("silent"))
        await host.prompted()
        host.send(GET + b"\x1a")
        await host.silent()
        await clock.run(SILENCE + 1)
        await host.hear(cme(223))


async def test_no_transfer_takes_longer_than_an_hour(clock: ManualClock) -> None:
    async with RawSite(b"x" * 100) as site, hosting(site, clock=clock) as (_, host):
        site.gate.shut(after=1)
        await host.act(GET)
        for _ in range(int(TRANSFER // 100)):
            await host.hear(b"\r\n+CHTTPACT: DATA,1\r\nx")
            await site.gate.held()
            await clock.run(100)
            site.gate.admit(1)
        await host.hear_until(b"\r\n+CHTTPACT: 223\r\n")


async def test_a_context_that_cannot_be_brought_up_and_one_that_is_lost() -> None:
    async with RawSite(b"half", then=ServerFault.HANG) as site, hosting(site) as (virtual, host):
        virtual.network.lose_coverage()
        await host.ask(b'AT+CHTTPACT="%s",80' % HOST.encode(), cme(227))
        virtual.network.regain_coverage()
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA,4\r\nhalf")
        virtual.sockets.down()
        await host.hear(b"\r\n+CHTTPACT: 227\r\n")


async def test_there_is_one_operation_at_a_time() -> None:
    async with RawSite(b"half", then=ServerFault.HANG) as site, hosting(site) as (virtual, host):
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA,4\r\nhalf")
        other = await WebHost.of(virtual)
        await other.ask(b'AT+CHTTPACT="%s",80' % HOST.encode(), cme(221))
        await other.aclose()


async def test_it_does_not_run_beside_an_open_session() -> None:
    async with RawSite(b"", then=ServerFault.HANG) as site, hosting(site) as (_, host):
        await host.started(layer=",1")
        await host.ask(b'AT+CHTTPACT="%s",80' % HOST.encode(), cme(221))
        await host.ok(b"AT+CHTTPSCLSE")
        await host.prompted()
        host.send(b"\x1a")
        await host.hear(cme(226))


# The line belongs to it


async def test_commands_wait_until_it_has_ended() -> None:
    async with RawSite(b"hello", wait_for=b"\r\n\r\n") as site, hosting(site) as (_, host):
        site.gate.shut(after=2)
        await host.act(GET)
        await host.hear(b"\r\n+CHTTPACT: DATA,2\r\nhe")
        host.send(b"AT\r")
        await host.silent()
        site.gate.open()
        await host.hear(b"\r\n+CHTTPACT: DATA,3\r\nllo\r\n+CHTTPACT: 0\r\n" + OK)


@pytest.mark.parametrize("stage", ["prompt", "request", "answer"])
async def test_the_power_may_go_at_any_time(stage: str) -> None:
    async with RawSite(b"hello") as site, hosting(site) as (virtual, host):
        site.gate.shut(after=2)
        if stage == "answer":
            await host.act(GET)
            await host.hear(b"\r\n+CHTTPACT: DATA,2\r\nhe")
        else:
            await host.prompted()
            if stage == "request":
                host.send(GET)
                await site.heard(GET)
        virtual.reset()
        await host.hear_until(b"PB DONE\r\n")
        assert virtual.internet.count == 0
        site.gate.open()
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        await host.act(GET)
        assert await host.answer() == (b"hello", 0)
