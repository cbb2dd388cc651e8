"""A session of AT+CHTTPSOPSE, byte by byte against a scripted module."""

from __future__ import annotations

import asyncio

import pytest

from simcom_async.errors import HttpError
from tests.sessions.chttp_peer import ANSWER, ChttpPeer, code, talk
from tests.sessions.peer import ERROR, OK, text

URL = "https://example.com/x"
OPEN = 'AT+CHTTPSOPSE="example.com",443'
REQUEST = (
    b"GET /x HTTP/1.1\r\nHost: example.com\r\nUser-Agent: simcom-async\r\nAccept: */*\r\nConnection: close\r\n\r\n"
)
SEND = f"AT+CHTTPSSEND={len(REQUEST)}"
COUNT, STATE = "AT+CHTTPSRECV?", "AT+CHTTPSSTATE"


async def test_a_get_is_the_dialogue_of_the_manual() -> None:
    async with talk(ChttpPeer()) as at:
        response = await at.clock.run_until(at.modem.http.get(URL), 60)
        assert (response.status, response.headers, response.body) == (200, {"content-length": "5"}, b"hello")
        assert at.peer.lines == [
            "AT+CHTTPSSEND=?",
            "AT+CHTTPSSTART",
            OPEN,
            SEND,
            "AT+CHTTPSSEND",
            COUNT,
            f"AT+CHTTPSRECV={len(ANSWER)}",
            "AT+CHTTPSCLSE",
            "AT+CHTTPSSTOP",
        ]
        assert at.peer.requests == [REQUEST]
        at.peer.lines.clear()
        assert await at.get(URL) == b"hello"
        assert at.peer.lines[0] == "AT+CHTTPSSTART"


async def test_the_spelling_of_the_document() -> None:
    peer = ChttpPeer()
    peer.documented = True
    async with talk(peer) as at:
        assert await at.get(URL) == await at.get(URL) == b"hello"
        assert peer.asked("AT+CHTTPSSEND") == ["AT+CHTTPSSEND=?"]
        assert peer.asked("AT+CHTTPSEND") == ["AT+CHTTPSEND=?", *[SEND.replace("SS", "S"), "AT+CHTTPSEND"] * 2]


async def test_a_stack_that_is_acquired_already_is_taken_over_with_its_session() -> None:
    peer = ChttpPeer()
    peer.stack = peer.session = True
    async with talk(peer) as at:
        assert await at.get(URL) == b"hello"
        assert peer.lines[1:4] == ["AT+CHTTPSSTART", "AT+CHTTPSCLSE", OPEN]
        assert (peer.stack, peer.session) == (False, False)


async def test_long_requests_go_in_blocks_and_no_more_is_unsent_than_the_module_holds() -> None:
    peer = ChttpPeer()
    entered: list[int] = []
    peer.before = lambda line: entered.append(int(line[14:] or 0)) if line.startswith("AT+CHTTPSSEND") else None
    async with talk(peer) as at:
        at.modem.link.state.spellings["+CHTTPSSEND"] = "+CHTTPSSEND"
        peer.answer = b""
        body = bytes(range(256)) * 100
        task = asyncio.ensure_future(at.modem.http.post(URL, body))
        await at.clock.run(1)
        assert entered == [4096, 4096, 0, 4096, 4096, 0, 4096, 4096, 1144, 0]
        assert b"".join(peer.requests).partition(b"\r\n\r\n")[2] == body
        peer.serve(ANSWER)
        assert (await at.clock.run_until(task, 60)).status == 200


async def test_a_block_that_the_module_has_no_room_for_is_entered_again_when_it_has_sent() -> None:
    peer = ChttpPeer()
    full = code("CHTTPSSEND", 6) + ERROR.encode()
    peer.before = lambda line: (
        peer.refuse(line, full) if line == "AT+CHTTPSSEND=4096" and len(peer.asked(line)) == 2 else None
    )
    async with talk(peer) as at:
        body = bytes(range(256)) * 40
        assert (await at.clock.run_until(at.modem.http.post(URL, body), 60)).status == 200
        assert b"".join(peer.requests).endswith(body)
        lines = [line.removeprefix("AT+CHTTPSSEND") for line in peer.asked("AT+CHTTPSSEND")]
        assert lines[:6] == ["=?", "=4096", "=4096", "", "=4096", f"={len(b''.join(peer.requests)) - 8_192}"]


