"""AT+CHTTPSSTART to AT+CHTTPSRECV against real servers."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from simcom_async.commands.chttps import ChttpsCode
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, LoopbackCA, RawSite, Route, ServerFault
from simcom_async.virtual.chttp import SILENCE
from simcom_async.virtual.chttps_session import LINGER, SEND_CACHE
from simcom_async.virtual.faults import EarlyCompletion, EarlyEvent, FailServer, ShortRead
from tests.virtual.chttp_host import BODIES, ERROR, EVENT, HOST, OK, WebHost, answer_of, hosting
from tests.virtual.client import until

GET = f"GET /f HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
CLOSED = b"\r\n+CHTTPSNOTIFY: PEER CLOSED\r\n"
OPSE = b'AT+CHTTPSOPSE="%s",443' % HOST.encode()


@pytest.fixture(scope="module")
def authority() -> LoopbackCA:
    return LoopbackCA()


@pytest.fixture
def tls(authority: LoopbackCA) -> ssl.SSLContext:
    return authority.issue(HOST)


def speaking(
    tls: ssl.SSLContext, answer: bytes = b"", wait_for: bytes = b"\r\n\r\n", then: ServerFault = ServerFault.HANG
) -> RawSite:
    """A server that says this, and stays."""
    return RawSite(answer, wait_for=wait_for, then=then, tls=tls)


# What arrives


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)}-{body[:1].hex()}")
async def test_any_body_goes_both_ways(body: bytes, tls: ssl.SSLContext) -> None:
    site = HttpSite([Route(method="PUT", path="/f", echo=True)], tls=tls)
    async with site, hosting(site) as (_, host):
        await host.started()
        await host.put(f"PUT /f HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await site.received()
        assert site.requests[0].body == body
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < len(body):
            answer += await host.fetch()
        assert answer.partition(b"\r\n\r\n")[2] == body


@pytest.mark.parametrize("body", BODIES[1:], ids=lambda body: f"{len(body)}-{body[:1].hex()}")
async def test_what_is_no_http_goes_both_ways_too(body: bytes, tls: ssl.SSLContext) -> None:
    async with speaking(tls, body, wait_for=body) as site, hosting(site) as (_, host):
        await host.started()
        await host.put(body)
        assert await host.fetch_all(len(body)) == body
        assert bytes(site.received) == body


async def test_the_lines_are_those_of_real_firmware(tls: ssl.SSLContext) -> None:
    """Device-facts 1.11."""
    async with speaking(tls, b"hello") as site, hosting(site) as (_, host):
        await host.started()
        await host.ask(b"AT+CHTTPSEND=%d" % len(GET), b"\r\n>")
        host.send(GET)
        await host.hear(OK)
        await host.ask(b"AT+CHTTPSEND?", b"\r\n+CHTTPSSEND: %d\r\n" % len(GET) + OK)
        site.gate.shut()
        await host.ask(b"AT+CHTTPSSEND", OK + b"\r\n+CHTTPSSEND: 0\r\n")
        await site.gate.held()
        site.gate.open()
        await host.hear(EVENT)
        await host.ask(b"AT+CHTTPSRECV?", b"\r\n+CHTTPSRECV: LEN,5\r\n" + OK)
        await host.ask(b"AT+CHTTPSRECV=1024", OK + b"\r\n+CHTTPSRECV: DATA,5\r\nhello\r\n+CHTTPSRECV: 0\r\n")
        await host.ok(b"AT+CHTTPSCLSE", b"AT+CHTTPSSTOP")


async def test_the_lines_are_those_of_the_document(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site, wire="documented") as (_, host):
        await host.started()
        await host.enter(GET)
        await host.ask(b"AT+CHTTPSSEND?", b"\r\n+CHTTPSEND: %d\r\n" % len(GET) + OK)
        await host.ask(b"AT+CHTTPSSEND", OK + b"\r\n+CHTTPSEND: 0\r\n")
        await host.ask(b"AT+CHTTPSEND=?", b"\r\n+CHTTPSEND: (1-4096)\r\n" + OK)
        await host.hear(EVENT)
        await host.ask(b"AT+CHTTPSRECV=1", OK + b"\r\n+CHTTPSRECV: DATA,5\r\nhello\r\n+CHTTPSRECV: 0\r\n")


async def test_one_session_after_another(tls: ssl.SSLContext) -> None:
    site = HttpSite([Route(path="/f", body=b"x" * 3000)], tls=tls)
    async with site, hosting(site) as (_, host):
        await host.ok(b"AT+CHTTPSSTART")
        for number in range(1, 4):
            await host.ok(OPSE)
            await host.put(GET)
            await site.received(number)
            answer = b""
            while not answer.endswith(b"x" * 3000):
                answer += await host.fetch()
            await host.ok(b"AT+CHTTPSCLSE")
        await host.ok(b"AT+CHTTPSSTOP")


async def test_a_session_may_be_plain(tls: ssl.SSLContext) -> None:
    async with RawSite(b"hello", then=ServerFault.HANG) as site, hosting(site) as (_, host):
        await host.started(layer=",1")
        await host.put(GET)
        await host.hear(EVENT)
        assert await host.fetch() == b"hello"
    async with speaking(tls, b"hello") as site, hosting(site) as (_, host):
        await host.started(layer=",2")


# Fetching


async def test_the_number_is_the_most_that_comes(tls: ssl.SSLContext) -> None:
    async with speaking(tls, bytes(range(100))) as site, hosting(site) as (_, host):
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        assert await host.fetch(30) == bytes(range(30))
        await host.ask(b"AT+CHTTPSRECV?", b"\r\n+CHTTPSRECV: LEN,70\r\n" + OK)
        assert await host.fetch(1000) == bytes(range(30, 100))
        await host.silent()


async def test_as_documented_the_number_is_the_least(tls: ssl.SSLContext) -> None:
    async with speaking(tls, bytes(range(100))) as site, hosting(site, wire="documented") as (_, host):
        site.gate.shut(after=10)
        await host.started()
        await host.enter(GET)
        await host.ok(b"AT+CHTTPSEND")
        await host.urc(b"+CHTTPSEND: 0")
        await host.hear(EVENT)
        await host.ok(b"AT+CHTTPSRECV=50")
        await host.silent()
        site.gate.admit(40)
        assert await host.answer(b"CHTTPSRECV") == (bytes(range(50)), 0)


async def test_where_nothing_waits_it_waits_for_the_server(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (_, host):
        site.gate.shut()
        await host.started()
        await host.put(GET)
        await host.ok(b"AT+CHTTPSRECV=4096")
        host.send(b"AT\r")
        await host.silent()
        site.gate.open()
        await host.hear(b"\r\n+CHTTPSRECV: DATA,5\r\nhello\r\n+CHTTPSRECV: 0\r\n" + OK)
        await host.silent()


async def test_what_comes_while_it_fetches_and_stays_is_told_of(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (_, host):
        site.gate.shut()
        await host.started()
        await host.put(GET)
        await host.ok(b"AT+CHTTPSRECV=2")
        site.gate.open()
        await host.hear(b"\r\n+CHTTPSRECV: DATA,2\r\nhe\r\n+CHTTPSRECV: 0\r\n" + EVENT)
        assert await host.fetch() == b"llo"


async def test_data_are_told_of_once_until_the_host_fetches(tls: ssl.SSLContext) -> None:
    async with speaking(tls, bytes(30)) as site, hosting(site) as (_, host):
        site.gate.shut(after=10)
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        for waiting in (10, 20, 30):
            while await host.ask_cached() < waiting:
                pass
            site.gate.admit(10)
        await host.silent()
        assert await host.fetch() == bytes(30)


async def test_what_is_fetched_does_not_come_before_the_result(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (virtual, host):
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        virtual.faults.add(EarlyCompletion(command="CHTTPSRECV"))
        await host.ask(b"AT+CHTTPSRECV=1024", OK + b"\r\n+CHTTPSRECV: DATA,5\r\nhello\r\n+CHTTPSRECV: 0\r\n")
        await host.ok(b"AT")


async def test_a_short_read(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (virtual, host):
        virtual.faults.add(ShortRead(command="CHTTPSRECV", most=2))
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        assert await host.fetch() == b"he"
        assert await host.fetch() == b"ll"


async def test_a_host_that_does_not_fetch_makes_the_server_wait(tls: ssl.SSLContext) -> None:
    site = HttpSite(tls=tls)
    async with site, hosting(site) as (_, host):
        site.publish("/f", 100_000_000)
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        await until(lambda: site.requests[0].sent)
        sent = -1
        while sent < (sent := site.requests[0].sent):
            for _ in range(20):
                await host.ask_cached()
        assert 0 < sent < 100_000_000
        assert await host.ask_cached() < 200_000
        while site.requests[0].sent == sent:
            await host.fetch(65536)
            await host.ask_cached()


# Sending


async def test_an_event_may_come_before_the_ok_of_what_was_sent(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (virtual, host):
        virtual.faults.add(EarlyEvent(command="CHTTPSSEND"))
        await host.started()
        await host.ask(b"AT+CHTTPSSEND=%d" % len(GET), b"\r\n>")
        host.send(GET)
        await host.hear(OK)
        await host.ask(b"AT+CHTTPSSEND", EVENT + OK + b"\r\n+CHTTPSSEND: 0\r\n")
        assert await host.fetch() == b"hello"


async def test_what_was_entered_is_sent_by_itself_after_a_while(tls: ssl.SSLContext, clock: ManualClock) -> None:
    async with speaking(tls, b"hello") as site, hosting(site, clock=clock) as (_, host):
        await host.started()
        await host.enter(GET[:10])
        await clock.run(LINGER / 2)
        await host.enter(GET[10:])
        await clock.run(LINGER - 0.1)
        assert not site.received
        await clock.run(0.2)
        await host.hear(EVENT)
        await host.ask(b"AT+CHTTPSSEND?", b"\r\n+CHTTPSSEND: 0\r\n" + OK)
        await host.ask(b"AT+CHTTPSSEND", OK + b"\r\n+CHTTPSSEND: 0\r\n")


async def test_no_more_is_taken_while_too_much_is_unsent(tls: ssl.SSLContext) -> None:
    async with speaking(tls, wait_for=b"end") as site, hosting(site) as (_, host):
        await host.started()
        await host.enter(bytes(SEND_CACHE + 1))
        await host.ask(b"AT+CHTTPSSEND=1", b"\r\n+CHTTPSSEND: 6\r\n" + ERROR)
        await host.ask(b"AT+CHTTPSSEND?", b"\r\n+CHTTPSSEND: %d\r\n" % (SEND_CACHE + 1) + OK)
        await host.ask(b"AT+CHTTPSSEND", OK + b"\r\n+CHTTPSSEND: 0\r\n")
        await host.enter(b"end")


async def test_there_must_be_something_to_send(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as site, hosting(site) as (_, host):
        await host.started()
        await host.ask(b"AT+CHTTPSSEND", b"\r\n+CHTTPSSEND: 7\r\n" + ERROR)
        await host.put(b"x")
        await host.ask(b"AT+CHTTPSSEND", b"\r\n+CHTTPSSEND: 7\r\n" + ERROR)
    async with speaking(tls) as site, hosting(site, wire="documented") as (_, host):
        await host.started()
        await host.error(b"AT+CHTTPSEND")


# States


async def test_what_is_not_there_cannot_be_used(tls: ssl.SSLContext) -> None:
    commands = (b"AT+CHTTPSCLSE", b"AT+CHTTPSSEND=1", b"AT+CHTTPSSEND", b"AT+CHTTPSRECV=1")
    async with speaking(tls) as site, hosting(site) as (_, host):
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 0\r\n" + OK)
        await host.error(b"AT+CHTTPSSTOP", OPSE, *commands)
        await host.ok(b"AT+CHTTPSSTART")
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 1\r\n" + OK)
        await host.error(b"AT+CHTTPSSTART", *commands)
        await host.ask(b"AT+CHTTPSSEND?", b"\r\n+CHTTPSSEND: 0\r\n" + OK)
        await host.ask(b"AT+CHTTPSRECV?", b"\r\n+CHTTPSRECV: LEN,0\r\n" + OK)
        await host.ok(OPSE)
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 7\r\n" + OK)
        await host.error(OPSE, b"AT+CHTTPSSEND=0", b"AT+CHTTPSSEND=4097", b"AT+CHTTPSRECV=0")
        await host.ok(b"AT+CHTTPSCLSE")
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 4\r\n" + OK)
        await host.error(b"AT+CHTTPSCLSE")
        await host.ok(b"AT+CHTTPSSTOP")
        await host.error(b"AT+CHTTPSSTOP")


async def test_stopping_ends_an_open_session(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as site, hosting(site) as (virtual, host):
        await host.started()
        await host.ok(b"AT+CHTTPSSTOP")
        assert virtual.internet.count == 0
        await host.started()
        await host.silent()


async def test_two_lines_share_the_session(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (virtual, host):
        site.gate.shut()
        await host.started()
        other = await WebHost.of(virtual)
        await other.put(GET)
        await host.hear(b"\r\n+CHTTPSSEND: 0\r\n")
        await host.ok(b"AT+CHTTPSRECV=10")
        await other.ask(b"AT+CHTTPSRECV=10", b"\r\n+CHTTPSRECV: 2\r\n" + ERROR)
        site.gate.open()
        assert await host.answer(b"CHTTPSRECV") == (b"hello", 0)
        await other.aclose()


# The server ends it


async def test_the_server_closes_and_all_that_it_said_can_be_fetched(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello", then=ServerFault.CLOSE) as site, hosting(site) as (_, host):
        await host.started()
        await host.put(GET)
        await host.hear(EVENT + CLOSED)
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 4\r\n" + OK)
        assert await host.fetch(2) == b"he"
        await host.ask(b"AT+CHTTPSSEND=1", b"\r\n+CHTTPSSEND: 3\r\n" + ERROR)
        assert await host.fetch() == b"llo"
        await host.ask(b"AT+CHTTPSRECV=1", b"\r\n+CHTTPSRECV: 3\r\n" + ERROR)
        await host.error(b"AT+CHTTPSCLSE")
        await host.ok(OPSE)
        await host.put(GET)


async def test_the_server_closes_while_the_host_waits(tls: ssl.SSLContext) -> None:
    async with speaking(tls, then=ServerFault.CLOSE) as site, hosting(site) as (virtual, host):
        await host.started()
        other = await WebHost.of(virtual)
        await host.ok(b"AT+CHTTPSRECV=1")
        await other.put(GET)
        heard = await host.hear_until(b"\r\n+CHTTPSRECV: 3\r\n")
        assert sorted(heard.split()) == sorted((b"+CHTTPSSEND: 0" + CLOSED + b"+CHTTPSRECV: 3").split())
        await other.aclose()


async def test_the_server_breaks_off(tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello", then=ServerFault.RESET) as site, hosting(site) as (virtual, host):
        await host.started()
        await host.put(GET)
        session = virtual.chttps.session
        assert session is not None
        await until(lambda: session.ended is not None)
        assert session.ended is ChttpsCode.TRANSFER_FAILED
        await host.ask_cached()
        while session.cached:
            await host.fetch()
        await host.ask(b"AT+CHTTPSRECV=1", b"\r\n+CHTTPSRECV: 5\r\n" + ERROR)


async def test_the_server_is_silent(tls: ssl.SSLContext, clock: ManualClock) -> None:
    async with speaking(tls) as site, hosting(site, clock=clock) as (_, host):
        await host.started()
        await host.put(GET)
        await clock.run(5 * SILENCE)
        await host.ok(b"AT+CHTTPSRECV=10")
        await clock.run(SILENCE - 1)
        await host.silent()
        await clock.run(2)
        await host.hear(b"\r\n+CHTTPSRECV: 4\r\n")
        await host.ok(b"AT+CHTTPSCLSE")


async def test_the_context_is_lost(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as site, hosting(site) as (virtual, host):
        await host.started()
        await host.enter(GET)
        virtual.sockets.down()
        await host.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 1\r\n" + OK)
        await host.ask(b"AT+CHTTPSSEND", OK + b"\r\n+CHTTPSSEND: 8\r\n")
        await host.ask(b"AT+CHTTPSRECV=1", b"\r\n+CHTTPSRECV: 8\r\n" + ERROR)
        await host.error(b"AT+CHTTPSCLSE")
        await host.ok(OPSE)
        virtual.network.lose_coverage()
        await host.error(b"AT+CHTTPSCLSE", OPSE)


@pytest.mark.parametrize("failure", ["dns", "refuse", "busy", "memory", "tls"])
async def test_a_connection_that_cannot_be_made(failure: str, tls: ssl.SSLContext) -> None:
    async with speaking(tls) as site, hosting(site) as (virtual, host):
        virtual.faults.add(FailServer(failure))
        await host.ok(b"AT+CHTTPSSTART")
        await host.error(OPSE)
        assert virtual.internet.count == 0
        await host.ok(OPSE)


async def test_a_server_that_never_takes_the_connection(tls: ssl.SSLContext, clock: ManualClock) -> None:
    async with speaking(tls) as site, hosting(site, clock=clock) as (virtual, host):
        virtual.faults.add(FailServer("silent"))
        await host.ok(b"AT+CHTTPSSTART")
        host.send(OPSE + b"\r")
        await host.silent()
        other = await WebHost.of(virtual)
        await other.ask(b"AT+CHTTPSSTATE", b"\r\n+CHTTPSSTATE: 6\r\n" + OK)
        await other.error(OPSE)
        await other.ok(b"AT+CHTTPSSTOP")
        await clock.run(SILENCE + 1)
        await host.hear(ERROR)
        await other.aclose()


async def test_a_stack_that_is_stopped_while_it_connects_has_no_session(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as site, hosting(site) as (virtual, host):
        await host.ok(b"AT+CHTTPSSTART")
        other = await WebHost.of(virtual)
        host.send(OPSE + b"\r")
        other.send(b"AT+CHTTPSSTOP\r")
        await other.hear(OK)
        await host.hear(ERROR)
        assert virtual.internet.count == 0
        await other.aclose()


@pytest.mark.parametrize("stage", ["open", "entry", "waiting"])
async def test_the_power_may_go_at_any_time(stage: str, tls: ssl.SSLContext) -> None:
    async with speaking(tls, b"hello") as site, hosting(site) as (virtual, host):
        site.gate.shut()
        await host.started()
        if stage == "entry":
            await host.ask(b"AT+CHTTPSSEND=5", b"\r\n>")
        elif stage == "waiting":
            await host.put(GET)
            await host.ok(b"AT+CHTTPSRECV=5")
        virtual.reset()
        await host.hear_until(b"PB DONE\r\n")
        assert virtual.internet.count == 0
        host.send(b"ATE0\r")
        await host.hear(b"ATE0\r" + OK)
        site.gate.open()
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        assert await host.fetch() == b"hello"


# Trust and versions


async def test_by_default_any_certificate_will_do(tls: ssl.SSLContext) -> None:
    async with speaking(LoopbackCA().issue("another.example.com")) as site, hosting(site) as (_, host):
        await host.started()


async def test_with_a_file_of_authorities_trust_and_name_count(
    authority: LoopbackCA, tls: ssl.SSLContext, tmp_path: Path
) -> None:
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes(authority.ca_pem)
    for context, good in (
        (tls, True),
        (authority.issue("another.example.com"), False),
        (LoopbackCA().issue(HOST), False),
    ):
        async with speaking(context) as site, hosting(site, tls_verify=str(trusted)) as (_, host):
            await host.ok(b"AT+CHTTPSSTART")
            await host.ask(OPSE, OK if good else ERROR)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("options", "highest", "good"),
    [
        ({}, ssl.TLSVersion.TLSv1, True),
        ({"tls_minimum": "1.2"}, ssl.TLSVersion.TLSv1, False),
        ({"tls_minimum": "1.2"}, ssl.TLSVersion.TLSv1_2, True),
        ({"tls_maximum": "1.2"}, ssl.TLSVersion.TLSv1_3, True),
    ],
)
async def test_versions_are_options(
    options: dict[str, str], highest: ssl.TLSVersion, good: bool, tls: ssl.SSLContext
) -> None:
    tls.set_ciphers("ALL:@SECLEVEL=0")
    tls.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    tls.maximum_version = highest
    async with speaking(tls, b"hello") as site, hosting(site, **options) as (_, host):
        await host.ok(b"AT+CHTTPSSTART")
        await host.ask(OPSE, OK if good else ERROR)


async def test_a_server_without_tls_is_no_server(tls: ssl.SSLContext) -> None:
    async with RawSite(b"220 hello\r\n", wait_for=b"") as site, hosting(site) as (_, host):
        await host.ok(b"AT+CHTTPSSTART")
        await host.error(OPSE)


async def test_an_answer_of_http(tls: ssl.SSLContext) -> None:
    async with speaking(tls, answer_of(b"x" * 2000)) as site, hosting(site) as (_, host):
        await host.started()
        await host.put(GET)
        await host.hear(EVENT)
        host.send(b"AT+CHTTPSRECV=4096\r")
        heard = await host.hear_until(b"\r\n+CHTTPSRECV: 0\r\n")
        assert heard.count(b"+CHTTPSRECV: DATA,1024\r\n") == 1
        assert heard.count(b"+CHTTPSRECV: DATA,") == 2
