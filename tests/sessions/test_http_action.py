"""Bodies longer than the module's memory, and servers that make it hard: byte by byte against a scripted module."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from simcom_async.commands.http import BODY_MAXIMUM
from simcom_async.dialects import SIM800
from simcom_async.errors import HttpError
from simcom_async.sessions.http_action import ActionFlow
from simcom_async.sessions.http_request import HttpRequest
from tests.sessions.peer import ERROR, OK, Peer, action, attached, payload

URL = "http://example.com/x"
GET = "AT+HTTPACTION=0"
_RANGE = re.compile(r'AT\+HTTPPARA="BREAK(END)?",(\d+)')


def resource(size: int) -> bytes:
    return (bytes(range(256)) * (size // 256 + 1))[:size]


class Server(Peer):
    """A module that fetches ``body`` from a server: what each request is answered with is worked out when it is sent.

    ``holds`` is the module's memory in bytes, ``answer`` turns first and last byte (None: to the end) into status,
    header block and bytes. Without ``heads`` it has no AT+HTTPHEAD.
    """

    def __init__(self, whole: bytes, *, holds: int = BODY_MAXIMUM, heads: bool = True, cuts: bool = False) -> None:
        super().__init__()
        self.whole = whole
        self.holds = holds
        self.heads = heads
        self.cuts = cuts
        self.etag = '"one"'
        self.ranges = True
        self.asked_for: list[tuple[int, int | None]] = []
        self.answer: Callable[[int, int | None], tuple[int, str, bytes]] = self.serve
        self._first, self._last = 0, 0
        self.before = self.notice

    def serve(self, first: int, last: int | None) -> tuple[int, str, bytes]:
        """As a server with ranges."""
        total = len(self.whole)
        if not self.ranges or (first, last) == (0, None):
            return 200, f"ETag: {self.etag}\r\nContent-Length: {total}\r\n", self.whole
        if first >= total:
            return 416, f"Content-Range: bytes */{total}\r\n", b""
        part = self.whole[first : None if last is None else last + 1]
        found = f"bytes {first}-{first + len(part) - 1}/{total}"
        return 206, f"ETag: {self.etag}\r\nContent-Range: {found}\r\nContent-Length: {len(part)}\r\n", part

    def notice(self, line: str) -> None:
        """Work out the answers to come."""
        if line == "AT+HTTPINIT":
            self._first, self._last = 0, 0
        elif found := _RANGE.fullmatch(line):
            if found[1]:
                self._last = int(found[2])
            else:
                self._first = int(found[2])
        elif line == GET:
            last = self._last if self._last >= self._first and self._last else None
            self.asked_for.append((self._first, last))
            status, head, body = self.answer(self._first, last)
            if len(body) > self.holds and not self.cuts:
                status, body = 602, b""
            self.body = body[: self.holds]
            self.on(GET, action(0, status, len(self.body)))
            self.on("AT+HTTPHEAD", payload("+HTTPHEAD", head.encode()) if self.heads and status != 602 else ERROR)


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize("size", [319_489, 637_951, 637_952, 637_953, 1_000_000])
async def test_a_long_body_comes_in_ranges_with_and_without_headers(size: int, heads: bool) -> None:
    peer = Server(resource(size), heads=heads)
    modem = await attached(peer)
    response = await modem.http.get(URL)
    assert response.status == 200
    assert response.body == peer.whole
    assert peer.asked_for[:3] == [(0, None), (0, 318_975), (318_976, 637_951)]
    exact = size == 637_952 and not heads  # only a range behind the end tells that there is no more
    assert len(peer.asked_for) == 1 + -(-size // 318_976) + exact
    assert response.headers == ({"etag": '"one"', "content-length": str(size)} if heads else None)
    await modem.aclose()


@pytest.mark.parametrize("offset", [1, 5_000, 500_000])
async def test_a_long_rest_comes_in_ranges(offset: int) -> None:
    peer = Server(resource(1_000_000))
    modem = await attached(peer)
    response = await modem.http.get(URL, offset=offset)
    assert (response.status, response.body) == (206, peer.whole[offset:])
    assert response.headers is not None
    assert response.headers["content-range"] == f"bytes {offset}-999999/1000000"
    await modem.aclose()


async def test_an_older_module_gets_shorter_ranges() -> None:
    peer = Server(resource(250_000), holds=102_400)
    modem = await attached(peer)
    assert (await modem.http.get(URL)).body == peer.whole
    assert peer.asked_for == [
        (0, None),
        (0, 318_975),
        (0, 102_399),
        (102_400, 204_799),
        (204_800, 307_199),
    ]
    await modem.aclose()


@pytest.mark.parametrize("heads", [True, False])
async def test_a_body_that_the_module_cuts_is_completed(heads: bool) -> None:
    peer = Server(resource(400_000), heads=heads, cuts=True)
    modem = await attached(peer)
    response = await modem.http.get(URL)
    assert (response.status, response.body) == (200, peer.whole)
    assert peer.asked_for == [(0, None), (319_488, 638_463)]
    await modem.aclose()


async def test_a_body_that_just_fills_the_memory_is_whole() -> None:
    peer = Server(resource(BODY_MAXIMUM), heads=True)
    modem = await attached(peer)
    assert (await modem.http.get(URL)).body == peer.whole
    assert peer.asked_for == [(0, None)]
    silent = Server(resource(BODY_MAXIMUM), heads=False)
    other = await attached(silent)
    assert (await other.http.get(URL)).body == silent.whole
    assert silent.asked_for == [(0, None), (319_488, 638_463)]
    await modem.aclose()
    await other.aclose()


async def test_a_short_answer_is_completed_from_where_it_broke_off() -> None:
    peer = Server(resource(1_000))
    peer.answer = lambda first, last: (
        (200, "Content-Length: 1000\r\n", peer.whole[:600]) if first == 0 else peer.serve(first, last)
    )
    modem = await attached(peer)
    assert (await modem.http.get(URL)).body == peer.whole
    assert peer.asked_for == [(0, None), (600, 319_575)]
    await modem.aclose()


async def test_a_stream_knows_its_length_as_soon_as_anybody_does() -> None:
    peer = Server(resource(700_000))
    modem = await attached(peer)
    async with modem.http.stream("GET", URL) as response:
        assert response.length == 700_000
    silent = Server(resource(700_000), heads=False)
    other = await attached(silent)
    async with other.http.stream("GET", URL) as response:
        assert response.length is None
        assert len(await response.read()) == 700_000
    await modem.aclose()
    await other.aclose()


async def test_a_server_without_ranges_ends_in_602() -> None:
    peer = Server(resource(400_000))
    peer.ranges = False
    modem = await attached(peer)
    with pytest.raises(HttpError, match="does not answer ranges") as caught:
        await modem.http.get(URL)
    assert caught.value.code == 602
    assert not peer.started
    await modem.aclose()


async def test_a_cut_body_of_a_server_without_ranges_ends_in_602() -> None:
    peer = Server(resource(400_000), cuts=True)
    peer.ranges = False
    modem = await attached(peer)
    with pytest.raises(HttpError, match="does not answer ranges"):
        await modem.http.get(URL)
    await modem.aclose()


async def test_a_resource_that_changes_between_two_ranges_is_noticed() -> None:
    peer = Server(resource(700_000))

    def changing(first: int, last: int | None) -> tuple[int, str, bytes]:
        peer.etag = '"two"' if first else '"one"'
        return peer.serve(first, last)

    peer.answer = changing
    modem = await attached(peer)
    with pytest.raises(HttpError, match="changed while it was fetched, after 318976 bytes") as caught:
        await modem.http.get(URL)
    assert caught.value.retry
    await modem.aclose()


async def test_a_resource_that_grows_between_two_ranges_is_noticed() -> None:
    peer = Server(resource(700_000))

    def growing(first: int, last: int | None) -> tuple[int, str, bytes]:
        if first:
            peer.whole = resource(700_001)
        return peer.serve(first, last)

    peer.answer = growing
    modem = await attached(peer)
    with pytest.raises(HttpError, match="changed"):
        await modem.http.get(URL)
    await modem.aclose()


async def test_another_range_than_was_asked_for_is_noticed() -> None:
    peer = Server(resource(700_000))
    peer.answer = lambda first, last: peer.serve(first + 1 if first else 0, last)
    modem = await attached(peer)
    with pytest.raises(HttpError, match="bytes from 318976 on were asked for, those from 318977 on came"):
        await modem.http.get(URL)
    peer.answer = lambda first, last: peer.serve(7, last)
    with pytest.raises(HttpError, match="bytes from 5 on were asked for, those from 7 on came"):
        await modem.http.get(URL, offset=5)
    await modem.aclose()


async def test_a_server_that_fails_half_way_says_where_to_go_on() -> None:
    peer = Server(resource(700_000))
    peer.answer = lambda first, last: (503, "", b"") if first else peer.serve(first, last)
    modem = await attached(peer)
    with pytest.raises(HttpError, match="503, Service Unavailable; fetch it again with offset=318976") as caught:
        await modem.http.get(URL)
    assert caught.value.retry
    await modem.aclose()


async def test_a_range_header_of_the_callers_own_is_not_divided() -> None:
    peer = Server(resource(400_000), cuts=True)
    modem = await attached(peer)
    with pytest.raises(HttpError, match="602"):
        await modem.http.get(URL, headers={"Range": "bytes=0-399999"})
    assert len(peer.asked_for) == 1
    await modem.aclose()


async def test_the_status_of_an_older_firmware_may_be_200_for_a_range() -> None:
    """The manual's example prints 200 for a range (SIM800 IP note 3.7); the headers tell what it is."""
    peer = Server(resource(16_384))
    peer.answer = lambda first, last: (200, *peer.serve(first, last)[1:])
    modem = await attached(peer)
    assert (await modem.http.get(URL, offset=2_000)).body == peer.whole[2_000:]
    peer.whole = resource(700_000)
    response = await modem.http.get(URL)
    assert (response.status, response.body) == (200, peer.whole)
    await modem.aclose()


