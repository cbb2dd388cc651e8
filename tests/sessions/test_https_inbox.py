"""What waits in the module of what a server says: no word of it is lost, and nothing is asked without need."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import CommandTimeout, HttpError, ModemRestarted, ProtocolError
from tests.sessions.chttp_peer import ANSWER, CLOSED, EVENT, ChttpPeer, code, talk
from tests.sessions.peer import ERROR, OK, text

URL = "https://example.com/x"
SEND = "AT+CHTTPSSEND=102"
COUNT, STATE = "AT+CHTTPSRECV?", "AT+CHTTPSSTATE"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + bytes(20_000)


def fetches(peer: ChttpPeer) -> list[int]:
    """The numbers of AT+CHTTPSRECV."""
    return [int(line.partition("=")[2]) for line in peer.asked("AT+CHTTPSRECV=")]


async def test_the_word_that_comes_early_is_remembered() -> None:
    peer = ChttpPeer()
    peer.on(SEND, None)
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        peer.say("\r\n>")
        peer._entry, peer.entered, peer.told = 102, EVENT + OK, False
        await at.clock.run(1)
        assert (await at.clock.run_until(task, 60)).body == b"hello"


async def test_nothing_is_asked_while_the_server_is_thinking_and_a_lost_word_is_made_up_for() -> None:
    peer = ChttpPeer()
    peer.told = False
    peer.answer = b""
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1.9)
        assert peer.lines[-1] == "AT+CHTTPSSEND"
        await at.clock.run(0.2)
        assert peer.lines[-2:] == [COUNT, STATE]
        await at.clock.run(3.8)
        assert len(peer.asked(STATE)) == 1
        peer.serve(ANSWER)
        assert (await at.clock.run_until(task, 5)).body == b"hello"


@pytest.mark.parametrize("least", [False, True])
async def test_an_answer_longer_than_a_block(least: bool) -> None:
    peer = ChttpPeer()
    peer.answer, peer.least = LONG, least
    async with talk(peer) as at:
        assert await at.get(URL) == bytes(20_000)
        assert max(fetches(peer)) <= 8_192
        assert len(peer.asked(COUNT)) == 1
        assert len(fetches(peer)) == (1 if least else 5)


@pytest.mark.parametrize("closes", [False, True])
@pytest.mark.parametrize("least", [False, True])
async def test_where_the_module_cannot_tell_how_much_waits(least: bool, closes: bool) -> None:
    peer = ChttpPeer()
    peer.answer, peer.least, peer.counts, peer.closes = LONG, least, False, closes
    async with talk(peer) as at:
        assert await at.get(URL) == bytes(20_000)
        assert fetches(peer)[0] == 1
        assert set(fetches(peer)) == ({1} if least else {1, 4_032})
        assert len(peer.asked(COUNT)) == 1  # ERROR says for good that there is no such question


async def test_where_it_can_tell_nothing_at_all_a_lost_word_is_made_up_for_by_fetching() -> None:
    peer = ChttpPeer(**{STATE: ERROR})
    peer.told = peer.counts = False
    async with talk(peer) as at:
        started = at.clock.time()
        peer.least = True
        assert await at.get(URL) == b"hello"
        assert 30 < at.clock.time() - started < 100


async def test_what_is_left_when_the_server_has_closed_is_read_first() -> None:
    peer = ChttpPeer()
    peer.answer = LONG.replace(b"Content-Length: 20000\r\n", b"")
    peer.closes = True
    async with talk(peer) as at:
        assert await at.get(URL) == bytes(20_000)
        assert peer.lines[-2:] == ["AT+CHTTPSCLSE", "AT+CHTTPSSTOP"]  # the ERROR of the first means nothing
        peer.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
        with pytest.raises(HttpError, match="closed the connection after 5 bytes of the body of 9") as caught:
            await at.get(URL)
        assert (caught.value.code, caught.value.retry) == (3, True)


async def test_what_was_put_into_a_packet_pushes_its_end_out_and_is_told() -> None:
    peer = ChttpPeer()
    size = len(ANSWER)
    harmed = ANSWER[:-5] + b"\r\nRING\r\n" + ANSWER[-5:]
    peer.on(f"AT+CHTTPSRECV={size}", OK + f"\r\n+CHTTPSRECV: DATA,{size}\r\n{harmed.decode()}\r\n+CHTTPSRECV: 0\r\n")
    async with talk(peer) as at:
        with pytest.raises(ProtocolError, match=f"behind the {size} bytes"):
            await at.get(URL)


@pytest.mark.parametrize("number", [1, 4, 5, 8])
async def test_a_connection_that_ends_otherwise_is_an_error_with_its_code(number: int) -> None:
    peer = ChttpPeer()
    peer.answer = b"HTTP/1.1 200 OK\r\n\r\nhel"
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        peer.on(STATE, text("+CHTTPSSTATE: 4"))
        peer.on("AT+CHTTPSRECV=1", code("CHTTPSRECV", number) + ERROR.encode())
        with pytest.raises(HttpError, match=f"GET {URL}: {number}, ") as caught:
            await at.clock.run_until(task, 60)
        assert caught.value.code == number


async def test_one_that_ends_without_a_word_is_no_good_end() -> None:
    peer = ChttpPeer()
    peer.answer = b"HTTP/1.1 200 OK\r\n\r\nhel"
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        peer.on(STATE, text("+CHTTPSSTATE: 4"))
        peer.on("AT+CHTTPSRECV=1", ERROR)
        with pytest.raises(HttpError, match="AT\\+CHTTPSRECV=1: ERROR"):
            await at.clock.run_until(task, 60)


async def test_a_server_that_says_nothing_for_good() -> None:
    peer = ChttpPeer()
    peer.answer = b""
    async with talk(peer) as at:
        started = at.clock.time()
        with pytest.raises(CommandTimeout, match="the server was silent"):
            await at.get(URL)
        assert 130 <= at.clock.time() - started <= 170
        assert len(peer.asked(STATE)) <= 8
        assert peer.stack is False


async def test_a_module_that_has_restarted_is_told_nothing_of_the_session() -> None:
    peer = ChttpPeer()
    peer.answer = b""
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        peer.stack = peer.session = False
        peer.say("\r\nRDY\r\n" + EVENT + CLOSED)
        with pytest.raises(ModemRestarted):
            await at.clock.run_until(task, 300)
        assert not peer.asked("AT+CHTTPSCLSE")
        peer.answer = ANSWER
        assert await at.get(URL) == b"hello"
