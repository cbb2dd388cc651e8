"""What a server says through AT+CHTTPS: in any portions, told or not, with noise, and an end at any point."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from simcom_async.commands.chttps import ChttpsFlush
from simcom_async.commands.topics import ModuleBooted
from simcom_async.dialects import DIALECTS
from simcom_async.errors import CommandTimeout, SimcomError
from simcom_async.link.link import Link
from simcom_async.ports.clock import ManualClock
from simcom_async.sessions.http_request import HttpRequest
from simcom_async.sessions.https_inbox import HttpsInbox
from tests.fuzz.loop import run
from tests.fuzz.supply import Supply, packed
from tests.fuzz.vocabulary import NASTY
from tests.sessions.chttp_peer import CLOSED, EVENT, ChttpPeer, code
from tests.sessions.peer import ERROR, OK

if TYPE_CHECKING:
    from simcom_async.sessions.attach import Attachment

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

    def _send(self, form: str, rest: str) -> None:
        """What was written is sent; perhaps the word on that is lost."""
        if self.supply.byte() % 4 == 3:
            self.say(OK)
            self.serve(self.answer, closes=self.closes)
        else:
            super()._send(form, rest)

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


class Attached:
    """All that an inbox asks of an attachment, without the greeting and the search that a whole modem begins with."""

    url = "memory"
    generation = 1

    def __init__(self, link: Link, clock: ManualClock) -> None:
        self.link, self.clock = link, clock
        self.disturbed = False
        link.bus.on(ModuleBooted, self._restarted)

    def _restarted(self, _: ModuleBooted) -> None:
        self.disturbed = True


def check(data: bytes) -> None:
    """One session, read to its end: all that the server has said, or an error by name, and in time."""
    run(_asked(Supply(data)))


async def _asked(supply: Supply) -> None:
    peer, clock = InboxPeer(supply), ManualClock()
    flags = supply.byte()
    peer.told, peer.counts, peer.least, peer.closes = (not flags & 1, not flags & 2, bool(flags & 4), bool(flags & 8))
    peer.honest = peer.told or peer.counts  # a module that neither says nor knows what waits keeps it to itself
    if flags & 16:
        peer.on("AT+CHTTPSSTATE", supply.pick(_STATES))
        peer.honest = False
    peer.answer = supply.pick(_SAID) if supply.flag() else supply.pick(_SAID)[: supply.upto(80)]
    link = Link(peer.host, DIALECTS["sim7100"], clock=clock)
    await peer.open()
    await link.open()
    try:
        await _read(supply, peer, Attached(link, clock), sends=bool(flags & 32))
    finally:
        await clock.run_until(link.aclose(), 60)


async def _read(supply: Supply, peer: InboxPeer, attached: Attached, *, sends: bool) -> None:
    inbox = HttpsInbox(cast("Attachment", attached), HttpRequest(method="GET", url=_URL))
    inbox.open()
    clock, read = attached.clock, bytearray()
    peer.session = True
    sending = asyncio.ensure_future(attached.link.send(ChttpsFlush())) if sends else None
    if sending is None:
        peer.serve(peer.answer, closes=peer.closes)
    work = asyncio.ensure_future(_gathered(inbox, read))
    for _ in range(supply.byte() % 8):
        await clock.run(supply.pick((0.0, 0.5, 3.0, 40.0)))
        if work.done():
            break
        _happens(supply, peer)
    try:
        await clock.run_until(work, _LIMIT)
    except CommandTimeout:
        assert not peer.honest or not peer.peer_closed, "it waits for more where nothing more can come"
    except SimcomError as error:
        assert not peer.honest, f"it has failed, and nothing was wrong: {error!r}"
    else:
        assert peer.peer_closed or not peer.honest, "it has ended, and the server has not"
    finally:
        inbox.close()
        if sending is not None:
            sending.cancel()
            await asyncio.wait([sending])
    if peer.honest:
        assert read == peer.said, "it is not what the server has said"


async def _gathered(inbox: HttpsInbox, read: bytearray) -> None:
    while piece := await inbox.read():
        read += piece


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


def seeds() -> Iterator[bytes]:
    """Every answer with every habit of a module, and every way in which a fetch fails."""
    for said in range(len(_SAID)):
        for flags in range(0, 16, 3):
            yield bytes([flags, 1, said, 2, 1, 0, 1, said, 2, 3])
            yield bytes([32 + flags, 1, said, 2, 1, 3 * (said % 2), 1, 0, 1, said, 2, 3])
    for failure in range(6):
        yield (
            bytes([0, 1, 3, 3, 1, 4, failure, 2, 0, 0])
            + packed(b"hello")
            + bytes([3, 5, failure, 0, 0, 0xF0 + failure, 0xF1])
        )
        yield bytes([16, failure % 5, 1, failure, 1, 3, 3, 0, 0xF0 + failure])
        yield bytes([failure, 1, 1, 4, 3, 0, 0]) + packed(b"hel") + bytes([2, 1, 0, 0, 0xF0 + failure])