# Opening


@pytest.mark.parametrize(
    ("answer", "number"),
    [(f"{OK}\r\n+CHTTPSOPSE: 13\r\n", 13), (f"\r\n+CHTTPSOPSE: 4\r\n{OK}", 4), (f"\r\n+CHTTPSOPSE: 1\r\n{ERROR}", 1)],
)
async def test_why_it_was_not_opened_as_newer_firmware_says_it(answer: str, number: int) -> None:
    async with talk(ChttpPeer(**{OPEN: answer})) as at:
        with pytest.raises(HttpError, match=f"GET {URL}: {number}, ") as caught:
            await at.get(URL)
        assert (caught.value.code, caught.value.command) == (number, OPEN)
        assert at.peer.stack is False


async def test_results_of_start_and_open_in_either_order_are_passed_over() -> None:
    peer = ChttpPeer(**{"AT+CHTTPSSTART": f"{OK}\r\n+CHTTPSSTART: 0\r\n", OPEN: f"\r\n+CHTTPSOPSE:0\r\n{OK}"})
    async with talk(peer) as at:
        assert await at.get(URL) == b"hello"


async def test_a_bare_error_says_what_the_state_tells() -> None:
    async with talk(ChttpPeer(**{OPEN: ERROR})) as at:
        with pytest.raises(HttpError, match="name, the connection or the TLS handshake") as caught:
            await at.get(URL)
        assert (caught.value.code, caught.value.retry) == ("ERROR", True)
        assert "certificate" in caught.value.remedy
        at.peer.on(STATE, text("+CHTTPSSTATE: 1"))
        at.peer.lines.clear()
        with pytest.raises(HttpError, match="8, network error") as caught:
            await at.get(URL)
        assert len(at.peer.asked(OPEN)) == 2  # after a look at the bearer
        at.peer.on(STATE, ERROR)
        with pytest.raises(HttpError, match="does not say which"):
            await at.get(URL)


# Sending


@pytest.mark.parametrize("number", [1, 4, 5, 8])
async def test_a_request_that_could_not_be_sent(number: int) -> None:
    peer = ChttpPeer(**{"AT+CHTTPSSEND": f"{OK}\r\n+CHTTPSSEND: {number}\r\n"})
    async with talk(peer) as at:
        with pytest.raises(HttpError, match=f"POST {URL}: {number}, "):
            await at.clock.run_until(at.modem.http.post(URL, b"x"), 60)
        assert peer.stack is False


async def test_an_answer_that_comes_before_the_request_is_whole_is_taken() -> None:
    peer = ChttpPeer()
    async with talk(peer) as at:
        peer.on("AT+CHTTPSSEND=4096", code("CHTTPSSEND", 3) + ERROR.encode())
        task = asyncio.ensure_future(at.modem.http.post(URL, bytes(50_000)))
        peer.before = lambda line: (
            peer.serve(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", closes=True)
            if "=4096" in line
            else None
        )
        response = await at.clock.run_until(task, 60)
        assert (response.status, response.body) == (413, b"no")


async def test_and_without_an_answer_the_refusal_is_the_error() -> None:
    peer = ChttpPeer()
    async with talk(peer) as at:
        peer.on(SEND, code("CHTTPSSEND", 3) + ERROR.encode())
        peer.before = lambda line: peer.serve(b"", closes=True) if line == SEND else None
        with pytest.raises(HttpError, match="3, the server has closed the connection") as caught:
            await at.get(URL)
        assert caught.value.command == SEND


async def test_the_word_that_all_was_sent_may_be_lost_where_the_server_answers() -> None:
    peer = ChttpPeer(**{"AT+CHTTPSSEND": OK})
    async with talk(peer) as at:
        task = asyncio.ensure_future(at.modem.http.get(URL))
        await at.clock.run(1)
        peer.serve(ANSWER)
        started = at.clock.time()
        assert (await at.clock.run_until(task, 60)).body == b"hello"
        assert at.clock.time() - started <= 5
        await at.clock.run(10)
        assert (peer.stack, at.modem.link.claimed) == (False, set())
