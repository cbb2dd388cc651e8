"""What the host does for the quirks of the module's HTTP service, byte by byte against a scripted module."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from simcom_async.commands.http import HttpActionResult, HttpHead, HttpStatus
from simcom_async.dialects import SIM800
from simcom_async.errors import (
    CommandFailed,
    CommandTimeout,
    HttpError,
    LimitExceeded,
    ProtocolError,
    UnsupportedCommand,
)
from simcom_async.ports.clock import ManualClock
from tests.sessions.peer import ERROR, OK, Peer, action, attached, payload

URL = "http://example.com/x"
GET = "AT+HTTPACTION=0"
POST = "AT+HTTPACTION=1"


async def test_a_get_is_the_dialogue_of_the_manual() -> None:
    peer = Peer(**{GET: action(0, 200, 1_000)})
    peer.body = bytes(1_000)
    modem = await attached(peer)
    response = await modem.http.get(URL)
    assert (response.status, response.headers, len(response.body)) == (200, None, 1_000)
    assert peer.lines == [
        "AT+SAPBR=2,1",
        "AT+HTTPINIT",
        'AT+HTTPPARA="CID",1',
        f'AT+HTTPPARA="URL","{URL}"',
        GET,
        "AT+HTTPHEAD",
        "AT+HTTPREAD",
        "AT+HTTPTERM",
    ]
    await modem.aclose()


async def test_a_post_is_the_dialogue_of_the_manual() -> None:
    peer = Peer(**{POST: action(1, 200, 0)})
    modem = await attached(peer, dialect=replace(SIM800, commands=_without(HttpHead)))
    body = b"0123456789" * 10
    assert (await modem.http.post(URL, body)).status == 200
    assert peer.entries == [body]
    assert peer.lines[3:] == [f'AT+HTTPPARA="URL","{URL}"', "AT+HTTPDATA=100,10000", POST, "AT+HTTPTERM"]
    await modem.aclose()


async def test_every_parameter_of_a_request() -> None:
    peer = Peer(**{GET: action(0, 200, 0)})
    modem = await attached(peer)
    await modem.http.get(
        URL,
        headers={"X-One": "1", "X-Two": "2", "User-Agent": "me"},
        content_type="text/plain",
        offset=2_000,
        proxy="10.0.0.172:8080",
        follow_redirects=True,
        timeout=45.2,
    )
    assert peer.asked("AT+HTTPPARA") == [
        'AT+HTTPPARA="CID",1',
        f'AT+HTTPPARA="URL","{URL}"',
        'AT+HTTPPARA="UA","me"',
        'AT+HTTPPARA="PROIP","10.0.0.172"',
        'AT+HTTPPARA="PROPORT",8080',
        'AT+HTTPPARA="REDIR",1',
        'AT+HTTPPARA="TIMEOUT",46',
        'AT+HTTPPARA="CONTENT","text/plain"',
        r'AT+HTTPPARA="USERDATA","X-One: 1\r\nX-Two: 2"',
        'AT+HTTPPARA="BREAK",2000',
    ]
    await modem.aclose()


async def test_https_is_switched_on_and_off_again() -> None:
    peer = Peer(**{GET: action(0, 200, 0)})
    modem = await attached(peer)
    await modem.http.get("https://example.com/")
    assert peer.lines[1:3] == ["AT+HTTPINIT", "AT+HTTPSSL=1"]
    assert peer.lines[-2:] == ["AT+HTTPTERM", "AT+HTTPSSL=0"]
    await modem.aclose()


async def test_firmware_that_takes_https_only_while_the_service_runs() -> None:
    peer = Peer(**{GET: action(0, 200, 0)})
    peer.before = lambda line: peer.on("AT+HTTPSSL=0", OK if peer.started else ERROR)
    modem = await attached(peer)
    await modem.http.get("https://example.com/")
    assert peer.lines[-5:] == ["AT+HTTPTERM", "AT+HTTPSSL=0", "AT+HTTPINIT", "AT+HTTPSSL=0", "AT+HTTPTERM"]
    await modem.aclose()


async def test_https_is_off_after_a_cancelled_request() -> None:
    clock = ManualClock()
    peer = Peer(**{GET: OK})
    modem = await attached(peer, clock)
    task = asyncio.ensure_future(modem.http.get("https://example.com/"))
    await clock.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await clock.run_until(task, 60)
    await clock.run(1)
    assert peer.lines[-1] == "AT+HTTPSSL=0"
    assert not peer.started
    await clock.run_until(modem.aclose(), 60)


async def test_a_service_that_was_left_open_is_ended_first() -> None:
    peer = Peer(**{GET: action(0, 200, 0)})
    peer.started = True
    modem = await attached(peer)
    assert (await modem.http.get(URL)).status == 200
    assert peer.lines[1:4] == ["AT+HTTPINIT", "AT+HTTPTERM", "AT+HTTPINIT"]
    await modem.aclose()


async def test_a_service_that_does_not_start_at_all() -> None:
    peer = Peer(**{"AT+HTTPINIT": ERROR})
    modem = await attached(peer)
    with pytest.raises(CommandFailed, match=r"AT\+HTTPINIT: ERROR"):
        await modem.http.get(URL)
    assert not peer.started
    await modem.aclose()


async def test_a_parameter_that_the_firmware_does_not_take_is_named() -> None:
    line = r'AT+HTTPPARA="USERDATA","X-One: 1"'
    peer = Peer(**{line: ERROR})
    modem = await attached(peer)
    with pytest.raises(CommandFailed, match="USERDATA"):
        await modem.http.get(URL, headers={"X-One": "1"})
    assert not peer.started
    await modem.aclose()


@pytest.mark.parametrize("code", [600, 601, 602, 603, 604, 605, 606, 699])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_the_modules_own_results_are_errors_with_meaning_and_remedy(method: str, code: int) -> None:
    number = ["GET", "POST", "HEAD", "DELETE"].index(method)
    clock = ManualClock()
    peer = Peer(**{f"AT+HTTPACTION={number}": action(number, code, 0)})
    modem = await attached(peer, clock)
    with pytest.raises(HttpError) as caught:
        await clock.run_until(modem.http.request(method, URL), 60)
    status = HttpStatus(code)
    error = caught.value
    assert (error.code, error.meaning, error.retry) == (code, status.meaning, status.retry)
    assert error.command == f"AT+HTTPACTION={number}"
    assert f"{method} {URL}: {code}, {status.meaning}" in str(error)
    assert error.remedy or code == 699
    tries = {("GET", 602): 3, ("GET", 601): 2, ("GET", 603): 2, ("GET", 604): 2}
    tries |= {("HEAD", code): 2 for code in (601, 603, 604)}
    assert len(peer.asked("AT+HTTPACTION")) == tries.get((method, code), 1)
    assert not peer.started
    await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize(("code", "seconds"), [(603, 3.0), (604, 3.0), (601, 0.0)])
async def test_what_may_help_is_waited_for_and_tried_once_more(code: int, seconds: float) -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on(GET, action(0, code, 0), action(0, 200, 0))
    modem = await attached(peer, clock)
    start = clock.time()
    assert (await clock.run_until(modem.http.get(URL), 60)).status == 200
    assert clock.time() - start == pytest.approx(seconds)
    assert peer.lines.count("AT+HTTPTERM") == peer.lines.count("AT+HTTPINIT") == 2
    await clock.run_until(modem.aclose(), 60)


async def test_different_results_get_a_try_each_and_no_more() -> None:
    clock = ManualClock()
    peer = Peer()
    peer.on(GET, action(0, 601, 0), action(0, 603, 0), action(0, 604, 0), action(0, 603, 0))
    modem = await attached(peer, clock)
    with pytest.raises(HttpError, match="603"):
        await clock.run_until(modem.http.get(URL), 60)
    assert len(peer.asked(GET)) == 4
    await clock.run_until(modem.aclose(), 60)


async def test_601_has_the_bearer_asked_and_opened() -> None:
    peer = Peer()
    peer.on(GET, action(0, 601, 0), action(0, 200, 0))
    up, down = '\r\n+SAPBR: 1,1,"10.0.0.2"\r\n' + OK, '\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK
    peer.on("AT+SAPBR=2,1", up, down, down, up)
    modem = await attached(peer, apn="internet")
    assert (await modem.http.get(URL)).status == 200
    assert peer.asked("AT+SAPBR")[2:] == [
        "AT+SAPBR=2,1",
        'AT+SAPBR=3,1,"CONTYPE","GPRS"',
        'AT+SAPBR=3,1,"APN","internet"',
        "AT+SAPBR=1,1",
        "AT+SAPBR=2,1",
    ]
    await modem.aclose()


async def test_601_with_a_bearer_that_does_not_open_says_both() -> None:
    peer = Peer(**{"AT+SAPBR=1,1": ERROR})
    peer.on(GET, action(0, 601, 0))
    peer.on("AT+SAPBR=2,1", '\r\n+SAPBR: 1,1,"10.0.0.2"\r\n' + OK, '\r\n+SAPBR: 1,3,"0.0.0.0"\r\n' + OK)
    modem = await attached(peer, apn="wrong")
    with pytest.raises(HttpError, match=r"601.*could not be opened with the access point 'wrong'") as caught:
        await modem.http.get(URL)
    assert "check APN" in caught.value.remedy
    await modem.aclose()


async def test_an_answer_that_does_not_come_is_a_timeout_and_the_service_is_ended() -> None:
    clock = ManualClock()
    peer = Peer(**{GET: OK})
    modem = await attached(peer, clock)
    with pytest.raises(CommandTimeout, match="HTTPACTION") as caught:
        await clock.run_until(modem.http.get(URL, timeout=5), 60)
    assert caught.value.waited == pytest.approx(5)
    await clock.run(1)
    assert not peer.started
    peer.on(GET, action(0, 200, 0))
    assert (await clock.run_until(modem.http.get(URL, timeout=5), 60)).status == 200
    await clock.run_until(modem.aclose(), 60)


@pytest.mark.parametrize(
    ("timeout", "told", "waited"), [(0.5, 30, 0.5), (29.5, 30, 29.5), (30, 30, 60), (1000, 1000, 1030)]
)
async def test_the_module_is_told_the_limit_and_the_host_waits_longer_where_it_can_keep_it(
    timeout: float, told: int, waited: float
) -> None:
    clock = ManualClock()
    peer = Peer(**{GET: OK})
    modem = await attached(peer, clock)
    start = clock.time()
    with pytest.raises(CommandTimeout) as caught:
        await clock.run_until(modem.http.get(URL, timeout=timeout), 2_000)
    assert caught.value.waited == pytest.approx(waited)
    assert clock.time() - start >= waited
    assert peer.asked('AT+HTTPPARA="TIMEOUT"') == [f'AT+HTTPPARA="TIMEOUT",{told}']
    await clock.run_until(modem.aclose(), 60)


async def test_a_limit_that_the_module_does_not_know_is_refused() -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(LimitExceeded, match="timeout: 1001 is outside the limits, allowed is 30 to 1000") as caught:
        await modem.http.get(URL, timeout=1_000.5)
    assert (caught.value.field, peer.lines) == ("timeout", [])
    await modem.aclose()


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("url", {}),
        ("headers", {"headers": {"X-One": "x" * 300, "X-Two": "x" * 300}}),
        ("headers[User-Agent]", {"headers": {"User-Agent": "x" * 600}}),
        ("content_type", {"content_type": "x" * 600}),
        ("proxy", {"proxy": "x" * 600}),
    ],
)
async def test_what_does_not_fit_a_command_line_is_refused(field: str, options: dict[str, object]) -> None:
    peer = Peer()
    modem = await attached(peer)
    url = URL if options else "http://example.com/" + "x" * 600
    with pytest.raises(LimitExceeded, match="characters too many for the command line of this module") as caught:
        await modem.http.get(url, **options)  # type: ignore[arg-type]
    assert (caught.value.field, peer.lines) == (field, [])
    await modem.aclose()


async def test_a_url_of_just_the_right_length_is_sent() -> None:
    peer = Peer(**{GET: action(0, 200, 0)})
    modem = await attached(peer)
    url = "http://example.com/".ljust(556 - len('+HTTPPARA="URL",""'), "x")
    assert (await modem.http.get(url)).status == 200
    assert max(len(line) for line in peer.lines) == 558
    with pytest.raises(LimitExceeded, match="url: 1 characters too many"):
        await modem.http.get(url + "x")
    await modem.aclose()


async def test_a_body_beyond_the_modules_memory_is_refused() -> None:
    peer = Peer()
    modem = await attached(peer)
    with pytest.raises(LimitExceeded, match="body: 319489 bytes or more, the module takes at most 319488"):
        await modem.http.post(URL, bytes(319_489))
    assert peer.lines == []
    await modem.aclose()


async def test_a_body_that_a_slow_line_cannot_carry_in_time_is_refused() -> None:
    peer = Peer()
    modem = await attached(peer)
    modem.link.state.baud = 9_600
    with pytest.raises(LimitExceeded, match="body: 300000 bytes take longer than 120000 ms at 9600 bit/s"):
        await modem.http.post(URL, bytes(300_000))
    assert peer.lines == []
    peer.on(POST, action(1, 200, 0))
    await modem.http.post(URL, bytes(100_000))
    assert peer.asked("AT+HTTPDATA") == ["AT+HTTPDATA=100000,120000"]
    modem.link.state.baud = 115_200
    await modem.http.post(URL, bytes(100_000))
    assert peer.asked("AT+HTTPDATA")[1:] == ["AT+HTTPDATA=100000,17362"]
    await modem.aclose()


async def test_a_dialect_without_a_parameter_refuses_it() -> None:
    from simcom_async.commands.http_parameters import HttpParaBreak

    peer = Peer(**{GET: action(0, 200, 0)})
    modem = await attached(peer, dialect=replace(SIM800, commands=_without(HttpParaBreak)))
    assert (await modem.http.get(URL)).status == 200
    peer.lines.clear()
    for options in ({"offset": 5}, {"resume": True}):
        with pytest.raises(UnsupportedCommand, match="HttpParaBreak"):
            await modem.http.get(URL, **options)
        assert peer.lines == []
    await modem.aclose()


async def test_a_read_that_came_to_harm_is_repeated() -> None:
    clock = ManualClock()
    peer = Peer(**{GET: action(0, 200, 10_000)})
    peer.body = bytes(index % 256 for index in range(10_000))
    first = "AT+HTTPREAD=4032,4032"
    peer.on(first, None, payload("+HTTPREAD", b"")[:2] + OK.encode(), payload("+HTTPREAD", peer.body[4032:8064]))
    modem = await attached(peer, clock)
    assert (await clock.run_until(modem.http.get(URL), 60)).body == peer.body
    assert peer.lines.count(first) == 3
    await clock.run_until(modem.aclose(), 60)


async def test_a_read_that_never_succeeds_fails_by_name() -> None:
    peer = Peer(**{GET: action(0, 200, 100), "AT+HTTPREAD": OK})
    modem = await attached(peer)
    with pytest.raises(ProtocolError, match=r"AT\+HTTPREAD: 0 bytes came, 0 were announced, 100 asked for"):
        await modem.http.get(URL)
    assert peer.lines.count("AT+HTTPREAD") == 3
    assert not peer.started
    await modem.aclose()


async def test_a_read_of_more_than_was_asked_for_is_no_read() -> None:
    peer = Peer(**{GET: action(0, 200, 3), "AT+HTTPREAD": payload("+HTTPREAD", b"four")})
    modem = await attached(peer)
    with pytest.raises(ProtocolError, match="4 bytes came, 4 were announced, 3 asked for"):
        await modem.http.get(URL)
    await modem.aclose()


async def test_headers_come_from_the_module_where_it_has_them() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: a\r\n\r\n"
    peer = Peer(**{GET: action(0, 200, 2), "AT+HTTPHEAD": payload("+HTTPHEAD", head)})
    peer.body = b"ok"
    modem = await attached(peer)
    assert (await modem.http.get(URL)).headers == {"content-length": "2", "x-one": "a"}
    peer.on("AT+HTTPHEAD", OK)
    assert (await modem.http.get(URL)).headers == {}
    await modem.aclose()


async def test_an_early_completion_is_one() -> None:
    peer = Peer(**{GET: "\r\n+HTTPACTION: 0,200,2\r\n" + OK})
    peer.body = b"ok"
    modem = await attached(peer)
    assert (await modem.http.get(URL)).body == b"ok"
    await modem.aclose()


async def test_a_late_completion_answers_no_other_request() -> None:
    clock = ManualClock()
    peer = Peer(**{GET: OK})
    modem = await attached(peer, clock)
    with pytest.raises(CommandTimeout):
        await clock.run_until(modem.http.get(URL, timeout=5), 60)
    await clock.run(1)
    peer.on(GET, OK)
    second = asyncio.ensure_future(modem.http.get(URL))
    await clock.settle()
    with modem.bus.subscribe(HttpActionResult) as results:
        peer.say("\r\n+HTTPACTION: 1,200,7\r\n")
        await clock.settle()
        assert not second.done()
        peer.say("\r\n+HTTPACTION: 0,204,0\r\n")
        assert (await clock.run_until(second, 60)).status == 204
        assert len(results.take()) == 2
    await clock.run_until(modem.aclose(), 60)


def _without(*kinds: object) -> tuple[type, ...]:  # type: ignore[type-arg]
    return tuple(command for command in SIM800.commands if command not in kinds)
