from __future__ import annotations

import pytest

from simcom_async.errors import UsageError
from simcom_async.ports.clock import ManualClock
from simcom_async.sites import HttpSite, RawSite, Route, ServerFault
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import (
    DropLine,
    EarlyCompletion,
    EarlyEvent,
    LateLine,
    NoFinal,
    RepeatLine,
    ShortRead,
    Stray,
    WrongCount,
)
from tests.virtual.chttp_host import WebHost, module
from tests.virtual.client import Client
from tests.virtual.conftest import Start, attach

OK = b"\r\nOK\r\n"
CSQ = b"\r\n+CSQ: 21,0\r\n" + OK
STRAY = b"\r\n+CREG: 1\r\n"


async def body(client: Client, data: bytes) -> None:
    """Let the module store some data."""
    await client.ok(b"AT+HTTPINIT")
    await client.ask(b"AT+HTTPDATA=%d,1000" % len(data), b"\r\nDOWNLOAD\r\n")
    client.send(data)
    await client.hear(OK)


async def test_a_stray_line_at_once(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Stray("+CREG: 1"))
    await client.hear(STRAY)
    await client.ok(b"AT")


async def test_a_stray_line_before_an_answer(virtual: VirtualModem) -> None:
    client = await attach(virtual, echo=True)
    virtual.faults.add(Stray("+CREG: 1", before="csq"))
    client.send(b"AT\r")
    await client.hear(b"AT\r" + OK)
    client.send(b"AT+CSQ\r")
    await client.hear(b"AT+CSQ\r" + STRAY + CSQ)
    client.send(b"AT+CSQ\r")
    await client.hear(b"AT+CSQ\r" + CSQ)


async def test_a_stray_line_behind_an_answer(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Stray("+CREG: 1", after="+CSQ", times=2))
    await client.ask(b"AT+CSQ", CSQ + STRAY)
    await client.ok(b"AT")
    await client.ask(b"AT+CSQ", CSQ + STRAY)
    await client.ask(b"AT+CSQ", CSQ)
    await client.silent()


