"""Any bytes go both ways through AT+CHTTPACT and AT+CHTTPS: a real link, a virtual module, real servers (law 6)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from simcom_async.commands.chttp import ChttpAct, ChttpCode, ChttpEvent
from simcom_async.commands.chttps import (
    CHTTPS_SEND_MAXIMUM,
    ChttpsClose,
    ChttpsCode,
    ChttpsDataWaiting,
    ChttpsFlush,
    ChttpsOpen,
    ChttpsPeerClosed,
    ChttpsReceive,
    ChttpsReceiveRead,
    ChttpsSend,
    ChttpsSendRead,
    ChttpsSent,
    ChttpsStart,
    ChttpsStop,
)
from simcom_async.commands.general import At, Echo
from simcom_async.dialects import SIM7100
from simcom_async.errors import CommandFailed
from simcom_async.link.link import Link
from simcom_async.sites import LoopbackCA, RawSite, ServerFault
from simcom_async.sites.raw import RECEIVED_LIMIT
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import EarlyCompletion, EarlyEvent, Fault, Split

HOST = "www.example.com"
SIZES = (0, 1, 4_095, 4_096, 4_097, 65_536)
LARGEST = 5_000_000
BODIES = {f"{size} random bytes": Random(size).randbytes(size) for size in (*SIZES, LARGEST)}
BODIES["all escapes"] = b"\x03\x1a" * 5_000
BODIES["all terminators"] = b"\x1a" * 65_536
BODIES["all values"] = bytes(range(256))
BODIES["bait"] = b"\r\nOK\r\n\r\n+CHTTPACT: 0\r\n\r\n+CHTTPSRECV: 0\r\n>\r\n+CME ERROR: 227\r\n"
NAMES = [pytest.param(name, marks=[pytest.mark.long] * (len(body) == LARGEST)) for name, body in BODIES.items()]
#: Bytes that one AT+CHTTPSRECV fetches.
FETCH = 4_096
#: What a request ends with.
END = b"<the end>"


@pytest.fixture(scope="module")
def tls() -> ssl.SSLContext:
    return LoopbackCA().issue(HOST)


@asynccontextmanager
async def linked(site: RawSite, *, echo: bool = False, **options: object) -> AsyncIterator[tuple[VirtualModem, Link]]:
    """A module that finds the site, and a link to it."""
    async with site:
        settings = {"urc_delay": 0, "hosts": {HOST: site.address}, **options}
        async with VirtualModem("sim7100", **settings) as virtual, Link(virtual.port(), SIM7100) as link:  # type: ignore[arg-type]
            await link.send(Echo(value=int(echo)))
            yield virtual, link


def ends(body: bytes) -> ChttpCode:
    """A server that says nothing is none."""
    return ChttpCode.DONE if body else ChttpCode.UNKNOWN


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body bit by bit."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


async def open_session(link: Link) -> None:
    """A session over TLS."""
    await link.send(ChttpsStart())
    await link.send(ChttpsOpen(host=HOST))


async def put(link: Link, body: bytes) -> None:
    """A body in blocks, each of which is sent before the next is entered."""
    for start in range(0, len(body), CHTTPS_SEND_MAXIMUM):
        block = body[start : start + CHTTPS_SEND_MAXIMUM]
        await link.send(ChttpsSend(length=len(block)), entry=block)
        assert await link.send(ChttpsFlush()) == ChttpsSent(code=ChttpsCode.DONE)


async def get(link: Link, length: int) -> bytes:
    """So many bytes of the server."""
    found: list[bytes] = []
    while (have := sum(map(len, found))) < length:
        await link.send(ChttpsReceive(length=min(FETCH, length - have)), sink=found.append)
    return b"".join(found)


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
@pytest.mark.parametrize("echo", [False, True], ids=["quiet", "echo"])
@pytest.mark.parametrize("name", NAMES)
async def test_any_bytes_go_both_ways_in_one_exchange(name: str, echo: bool, split: bool) -> None:
    body = BODIES[name]
    if echo and split:
        body = body[:100_000]  # an echo that comes back slower than it is typed is lost beyond what a port holds
    site = RawSite(body, wait_for=END)
    async with linked(site, echo=echo) as (virtual, link):
        if split:
            virtual.faults.add(Split(size=1, most=700))
        found: list[bytes] = []
        act = ChttpAct(host=HOST, port=80)
        assert await link.send(act, entry=pieces(body + END), sink=found.append) == ChttpEvent(code=ends(body))
        assert b"".join(found) == body
        assert bytes(site.received) == (body + END)[:RECEIVED_LIMIT]
        await link.send(At())


@pytest.mark.parametrize("name", NAMES)
async def test_any_bytes_go_both_ways_in_a_session(name: str, tls: ssl.SSLContext) -> None:
    body = BODIES[name]
    site = RawSite(body, wait_for=END, then=ServerFault.HANG, tls=tls)
    async with linked(site) as (_, link):
        await open_session(link)
        await put(link, body + END)
        assert await get(link, len(body)) == body
        if not body:
            await site.heard(END)
        assert bytes(site.received) == (body + END)[:RECEIVED_LIMIT]
        await link.send(ChttpsClose())
        await link.send(ChttpsStop())


async def test_the_question_what_is_unsent_waits_for_the_result_that_looks_like_its_answer(
    tls: ssl.SSLContext,
) -> None:
    """Architecture 6, rule 3."""
    site = RawSite(b"", wait_for=b"x", then=ServerFault.HANG, tls=tls)
    async with linked(site, urc_delay=0.1) as (_, link):
        await open_session(link)
        await link.send(ChttpsSend(length=3), entry=b"abc")
        assert (await link.send(ChttpsSendRead())).unsent == 3
        flushing = asyncio.create_task(link.send(ChttpsFlush()))
        asking = asyncio.create_task(link.send(ChttpsSendRead()))
        (other,) = await asyncio.gather(link.send(ChttpsReceiveRead()))  # which looks otherwise, and goes before
        assert other.length == 0
        assert not flushing.done()
        assert not asking.done()
        assert (await flushing).code == 0
        assert (await asking).unsent == 0


@pytest.mark.parametrize("fault", [EarlyEvent(command="CHTTPSSEND"), EarlyCompletion(command="CHTTPSSEND", times=2)])
async def test_what_comes_in_front_of_ok_is_not_lost(fault: Fault, tls: ssl.SSLContext) -> None:
    site = RawSite(b"hello", wait_for=b"ask", then=ServerFault.HANG, tls=tls)
    async with linked(site) as (virtual, link):
        await open_session(link)
        virtual.faults.add(fault)
        with link.bus.subscribe(ChttpsDataWaiting, bound=10) as events:
            await put(link, b"ask")
            assert await events.get(5) == ChttpsDataWaiting()
        assert await get(link, 5) == b"hello"


async def test_the_end_of_the_server_is_told_and_leaves_what_it_said(tls: ssl.SSLContext) -> None:
    site = RawSite(b"hello", wait_for=b"ask", tls=tls)
    async with linked(site) as (_, link):
        await open_session(link)
        with link.bus.subscribe(ChttpsPeerClosed, bound=10) as events:
            await put(link, b"ask")
            assert await events.get(5) == ChttpsPeerClosed()
        assert await get(link, 5) == b"hello"
        with pytest.raises(CommandFailed, match="closed the connection") as failed:
            await link.send(ChttpsReceive(length=1))
        assert failed.value.code == ChttpsCode.CLOSED
        with pytest.raises(CommandFailed) as failed:
            await link.send(ChttpsSend(length=1), entry=b"x")
        assert failed.value.code == ChttpsCode.CLOSED
        with pytest.raises(CommandFailed):
            await link.send(ChttpsClose())
        await link.send(ChttpsOpen(host=HOST))


async def test_the_spelling_that_was_found_out_is_the_one_that_is_written(tls: ssl.SSLContext) -> None:
    site = RawSite(b"hello", wait_for=b"ask", then=ServerFault.HANG, tls=tls)
    async with linked(site, wire="documented") as (_, link):
        link.state.spellings[ChttpsSend.wire.name] = ChttpsSend.wire.documented
        await open_session(link)
        await put(link, b"ask")
        assert (await link.send(ChttpsSendRead())).unsent == 0
        assert await get(link, 5) == b"hello"


@pytest.mark.parametrize("cancel", ["prompt", "answer"])
async def test_a_cancelled_exchange_ends_in_order(cancel: str) -> None:
    """Law 8: the entry ends with Ctrl-Z; what the module pushes then is waited out, and answers nothing."""
    site = RawSite(b"hello", wait_for=b"ask")
    async with linked(site) as (_, link):
        if cancel == "answer":
            site.gate.shut(after=2)
        heard: list[bytes] = []
        hold: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        async def source() -> AsyncIterator[bytes]:
            yield b"ask"
            if cancel == "prompt":
                await hold

        sending = asyncio.create_task(link.send(ChttpAct(host=HOST), entry=source(), sink=heard.append))
        await (site.heard(b"ask") if cancel == "prompt" else site.gate.held())
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        site.gate.open()
        await link.send(At())
        assert (await link.send(ChttpAct(host=HOST), entry=b"ask", sink=heard.append)).code == 0
