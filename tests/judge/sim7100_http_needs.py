"""The servers of the SIM7100's HTTP and HTTPS transcripts, and what they have to have been asked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from simcom_async.at.escape import ETX_SUB
from simcom_async.sites import HttpSite, LoopbackCA, RawSite, ServerFault
from tests.judge.http_needs import route
from tests.judge.surroundings import Surroundings
from tests.judge.transcript import Does, Step, Transcript
from tests.judge.visitor import Visitor
from tests.judge.wire import hostile

__all__ = ["ActPeer", "SessionPeer", "secure_server", "server"]

_AUTHORITY = LoopbackCA()
#: Captures that are the module's own: how it cuts an answer into packets.
OWN = frozenset({"len1", "len2"})
#: What the module says of an answer: only then the server may have said it.
HEARD = ("+CHTTPS: RECV EVENT", "+CHTTPSRECV: ")


class ActPeer:
    """A real web server, which closes the connection behind its answer."""

    def __init__(self, transcript: Transcript, need: Mapping[str, Any]) -> None:
        self.transcript = transcript
        self.site = HttpSite([replace(route(table), close=True) for table in need["routes"]])

    async def before(self, visitor: Visitor, step: Step) -> None:
        """It acts by itself."""

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """The payloads are the whole answer to the request that was entered, without its escapes."""
        (entry,) = (self.transcript.entry(step) for step in self.transcript.whole if step.does is Does.ENTRY)
        decoder = ETX_SUB.decoder()
        head, _, body = decoder.receive(entry).partition(b"\r\n\r\n")
        assert decoder.finished
        (request,) = self.site.requests
        assert f"{request.method} {request.target} HTTP/{request.version}".encode() == head.partition(b"\r\n")[0]
        assert (request.status, request.body) == (200, body)
        answer = b"".join(visitor.payloads)
        expected = self.site.route_for(request.method, request.target).content()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.partition(b"\r\n\r\n")[2] == expected.read(0, expected.length)
        return OWN


class SessionPeer:
    """A real server that holds its answer back until the module is to speak of it, and keeps the connection."""

    def __init__(self, transcript: Transcript, answer: bytes, site: RawSite) -> None:
        self.transcript = transcript
        self.answer = answer
        self.site = site
        site.gate.shut()

    async def before(self, visitor: Visitor, step: Step) -> None:
        """What the module says of an answer presupposes it."""
        if step.later and step.text.startswith(HEARD):
            self.site.gate.open()

    def judge(self, visitor: Visitor) -> frozenset[str]:
        """The payloads are the beginning of the answer, the entries what came in."""
        fetched = b"".join(visitor.payloads)
        asked = b"".join(self.transcript.entry(step) for step in self.transcript.whole if step.does is Does.ENTRY)
        sent = any(step.later for step in self.transcript.whole)
        assert bytes(self.site.received) == (asked if sent else b"")
        assert self.answer.startswith(fetched)
        return OWN


async def server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A web server with the routes of the need; without routes, whatever ``says`` is its answer."""
    if "routes" in need:
        peer = ActPeer(found.transcript, need)
        await stack.enter_async_context(peer.site)
        found.hosts[need["host"]] = peer.site.address
        found.peers.append(peer)
        return
    site = await stack.enter_async_context(RawSite(hostile(need["says"]), wait_for=b"some text"))
    found.hosts[need["host"]] = site.address


async def secure_server(found: Surroundings, need: Mapping[str, Any], stack: AsyncExitStack) -> None:
    """A server with TLS whose answer is that of the only route, or whatever ``says`` is, once it was asked."""
    answer, asked = hostile(need.get("says", 0)), b"x"
    for table in need.get("routes", ()):
        answer, asked = _answer(table), b"\r\n\r\n"
    tls = _AUTHORITY.issue(need["host"])
    site = await stack.enter_async_context(RawSite(answer, wait_for=asked, then=ServerFault.HANG, tls=tls))
    found.hosts[need["host"]] = site.address
    found.peers.append(SessionPeer(found.transcript, answer, site))


def _answer(table: Mapping[str, Any]) -> bytes:
    content = route(table).content()
    kind = f"Content-Type: {table.get('content_type', 'text/html')}\r\n"
    head = f"HTTP/1.1 {table['status']} OK\r\n{kind}Content-Length: {content.length}\r\n\r\n"
    return head.encode("ascii") + content.read(0, content.length)