async def test_a_stray_line_at_a_time(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(Stray("RING", at=5.0))
    await clock.run(4)
    await client.silent()
    await clock.run(2)
    await client.hear(b"\r\nRING\r\n")


@pytest.mark.parametrize(("text", "rest"), [("OK", b"\r\n+CSQ: 21,0\r\n"), ("+CSQ", OK)])
async def test_missing_lines(virtual: VirtualModem, client: Client, text: str, rest: bytes) -> None:
    virtual.faults.add(DropLine(text))
    await client.ask(b"AT+CSQ", rest)
    await client.silent()
    await client.ask(b"AT+CSQ", CSQ)


async def test_payload_is_no_line(virtual: VirtualModem, client: Client) -> None:
    await body(client, b"\r\n+CREG: 1\r\n")
    virtual.faults.add(DropLine("+CREG"))
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 12\r\n\r\n+CREG: 1\r\n" + OK)
    await client.ok(b"AT+CREG=1")
    virtual.network.lose_coverage()
    await client.silent()


async def test_late_lines_of_an_answer_hold_up_the_rest(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(LateLine("OK", seconds=3))
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n")
    client.send(b"AT\r")
    await clock.run(2.9)
    await client.silent()
    await clock.run(0.2)
    await client.hear(OK + OK)


async def test_late_unsolicited_lines_hold_up_nothing(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ok(b"AT+SAPBR=1,1")
    virtual.faults.add(LateLine("DEACT", seconds=3))
    virtual.network.lose_bearer(1)
    await client.ask(b"AT+CSQ", CSQ)
    await clock.run(3.1)
    await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")


async def test_a_final_result_that_never_comes(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(NoFinal(command="+CSQ"))
    await client.ok(b"AT")
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n")
    await client.silent()
    await client.ask(b"AT+CSQ", CSQ)


@pytest.mark.parametrize(("by", "shown"), [(2, b"7"), (-2, b"3"), (-9, b"0")])
async def test_wrong_counts(virtual: VirtualModem, client: Client, by: int, shown: bytes) -> None:
    await body(client, b"hello")
    virtual.faults.add(WrongCount(command="HTTPREAD", by=by))
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: " + shown + b"\r\nhello" + OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 5\r\nhello" + OK)


async def test_a_completion_before_its_final_result(start: Start) -> None:
    async with HttpSite([Route(body=b"hello")]) as site:
        virtual = await start()
        client = await attach(virtual)
        await client.ok(b"AT+SAPBR=1,1", b"AT+HTTPINIT", b'AT+HTTPPARA="CID",1')
        await client.ok(b'AT+HTTPPARA="URL","' + site.url.encode() + b'"')
        virtual.faults.add(EarlyCompletion(command="HTTPACTION"))
        await client.ask(b"AT+HTTPACTION=0", b"\r\n+HTTPACTION: 0,200,5\r\n" + OK)
        await client.ask(b"AT+HTTPACTION=0", OK + b"\r\n+HTTPACTION: 0,200,5\r\n")


async def test_short_reads(virtual: VirtualModem, client: Client) -> None:
    await body(client, b"hello")
    virtual.faults.add(ShortRead(most=2, times=1))
    await client.ask(b"AT+HTTPREAD=0,1", b"\r\n+HTTPREAD: 1\r\nh" + OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 2\r\nhe" + OK)
    await client.ask(b"AT+HTTPREAD", b"\r\n+HTTPREAD: 5\r\nhello" + OK)


async def test_an_event_comes_before_the_final_result() -> None:
    async with RawSite(b"hello", wait_for=b"ask", then=ServerFault.HANG) as site, module(site) as virtual:
        host = await WebHost.of(virtual)
        await host.started(layer=",1")
        await host.enter(b"ask")
        virtual.faults.add(EarlyEvent(command="CHTTPSSEND"))
        await host.ask(b"AT+CHTTPSSEND", b"\r\n+CHTTPS: RECV EVENT\r\n" + OK + b"\r\n+CHTTPSSEND: 0\r\n")
        await host.aclose()


async def test_a_line_comes_again_at_once(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(RepeatLine("+CSQ", count=2))
    await client.ask(b"AT+CSQ", b"\r\n+CSQ: 21,0\r\n" * 3 + OK)
    await client.ask(b"AT+CSQ", CSQ)


async def test_a_line_comes_again_later(clock: ManualClock, start: Start) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    await client.ok(b"AT+SAPBR=1,1")
    virtual.faults.add(RepeatLine("DEACT", count=2, seconds=3))
    virtual.network.lose_bearer(1)
    await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
    for _ in range(2):
        await clock.run(2.9)
        await client.silent()
        await clock.run(0.1)
        await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
    await clock.run(10)
    await client.silent()


@pytest.mark.parametrize(
    ("fault", "times"),
    [(LateLine("DEACT", seconds=3, times=None), (3,)), (RepeatLine("DEACT", seconds=3, times=None), (0, 3))],
)
async def test_what_is_said_again_is_not_struck_again(
    clock: ManualClock, start: Start, fault: DropLine, times: tuple[int, ...]
) -> None:
    virtual = await start(clock=clock)
    client = await attach(virtual)
    virtual.faults.add(fault)
    for _ in range(2):
        await client.ok(b"AT+SAPBR=1,1")
        virtual.network.lose_bearer(1)
        for second in range(10):
            await clock.run(0.001)
            if second in times:
                await client.hear(b"\r\n+SAPBR 1: DEACT\r\n")
            await client.silent()
            await clock.run(0.999)


async def test_lines_are_missing_by_chance(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(DropLine("+CSQ", probability=0.5, times=None))
    for _ in range(100):
        client.send(b"AT+CSQ\r")
        await client.hear_until(OK)
    assert 60 < sum(len(read) for read in client.reads if b"CSQ" in read) / len(CSQ) * 2 < 140


async def test_any_command_and_any_line(virtual: VirtualModem, client: Client) -> None:
    virtual.faults.add(Stray("+CREG: 1", before=""))
    await client.ask(b"AT", STRAY + OK)
    virtual.faults.add(DropLine(""))
    await client.ask(b"AT+CSQ", OK)


@pytest.mark.parametrize(("one", "other"), [("command", "before"), ("command", "after"), ("before", "after")])
def test_a_stray_line_has_one_place(one: str, other: str) -> None:
    with pytest.raises(UsageError, match=f"not together with {one}") as caught:
        Stray("RING", **{one: "+CSQ", other: "+CSQ"})
    assert caught.value.field == other


@pytest.mark.parametrize("kind", [NoFinal, WrongCount, EarlyCompletion, EarlyEvent])
def test_some_need_a_command(kind: type) -> None:
    with pytest.raises(UsageError, match="command"):
        kind()
