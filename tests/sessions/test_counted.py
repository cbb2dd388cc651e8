"""Payloads that lost bytes on the line are noticed and read again."""

from __future__ import annotations

import pytest

from simcom_async.commands.http import HttpHead, HttpRead, HttpReadRange
from simcom_async.errors import CommandFailed, CommandTimeout, ProtocolError
from simcom_async.modem import Modem, open_modem
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.counted import block_size, read_counted, read_stored
from simcom_async.sites import HttpSite
from simcom_async.virtual import VirtualModem
from simcom_async.virtual.faults import LoseBytes, WrongCount
from tests.sessions.peer import ERROR, OK, Answer, Peer, attached, payload

GOOD = payload("+HTTPREAD", b"hello")
ONE_LOST = GOOD.replace(b"hello", b"helo")
OTHER_LOST = GOOD.replace(b"hello", b"hllo")
TWO_LOST = GOOD.replace(b"hello", b"hlo")
DOUBLED = GOOD.replace(b"hello", b"hhello")
UNDERSTATED = payload("+HTTPREAD", b"hello, world").replace(b"12", b"5")
NONE_TOLD = payload("+HTTPREAD", b"hello, world").replace(b"12", b"0")
MANY_LOST = GOOD.replace(b"hello", b"h")
BARE = b"\r\n+HTTPREAD: 5\r\nhelloOK\r\n"


async def reader(*answers: Answer) -> tuple[Peer, Modem, ManualClock]:
    clock = ManualClock()
    peer = Peer()
    modem = await attached(peer, clock)
    peer.on("AT+HTTPREAD", *answers)
    return peer, modem, clock


async def stored(modem: Modem, clock: ManualClock, most: int = 5) -> bytes:
    return await clock.run_until(read_stored(modem.link, HttpRead(), most), 300)


@pytest.mark.parametrize(
    "harmed",
    [DOUBLED, UNDERSTATED, NONE_TOLD, ONE_LOST, TWO_LOST, MANY_LOST, OTHER_LOST, None, OK.encode(), ERROR[:4].encode()],
)
async def test_one_that_came_to_harm_is_read_again(harmed: bytes | None) -> None:
    peer, modem, clock = await reader(harmed, GOOD)
    assert await stored(modem, clock) == b"hello"
    assert peer.lines.count("AT+HTTPREAD") == 2
    await clock.run_until(modem.aclose(), 60)


async def test_two_different_losses_do_not_add_up_to_a_truth() -> None:
    _, modem, clock = await reader(ONE_LOST, OTHER_LOST, TWO_LOST)
    with pytest.raises(ProtocolError, match="bytes are lost on the line, 3 reads differ; use flow control"):
        await stored(modem, clock)
    await clock.run_until(modem.aclose(), 60)


async def test_a_module_that_puts_no_line_end_behind_it_is_believed() -> None:
    peer, modem, clock = await reader(BARE)
    assert await stored(modem, clock) == b"hello"
    assert peer.lines.count("AT+HTTPREAD") == 2
    await clock.run_until(modem.aclose(), 60)


async def test_an_urc_behind_it_is_no_loss() -> None:
    peer, modem, clock = await reader(GOOD.replace(b"\r\nOK", b"\r\n+CREG: 1\r\n\r\nOK"))
    assert await stored(modem, clock) == b"hello"
    assert peer.lines.count("AT+HTTPREAD") == 1
    await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize(("answer", "most"), [(GOOD, 4), (OK, 5), (payload("+HTTPREAD", b""), 5)])
async def test_a_count_that_cannot_be(answer: Answer, most: int) -> None:
    peer, modem, clock = await reader(answer)
    with pytest.raises(ProtocolError, match="were announced"):
        await stored(modem, clock, most)
    assert peer.lines.count("AT+HTTPREAD") == 3
    await clock.run_until(modem.aclose(), 60)


async def test_an_answer_that_is_not_empty_is_not_taken_for_an_empty_one() -> None:
    _, modem, clock = await reader(NONE_TOLD)
    with pytest.raises(ProtocolError, match="something stands behind the 0 bytes that were announced"):
        await clock.run_until(read_counted(modem.link, HttpRead()), 60)
    await clock.run_until(modem.aclose(), 60)


async def test_silence_three_times_is_a_timeout() -> None:
    _, modem, clock = await reader(None)
    with pytest.raises(CommandTimeout, match="HTTPREAD"):
        await stored(modem, clock)
    await clock.run_until(modem.aclose(), 60)


async def test_a_refusal_is_not_asked_for_again() -> None:
    peer, modem, clock = await reader(ERROR)
    with pytest.raises(CommandFailed):
        await stored(modem, clock)
    assert peer.lines.count("AT+HTTPREAD") == 1
    await clock.run_until(modem.aclose(), 60)


async def test_nothing_may_be_enough() -> None:
    peer, modem, clock = await reader()
    peer.on("AT+HTTPHEAD", OK)
    assert await clock.run_until(read_stored(modem.link, HttpHead(), 100, least=0), 60) == b""
    peer.on("AT+HTTPREAD=5,10", OK)
    reading = await clock.run_until(read_counted(modem.link, HttpReadRange(start=5, size=10)), 60)
    assert (reading.data, reading.told, reading.bare) == (b"", 0, False)
    await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize("offset", range(0, 4_060, 450))
async def test_a_byte_lost_anywhere_in_a_block_harms_no_body(offset: int) -> None:
    async with (
        HttpSite() as site,
        VirtualModem("sim800", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        url = site.publish("/x", 10_000)
        whole = (await modem.http.get(url)).body
        if 20 <= offset < 4_040:  # inside the payload: a loss in the lines around it costs a time-out
            virtual.faults.add(LoseBytes(command="HTTPREAD=4032", offset=offset, times=1))
        assert (await modem.http.get(url)).body == whole


@pytest.mark.parametrize("by", [1, -1, -100])
async def test_a_wrong_count_harms_no_body(by: int) -> None:
    async with (
        HttpSite() as site,
        VirtualModem("sim800", urc_delay=0) as virtual,
        open_modem(virtual.port(), apn="internet") as modem,
    ):
        url = site.publish("/x", 10_000)
        whole = (await modem.http.get(url)).body
        virtual.faults.add(WrongCount(command="HTTPREAD=4032", by=by))
        assert (await modem.http.get(url)).body == whole


@pytest.mark.parametrize(("baud", "size"), [(None, 4_032), (115_200, 4_032), (9_600, 1_460), (460_800, 8_192)])
def test_blocks_leave_the_port_free_soon_enough(baud: int | None, size: int) -> None:
    assert block_size(baud) == size
