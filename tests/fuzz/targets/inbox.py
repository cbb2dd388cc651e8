"""What a server says through AT+CHTTPS: in any portions, told or not, with noise, and an end at any point."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from simcom_async.errors import SimcomError
from simcom_async.sessions.http_message import HttpMessages
from simcom_async.sessions.http_request import HttpRequest
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY
from tests.sessions.chttp_peer import CLOSED, EVENT, ChttpPeer, code, talk
from tests.sessions.peer import ERROR, OK

MODULES = ("simcom_async.sessions.https_inbox",)

_URL = "https://example.com/x"
_LIMIT = 3_000.0
_SAID = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n" + b"\r\nOK\r\n" * 1_000,
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"hello",
    b"garbage",
)
_NOISE = (
    EVENT,
    CLOSED,
    "\r\nRDY\r\n",
    ERROR,
    OK,
    code("CHTTPSRECV", 0),
    code("CHTTPSRECV", 5),
    "\r\n+CHTTPSRECV: DATA,9\r\n",
)
_STATES = (None, ERROR, "\r\n+CHTTPSSTATE: 4\r\n" + OK, "\r\n+CHTTPSSTATE: 7\r\n" + OK, "\r\n+CHTTPSSTATE: 99\r\n" + OK)


class InboxPeer(ChttpPeer):
    """As ChttpPeer; a fetch may give less than is there, fail, or say something else."""

    def __init__(self, supply: Supply) -> None:
        super().__init__()
        self.supply = supply
        self.honest = True
        self.said = b""
        self._fetches = 0

    def serve(self, data: bytes, *, closes: bool = False) -> None:
        if not self.peer_closed:
            self.said += data
            super().serve(data, closes=closes)

    def _opse(self, form: str, rest: str) -> None:
        self.said = b""  # what was there before is not of this session
        super()._opse(form, rest)

    def _recv(self, form: str, rest: str) -> None:
        self._fetches += 1
        behaviour = self.supply.byte() if self._fetches < 60 else 0
        if behaviour < 0xF0 or form == "?":
            # A module waits for the server where nothing is there to be fetched; this one says only OK.
            self.honest = self.honest and (form == "?" or bool(self.waiting) or self.peer_closed)
            super()._recv(form, rest)
            return
        self.honest = False
        self.say(
            (ERROR, code("CHTTPSRECV", 3), code("CHTTPSRECV", 1) + ERROR.encode(), b"", OK, "\r\n+CME ERROR: 3\r\n")[
                behaviour % 6
            ]
        )


def check(data: bytes) -> None:
    """One request: its answer, or an error by name, and in time."""
    asyncio.run(_asked(Supply(data)))


async def _asked(supply: Supply) -> None:
    peer = InboxPeer(supply)
    flags = supply.byte()
    peer.told, peer.counts, peer.least, peer.closes = (not flags & 1, not flags & 2, bool(flags & 4), bool(flags & 8))
    peer.honest = peer.told or peer.counts  # a module that neither says nor knows what waits keeps it to itself
    if flags & 16:
        peer.on("AT+CHTTPSSTATE", supply.pick(_STATES))
        peer.honest = False
    peer.answer = supply.pick(_SAID) if supply.flag() else supply.pick(_SAID)[: supply.upto(80)]
    async with talk(peer) as at:
        work = asyncio.ensure_future(at.modem.http.get(_URL))
        for _ in range(supply.byte() % 8):
            await at.clock.run(supply.pick((0.0, 0.5, 3.0, 40.0)))
            if work.done():
                break
            _happens(supply, peer)
        try:
            response = await at.clock.run_until(work, _LIMIT)
        except SimcomError:
            assert not (peer.honest and _whole(peer.said, closed=False) is not None), (
                "it has failed, and nothing was wrong"
            )
            return
        if peer.honest:
            assert response.body == _whole(peer.said, closed=True), "it is not what the server has said"


def _happens(supply: Supply, peer: InboxPeer) -> None:
    match supply.byte() % 6:
        case 0 | 1 | 2:
            peer.serve(supply.pick(_SAID) if supply.flag() else supply.some())
        case 3:
            peer.serve(b"", closes=True)
        case 4:
            peer.honest = False
            peer.say(supply.pick(_NOISE))
        case _:
            peer.honest = False
            peer.say(supply.pick(NASTY))


def _whole(said: bytes, *, closed: bool) -> bytes | None:
    """The body of the answer that a server has said, None where it is none."""
    messages = HttpMessages(HttpRequest(method="GET", url=_URL), 0)
    try:
        body = messages.receive(said)
    except SimcomError:
        return None
    if not messages.complete and (not closed or messages.close()):
        return None
    return body


def seeds() -> Iterator[bytes]:
    """Every answer with every habit of a module, and every way in which a fetch fails."""
    for said in range(len(_SAID)):
        for flags in range(0, 16, 3):
            yield bytes([flags, 1, said, 2, 1, 0, 1, said, 2, 3])
    for failure in range(6):
        yield (
            bytes([0, 1, 3, 3, 1, 4, failure, 2, 0, 0])
            + packed(b"hello")
            + bytes([3, 5, failure, 0, 0, 0xF0 + failure, 0xF1])
        )
        yield bytes([16, failure % 5, 1, failure, 1, 3, 3, 0, 0xF0 + failure])
        yield bytes([failure, 1, 1, 4, 3, 0, 0]) + packed(b"hel") + bytes([2, 1, 0, 0, 0xF0 + failure])