async def test_a_total_that_the_server_tells_late() -> None:
    peer = Server(resource(700_000))

    def late(first: int, last: int | None) -> tuple[int, str, bytes]:
        status, head, body = peer.serve(first, last)
        return status, head if first else head.replace("/700000", "/*").replace("Content-Length: 700000", "X: 1"), body

    peer.answer = late
    modem = await attached(peer)
    async with modem.http.stream("GET", URL) as response:
        assert (response.status, response.length) == (200, None)
        assert response.headers == {"etag": '"one"'}
        assert await response.read() == peer.whole
    assert peer.asked_for[-1] == (637_952, 956_927)
    await modem.aclose()


async def test_a_range_that_fails_for_another_reason_than_its_length() -> None:
    peer = Server(resource(700_000))
    peer.answer = lambda first, last: (605, "", b"") if first else peer.serve(first, last)
    modem = await attached(peer)
    with pytest.raises(HttpError, match="605"):
        await modem.http.get(URL)
    assert peer.asked_for == [(0, None), (0, 318_975), (318_976, 637_951)]
    await modem.aclose()


async def test_a_length_that_is_no_number_is_no_length() -> None:
    peer = Server(resource(100))
    peer.answer = lambda first, last: (200, "Content-Length: many\r\n", peer.whole)
    modem = await attached(peer)
    assert (await modem.http.get(URL)).body == peer.whole
    await modem.aclose()


async def test_an_error_page_is_read_whole() -> None:
    peer = Peer(**{GET: action(0, 500, 10), "AT+HTTPHEAD": OK})
    peer.body = b"0123456789"
    modem = await attached(peer)
    response = await modem.http.get(URL)
    assert (response.status, response.body) == (500, b"0123456789")
    await modem.aclose()


@pytest.mark.parametrize(
    ("method", "url", "carried"),
    [
        ("GET", "http://a/", True),
        ("DELETE", "https://a/", True),
        ("PUT", "http://a/", False),
        ("PATCH", "http://a/", False),
    ],
)
def test_what_the_flow_carries(method: str, url: str, carried: bool) -> None:
    assert ActionFlow.carries(SIM800, HttpRequest(method=method, url=url)) is carried
